"""The register in the office: finding a body of one's jurisdiction, its filings, its certificates, its log entries."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts import rules
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError, ForbiddenError
from shetong.registry.models import Certificate, Organisation
from shetong.registry.queries import log_people
from shetong.registry.queries.officers import by_public_code
from shetong.registry.queries.search import search
from shetong.registry.queries.timeline import timeline
from shetong.registry.rules.visibility import Sight
from shetong.registry.services import certificates
from shetong.registry.services import log_people as acts
from shetong.registry.views.organisation_sections import happening
from shetong.registry.views.search import read_request, row


class ReasonForm(forms.Form):
    """Why something that cannot be undone is done."""

    reason = forms.CharField(label=gettext_lazy("原因和依据"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class OpeningForm(forms.Form):
    """For which purpose the opening of a mention is handed out."""

    purpose = forms.ChoiceField(
        choices=[("", gettext_lazy("请选择")), *rules.PURPOSES.items()], label=gettext_lazy("用途")
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=200, help_text=gettext_lazy("例如受理编号或文号，不要填写个人信息。")
    )


@require_safe
@office(Permission.REGISTER_VIEW_INTERNAL)
def register(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Search within one's jurisdictions; an officer of several chooses among them."""
    asked, problems = read_request(request.GET)
    own = grants.jurisdictions(Permission.REGISTER_VIEW_INTERNAL)
    if not any(rules.holds(division, asked.filters.division) for division in own if asked.filters.division):
        asked = replace(asked, filters=replace(asked.filters, division="" if rules.NATIONAL in own else own[0]))
    found = search(asked)
    rows = [
        replace(row(result), url=reverse("registry:register-organisation", args=[result.code]))
        for result in found.results
    ]
    context = {
        "asked": asked,
        "problems": problems,
        "divisions": own if rules.NATIONAL not in own else (),
        "rows": rows,
        "total": found.total,
        "near": found.similar,
        "next_url": f"?{asked.query_string()}&cursor={found.next_cursor}" if found.next_cursor else "",
    }
    return render(request, "registry/register.html", context)


