"""One's own hours, and the records that are on public notice."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.core import asked, statutes
from shetong.core.errors import DomainError
from shetong.volunteering.models import Evidence, Field, RecordState, ServiceRecord
from shetong.volunteering.queries import records as queries
from shetong.volunteering.queries import totals
from shetong.volunteering.rules.hours import hours as as_hours
from shetong.volunteering.services import objections, scans
from shetong.volunteering.services.hours import NOTICE
from shetong.volunteering.views.portal import volunteer_of

_ON_NOTICE = 30


def told_hours(minutes: int) -> str:
    """Return minutes as hours, as this deployment tells them."""
    return f"{as_hours(minutes, step=settings.VOLUNTEER_HOUR_STEP_MINUTES):f}"


def row(record: ServiceRecord) -> dict[str, object]:
    """Return what a list says of a record."""
    return {
        "record": record, "hours": told_hours(record.minutes), "state": RecordState(record.state).label,
        "field": Field(record.field).label, "evidence": Evidence(record.evidence).label,
        "doubts": queries.told(record),
    }  # fmt: skip


@never_cache
@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Show one's total, the years and the records, each with what became of it."""
    who = volunteer_of(request)
    if who is None:
        return redirect("volunteering:register")
    total = totals.of_volunteer(who.pk)
    pages = Paginator(queries.of_volunteer(who), 20)
    shown = pages.get_page(request.GET.get("page"))
    context = {
        "volunteer": who, "total": told_hours(total.minutes), "records": total.records,
        "years": [(year, told_hours(minutes), records) for year, minutes, records in total.years],
        "rows": [row(record) for record in shown], "page": shown,
        "devices": who.devices.filter(revoked_at__isnull=True).order_by("-pk"),
    }  # fmt: skip
    return render(request, "volunteering/hours.html", context)


@never_cache
@require_POST
@login_required
def end_device(request: HttpRequest, pk: int) -> HttpResponse:
    """End a device of one's own."""
    try:
        scans.revoke(actor=current_user(request), device_id=pk)
    except DomainError as error:
        raise Http404 from error
    messages.success(request, _("这部设备已停用，不能再离线签到。"))
    return redirect("volunteering:hours")


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """Show the records that anybody may object to now, those of one team where its number is given."""
    team, after = request.GET.get("team", "")[:14].strip(), _key(request.GET.get("after", ""))
    found = queries.announced(size=_ON_NOTICE + 1, after=after, team_number=team)
    shown, more = found[:_ON_NOTICE], found[_ON_NOTICE:]
    names = queries.public_names(record.volunteer_id for record in shown)
    parameter = statutes.in_force(NOTICE, on=queries.today())
    one = {"team": team} if team else {}
    context = {
        "rows": [{**row(record), "name": names.get(record.volunteer_id, "")} for record in shown],
        "first": f"?{urlencode(one)}" if after else "",
        "next": f"?{urlencode({**one, 'after': f'{shown[-1].notice_until}.{shown[-1].pk}'})}" if more else "",
        "team": team, "days": parameter.value, "demo": any(record.demo for record in shown),
    }  # fmt: skip
    return render(request, "volunteering/notice.html", context)


def _key(text: str) -> tuple[date, int] | None:
    """Return the last day and number of the record after which a list goes on; ``None`` for anything else."""
    day, _dot, number = text.partition(".")
    key = asked.day(day), asked.whole(number)
    return None if key[0] is None or key[1] is None else (key[0], key[1])


@require_POST
@login_required
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to a record, one's own or one that is on notice."""
    own_ = ServiceRecord.objects.filter(pk=pk, volunteer__user=current_user(request)).exists()
    back = "volunteering:hours" if own_ else "volunteering:record-notice"
    try:
        objections.object_to(user=current_user(request), record_id=pk, text=request.POST.get("text", ""))
    except DomainError as error:
        if error.status == 404:
            raise Http404 from error
        messages.error(request, error.message)
    else:
        messages.success(request, _("异议已经提交，团体核实后会答复您。"))
    return redirect(back)
