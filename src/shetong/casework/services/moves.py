"""One act on one case: the single way in which a case changes its state.

Every service comes here with the case locked. The table of states is asked, then who acts, then the act is written as
an event, and the dates that lists sort by are derived from the events anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.queries.permissions import Lent
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework import states
from shetong.casework.models import Act, Case, CaseEvent, Opinion, SiteCheck, State, WaitsFor
from shetong.casework.queries import clocks, mandates, matters
from shetong.casework.rules.clock import UNTIMED, Phase, turns_on
from shetong.casework.rules.matters import Matter
from shetong.casework.states import Who
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from shetong.store import rows, transactions

SYSTEM = "system:casework"
LONGEST_REASON = 4_000
LONGEST_NAME = 100


def lock(case_id: int) -> Case:
    """Return the case with its row locked for this transaction. Raises :class:`NotFoundError`."""
    # Nothing is joined: what is joined would be as it was before the wait for the lock.
    case = rows.first(Case, "WHERE id = %s FOR UPDATE", [case_id], also=matters.VARIED)
    if case is None:
        raise NotFoundError(gettext("没有找到这个办件，请核对办件编号。"))
    return case


def save(case: Case) -> None:
    """Write a locked case: at the end of the whole act that runs, once for all of its parts, else at once."""
    transactions.at_end(case, lambda: rows.save(case))


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
    matter = matter or matters.of(case)
    lent = _require(case, matter, found.who, actor)
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidInputError(
            gettext("理由最多%(longest_reason)s个字，请缩短。") % {"longest_reason": LONGEST_REASON},
            fields={"reason": gettext("文字过长，请缩短。")},
        )
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
        actor_name=signed(actor, lent) if actor else "系统",
        acting_for_id=lent.principal if lent else None,
        recorded_at=now,
        reason=reason.strip(),
        provision=provision or states.provision(found, matter.nature),
        detail=dict(detail or {}),
    )
    rows.insert(event)
    case.state = found.to
    if step is not None:
        case.step = step
    if act is Act.SUBMIT:
        case.submitted_at = now
    case.returns += act is Act.SEND_BACK
    case.corrections += act is Act.ASK_CORRECTION
    if case.state in _CLOSED and case.closed_at is None:
        case.closed_at = now
    case.updated_at = now
    _derive_dates(case, matter, event)
    save(case)
    audit.record(
        actor=actor or SYSTEM,
        action=f"case.{act}",
        target=case,
        jurisdiction=case.authority_division,
        detail={
            "number": case.number or "",
            "event": event.number,
            "state": str(case.state),
            **({"for": lent.principal} if lent else {}),
        },
    )
    return event


def signed(actor: User, lent: Lent | None) -> str:
    """Return the name under which an act is recorded: ``某某`` or, for an absent colleague, ``某某 代 某某``."""
    name = f"{actor.get_full_name()} 代 {lent.principal_name}" if lent else actor.get_full_name()
    return name[:LONGEST_NAME]


def own_side() -> str:
    """Return why nobody judges a case of his own side, in the reader's language."""
    return gettext("本人提交的申请、本人担任经办人的组织的申请，应由他人办理。")


_CLOSED = (State.APPROVED, State.REFUSED, State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED, State.DISCARDED)


def _derive_dates(case: Case, matter: Matter, event: CaseEvent) -> None:
    if event.act in UNTIMED:
        return
    running = clocks.after(event, case, matter)
    case.due_on = running.due if running else None
    ends = [day for day in (running.due, running.promised_due) if day] if running else []
    case.next_on = min(ends) if ends else None
    case.warn_on = turns_on(running, timezone.localdate()) if running else None
    if event.act is Act.SUSPEND:
        # The clock stands, but the applicant was told how long: then somebody has to look.
        case.warn_on = timezone.localdate(event.recorded_at) + timedelta(days=int(event.detail.get("days", 0)) + 1)
    if running and running.phase is Phase.DECISION and running.due:
        case.decide_by = running.due
    # Only a case that waits can stop waiting by a move; services that begin to wait call :func:`wait`.
    if case.waits_for or case.state in (State.CORRECTION, State.SUSPENDED):
        case.waits_for = waiting(case)


