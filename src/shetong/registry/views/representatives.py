"""Representatives on the hall as their registrar sees them: authorised upon papers, ended upon papers.

An organisation for which nobody acts on the hall yet cannot invite anybody; its registrar does, having seen its letter.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.casework.models import Mandate, MandateInvitation
from shetong.casework.queries import mandates as queries
from shetong.casework.services import invitations, mandates
from shetong.core.errors import DomainError, ForbiddenError
from shetong.registry.models import Organisation
from shetong.registry.queries.officers import by_public_code
from shetong.registry.views.register import ReasonForm, confirm

PAGE = 30
PAPERS = (
    ("letter", gettext_lazy("授权委托书（法定代表人签字、加盖公章）")),
    ("certificate", gettext_lazy("登记证书")),
    ("identity", gettext_lazy("经办人身份证件原件")),
)


class ProofForm(forms.Form):
    """Whom the papers authorise, and which papers were seen."""

    person = forms.CharField(
        label=gettext_lazy("授权书所载的经办人姓名"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("已经核验的材料"), choices=PAPERS, required=False, widget=forms.CheckboxSelectMultiple
    )
    reference = forms.CharField(
        label=gettext_lazy("授权书的日期或者文号"), max_length=120, required=False,
        help_text=gettext_lazy("纸质材料按规定存档，这里只写能找到它的线索，不写证件号码。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for all three papers: without one of them nobody is authorised."""
        given: dict[str, Any] = super().clean() or {}
        if len(given.get("papers", ())) < len(PAPERS):
            self.add_error("papers", _("三项材料都核验无误，才能授权。"))
        if not given.get("reference", "").strip():
            self.add_error("reference", _("请填写授权书的日期或者文号。"))
        return given

    @property
    def proof(self) -> str:
        """Return what was seen, in one line, in the language of the record."""
        with override(settings.LANGUAGE_CODE):
            papers = "、".join(str(name) for _code, name in PAPERS)
        return f"{papers}；{self.cleaned_data['reference'].strip()}"


@require_safe
@office(Permission.CASE_ACCEPT)
def representative_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show whom the registrars of one's jurisdictions have authorised upon papers, and what became of it."""
    page = Paginator(queries.by_registrars(grants), PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/representative_list.html", {"page": page, "now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_ACCEPT)
def representatives(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Show who acts for an organisation; a POST authorises somebody and shows the code, this once."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    form = ProofForm(request.POST if request.method == "POST" else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, secret = invitations.invite_upon_proof(
                organisation_code=found.public_code,
                organisation_name=found.name,
                division_code=found.authority.division_code,
                actor=current_user(request),
                person=form.cleaned_data["person"],
                proof=form.proof,
            )
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
    context = {
        "organisation": found,
        "body": queries.of_organisation(found.public_code, found.name),
        "form": ProofForm() if secret else form,
        "failed": form if form.errors else None,
        "secret": f"{secret[:5]} {secret[5:]}" if secret else "",
    }
    return render(request, "registry/representatives.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_ACCEPT)
def revoke(request: HttpRequest, grants: Grants, code: str, pk: int) -> HttpResponse:
    """Ask for the reason, then end a representative's mandate upon the organisation's letter."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    mandate = Mandate.objects.select_related("user").filter(
        pk=pk, organisation_code=found.public_code, revoked_at__isnull=True
    )  # fmt: skip
    held = mandate.first()
    if held is None:
        raise Http404
    title = _("撤销%(name)s的授权") % {"name": held.user.get_full_name()}
    text = _("凭组织的书面要求办理，例如经办人离职、失联。撤销后立即不能再为该组织办事，本人会收到通知。")

    def run(given: dict[str, Any]) -> str:
        mandates.revoke_upon_proof(
            mandate_id=pk,
            organisation_code=found.public_code,
            division_code=found.authority.division_code,
            actor=current_user(request),
            reason=given["reason"],
        )
        return _("已经撤销。")

    return confirm(request, found, title, text, ReasonForm, run, back="registry:representatives")


@require_POST
@office(Permission.CASE_ACCEPT)
def withdraw(request: HttpRequest, grants: Grants, code: str, pk: int) -> HttpResponse:
    """Withdraw a code that nobody has used."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    if not MandateInvitation.objects.filter(pk=pk, organisation_code=found.public_code).exclude(
        division_code=""
    ).exists():  # fmt: skip
        raise Http404
    try:
        invitations.withdraw(invitation_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("邀请码已经撤回。"))
    return redirect("registry:representatives", code=found.public_code)


def _found(grants: Grants, code: str) -> Organisation | ForbiddenError:
    found = by_public_code(code)
    if found is None:
        raise Http404
    if not grants.may(Permission.CASE_ACCEPT, found.authority.division_code):
        return ForbiddenError(_("该组织不在您的管辖范围内。"))
    return found
