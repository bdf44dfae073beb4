"""Checks of an application's substance on the spot or by experts (核查): ordered, then recorded once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.casework.models import Act, Conclusion, Inspection, SiteCheck
from shetong.casework.services import moves, telling
from shetong.casework.states import APL
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

LEAST_OFFICERS = 2
ARTICLE = f"{APL}第三十四条第三款"


@transaction.atomic
def order(
    *,
    case_id: int,
    actor: User,
    kind: str,
    purpose: str,
    planned_on: date,
    officers: Sequence[User],
    place: str = "",
) -> SiteCheck:
    """Order a check with at least two officers who may review the authority's cases; the clock runs on.

    Raises :class:`InvalidInputError` with the provision where there are fewer than two.
    """
    case = moves.lock(case_id)
    faults = {}
    if kind not in Inspection.values:
        faults["kind"] = gettext("请选择核查方式。")
    if not purpose.strip():
        faults["purpose"] = gettext("请写明要核实的内容。")
    if planned_on < timezone.localdate():
        faults["planned_on"] = gettext("计划日期不能早于今天。")
    people = {officer.pk: officer for officer in officers}
    if len(people) < LEAST_OFFICERS:
        faults["officers"] = gettext("核查须由两名以上工作人员进行，请再选择一名。")
    if faults:
        raise InvalidInputError(gettext("核查安排有误，请改正后重试。"), fields=faults, provision=ARTICLE)
    for officer in people.values():
        if not permissions.may(officer, Permission.CASE_REVIEW, case.authority_division):
            raise ForbiddenError(
                gettext("%(name)s没有审查本机关办件的权限，不能参加核查。") % {"name": officer.get_full_name()}
            )
        if officer.pk == case.applicant_id:
            raise ForbiddenError(gettext("申请人本人不能参加核查。"))
    names = [officer.get_full_name() for officer in people.values()]
    moves.move(
        case,
        Act.ORDER_CHECK,
        actor=actor,
        reason=purpose,
        detail={"kind": kind, "officers": names, "planned_on": str(planned_on)},
    )
    check = SiteCheck.objects.create(
        case=case,
        kind=kind,
        purpose=purpose.strip(),
        place=place.strip()[:200],
        planned_on=planned_on,
        officers=list(people),
        officer_names=names,
        ordered_by=actor,
        ordered_at=timezone.now(),
    )
    moves.wait(case)
    for officer in people.values():
        if officer.pk != actor.pk:
            telling.officer(
                officer, key=f"check:{check.pk}", title=f"{planned_on}请参加{check.get_kind_display()}", case=case
            )
    return check


@transaction.atomic
def note_down(*, check_id: int, actor: User, done_on: date, conclusion: str, record: str) -> SiteCheck:
    """Record what a check found; by one of its officers, once.

    Raises :class:`ConflictError` where it is recorded already, :class:`ForbiddenError` for others.
    """
    found = SiteCheck.objects.filter(pk=check_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这次核查。"))
    case = moves.lock(found.case_id)
    found.refresh_from_db()
    if found.recorded_at is not None:
        raise ConflictError(gettext("这次核查已经记录，不能再改；情况有变的请另行安排核查。"))
    if actor.pk not in found.officers:
        raise ForbiddenError(gettext("核查结果由参加核查的人员记录。"))
    faults = {}
    if conclusion not in Conclusion.values:
        faults["conclusion"] = gettext("请选择结论。")
    if not record.strip():
        faults["record"] = gettext("请写明核查的情况。")
    if not timezone.localdate(found.ordered_at) <= done_on <= timezone.localdate():
        faults["done_on"] = gettext("核查日期应在安排之后、今天之前（含）。")
    if faults:
        raise InvalidInputError(gettext("核查记录有误，请改正后重试。"), fields=faults)
    moves.move(
        case,
        Act.RECORD_CHECK,
        actor=actor,
        reason=record,
        detail={
            "kind": found.kind,
            "officers": list(found.officer_names),
            "conclusion": conclusion,
            "done_on": str(done_on),
        },
    )
    found.done_on, found.conclusion, found.record = done_on, conclusion, record.strip()
    found.recorded_by, found.recorded_at = actor, timezone.now()
    found.save()
    moves.wait(case)
    return found
