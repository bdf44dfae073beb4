"""The check-in page on a volunteer's phone: installable, at work without a network, and what its script asks for."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.models import User
from shetong.accounts.views.own import current_user
from shetong.core.asked import whole
from shetong.core.errors import DomainError, InvalidInputError
from shetong.volunteering.models import ConsentPurpose, PresenceAct, Signup, SignupState, Volunteer
from shetong.volunteering.rules import fence
from shetong.volunteering.services import attendance
from shetong.volunteering.services import scans as scanning
from shetong.volunteering.views.portal import volunteer_of

LARGEST_BODY = 200_000


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the page; it is the same for everybody, so that a phone may keep it. What is one's own comes by script."""
    return render(request, "volunteering/check_in.html", {"words": json.dumps(_words(), ensure_ascii=False)})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the page as an app that can be installed (W3C Web App Manifest)."""
    icon = render_to_string("volunteering/check_in_icon.txt").strip()
    scope = reverse("volunteering:check-in")
    content = {
        "name": _("志愿服务签到"), "short_name": _("志愿签到"), "lang": "zh-CN", "start_url": scope, "scope": scope,
        "display": "standalone", "background_color": "#ffffff", "theme_color": "#ffffff",
        "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml"}],
    }  # fmt: skip
    return JsonResponse(content, content_type="application/manifest+json")


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Hand out the service worker from within the scope that it serves; what it does is in the built script."""
    script = re.search(r'src="([^"]+)"', render_to_string("volunteering/check_in_worker.html"))
    address = script[1] if script else ""
    return HttpResponse(f"importScripts({json.dumps(address)});\n", content_type="text/javascript; charset=utf-8")


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Tell the script who is logged in, their sessions of these days, and the token that its requests carry."""
    who = volunteer_of(request)
    if who is None:
        code, sentence = (
            ("register", _("请先注册为志愿者。")) if request.user.is_authenticated else ("login", _("请先登录。"))
        )
        return JsonResponse({"code": code, "message": sentence}, status=401)
    consent = who.consents.filter(purpose=ConsentPurpose.LOCATION, withdrawn_at__isnull=True)
    content = {
        "volunteer": who.number, "name": who.name_masked, "locates": consent.exists(), "csrf": get_token(request),
        "devices": list(who.devices.filter(revoked_at__isnull=True).values_list("pk", flat=True)),
        "sessions": [_session(signup) for signup in _near(who, timezone.now())],
    }  # fmt: skip
    return JsonResponse(content)


def _near(who: Volunteer, now: datetime) -> list[Signup]:
    """Return what may be checked into or out of now, and what comes within a week, by time.

    Who has left a session sees it until it ends: the last time they leave is what counts.
    """
    late = timedelta(hours=settings.VOLUNTEER_CLOSE_HOURS)
    open_ = Q(state__in=(SignupState.HELD, SignupState.PRESENT), during__endswith__gt=now - late)
    left = Q(state=SignupState.DONE, during__endswith__gt=now)
    signups = (
        Signup.objects.filter(open_ | left, volunteer=who, during__startswith__lt=now + timedelta(days=7))
        .select_related("shift__post__activity").prefetch_related("presences").order_by("during")
    )  # fmt: skip
    return list(signups[:20])


def _session(signup: Signup) -> dict[str, Any]:
    activity = signup.shift.post.activity
    begins, ends = timezone.localtime(signup.during.lower), timezone.localtime(signup.during.upper)
    at = {presence.act: presence.at for presence in sorted(signup.presences.all(), key=lambda one: one.at)}
    came, last = at.get(PresenceAct.IN), at.get(PresenceAct.OUT) or at.get(PresenceAct.IN)
    label = str(SignupState(signup.state).label)
    return {
        "id": signup.shift.session_id, "title": activity.title, "place": activity.address, "way": activity.check_in,
        "when": f"{begins:%m-%d %H:%M}–{ends:%H:%M}", "state": signup.state,
        "label": f"{label} {timezone.localtime(last):%H:%M}" if last else label,
        "begins": _milliseconds(begins), "ends": _milliseconds(ends), "came": _milliseconds(came) if came else None,
    }  # fmt: skip


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def told(view: Callable[[HttpRequest, User, Mapping[str, Any]], dict[str, Any]]) -> Any:
    """Decorate what the script posts to: JSON comes and goes, refusals come as a sentence with the error's status."""

    @never_cache
    @require_POST
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return JsonResponse({"code": "login", "message": _("请先登录。")}, status=401)
        try:
            if len(request.body) > LARGEST_BODY:
                raise InvalidInputError(_("提交的内容过长。"))
            try:
                content = json.loads(request.body)
            except ValueError as error:
                raise InvalidInputError(_("提交的内容残缺，请重试。")) from error
            if not isinstance(content, dict):
                raise InvalidInputError(_("提交的内容残缺，请重试。"))
            return JsonResponse(view(request, request.user, content))
        except DomainError as error:
            return JsonResponse({"code": error.code, "message": error.message}, status=error.status)

    return answer


