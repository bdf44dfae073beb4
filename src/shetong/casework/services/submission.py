"""Handing in an application, and handing it in again after correction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.models import Act, Case, NoticeKind, State
from shetong.casework.queries import mandates, matters
from shetong.casework.rules import forms
from shetong.casework.rules.matters import FACTS, Authority, Matter, Values
from shetong.casework.services import answers, materials, moves, notices, numbers
from shetong.core import pii
from shetong.core.errors import ForbiddenError, InvalidInputError
from shetong.core.findings import Finding, Severity
from shetong.core.identifiers import tidy
from shetong.store import rows


@transaction.atomic
def submit(*, case_id: int, actor: User) -> Case:
    """Hand an application in: everything is checked at once, a number is given, a receipt issued.

    Posting twice hands in once: an application that is in already is returned as it is. Raises
    :class:`InvalidInputError` with every fault by place, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    case = moves.lock(case_id)
    if not mandates.may_act(actor, case):
        raise ForbiddenError(gettext("只有申请人或者其授权的经办人可以提交。"))
    if case.state == State.SUBMITTED:
        return case
    matter = matters.of(case)
    first = case.state == State.DRAFT
    if case.state in (State.DRAFT, State.CORRECTION):
        answered = _judge(case, matter)
        matter = matters.of(case)
        _trace(case, matter, answered)
    if first:
        case.number = numbers.case_number(case.authority_division, timezone.localdate())
    detail = {"form_version": case.form_version}
    event = moves.move(case, Act.SUBMIT, actor=actor, detail=detail, matter=matter)
    notices.issue(case, matter, NoticeKind.RECEIPT, event)
    return case


def _judge(case: Case, matter: Matter) -> dict[str, Any]:
    """Settle who decides, and refuse an application with faults; return its answers. The case is locked."""
    _renew_facts(case, matter)
    form = answers.whole(case)
    faults = forms.faults(matter, form) | materials.missing(case, matter)
    values = forms.flat(matter, form)
    if not faults:
        authority = matter.authority(values, case.subject_code)
        if case.state == State.CORRECTION and authority.division_code != case.authority_division:
            # The case bears the number of the authority that asked for the correction, and is before it.
            faults = {"division_code": gettext("补正不能改变受理机关，请撤回后向新的机关申请。")}
        else:
            case.authority_name, case.authority_division = authority.name, authority.division_code
            found = _found(case, matter, values, authority)
            faults = {finding.field or finding.code: finding.message for finding in found if _forbidden(finding)}
    if faults:
        raise InvalidInputError(
            gettext("申请还有需要修改的地方，请按提示修改后再提交。"), code="form-faults", fields=faults
        )
    if case.founds:
        case.subject_name = matter.title_of(values)[:200]
    return form


def _trace(case: Case, matter: Matter, form: dict[str, Any]) -> None:
    """Keep by whom an application names people, so that they are found again in others; by keyed index only."""
    named = {
        (place.split(".")[0], pii.blind_index(tidy(forms.answer(form, place)), context=field.traced))
        for place, field in forms.personal_paths(matter.applying(form), form).items()
        if field.traced
    }
    if not named:
        return
    roles, indexes = [role for role, _ in sorted(named)], [index for _, index in sorted(named)]
    rows.run(
        "INSERT INTO casework_caseperson (case_id, role, index)"
        " SELECT %s, one.role, one.index FROM unnest(%s::varchar[], %s::bytea[]) AS one (role, index)"
        " ON CONFLICT DO NOTHING",
        [case.pk, roles, indexes],
    )


def _renew_facts(case: Case, matter: Matter) -> None:
    """Take over what the register says of the applicant now; it may have changed since the form was begun."""
    if matter.facts:
        known = matter.prefill(case.subject_code)
        case.form = {**case.form, FACTS: {fact.name: known.get(fact.name) for fact in matter.facts}}


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
