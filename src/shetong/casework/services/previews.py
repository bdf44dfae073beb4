"""Pictures for looking at: decoded and encoded anew, so that nothing of the file itself reaches a browser."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from shetong.casework.services import storage

LONGEST_SIDE = 2400
QUALITY = 85


def picture(digest: str) -> bytes:
    """Return a kept picture as JPEG, upright, at most :data:`LONGEST_SIDE` points long, without what is hidden in it.

    Raises ``FileNotFoundError`` and :class:`~shetong.casework.services.storage.AlteredError`.
    """
    return encoded_anew(storage.read(digest))


def encoded_anew(content: bytes, *, longest: int = LONGEST_SIDE) -> bytes:
    """Return a checked picture as JPEG, upright, at most ``longest`` points long: pixels alone, no metadata."""
    with Image.open(io.BytesIO(content)) as opened:
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((longest, longest))
        flat = Image.new("RGB", upright.size, "white")
        shown = upright.convert("RGBA")
        flat.paste(shown, mask=shown)
    target = io.BytesIO()
    flat.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()
