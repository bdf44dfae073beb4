"""Looking into uploaded files: what they are by content, and what in them is refused. Names prove nothing."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext, gettext_noop
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from shetong.core.errors import InvalidInputError

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
NAMES = {PDF: "PDF", JPEG: gettext_noop("JPEG 图片"), PNG: gettext_noop("PNG 图片")}
MOST_PIXELS = 80_000_000
MOST_PAGES = 500
MOST_OBJECTS = 200_000
# Entries that run something or carry other files inside.
_ACTIVE = {
    "/JavaScript": gettext_noop("脚本"),
    "/JS": gettext_noop("脚本"),
    "/Launch": gettext_noop("启动程序的动作"),
    "/EmbeddedFile": gettext_noop("嵌入的文件"),
    # The type of what is embedded need not be said: the places where it hangs count.
    "/EmbeddedFiles": gettext_noop("嵌入的文件"),
    "/EF": gettext_noop("嵌入的文件"),
    "/GoToE": gettext_noop("嵌入的文件"),
    "/XFA": gettext_noop("动态表单"),
    "/SubmitForm": gettext_noop("向外发送数据的动作"),
    "/ImportData": gettext_noop("读取其他文件的动作"),
    "/RichMedia": gettext_noop("多媒体"),
}


def media_type(content: bytes) -> str | None:
    """Return the media type by the first octets, ``None`` for everything that nobody asks for."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    return PNG if content.startswith(b"\x89PNG\r\n\x1a\n") else None


def require_size(octets: int, *, largest: int) -> None:
    """Raise :class:`InvalidInputError` for an empty file and for one larger than ``largest`` octets."""
    if not octets:
        raise InvalidInputError(gettext("文件是空的，请重新选择。"), code="file-empty")
    if octets > largest:
        raise InvalidInputError(
            gettext("文件有%(size)s MB，最大%(largest)s MB，请压缩或者分成几个文件。")
            % {"size": format(octets / 1_048_576, ".1f"), "largest": largest // 1_048_576},
            code="file-too-large",
        )


def check(content: bytes, *, allowed: tuple[str, ...], largest: int) -> str:
    """Return the media type of a file that may be kept.

    Raises :class:`InvalidInputError` with the reason: empty, too large, other type, damaged, with script inside.
    """
    require_size(len(content), largest=largest)
    found = media_type(content)
    if found is None or found not in allowed:
        names = gettext("、").join(gettext(NAMES[kind]) for kind in allowed)
        raise InvalidInputError(
            gettext("只接受%(names)s文件；这个文件的内容不是，请另存后再上传。") % {"names": names}, code="file-type"
        )
    _check_only_one(content, found)
    if found == PDF:
        _check_pdf(content)
    else:
        _check_image(content, found)
    return found


def _check_only_one(content: bytes, found: str) -> None:
    """Refuse what other programs would take for something else: an archive behind it, a PDF within a picture."""
    twofold = zipfile.is_zipfile(io.BytesIO(content)) or (found != PDF and b"%PDF-" in content[:1024])
    if twofold:
        raise InvalidInputError(
            gettext("文件里还藏着另一种文件，为安全起见不能接收，请重新拍摄或者打印为普通 PDF 后再上传。"),
            code="file-twofold",
        )


def _check_image(content: bytes, kind: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise InvalidInputError(gettext("图片的像素过多，请缩小后再上传。"), code="file-too-large")
                image.verify()
            # Of a JPEG that looks at the head alone: one that was cut off is found when it is drawn, in small.
            if kind == JPEG:
                with Image.open(io.BytesIO(content)) as image:
                    image.draft("RGB", (64, 64))
                    image.load()
    except InvalidInputError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise InvalidInputError(gettext("图片的像素过多，请缩小后再上传。"), code="file-too-large") from None
    except Exception:
        # The library raises whatever its decoders raise.
        raise InvalidInputError(gettext("图片已经损坏，打不开，请重新拍摄或者扫描。"), code="file-damaged") from None


def pages(content: bytes) -> int:
    """Return how many pages a file has that was checked: a picture has one."""
    return len(PdfReader(io.BytesIO(content), strict=False).pages) if media_type(content) == PDF else 1


def _check_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise InvalidInputError(gettext("PDF 设有密码或者限制，请解除后再上传。"), code="file-encrypted")
        if len(reader.pages) > MOST_PAGES:
            raise InvalidInputError(
                gettext("PDF 超过%(most_pages)s页，请分成几个文件。") % {"most_pages": MOST_PAGES},
                code="file-too-large",
            )
        found = next(_active(reader), None)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        raise InvalidInputError(gettext("PDF 已经损坏，打不开，请重新导出。"), code="file-damaged") from None
    if found:
        raise InvalidInputError(
            gettext("PDF 中含有%(found)s，为安全起见不能接收，请打印为普通 PDF 后再上传。") % {"found": gettext(found)},
            code="file-active",
        )


def _active(reader: PdfReader) -> Iterator[str]:
    """Yield what is active in a document, looking at every object that can be reached from its root."""
    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    looked = 0
    while waiting:
        looked += 1
        if looked > MOST_OBJECTS:
            raise InvalidInputError(gettext("PDF 的结构过于复杂，请打印为普通 PDF 后再上传。"), code="file-active")
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            key = (thing.idnum, thing.generation)
            if key in seen:
                continue
            seen.add(key)
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            said = [str(thing.raw_get(name)) for name in ("/S", "/Type", "/Subtype") if name in thing]
            yield from (_ACTIVE[name] for name in (*thing.keys(), *said) if name in _ACTIVE)
            waiting.extend(thing.raw_get(name) for name in thing)
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))
