"""An organisation's own view of a record about it: state its case, object, ask for repair."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shetong.accounts.views.own import current_user
from shetong.casework.queries import mandates
from shetong.charity import states
from shetong.charity.credit_forms import ReasonForm
from shetong.charity.disclosure_forms import blame
from shetong.charity.models import CreditAct, CreditRecord
from shetong.charity.queries import credit as queries
from shetong.charity.services import credit
from shetong.core.errors import DomainError, NotFoundError

ACTS = (CreditAct.STATE, CreditAct.OBJECT, CreditAct.ASK_REPAIR)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a record to the organisation that it concerns, and take what it says."""
    found = _found(request, pk)
    bound: ReasonForm | None = None
    name = request.POST.get("act", "")
    if request.method == "POST":
        if name not in {one.value for one in ACTS}:
            raise Http404
        bound = ReasonForm(request.POST, prefix=name)
        if bound.is_valid():
            try:
                _do(CreditAct(name), found, bound.cleaned_data["reason"], request)
            except DomainError as error:
                blame(bound, error)
            else:
                messages.success(request, _("已经提交。"))
                return redirect("charity:own-credit", pk=pk)
    acts = [
        (one.value, _(str(one.label)), bound if bound and name == one.value else ReasonForm(prefix=one.value))
        for one in ACTS
        if states.after(found.state, one) is not None
    ]
    context = {
        "organisation": found.organisation,
        "record": found,
        "state": _(str(found.get_state_display())),
        "kind": _(str(found.get_kind_display())),
        "events": [(one, _(str(one.get_act_display()))) for one in found.events.order_by("pk")],
        "acts": acts,
        "failed": [bound] if bound else [],
    }
    return render(request, "charity/credit/own.html", context, status=422 if bound else 200)


def _do(act: CreditAct, found: CreditRecord, text: str, request: HttpRequest) -> None:
    actor = current_user(request)
    if act is CreditAct.STATE:
        credit.state(record_id=found.pk, statement=text, actor=actor)
    elif act is CreditAct.OBJECT:
        credit.raise_objection(record_id=found.pk, reason=text, actor=actor)
    else:
        credit.ask_repair(record_id=found.pk, promise=text, actor=actor)


def _found(request: HttpRequest, pk: int) -> CreditRecord:
    try:
        found = queries.record(pk)
    except NotFoundError as error:
        raise Http404 from error
    if found.organisation is None or not mandates.holds(current_user(request), found.organisation.public_code):
        raise Http404
    return found
