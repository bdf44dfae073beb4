"""Checking a document that somebody holds in hands: whose seal, whole or altered, valid when it was set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from shetong.casework.queries import seals
from shetong.casework.queries.seals import Verdict

LARGEST = 20 * 1_048_576


@dataclass(frozen=True, slots=True)
class Words:
    """How a verdict is put."""

    tone: str
    title: Any
    explanation: Any


WORDS: dict[Verdict, Words] = {
    Verdict.VALID: Words(
        "good",
        gettext_lazy("印章有效，文件完整"),
        gettext_lazy("文件自加盖电子印章以来没有任何改动，盖章时印章有效。"),
    ),
    Verdict.UNSEALED: Words(
        "bad",
        gettext_lazy("文件没有电子印章"),
        gettext_lazy(
            "文件中没有数字签名，画面上的印章图案不能证明什么。打印后再扫描的文件也会失去签名，请上传下载时的原文件。"
        ),
    ),
    Verdict.ALTERED: Words(
        "bad",
        gettext_lazy("文件被改动过"),
        gettext_lazy("内容与盖章时不同，请不要采信，并向文书所列机关核实。"),
    ),
    Verdict.EXTENDED: Words(
        "bad",
        gettext_lazy("盖章以后又加了内容"),
        gettext_lazy("盖章时的部分没有变，但是后面添加了别的内容，显示出来的可能已经不同。请使用下载时的原文件。"),
    ),
    Verdict.UNKNOWN_SEAL: Words(
        "bad",
        gettext_lazy("不是本平台登记的印章"),
        gettext_lazy("文件有数字签名，但是签名人的印章没有在本平台登记，不能确认是哪个机关。"),
    ),
    Verdict.COMPROMISED: Words(
        "bad",
        gettext_lazy("印章已经作废"),
        gettext_lazy("这枚印章已经宣布作废，本平台也没有发出过这份文件，请不要采信。"),
    ),
    Verdict.OUT_OF_TIME: Words(
        "warn",
        gettext_lazy("盖章时印章不在有效期内"),
        gettext_lazy("文件完整，但是盖章时间不在印章的有效期内，请向文书所列机关核实。"),
    ),
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST checks the file that comes with it and keeps nothing of it.

    Posting changes nothing, so it needs no token against forgery.
    """
    context: dict[str, Any] = {}
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or not file.size:
            context["error"] = _("请先选择要验证的 PDF 文件。")
        elif file.size > LARGEST:
            context["error"] = _("文件超过%(size)s MB，本页只验证文书的 PDF 文件。") % {"size": LARGEST // 1_048_576}
        else:
            content = file.read()
            if not content.startswith(b"%PDF-"):
                context["error"] = _("这不是 PDF 文件。请上传下载文书时得到的原文件。")
            else:
                checked = seals.check(content)
                context |= {"checked": checked, "words": WORDS[checked.verdict], "name": file.name}
    response = render(request, "casework/verify_document.html", context, status=422 if "error" in context else 200)
    patch_cache_control(response, no_store=True)
    return response


@require_safe
def certificates(_request: HttpRequest) -> HttpResponse:
    """Hand out the certificates by which any PDF program can check the seals."""
    response = HttpResponse(seals.published(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="shetong-seals.pem"'
    return response
