"""Write docs/registry-states.md from the table of statuses; tests/registry/test_states.py fails where they differ."""

from __future__ import annotations

import os
from pathlib import Path


def main() -> None:
    """Render the table into the docs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
    import django

    django.setup()
    from shetong.registry.states import as_markdown

    (Path(__file__).parents[1] / "docs" / "registry-states.md").write_text(as_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
