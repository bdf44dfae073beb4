"""Certificates of service on the issuer's side: the team's, and the guiding authority's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.volunteering.forms_record import BatchForm, ForgedForm
from shetong.volunteering.models import (
    CertificateBatch,
    CertificateRequest,
    ForgedNumber,
    RequestState,
    ServiceCertificate,
    StaffRole,
    Team,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.services import certificate_archives
from shetong.volunteering.services import certificates as services
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.parts import part


@never_cache
@require_safe
@login_required
def certificates(request: HttpRequest, team: int) -> HttpResponse:
    """Show a team's certificates: who waits for one, what was issued, a form for a batch."""
    return _page(request, _team(request, team), BatchForm())


@never_cache
@require_POST
@login_required
def batch(request: HttpRequest, team: int) -> HttpResponse:
    """Issue certificates to everybody who served in a period."""
    found = _team(request, team)
    form = BatchForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        done = services.issue_batch(actor=current_user(request), team_id=found.pk, **form.cleaned_data)
    except DomainError as error:
        _blame(form, error)
        return _page(request, found, form, status=422)
    messages.success(request, _("已经出具 %(count)d 份证明，志愿者会收到通知。") % {"count": done.count})
    return redirect("volunteering:team-certificates", team=found.pk)


@never_cache
@require_POST
@login_required
def archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out all certificates of a batch in one archive."""
    found = CertificateBatch.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    team = _team(request, found.team_id)
    language = "en" if request.POST.get("language") == "en" else "zh"
    try:
        name, pieces = certificate_archives.open_batch(
            actor=current_user(request), batch_id=pk, purpose=request.POST.get("purpose", ""), language=language
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("volunteering:team-certificates", team=team.pk)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue what somebody asked for, or refuse."""
    asked = CertificateRequest.objects.filter(pk=pk).first()
    if asked is None:
        raise Http404
    team = _team(request, asked.team_id)
    issues = request.POST.get("do") == "issue"
    try:
        services.decide(
            actor=current_user(request), request_id=pk, issues=issues, reason=request.POST.get("reason", "")
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("证明已经出具。") if issues else _("已经告知本人。"))
    return redirect("volunteering:team-certificates", team=team.pk)


@require_POST
@login_required
def revoke(request: HttpRequest, serial: str) -> HttpResponse:
    """Revoke a certificate of one's team."""
    found = ServiceCertificate.objects.filter(serial=serial.upper()).first()
    if found is None or not staff.holds(current_user(request), found.team_id, StaffRole.LEADER):
        raise Http404
    _revoke(request, found.serial)
    return redirect("volunteering:team-certificates", team=found.team_id)


@require_safe
@office(Permission.VOLUNTEERING_MANAGE)
def office_certificates(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show the certificates of one's jurisdiction, and publish forged numbers."""
    return _office_page(request, grants, ForgedForm())


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def office_forged(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Publish a forged number."""
    form = ForgedForm(request.POST)
    if not form.is_valid():
        return _office_page(request, grants, form, status=422)
    try:
        services.tell_forged(actor=current_user(request), **form.cleaned_data)
    except DomainError as error:
        _blame(form, error)
        return _office_page(request, grants, form, status=422)
    messages.success(request, _("已经公布。"))
    return redirect("volunteering:office-certificates")


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def office_revoke(request: HttpRequest, grants: Grants, serial: str) -> HttpResponse:
    """Revoke a certificate within one's jurisdiction."""
    _revoke(request, serial)
    return redirect("volunteering:office-certificates")


def _revoke(request: HttpRequest, serial: str) -> None:
    try:
        services.revoke(actor=current_user(request), serial=serial, reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("证明已经撤销，核验的人会看到理由。"))


def _team(request: HttpRequest, team: int) -> Team:
    found = Team.objects.filter(pk=team).first()
    if found is None or not staff.holds(current_user(request), team, StaffRole.ORGANISER):
        raise Http404
    return found


def _page(request: HttpRequest, team: Team, form: BatchForm, *, status: int = 200) -> HttpResponse:
    waiting = CertificateRequest.objects.filter(team=team, state=RequestState.REQUESTED).select_related("volunteer")
    rows = ServiceCertificate.objects.filter(team=team).select_related("volunteer", "batch").order_by("-id")
    issued = part(request, rows, size=50)
    context = {
        "team": team, "form": form, "waiting": part(request, waiting.order_by("pk"), size=50, name="waiting"),
        "certificates": [(each, rules.hours(each.minutes)) for each in issued], "issued": issued,
        "batches": part(request, team.certificate_batches.order_by("-id"), size=20, name="batches"),
        "leads": staff.holds(current_user(request), team.pk, StaffRole.LEADER),
    }  # fmt: skip
    return render(request, "volunteering/team_certificates.html", context, status=status)


def _office_page(request: HttpRequest, grants: Grants, form: ForgedForm, *, status: int = 200) -> HttpResponse:
    within = Q()
    for code in grants.jurisdictions(Permission.VOLUNTEERING_MANAGE):
        within |= Q(team__division_code__startswith=divisions.prefix(code))
    asked = "".join(request.GET.get("q", "").split()).upper()[:20]
    rows = ServiceCertificate.objects.filter(within).select_related("team").order_by("-id")
    if asked:
        rows = rows.filter(Q(serial__startswith=asked) | Q(shown__volunteer=asked))
    issued = part(request, rows, size=50)
    context = {
        "form": form, "q": asked, "certificates": [(each, rules.hours(each.minutes)) for each in issued],
        "issued": issued, "forged": part(request, ForgedNumber.objects.order_by("-id"), size=50, name="forged"),
    }  # fmt: skip
    return render(request, "volunteering/office_certificates.html", context, status=status)
