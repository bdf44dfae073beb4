"""Codes of goods: the public log names no goods in words, but anybody can check that a code is that of a name."""

from __future__ import annotations

import hashlib
import unicodedata

DIGITS = 24


def goods_code(name: str, unit: str) -> str:
    """Return the code of goods counted in ``unit``: ``g-`` and the head of SHA-256 over ``name/unit`` (NFKC)."""
    said = unicodedata.normalize("NFKC", f"{name.strip()}/{unit.strip()}")
    return f"g-{hashlib.sha256(said.encode()).hexdigest()[:DIGITS]}"
