"""Typst documents with the fonts of the wheel ``pylopdf-fonts-zh-cn`` (Noto, SIL Open Font License 1.1).

Data reaches a template as one JSON text and is never read as markup. One compiler per template and process keeps its
fonts and the parsed template.
"""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
import typst

# Below it templates may name each other.
ROOT = Path(__file__).parents[1]
FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
# Tags, title, language and alternative texts, checked by the compiler.
STANDARD: Final = "ua-1"


class Template:
    """A Typst file with its compiler, made on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._compiler: typst.Compiler | None = None
        self._compiling = threading.Lock()

    def render(self, data: str, *, at: datetime) -> bytes:
        """Return the document for ``data`` (JSON) as PDF/UA-1, dated ``at``: the same input gives the same octets."""
        # The compiler's caches are not meant for several threads at once; a document takes some ten milliseconds.
        with self._compiling:
            if self._compiler is None:
                self._compiler = typst.Compiler(
                    str(self.path), root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True
                )
            pdf = self._compiler.compile(
                sys_inputs={"data": data}, format="pdf", pdf_standards=STANDARD, timestamp=int(at.timestamp())
            )
        assert isinstance(pdf, bytes)  # noqa: S101 - a document without an output path comes back as one value
        return pdf