@require_safe
@office(Permission.REGISTER_VIEW_INTERNAL)
def organisation(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Show what the register holds of a body: every filing, also those that take effect later, and its certificates."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    division = found.authority.division_code
    audit.record(
        actor=current_user(request), action="registry.view", target=found, jurisdiction=division, request=request
    )
    sight = Sight(timezone.localdate(), internal=True)
    context = {
        "organisation": found,
        "events": [happening(entry) for entry in timeline(found.pk, sight=sight)],
        "certificates": Certificate.objects.filter(organisation=found).order_by("-issued_at", "-pk"),
        "may_issue": grants.may(Permission.CERTIFICATE_ISSUE, division),
        "may_revoke": grants.may(Permission.CERTIFICATE_REVOKE, division),
        "may_reveal": grants.may(Permission.PERSONAL_DATA_REVEAL, division),
        "may_represent": grants.may(Permission.CASE_ACCEPT, division),
    }
    return render(request, "registry/register_organisation.html", context)


@require_http_methods(["GET", "POST"])
@office(Permission.CERTIFICATE_ISSUE)
def certificate_issue(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """Ask whether a new certificate is to be issued, then issue it."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    title = gettext("签发登记证书")
    text = gettext("按登记簿今天的内容签发。已有的有效证书同时被替换，扫描旧证书的人会看到提示。")

    def run(_given: dict[str, Any]) -> str:
        issued = certificates.issue(found.pk, actor=current_user(request))
        return gettext("已签发证书 %(serial)s。") % {"serial": issued.serial}

    return confirm(request, found, title, text, forms.Form, run)


@require_http_methods(["GET", "POST"])
@office(Permission.CERTIFICATE_REVOKE)
def certificate_revoke(request: HttpRequest, grants: Grants, code: str, serial: str) -> HttpResponse:
    """Ask for the reason, then declare a certificate void."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    if not Certificate.objects.filter(organisation=found, serial=serial).exists():
        raise Http404
    title = gettext("废止证书 %(serial)s") % {"serial": serial}
    text = gettext("废止后不能恢复，扫描这张证书的人会看到原因。原因中不要写个人信息。")

    def run(given: dict[str, Any]) -> str:
        certificates.revoke(serial, reason=given["reason"], actor=current_user(request))
        return gettext("证书 %(serial)s 已经废止。") % {"serial": serial}

    return confirm(request, found, title, text, ReasonForm, run)


@require_safe
@office(Permission.PERSONAL_DATA_REVEAL)
def mentions(request: HttpRequest, grants: Grants, code: str) -> HttpResponse:
    """List where the public log commits to people of the body, without saying what."""
    found = _found(grants, code, Permission.PERSONAL_DATA_REVEAL)
    if not isinstance(found, Organisation):
        return refused(request, found)
    may_erase = grants.may(Permission.REGISTER_CORRECT, found.authority.division_code)
    context = {"organisation": found, "mentions": log_people.mentions(found), "may_erase": may_erase}
    return render(request, "registry/log_people.html", context)


@require_http_methods(["GET", "POST"])
@office(Permission.PERSONAL_DATA_REVEAL)
def mention_open(request: HttpRequest, grants: Grants, code: str, filing: int, field: str) -> HttpResponse:
    """Hand out what opens one commitment, as a file for the person concerned."""
    found = _found(grants, code, Permission.PERSONAL_DATA_REVEAL)
    if not isinstance(found, Organisation):
        return refused(request, found)
    form = OpeningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            opening = acts.hand_out(
                organisation=found,
                filing_id=filing,
                field=field,
                actor=current_user(request),
                request=request,
                **form.cleaned_data,
            )
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
        else:
            answer = HttpResponse(json.dumps(opening.as_json(), ensure_ascii=False), content_type="application/json")
            answer["Content-Disposition"] = f'attachment; filename="opening-filing-{filing}.json"'
            return answer
    title = gettext("出具启封凭据")
    text = gettext("凭据含有姓名等内容，只交给本人。本人可以用它证明公开日志中的记载说的是自己；交出后不能收回。")
    return _ask(request, found, title, text, form, back="registry:log-people")


@require_http_methods(["GET", "POST"])
@office(Permission.REGISTER_CORRECT)
def mention_erase(request: HttpRequest, grants: Grants, code: str, filing: int, field: str) -> HttpResponse:
    """Ask for the basis, then destroy the salt of one mention."""
    found = _found(grants, code)
    if not isinstance(found, Organisation):
        return refused(request, found)
    title = gettext("销毁公开日志中的个人记载")
    text = gettext("销毁后任何人都不能再证明这处记载说的是谁，登记簿本身和日志的校验不受影响。销毁不能撤回。")

    def run(given: dict[str, Any]) -> str:
        acts.erase(
            organisation=found,
            filing_id=filing,
            field=field,
            actor=current_user(request),
            reason=given["reason"],
            request=request,
        )
        return gettext("已经销毁。")

    return confirm(request, found, title, text, ReasonForm, run, back="registry:log-people")


def _found(
    grants: Grants, code: str, permission: Permission = Permission.REGISTER_VIEW_INTERNAL
) -> Organisation | ForbiddenError:
    """Return the body, or why this officer may not see it. Raises ``Http404`` where there is none."""
    found = by_public_code(code)
    if found is None:
        raise Http404
    if not grants.may(permission, found.authority.division_code):
        return ForbiddenError(gettext("该组织不在您的管辖范围内，不能查看内部登记信息。"))
    return found


def confirm(
    request: HttpRequest,
    found: Organisation,
    title: str,
    text: str,
    form_class: type[forms.Form],
    run: Callable[[dict[str, Any]], str],
    back: str = "registry:register-organisation",
) -> HttpResponse:
    """Ask before an act, do it on POST, and say what was done."""
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            said = run(form.cleaned_data)
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
        else:
            messages.success(request, said)
            return redirect(back, code=found.public_code)
    return _ask(request, found, title, text, form, back)


def _ask(request: HttpRequest, found: Organisation, title: str, text: str, form: forms.Form, back: str) -> HttpResponse:
    context = {
        "organisation": found,
        "title": title,
        "text": text,
        "form": form,
        "back": reverse(back, args=[found.public_code]),
    }
    return render(request, "registry/register_act.html", context, status=422 if form.errors else 200)
