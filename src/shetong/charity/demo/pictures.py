"""Pictures that stand for photographs: drawn, and marked as demonstration."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from shetong.core.typesetting import FONTS

SIZE = (960, 640)
_TINTS = ("#3f7d6e", "#8a5a2b", "#4a6fa5", "#7a4e7e", "#5f7f3a")


@lru_cache(maxsize=32)
def photograph(title: str) -> bytes:
    """Return a JPEG: boxes on a ground, the title, and that it is a demonstration."""
    seed = sum(map(ord, title))
    image = Image.new("RGB", SIZE, "#eef1ee")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 430, *SIZE), fill="#c9d2cb")
    for number in range(7):
        left, height = 40 + number * 130, 90 + (seed * (number + 3) * 37) % 220
        pen.rectangle((left, 470 - height, left + 104, 470), fill=_TINTS[(seed + number) % len(_TINTS)])
        pen.rectangle((left + 44, 470 - height, left + 60, 470), fill="#ffffff55")
    pen.text((40, 500), title, font=_font(44), fill="#1b2221")
    pen.text((40, 566), "演示图片，由程序绘制", font=_font(28), fill="#4d5554")
    target = io.BytesIO()
    image.save(target, "JPEG", quality=82)
    return target.getvalue()


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    files = sorted(path for path in Path(FONTS).rglob("*") if path.suffix.lower() in (".otf", ".ttf", ".ttc"))
    return ImageFont.truetype(str(files[0]), size) if files else ImageFont.load_default(size)
