"""Handing in an application, and handing it in again after correction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shetong.accounts.models import User
from shetong.casework.models import Act, Case, NoticeKind, State
from shetong.casework.queries import mandates, matters
from shetong.casework.rules import forms
from shetong.casework.rules.matters import Authority, Matter, Values
from shetong.casework.services import answers, materials, moves, notices, numbers
from shetong.core.errors import ForbiddenError, InvalidInputError
from shetong.core.findings import Finding, Severity


@transaction.atomic
def submit(*, case_id: int, actor: User) -> Case:
    """Hand an application in: everything is checked at once, a number is given, a receipt issued.

    Posting twice hands in once: an application that is in already is returned as it is. Raises
    :class:`InvalidInputError` with every fault by place, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    case = moves.lock(case_id)
    if not mandates.may_act(actor, case):
        raise ForbiddenError("只有申请人或者其授权的经办人可以提交。")
    if case.state == State.SUBMITTED:
        return case
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    first = case.state == State.DRAFT
    if case.state in (State.DRAFT, State.CORRECTION):
        _judge(case, matter)
        matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    if first:
        case.number = numbers.case_number(case.authority_division, timezone.localdate())
    detail = {"form_version": case.form_version}
    event = moves.move(case, Act.SUBMIT, actor=actor, detail=detail, matter=matter)
    notices.issue(case, matter, NoticeKind.RECEIPT, event)
    return case


def _judge(case: Case, matter: Matter) -> None:
    """Settle who decides, and refuse an application with faults; the case is locked."""
    form = answers.whole(case)
    faults = forms.faults(matter, form) | materials.missing(case, matter)
    values = forms.flat(matter, form)
    if not faults:
        authority = matter.authority(values, case.subject_code)
        case.authority_name, case.authority_division = authority.name, authority.division_code
        found = _found(case, matter, values, authority)
        faults = {finding.field or finding.code: finding.message for finding in found if _forbidden(finding)}
    if faults:
        raise InvalidInputError("申请还有需要修改的地方，请按提示修改后再提交。", code="form-faults", fields=faults)
    if case.founds:
        case.subject_name = matter.title_of(values)[:200]


def check(case: Case, matter: Matter) -> list[Finding]:
    """Return what the system's own checks find in an application, gravest first; nothing is written."""
    values = forms.flat(matter, answers.whole(case))
    return _found(case, matter, values, matter.authority(values, case.subject_code))


def _found(case: Case, matter: Matter, values: Values, authority: Authority) -> list[Finding]:
    found = matter.checks(values, authority, case.rules_on or timezone.localdate(), case.subject_code)
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def _forbidden(finding: Finding) -> bool:
    return finding.severity is Severity.REFUSE
