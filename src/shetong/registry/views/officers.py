"""Officers of an organisation in the office: masked, and in the clear one value at a time, for a purpose, recorded."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from shetong.accounts import rules
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError, ForbiddenError
from shetong.registry.models import Organisation
from shetong.registry.queries import officers as queries
from shetong.registry.services import people

FIELDS = (("identity_number", gettext_lazy("证件号码")), ("phone", gettext_lazy("联系电话")))


class RevealForm(forms.Form):
    """Why one value of one person is wanted."""

    person = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    field = forms.ChoiceField(choices=FIELDS, label=gettext_lazy("查看内容"))
    purpose = forms.ChoiceField(
        choices=[("", gettext_lazy("请选择")), *rules.PURPOSES.items()], label=gettext_lazy("查看目的")
    )
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200)


@require_http_methods(["GET", "POST"])
@office(Permission.REGISTER_VIEW_INTERNAL)
def officers(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Show the officers; a POST with person, purpose and reason shows one value, on that answer only."""
    organisation = queries.by_public_code(code)
    if organisation is None:
        raise Http404
    division = organisation.authority.division_code
    if not grants.may(Permission.REGISTER_VIEW_INTERNAL, division):
        return refused(request, ForbiddenError(gettext("该组织不在您的管辖范围内，不能查看内部登记信息。")))
    form = RevealForm(request.POST or None)
    shown: dict[str, object] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            shown = _reveal(request, organisation, form.cleaned_data)
            form = RevealForm()
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
    else:
        audit.record(
            actor=current_user(request),
            action="registry.view-officers",
            target=organisation,
            jurisdiction=division,
            request=request,
        )
    context = {
        "organisation": organisation,
        "officers": queries.of_organisation(organisation),
        "form": form,
        "shown": shown,
        "may_reveal": grants.may(Permission.PERSONAL_DATA_REVEAL, division),
        "asked": request.POST.get("person", ""),
    }
    return render(request, "registry/officers.html", context, status=422 if form.errors else 200)


def _reveal(request: HttpRequest, organisation: Organisation, given: dict[str, object]) -> dict[str, object]:
    person, field = int(str(given["person"])), str(given["field"])
    value = people.reveal(
        person_id=person,
        field=field,
        actor=current_user(request),
        jurisdiction=organisation.authority.division_code,
        purpose=str(given["purpose"]),
        reason=str(given["reason"]),
        request=request,
    )
    return {"person": person, "label": dict(FIELDS)[field], "value": value}
