"""The office's supervision of platforms: scorecards, findings, complaints, the half-yearly report."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.charity.models import FindingKind, Platform, PlatformComplaint, PlatformFinding
from shetong.charity.queries.platforms import scorecard, supervision
from shetong.charity.queries.platforms.scorecard import Period, Scorecard, half_year
from shetong.charity.services.platforms import complaints, designation, findings
from shetong.charity.views import words
from shetong.charity.views.platforms.discrepancies import rows
from shetong.core.errors import DomainError
from shetong.core.money import format_plain

RECENT = timedelta(days=30)
SHOWN = 50
FIRST_YEAR = 2016


@require_safe
@office(Permission.CASE_STATISTICS)
def platforms(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Every designated platform with its figures of the last thirty days."""
    today = timezone.localdate()
    period = Period(today - RECENT, today)
    found = Platform.objects.filter(designated_on__lte=today).exclude(withdrawn_on__lte=today).order_by("pk")
    lines = [(one, scorecard.of(one, period), supervision.waiting(one, grants)) for one in found[:SHOWN]]
    return render(request, "charity/platforms/office_list.html", {"lines": lines})


@require_safe
@office(Permission.CASE_STATISTICS)
def platform(request: HttpRequest, grants: Grants, code: str) -> HttpResponseBase:
    """One platform: scorecard, findings, complaints, discrepancies."""
    found = get_object_or_404(Platform, code=code)
    today = timezone.localdate()
    card = scorecard.of(found, Period(today - RECENT, today))
    context = {
        "platform": found,
        "figures": figures(card),
        "findings": [
            (_(str(one.get_kind_display())), one, words.money(one.amount) if one.amount is not None else "")
            for one in supervision.findings(found, grants)[:SHOWN]
        ],
        "complaints": supervision.complaints(found, grants)[:SHOWN],
        "supervises": supervision.national(grants),
        "rows": rows(supervision.discrepancies(found, grants), current_user(request)),
        "reports": _reports(found, today),
        "national": grants.may(Permission.CASE_DECIDE, NATIONAL),
        "today": today,
    }
    return render(request, "charity/platforms/office_platform.html", context)


@require_safe
@office(Permission.CASE_STATISTICS)
def report(request: HttpRequest, grants: Grants, code: str, year: int, half: int) -> HttpResponseBase:
    """The half-yearly report, to be read, printed or taken along as CSV."""
    found = get_object_or_404(Platform, code=code)
    if half not in (1, 2) or not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    card = scorecard.of(found, half_year(year, half))
    if request.GET.get("form") == "csv":
        return _csv(found, card, f"{found.code}-{year}-{half}.csv")
    start, end = card.period.moments
    noted = supervision.findings(found, grants).filter(found_at__gte=start, found_at__lt=end)
    context = {
        "platform": found,
        "year": year,
        "half": half,
        "card": card,
        "figures": figures(card),
        "findings": [(_(str(one.get_kind_display())), one) for one in noted.order_by("pk")[:500]],
        "made_at": timezone.now(),
    }
    return render(request, "charity/platforms/report.html", context)


