"""Verifying certificates: the page, with and without scripts. Programs ask :mod:`shetong.registry.api.certificates`."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from shetong.core.errors import DomainError
from shetong.registry.queries import certificates as queries
from shetong.registry.queries.certificates import Standing, Verification
from shetong.registry.rules.certificate_elements import ELEMENTS, FUNDS_LABELS, LABELS, Snapshot, Value, label, shown
from shetong.registry.rules.certificate_serials import grouped, parse_serial
from shetong.registry.views.verdict_words import WORDS

MAX_PASTED = 10_000
# Longer texts are no certificate number, however it is grouped, but the content of a QR code.
MAX_NUMBER = 40


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, serial: str = "") -> HttpResponse:
    """Show the verification page; with a number what the register says of it; with a posted link the server's verdict.

    Posting changes nothing, so it needs no token against forgery, and the page no cookie.
    """
    context: dict[str, Any] = {"words": json.dumps(_browser_words(), ensure_ascii=False)}
    if request.method == "POST":
        text = request.POST.get("link", "")[:MAX_PASTED]
        context |= {"link": text, **_posted(text)}
    elif serial:
        context |= _record(serial)
    response = render(request, "registry/verify.html", context)
    patch_cache_control(response, no_store=True)
    return response


def _posted(text: str) -> dict[str, Any]:
    if not text.strip():
        return {"link_error": _("请粘贴二维码中的链接，或者输入证书编号。")}
    if len(text.strip()) <= MAX_NUMBER and "/" not in text:
        return _record(text)  # says what is wrong with a number that was copied wrongly
    return _outcome(queries.verify_text(text))


def _record(serial: str) -> dict[str, Any]:
    try:
        found = queries.standing(parse_serial(serial))
    except DomainError as error:
        return {"link_error": error.message}
    if found is None:
        return {"unknown_serial": grouped(parse_serial(serial))}
    return {"record": True, "standing": found, "facts": _facts(found.snapshot), **_shown_standing(found)}


def _outcome(result: Verification) -> dict[str, Any]:
    context: dict[str, Any] = {"verdict": result.verdict, "verdict_words": WORDS[result.verdict]}
    if result.claims is not None:
        facts: Snapshot = dict(result.claims.values)
        if result.standing is not None:
            facts |= {name: result.standing.snapshot.get(name) for name in result.claims.digests}
        context |= {"claims": result.claims, "facts": _facts(facts), "serial": grouped(result.claims.serial)}
    if result.standing is not None:
        context |= {"standing": result.standing, **_shown_standing(result.standing)}
    return context


def _shown_standing(found: Standing) -> dict[str, Any]:
    return {"serial": grouped(found.serial), "demo": found.demo}


def _facts(facts: Snapshot) -> list[tuple[str, str]]:
    kind = str(facts.get("kind"))
    return [(_(label(name, kind)), _shown(name, facts[name])) for name in ELEMENTS if name in facts]


def _shown(name: str, value: Value) -> str:
    """Return a value as the certificate says it; only words of closed lists are translated."""
    return _(shown(name, value)) if name in ("kind", "charity") else shown(name, value)


def _browser_words() -> dict[str, Any]:
    """Return the texts with which the browser shows what it found by itself."""
    return {
        "verdicts": {
            verdict: {"tone": words.tone, "title": str(words.title), "explanation": str(words.explanation)}
            for verdict, words in WORDS.items()
        },
        "labels": {name: _(LABELS[name]) for name in ELEMENTS},
        "funds": {kind.value: _(text) for kind, text in FUNDS_LABELS.items()},
        "kinds": {kind.value: _(kind.label) for kind in FUNDS_LABELS},
        "texts": {
            "certified": _("证书所载"),
            "registered": _("现登记"),
            "item": _("事项"),
            "differences": _("变更的事项"),
            "facts": _("证书所载事项"),
            "serial": _("证书编号"),
            "issued": _("发证日期"),
            "reason": _("原因：{reason}（{day}）"),
            "organisation": _("查看该组织的现登记信息"),
            "demo": _("这是演示数据，不是真实的登记证书。"),
            "digest": _("（文字较长，二维码中只载摘要，联网后显示）"),
            "checking": _("签名有效，正在向登记机关核对现状……"),
            "yes": _("是"),
            "no": _("否"),
            "no_code": _("图片中没有找到二维码。请靠近一些、光线明亮、画面清晰地重新拍摄。"),
            "no_camera": _("无法使用摄像头。请在浏览器设置中允许使用摄像头，或者改为上传照片。"),
            "no_file": _("无法读取这个文件。请上传照片（JPG、PNG）或证书的 PDF 文件。"),
            "no_keys": _("未能取得登记管理机关公布的密钥，请检查网络后重试。"),
            "scanning": _("请将二维码对准画面中央。"),
            "stop": _("停止扫描"),
            "by_browser": _("由您的浏览器核验签名"),
        },
    }
