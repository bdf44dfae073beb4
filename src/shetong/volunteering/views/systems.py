"""Designated systems in the office: where the test stands, keys, certification, the end of a designation."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.volunteering.models import VolunteerSystem
from shetong.volunteering.queries import exchange as queries
from shetong.volunteering.rules.exchange import STEPS
from shetong.volunteering.services import exchange_out, marks


@require_safe
@office(Permission.ATTRIBUTE_GRANT)
def systems(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show the designated systems with their keys, steps and last comparisons."""
    rows = []
    for system in VolunteerSystem.objects.select_related("organisation").order_by("ended_on", "name"):
        done = queries.passed_steps(system)
        rows.append(
            {
                "system": system,
                "steps": [(step.title, step.code in done) for step in STEPS],
                "complete": len(done) == len(STEPS),
                "keys": system.keys.select_related("api_key").order_by("pk"),
                "comparisons": system.comparisons.order_by("-id")[:5],
            }
        )
    context = {"rows": rows, "may": grants.may(Permission.ATTRIBUTE_GRANT, "100000")}
    return render(request, "volunteering/office_systems.html", context)


@require_POST
@office(Permission.ATTRIBUTE_GRANT)
def act(request: HttpRequest, grants: Grants, code: str, name: str) -> HttpResponseBase:
    """Register a key of a system, certify it, or end its designation."""
    actor = current_user(request)
    try:
        if name == "key":
            exchange_out.add_key(
                actor=actor, system_code=code, api_key_prefix=request.POST.get("api_key", ""),
                key=request.POST.get("public_key", ""),
            )  # fmt: skip
        elif name == "certify":
            exchange_out.certify(actor=actor, system_code=code)
        elif name == "end":
            marks.end_designation(actor=actor, code=code, reason=request.POST.get("reason", ""))
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, " ".join([error.message, *error.fields.values()]))
    else:
        messages.success(request, _("已经保存。"))
    return redirect("volunteering:office-systems")
