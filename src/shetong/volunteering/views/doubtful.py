"""The office's page of records in doubt: figures, both records side by side, the judgement with its reason."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.volunteering.models import Doubt, DoubtState, Presence, RecordState, Referral, ServiceRecord
from shetong.volunteering.queries import records as queries
from shetong.volunteering.services import judging
from shetong.volunteering.views.hours import row


@require_safe
@office(Permission.VOLUNTEERING_MANAGE)
def listing(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show the records that wait for a judgement, and apart from them those with mild doubts."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in ("mild", "void") else ""
    within = grants.jurisdictions(Permission.VOLUNTEERING_MANAGE)
    found = queries.doubtful(within, serious=kind != "mild", void=kind == "void")
    shown = Paginator(found, 20).get_page(request.GET.get("page"))
    context = {"rows": [row(record) for record in shown], "page": shown, "kind": kind}
    return render(request, "volunteering/office_hours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.VOLUNTEERING_MANAGE)
def record(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Show one record with everything about it; judge it or hand it to enforcement."""
    found = _within(grants, pk)
    if request.method == "POST":
        return _act(request, found)
    related = [
        row(other)
        for other in ServiceRecord.objects.filter(pk__in=found.doubts.exclude(other=None).values("other"))
        .select_related("team", "activity", "volunteer").prefetch_related("doubts")
    ]  # fmt: skip
    doubts = list(Doubt.objects.filter(record=found).select_related("judged_by").order_by("pk"))
    context = {
        "row": row(found), "record": found, "related": related,
        "doubts": [(doubt, queries.tell(doubt)) for doubt in doubts],
        "closed": found.state in (RecordState.VOID, RecordState.SUPERSEDED),
        "open": any(doubt.state == DoubtState.OPEN for doubt in doubts),
        "events": found.events.order_by("number"),
        "presences": Presence.objects.filter(signup=found.signup_id).order_by("at") if found.signup_id else [],
        "referral": Referral.objects.filter(record=found).first(),
    }  # fmt: skip
    return render(request, "volunteering/office_hours_record.html", context)


def _act(request: HttpRequest, found: ServiceRecord) -> HttpResponse:
    actor, reason, do = current_user(request), request.POST.get("reason", ""), request.POST.get("do")
    try:
        if do == "refer":
            judging.refer(actor=actor, record_id=found.pk, reason=reason)
            messages.success(request, _("已经移送执法，受理后会显示受理编号。"))
        elif do in ("counts", "void"):
            judging.judge(actor=actor, record_id=found.pk, counts=do == "counts", reason=reason)
            messages.success(request, _("疑点已经排除。") if do == "counts" else _("疑点成立，记录作废。"))
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:office-hours-record", pk=found.pk)


def _within(grants: Grants, pk: int) -> ServiceRecord:
    condition = queries.within(grants.jurisdictions(Permission.VOLUNTEERING_MANAGE))
    found = (
        ServiceRecord.objects.filter(condition, pk=pk)
        .select_related("team", "activity", "volunteer").prefetch_related("doubts").first()
    )  # fmt: skip
    if found is None:
        raise Http404
    return found
