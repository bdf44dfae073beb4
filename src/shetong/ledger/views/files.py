"""The log as static files would serve it (C2SP ``tlog-tiles``), and receipts."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import wraps

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shetong.core.errors import NotFoundError
from shetong.ledger.queries import tree
from shetong.ledger.rules import entry_types, tiles

View = Callable[..., HttpResponse]

FOR_EVER = {"public": True, "immutable": True, "max_age": 31_536_000}


def _plain(view: View) -> View:
    """Answer programs that read the log in plain text, as a file server would."""

    @wraps(view)
    def answered(request: HttpRequest, **place: object) -> HttpResponse:
        try:
            return view(request, **place)
        except NotFoundError as error:
            response = HttpResponse(
                f"{error.code}: {error.message}\n", status=404, content_type="text/plain; charset=utf-8"
            )
            patch_cache_control(response, public=True, max_age=1)
            return response

    return require_safe(answered)


@_plain
def checkpoint(request: HttpRequest, log: str) -> HttpResponse:
    """The newest signed checkpoint, with the cosignatures it has."""
    head = tree.latest_checkpoint(tree.log_named(log))
    if head is None:
        raise NotFoundError(gettext("这个公开日志还没有条目。"), code="checkpoint-not-found")
    response = HttpResponse(tree.cosigned(head), content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=1)
    return response


@_plain
def keys(request: HttpRequest, log: str) -> HttpResponse:
    """The log's verifier keys, one a line, the signing one first."""
    lines = "".join(f"{verifier}\n" for verifier in tree.verifiers(tree.log_named(log)))
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


@_plain
def tile(request: HttpRequest, log: str, level: int, path: str) -> HttpResponse:
    """A tile of hashes; partial ones stay available for those who read under an older checkpoint."""
    place = _place(path)
    if level > tiles.MAX_LEVEL:
        raise NotFoundError(gettext("没有这一层分片。"), code="tile-not-found")
    return _for_ever(tree.read_tile(tree.log_named(log), level, place.index, place.width))


@_plain
def entries(request: HttpRequest, log: str, path: str) -> HttpResponse:
    """A bundle of entries."""
    return _for_ever(tree.entry_bundle(tree.log_named(log), _place(path)))


@_plain
def receipt(request: HttpRequest, log: str, reference: str) -> JsonResponse:
    """The receipt of one act, verifiable without this server."""
    response = JsonResponse(tree.receipt(tree.log_named(log), reference).as_json())
    patch_cache_control(response, public=True, max_age=5)
    return response


@_plain
def receipt_qr(request: HttpRequest, log: str, reference: str) -> HttpResponse:
    """The receipt as a QR code (SVG) that leads to the verification page and carries the whole proof."""
    link = receipt_link(tree.receipt(tree.log_named(log), reference).compact())
    try:
        code = segno.make(link, error="l", micro=False, boost_error=False)  # type: ignore[arg-type] # segments too
    except segno.DataOverflowError as error:
        raise NotFoundError(gettext("这份回执太长，放不进二维码，请下载文件。"), code="receipt-too-long") from error
    picture = io.BytesIO()
    code.save(picture, kind="svg", border=4, xmldecl=False, light="#fff")
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=5)
    return response


@_plain
def consistency(request: HttpRequest, log: str, old: int, new: int) -> JsonResponse:
    """The proof that the log only grew from ``old`` to ``new`` entries (RFC 9162, 2.1.4), in base64."""
    proof = tree.consistency(tree.log_named(log), old, new)
    response = JsonResponse({"old": old, "new": new, "proof": [base64.b64encode(value).decode() for value in proof]})
    patch_cache_control(response, **FOR_EVER)
    return response


@_plain
def types(request: HttpRequest) -> JsonResponse:
    """The JSON Schema of every type of entry, by name and version."""
    response = JsonResponse({f"{known.name}/{known.version}": known.schema() for known in entry_types.known()})
    patch_cache_control(response, public=True, max_age=3_600)
    return response


def receipt_link(compact: bytes) -> tuple[str, str]:
    """The link in a receipt's QR code in two segments: the page, and the receipt as decimal digits.

    The part behind ``#`` never reaches a server, and QR codes hold digits most densely.
    """
    return f"{settings.PUBLIC_URL}{reverse('ledger:verify')}#", str(int.from_bytes(compact, "big"))


def _place(path: str) -> tiles.TileIndex:
    try:
        return tiles.parse_path(path)
    except ValueError as error:
        raise NotFoundError(gettext("没有这个分片。"), code="tile-not-found") from error


def _for_ever(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/octet-stream")
    patch_cache_control(response, **FOR_EVER)
    return response
