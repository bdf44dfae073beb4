"""Write the tables of states into docs/: ``python -m tools.render_states``. Tests fail where they differ."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
TABLES = {
    "registry-states.md": "shetong.registry.states",
    "case-states.md": "shetong.casework.states",
    "charity-states.md": "shetong.charity.states",
}


def main() -> None:
    """Render every table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
    import django

    django.setup()
    for name, module in TABLES.items():
        (DOCS / name).write_text(import_module(module).as_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
