"""Contrast of colours as WCAG 2.2 computes it (§ relative luminance, § contrast ratio)."""

from __future__ import annotations


def luminance(colour: str) -> float:
    """Return the relative luminance (0 black to 1 white) of ``#rrggbb``; raises ``ValueError`` for other text."""
    if len(colour) != 7 or not colour.startswith("#"):
        raise ValueError(f"not a colour like #1c2423: {colour!r}")
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21; the order does not matter."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
