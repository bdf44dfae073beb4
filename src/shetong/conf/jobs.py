"""Settings of background jobs: rows of the same database, found in each package's ``jobs`` module."""

from __future__ import annotations

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
