"""Text that spreadsheet programs must not take for a formula."""

from __future__ import annotations

# What Excel, LibreOffice and WPS may read as the start of a formula, full-width forms included.
_STARTERS = tuple("=+-@＝＋－＠\t\r\n|%")
_GUARD = "'"


def inert(text: str) -> str:
    """Return ``text`` so that a spreadsheet program shows it and never computes it.

    A leading apostrophe is put before what could begin a formula (CWE-1236), and before an apostrophe that already
    guards one, so that :func:`unguarded` gives back exactly the original.
    """
    if text.lstrip(" \u3000\ufeff").startswith(_STARTERS) or _is_guarded(text):
        return _GUARD + text
    return text


def unguarded(text: str) -> str:
    """Undo :func:`inert`."""
    return text[1:] if _is_guarded(text) else text


def _is_guarded(text: str) -> bool:
    bare = text.lstrip(_GUARD)
    return text.startswith(_GUARD) and bare.lstrip(" \u3000\ufeff").startswith(_STARTERS)
