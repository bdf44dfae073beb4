"""Certificates of service for strangers: verifying without an account, void numbers, certificates in public notice."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from shetong.core.errors import DomainError
from shetong.registry.rules.certificate_serials import grouped, parse_serial
from shetong.volunteering.models import Field, ForgedNumber, Team
from shetong.volunteering.models.choices import PAPERS
from shetong.volunteering.queries import certificates as queries
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.views.certificate_words import LABELS, WORDS
from shetong.volunteering.views.parts import part

MAX_PASTED = 10_000
MAX_NUMBER = 40


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, serial: str = "") -> HttpResponse:
    """Show the verification page, what is recorded under a number, or the server's verdict on a posted link.

    Posting changes nothing, so it needs no token against forgery, and the page no cookie.
    """
    context: dict[str, Any] = {"words": json.dumps(_browser_words(), ensure_ascii=False)}
    if request.method == "POST":
        text = request.POST.get("link", "")[:MAX_PASTED]
        context |= {"link": text, **_posted(text)}
    elif serial:
        context |= _record(serial)
    response = render(request, "volunteering/verify.html", context)
    patch_cache_control(response, no_store=True)
    return response


@require_safe
def void(request: HttpRequest) -> HttpResponse:
    """Show everybody the numbers that must not be believed: revoked certificates and forged ones."""
    context = {
        "revoked": part(request, queries.revoked(), size=100, name="revoked"),
        "forged": part(request, ForgedNumber.objects.order_by("-recorded_at", "-pk"), size=100, name="forged"),
    }
    return render(request, "volunteering/void_certificates.html", context)


@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """Show the certificates that a team shows publicly these days, names masked."""
    team = Team.objects.filter(number=number).first()
    if team is None:
        raise Http404
    page = part(request, queries.in_notice(team.pk), size=100)
    context = {"team": team, "rows": [(each, rules.hours(each.minutes)) for each in page], "page": page}
    return render(request, "volunteering/certificate_notice.html", context)


def _posted(text: str) -> dict[str, Any]:
    if not text.strip():
        return {"link_error": _("请粘贴二维码中的链接，或者输入证明编号。")}
    if len(text.strip()) <= MAX_NUMBER and "/" not in text:
        return _record(text)
    result = queries.verify_text(text)
    context: dict[str, Any] = {"verdict": result.verdict, "verdict_words": WORDS[result.verdict]}
    if result.claims is not None:
        told = {**result.claims.values, "volunteer": result.claims.volunteer}
        context |= {
            "facts": _facts(told), "serial": grouped(result.claims.serial), "demo": result.claims.demo,
            "issued_on": timezone.localdate(result.claims.issued_at),
        }  # fmt: skip
    if result.standing is not None:
        context |= _standing(result.standing)
    return context


def _record(serial: str) -> dict[str, Any]:
    if (forged := queries.forged(serial)) is not None:
        return {"forged": forged}
    try:
        number = parse_serial(serial)
    except DomainError as error:
        return {"link_error": error.message}
    found = queries.standing(number)
    if found is None:
        return {"unknown_serial": grouped(number)}
    facts = [(_("姓名"), found.shown["name_masked"] or "—"), *_facts(found.shown)]
    return {"record": True, "facts": facts, "serial": grouped(number), "demo": found.demo, **_standing(found)}


def _standing(found: queries.Standing) -> dict[str, Any]:
    in_notice = found.notice_until is not None and found.notice_until >= timezone.localdate()
    return {
        "standing": found, "hours_now": rules.hours(found.minutes_now), "in_notice": in_notice,
        "issued_on": timezone.localdate(found.issued_at),
        "fields": [(str(Field(field).label), rules.hours(minutes)) for field, minutes in found.shown["fields"]],
    }  # fmt: skip


def _facts(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(label), _shown(name, told[name])) for name, label in LABELS.items() if told.get(name)]


def _shown(name: str, value: Any) -> str:
    if name == "minutes":
        return _("%(hours)s 小时（%(minutes)d 分钟）") % {"hours": rules.hours(value), "minutes": value}
    if name == "paper":
        return str(PAPERS.get(value, value))
    return str(value)


def _browser_words() -> dict[str, Any]:
    """Return the texts with which the browser shows what it found by itself."""
    return {
        "verdicts": {
            verdict: {"tone": words.tone, "title": str(words.title), "explanation": str(words.explanation)}
            for verdict, words in WORDS.items()
        },
        "labels": {**{name: str(label) for name, label in LABELS.items()}, "issued": _("出具日期"),
                   "serial": _("证明编号")},
        "papers": {code: str(label) for code, label in PAPERS.items()},
        "texts": {
            "facts": _("证明所载内容"),
            "reason": _("原因：{reason}（{day}）"),
            "now": _("现在确认的时间合计 {hours} 小时，少于证明所载。"),
            "notice": _("这份证明正在公示，至{day}。"),
            "hours": _("{hours} 小时（{minutes} 分钟）"),
            "demo": _("这是演示数据，不是真实的证明。"),
            "checking": _("签名有效，正在核对现状……"),
            "no_code": _("图片中没有找到二维码。请靠近一些、光线明亮、画面清晰地重新拍摄。"),
            "no_camera": _("无法使用摄像头。请在浏览器设置中允许使用摄像头，或者改为上传照片。"),
            "no_file": _("无法读取这个文件。请上传照片（JPG、PNG）或证书的 PDF 文件。"),
            "no_keys": _("未能取得登记管理机关公布的密钥，请检查网络后重试。"),
            "scanning": _("请将二维码对准画面中央。"),
            "stop": _("停止扫描"),
            "by_browser": _("由您的浏览器核验签名"),
        },
    }  # fmt: skip
