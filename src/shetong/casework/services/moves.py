"""One act on one case: the single way in which a case changes its state.

Every service comes here with the case locked. The table of states is asked, then who acts, then the act is written as
an event, and the dates that lists sort by are derived from the events anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework import states
from shetong.casework.models import Act, Case, CaseEvent, State
from shetong.casework.queries import clocks, mandates, matters
from shetong.casework.rules.clock import UNTIMED
from shetong.casework.rules.matters import Matter
from shetong.casework.states import Who
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from shetong.store import rows

SYSTEM = "system:casework"
LONGEST_REASON = 4_000


def lock(case_id: int) -> Case:
    """Return the case with its row locked for this transaction. Raises :class:`NotFoundError`."""
    # Nothing is joined: what is joined would be as it was before the wait for the lock.
    case = rows.first(Case, "WHERE id = %s FOR UPDATE", [case_id])
    if case is None:
        raise NotFoundError("没有找到这个办件，请核对办件编号。")
    return case


def move(
    case: Case,
    act: Act,
    *,
    actor: User | None,
    reason: str = "",
    step: str | None = None,
    detail: Mapping[str, Any] | None = None,
    provision: str = "",
    matter: Matter | None = None,
) -> CaseEvent:
    """Do ``act`` on a locked case and return its event. ``step``: where the case goes; ``None`` leaves it.

    ``matter``: the case's matter as it is in force for it, where the caller has read it already.

    Raises :class:`WrongStateError`, :class:`ForbiddenError`, :class:`InvalidInputError` (reason too long).
    """
    found = states.transition(case.state, act)
    matter = matter or matters.in_force(case.matter, case.authority_division, case.rules_on)
    _require(case, matter, found.who, actor)
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidInputError(f"理由最多{LONGEST_REASON}个字，请缩短。", fields={"reason": "文字过长，请缩短。"})
    now = timezone.now()
    case.event_count += 1
    event = CaseEvent(
        case=case,
        number=case.event_count,
        act=act,
        from_state=case.state,
        to_state=found.to,
        step=case.step,
        actor=actor,
        actor_name=actor.get_full_name() if actor else "系统",
        recorded_at=now,
        reason=reason.strip(),
        provision=provision or found.provision,
        detail=dict(detail or {}),
    )
    rows.insert(event)
    case.state = found.to
    if step is not None:
        case.step = step
    if act is Act.SUBMIT:
        case.submitted_at = now
    if case.state in _CLOSED and case.closed_at is None:
        case.closed_at = now
    case.updated_at = now
    _derive_dates(case, matter, event)
    rows.save(case)
    audit.record(
        actor=actor or SYSTEM,
        action=f"case.{act}",
        target=case,
        jurisdiction=case.authority_division,
        detail={"number": case.number or "", "event": event.number, "state": str(case.state)},
    )
    return event


_CLOSED = (State.APPROVED, State.REFUSED, State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED, State.DISCARDED)


def _derive_dates(case: Case, matter: Matter, event: CaseEvent) -> None:
    if event.act in UNTIMED:
        return
    running = clocks.after(event, case, matter)
    case.due_on = running.due if running else None
    ends = [day for day in (running.due, running.promised_due) if day] if running else []
    case.next_on = min(ends) if ends else None


def _require(case: Case, matter: Matter, allowed: tuple[Who, ...], actor: User | None) -> None:
    """Raise :class:`ForbiddenError` unless the actor is one of those whom the table allows."""
    if actor is None:
        if Who.SYSTEM not in allowed:
            raise ForbiddenError("这一步须由人办理。")
        return
    refusals = [refusal for who in allowed if (refusal := _refusal(who, case, matter, actor)) is not None]
    if len(refusals) == len(allowed):
        raise refusals[0]


def _refusal(who: Who, case: Case, matter: Matter, actor: User) -> ForbiddenError | None:
    if who is Who.SYSTEM:
        return ForbiddenError("这一步由系统自动完成。")
    if who is Who.APPLICANT:
        own = mandates.may_act(actor, case)
        return None if own else ForbiddenError("只有申请人或者其授权的经办人可以办理这一步。")
    if who is Who.DECIDER and case.step != matter.deciding.code:
        return ForbiddenError(
            f"办件尚在“{matter.step(case.step).title}”环节，到“{matter.deciding.title}”环节才能决定。"
        )
    permission = {Who.RECEPTION: Permission.CASE_ACCEPT, Who.ARCHIVIST: Permission.CASE_ARCHIVE}.get(who)
    try:
        permissions.require(actor, permission or matter.step(case.step).permission, case.authority_division)
    except ForbiddenError as refused:
        return refused
    if case.applicant_id == actor.pk:
        return ForbiddenError("本人提交的申请应由他人办理。")
    if who is Who.DECIDER and settings.CASEWORK_FOUR_EYES and _accepted_by(case) == actor.pk:
        return ForbiddenError("受理人不能同时作出决定，请交由其他负责人办理。")
    return None


def _accepted_by(case: Case) -> int | None:
    by = rows.fetch(
        "SELECT actor_id FROM casework_caseevent WHERE case_id = %s AND act = %s ORDER BY number DESC LIMIT 1",
        [case.pk, Act.ACCEPT],
    )
    return by[0][0] if by else None
