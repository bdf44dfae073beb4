"""The volunteer's own record: totals by year, organisation and field, and certificates of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.views.office import refused
from shetong.accounts.views.own import current_user
from shetong.casework.services.seals import SealRunOutError
from shetong.core.errors import DomainError
from shetong.volunteering.forms_record import CertificateForm
from shetong.volunteering.models import ServiceCertificateState, Volunteer
from shetong.volunteering.queries import certificates as queries
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.services import certificate_documents, certificates
from shetong.volunteering.views.hall import _blame, _own


@never_cache
@require_safe
@login_required
def record(request: HttpRequest) -> HttpResponse:
    """Show what one served, by year, organisation and field, and one's certificates."""
    return _page(request, _own(request), None)


@never_cache
@require_POST
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a certificate."""
    who = _own(request)
    form = CertificateForm(request.POST, teams=_teams(who))
    if not form.is_valid():
        return _page(request, who, form, status=422)
    given = form.cleaned_data
    try:
        asked = certificates.ask(
            user=current_user(request), team_id=int(given["team"]), first=given["first"], last=given["last"],
            latin_name=given["latin_name"], purpose=given["purpose"],
        )  # fmt: skip
    except DomainError as error:
        _blame(form, error)
        return _page(request, who, form, status=422)
    if asked.certificate is not None:
        messages.success(request, _("证明已经出具，可以下载。"))
    else:
        messages.success(request, _("申请已经提交，团体办理以后会通知您。"))
    return redirect("volunteering:record")


@never_cache
@require_safe
@login_required
def pdf(request: HttpRequest, serial: str, language: str) -> HttpResponse:
    """Hand out one's own certificate as PDF."""
    if language not in certificate_documents.LANGUAGES:
        raise Http404
    _own(request)
    try:
        content = certificate_documents.pdf(user=current_user(request), serial=serial.upper(), language=language)
    except SealRunOutError as error:
        return refused(request, error)
    except DomainError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{serial.upper()}-{language}.pdf"'
    return response


def _teams(who: Volunteer) -> list[tuple[str, str]]:
    found = {total.team_id: total.team for total in queries.totals(who) if total.team_id is not None}
    return [(str(pk), name) for pk, name in sorted(found.items(), key=lambda pair: pair[1])]


def _page(request: HttpRequest, who: Volunteer, form: CertificateForm | None, *, status: int = 200) -> HttpResponse:
    totals = queries.totals(who)
    years: dict[int, list[dict[str, Any]]] = {}
    for total in totals:
        years.setdefault(total.year, []).append({"total": total, "hours": rules.hours(total.minutes)})
    teams = _teams(who)
    context = {
        "volunteer": who,
        "hours": rules.hours(sum(total.minutes for total in totals)),
        "times": sum(total.times for total in totals),
        "years": [(year, rules.hours(sum(row["total"].minutes for row in rows)), rows) for year, rows in years.items()],
        "certificates": [(each, rules.hours(each.minutes)) for each in queries.own(who)[:50]],
        "requests": queries.own_requests(who)[:20],
        "valid": ServiceCertificateState.VALID,
        "form": form or (CertificateForm(teams=teams) if teams else None),
    }
    return render(request, "volunteering/record.html", context, status=status)