def waiting(case: Case) -> str:
    """Return whom a locked case waits for by what is open in it. At most two queries."""
    if case.state == State.CORRECTION:
        return WaitsFor.APPLICANT
    if case.state == State.SUSPENDED:
        return WaitsFor.PROCEDURE
    if case.state != State.REVIEWING:
        return WaitsFor.NOBODY
    if Opinion.objects.filter(case=case, answered_at__isnull=True).exists():
        return WaitsFor.OPINION
    if SiteCheck.objects.filter(case=case, recorded_at__isnull=True).exists():
        return WaitsFor.CHECK
    return WaitsFor.NOBODY


def wait(case: Case) -> None:
    """Derive anew whom a locked case waits for, after an opinion or a check was added or answered."""
    case.waits_for = waiting(case)
    rows.save(case)


def _require(case: Case, matter: Matter, allowed: tuple[Who, ...], actor: User | None) -> Lent | None:
    """Return for whom the actor acts, ``None`` in his own right.

    Raises :class:`ForbiddenError` unless the actor is one of those whom the table allows.
    """
    if actor is None:
        if Who.SYSTEM not in allowed:
            raise ForbiddenError(gettext("这一步须由人办理。"))
        return None
    refusals = []
    for who in allowed:
        outcome = _refusal(who, case, matter, actor)
        if not isinstance(outcome, ForbiddenError):
            return outcome
        refusals.append(outcome)
    raise refusals[0]


def _refusal(who: Who, case: Case, matter: Matter, actor: User) -> ForbiddenError | Lent | None:
    if who is Who.SYSTEM:
        return ForbiddenError(gettext("这一步由系统自动完成。"))
    if who is Who.APPLICANT:
        own = mandates.may_act(actor, case)
        return None if own else ForbiddenError(gettext("只有申请人或者其授权的经办人可以办理这一步。"))
    if who is Who.DECIDER and case.step != matter.deciding.code:
        return ForbiddenError(
            gettext("办件尚在“%(step)s”环节，到“%(deciding)s”环节才能决定。")
            % {"step": gettext(matter.step(case.step).title), "deciding": gettext(matter.deciding.title)}
        )
    if who is Who.CONSULTED:
        return _consulted(case, actor)
    # Whom a check names records it, at whatever step the case is meanwhile.
    if who is Who.INSPECTOR and not _inspects(case, actor):
        return ForbiddenError(gettext("核查结果由参加核查的人员记录。"))
    needed = _NEEDED.get(who)
    permission = needed or matter.step(case.step).permission
    try:
        grants = permissions.required(actor, permission, case.authority_division)
    except ForbiddenError as refused:
        return refused
    lent = grants.principal(permission, case.authority_division, case.holder_id)
    people = {actor.pk, lent.principal if lent else actor.pk}
    if mandates.sides_with(case, people):
        return ForbiddenError(own_side())
    # Four eyes: neither the deputy nor the colleague for whom he acts may have accepted.
    if who is Who.DECIDER and settings.CASEWORK_FOUR_EYES and people & _accepted_by(case):
        return ForbiddenError(gettext("受理人不能同时作出决定，请交由其他负责人办理。"))
    return lent


_NEEDED = {
    Who.RECEPTION: Permission.CASE_ACCEPT,
    Who.ARCHIVIST: Permission.CASE_ARCHIVE,
    Who.INSPECTOR: Permission.CASE_REVIEW,
}


def _inspects(case: Case, actor: User) -> bool:
    return SiteCheck.objects.filter(case=case, recorded_at__isnull=True, officers__contains=[actor.pk]).exists()


def _consulted(case: Case, actor: User) -> ForbiddenError | Lent | None:
    """Whether the actor speaks for a body whose opinion on the case is open."""
    grants = permissions.grants_of(actor)
    asked = Opinion.objects.filter(case=case, answered_at__isnull=True).exclude(asked_division="")
    for division in asked.values_list("asked_division", flat=True):
        if grants.may(Permission.OPINION_GIVE, division):
            lent = grants.principal(Permission.OPINION_GIVE, division)
            if mandates.sides_with(case, {actor.pk, lent.principal if lent else actor.pk}):
                return ForbiddenError(own_side())
            return lent
    return ForbiddenError(gettext("只有被征求意见的单位可以反馈。"))


def _accepted_by(case: Case) -> set[int]:
    """Return who accepted the case, with the colleague for whom it was done."""
    by = rows.fetch(
        "SELECT actor_id, acting_for_id FROM casework_caseevent WHERE case_id = %s AND act = %s"
        " ORDER BY number DESC LIMIT 1",
        [case.pk, Act.ACCEPT],
    )
    return {one for row in by for one in row if one is not None}
