"""The office takes a public-fundraising qualification away: what it stops is shown before it is decided."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.charity.disclosure_forms import blame
from shetong.charity.forms.qualification import RevocationForm
from shetong.charity.models import FundraisingPlan, PlanState, QualificationLoss
from shetong.charity.queries.bodies import public_on
from shetong.charity.services import qualification
from shetong.core.errors import DomainError
from shetong.registry.models import Organisation

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.ATTRIBUTE_GRANT)
def revoke(request: HttpRequest, grants: Grants, code: str) -> HttpResponseBase:
    """Show whether an organisation holds the qualification and which plans run; take it away by a decision."""
    found = Organisation.objects.select_related("authority").filter(uscc=code.upper()).first()
    if found is None or not grants.may(Permission.ATTRIBUTE_GRANT, found.authority.division_code):
        raise Http404
    today = timezone.localdate()
    form = RevocationForm(request.POST if request.method == "POST" else None, initial={"effective_on": today})
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "certain"}
        try:
            qualification.revoke(organisation=found, actor=current_user(request), **given)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("公开募捐资格已经撤销，正在进行的募捐活动已经停止。"))
            return redirect("charity:office-qualification", code=found.public_code)
    context = {
        "organisation": found,
        "held": public_on(found, today),
        "running": FundraisingPlan.objects.filter(
            organisation=found, state=PlanState.FILED, ends_on__gte=today
        ).order_by("-filed_on", "-pk")[:SHOWN],
        "losses": QualificationLoss.objects.filter(organisation=found).order_by("-lost_on", "-pk"),
        "form": form,
    }
    return render(request, "charity/office/qualification.html", context, status=422 if form.errors else 200)
