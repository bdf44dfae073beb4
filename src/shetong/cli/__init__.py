"""The command line tool ``shetong``."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a Django management command with Shetong's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