# Why the ministry may look at how to reach who complained; kept in the audit trail in these words.
PURPOSES = (("ask", N_("向投诉人了解情况")), ("reply", N_("告知投诉人处理结果")), ("investigate", N_("调查平台的行为")))


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_STATISTICS)
def complaint(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Show a complaint and, for a purpose that is recorded, how to reach who made it."""
    found = PlatformComplaint.objects.select_related("platform").filter(pk=pk).first()
    if found is None or not supervision.national(grants):
        raise Http404
    purpose, contact, fault = dict(PURPOSES).get(request.POST.get("purpose", "")), complaints.masked(found), ""
    if request.method == "POST" and purpose is None:
        fault = _("请选择查看的目的。")
    elif purpose is not None:
        contact = complaints.reveal(found, purpose=purpose, actor=current_user(request), request=request)
    context = {
        "complaint": found,
        "contact": contact,
        "revealed": purpose is not None,
        "late": complaints.days_late(found),
        "purposes": [(code, _(text)) for code, text in PURPOSES],
        "fault": fault,
    }
    return render(request, "charity/platforms/office_complaint.html", context, status=422 if fault else 200)


@require_POST
@office(Permission.CASE_DECIDE)
def settle(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Say what was done about a finding."""
    found = get_object_or_404(PlatformFinding.objects.select_related("platform", "organisation__authority"), pk=pk)
    where = found.organisation.authority.division_code if found.organisation else NATIONAL
    if not grants.may(Permission.CASE_DECIDE, where):
        raise Http404
    try:
        findings.settle(finding=found, words=request.POST.get("words", ""), actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("处理情况已经记下。"))
    return redirect("charity:office-platform", code=found.platform.code)


@require_POST
@office(Permission.CASE_DECIDE)
def withdraw(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Let a platform leave the list from tomorrow."""
    found = get_object_or_404(Platform, code=code)
    if not grants.may(Permission.CASE_DECIDE, NATIONAL):
        raise Http404
    try:
        designation.withdraw(
            platform=found,
            on=timezone.localdate() + timedelta(days=1),
            reason=request.POST.get("reason", "").replace("\0", ""),
            actor=current_user(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("平台自明天起退出名录，它的程序不能再报送。"))
    return redirect("charity:office-platform", code=found.code)


def figures(card: Scorecard) -> list[tuple[str, str, bool]]:
    """What a scorecard says: (name, value, whether somebody must look)."""
    hours = round(card.delay / 3600, 1)
    delay = _("%(hours)s小时") % {"hours": hours} if hours else _("不到6分钟")
    return [
        (_("入账笔数"), f"{card.taken:,}", False),
        (_("入账金额"), words.money(card.amount), False),
        (_("及时报送"), _share(card.in_time), card.late > 0),
        (_("平均报送时间"), delay, False),
        (_("重复报送"), f"{card.duplicates:,}", False),
        (_("退回的记录"), f"{card.refused:,}", card.refused > 0),
        (_("对账相符的天数"), f"{card.agreed} / {card.days}", card.agreed < card.days),
        (_("没有对账的天数"), f"{card.days - card.reported}", card.reported < card.days),
        (_("对账差异（未消除）"), f"{card.discrepancies}（{card.open_discrepancies}）", card.open_discrepancies > 0),
        (_("页面核对（不一致）"), f"{card.page_checks}（{card.pages_differing}）", card.pages_differing > 0),
        (_("到账金额"), words.money(card.arrived), False),
        (_("报告的扣费"), words.money(card.fees), card.fees > 0),
        *(
            (_(str(FindingKind(kind).label)), f"{count}（{unsettled}）", unsettled > 0)
            for kind, count, unsettled in card.findings
        ),
        (_("投诉"), f"{card.complaints}", False),
        (_("按时答复"), f"{card.answered_in_time} / {card.complaints - card.pending}", card.late_answers > 0),
    ]  # fmt: skip


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.2f}%"


def _reports(platform: Platform, today: date) -> list[tuple[int, int]]:
    """Half-years since the designation, the newest first."""
    found: list[tuple[int, int]] = []
    year, half = today.year, 1 if today.month < 7 else 2
    while half_year(year, half).last >= platform.designated_on and len(found) < 8:
        found.append((year, half))
        year, half = (year, 1) if half == 2 else (year - 1, 2)
    return found


def _csv(platform: Platform, card: Scorecard, name: str) -> HttpResponse:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("平台", "代码", "起", "止", "项目", "数值"))
    head = (platform.name, platform.code, card.period.first, card.period.last)
    values = [
        ("入账笔数", card.taken), ("入账金额（元）", format_plain(card.amount)), ("迟报笔数", card.late),
        ("平均报送时间（秒）", card.delay), ("重复笔数", card.duplicates), ("退回笔数", card.refused),
        ("有捐赠的天数", card.days), ("已对账的天数", card.reported), ("对账相符的天数", card.agreed),
        ("对账差异", card.discrepancies), ("未消除的对账差异", card.open_discrepancies),
        ("页面核对", card.page_checks), ("页面不一致", card.pages_differing), ("到账笔数", card.arrivals),
        ("到账金额（元）", format_plain(card.arrived)), ("扣费（元）", format_plain(card.fees)),
        *((f"线索：{FindingKind(kind).label}", count) for kind, count, _unsettled in card.findings),
        ("投诉", card.complaints), ("按时答复", card.answered_in_time), ("未答复", card.unanswered),
    ]  # fmt: skip
    for label, value in values:
        writer.writerow((*head, label, value))
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
