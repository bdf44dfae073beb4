"""The API's description: ``python -m tools.openapi`` writes docs/api/openapi.json."""

from __future__ import annotations

import json
import os
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "docs" / "api" / "openapi.json"


def described() -> str:
    """Return what the code says now, as it is kept: sorted, indented, Chinese as it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.testing")
    import django

    django.setup()
    from shetong.registry.api import document

    return json.dumps(document(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def complaints() -> list[str]:
    """Check that the description kept is what the code says now."""
    kept = KEPT.read_text(encoding="utf-8") if KEPT.is_file() else ""
    return [] if kept == described() else ["docs/api/openapi.json is not what the code says; run: make openapi"]


if __name__ == "__main__":
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(described(), encoding="utf-8")