@told
def device(request: HttpRequest, user: User, content: Mapping[str, Any]) -> dict[str, Any]:
    """Make the browser's key known."""
    held = scanning.enrol(
        actor=user, public_key=_octets(content.get("key")), device=str(content.get("device", ""))[:64]
    )
    return {"device": held.pk}


@told
def scans(request: HttpRequest, user: User, content: Mapping[str, Any]) -> dict[str, Any]:
    """Take in scans that the browser kept."""
    given = content.get("scans")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InvalidInputError(_("提交的内容残缺，请重试。"))
    try:
        sent_at = datetime.fromtimestamp(float(content["sent_at"]) / 1000, UTC)
        number = int(content["device"])
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise InvalidInputError(_("提交的内容残缺，请重试。")) from error
    signed = [scanning.Signed(str(one.get("text", "")), _octets(one.get("signature"))) for one in given]
    outcomes = scanning.synchronise(actor=user, device_id=number, sent_at=sent_at, scans=signed)
    return {
        "outcomes": [
            {"scan": one.scan, "code": one.code, "message": one.message, "again": one.again} for one in outcomes
        ]
    }


@told
def arrive(request: HttpRequest, user: User, content: Mapping[str, Any]) -> dict[str, Any]:
    """Check in or out by being there."""
    try:
        position, act = fence.read(content["place"]), PresenceAct(content["act"])
        session = whole(str(content["session"]))
        if session is None:
            raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(_("提交的内容残缺，请重试。")) from error
    done = attendance.arrive(
        actor=user,
        session_id=session,
        act=act,
        position=position,
        device=str(content.get("device", ""))[:64],
        sure=content.get("sure") is True,
    )
    return {"message": _("%(act)s已记录。") % {"act": PresenceAct(done.act).label}}


@require_POST
@login_required
def digits(request: HttpRequest) -> HttpResponse:
    """Check in or out by the digits typed, for browsers without script."""
    code = "".join(re.findall("[0-9]", unicodedata.normalize("NFKC", request.POST.get("code", "")[:40])))
    act = PresenceAct.OUT if request.POST.get("act") == "out" else PresenceAct.IN
    user = current_user(request)
    try:
        for session_id in attendance.near_sessions(user, timezone.now()):
            try:
                attendance.scan(actor=user, session_id=session_id, code=code, act=act, typed=True)
            except DomainError as error:
                if error.code != "code":
                    raise
            else:
                messages.success(request, _("%(act)s已记录。") % {"act": act.label})
                return redirect("volunteering:hours")
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.error(request, _("签到码不对或者已经过期，请输入现在显示的8位数字。"))
    return redirect("volunteering:check-in")


def _octets(text: object) -> bytes:
    try:
        return base64.b64decode(str(text or ""), validate=True)[:200]
    except ValueError as error:
        raise InvalidInputError(_("提交的内容残缺，请重试。")) from error


def _words() -> dict[str, str]:
    return {
        "online": _("已联网"),
        "offline": _("没有网络：可以照常签到，联网后自动提交"),
        "in": _("签到"),
        "out": _("签退"),
        "scan_in": _("扫码签到"),
        "scan_out": _("扫码签退"),
        "place_in": _("我已到达，定位签到"),
        "place_out": _("我要离开，定位签退"),
        "waits": _("已保存在手机上，等待提交"),
        "in_waits": _("已签到，等待提交"),
        "out_waits": _("已签退，等待提交"),
        "sure": _("您%(at)s刚签到。现在就要签退吗？") % {"at": "{at}"},
        "not_left": _("没有签退。离开时再扫一次。"),
        "login_first": _("请先登录，再扫一次签到码。"),
        "dismiss": _("知道了"),
        "working": _("请稍候……"),
        "kept": _("已保存在手机上，联网后自动提交。"),
        "unreadable": _("没有读出签到码，请对准现场工作人员手机上的二维码再试。"),
        "ended": _("这部手机停用过，停用前没有提交的不能再用，请现场工作人员为您点名。"),
        "later": _("暂时没有提交成功，稍后会自动再试。"),
        "digits": _("请输入现场工作人员手机上显示的8位数字。"),
        "choose": _("请先选择场次。"),
        "camera": _("打不开相机。请允许使用相机，或者改用照片、输入数字。"),
        "needs_net": _("定位签到需要网络。请改为扫码，或者请现场工作人员点名。"),
    }
