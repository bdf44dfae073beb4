"""Intake: accept, ask for correction once and at once, refuse to accept; silence is acceptance."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.models import Act, Case, CaseEvent, NoticeKind, State
from shetong.casework.queries import clocks, corrections, matters
from shetong.casework.rules.clock import Light, Phase
from shetong.casework.services import moves, notices, resubmission
from shetong.core.errors import InvalidInputError, WrongStateError

MOST_ITEMS = 60


@transaction.atomic
def accept(*, case_id: int, actor: User, reason: str = "") -> Case:
    """Accept an application; the limit for deciding begins, and the case keeps the law of this day."""
    case = moves.lock(case_id)
    return _accept(case, Act.ACCEPT, actor, reason)


@transaction.atomic
def deem_accepted(*, case_id: int) -> Case | None:
    """Accept by silence where the authority has let its five working days pass; ``None`` where it has not."""
    case = moves.lock(case_id)
    if case.state != State.SUBMITTED:
        return None
    running = clocks.of(case, matters.of(case))
    if running is None or running.phase is not Phase.INTAKE or running.light is not Light.OVERDUE:
        return None
    return _accept(case, Act.DEEM_ACCEPTED, None, "登记管理机关逾期未告知补正，自收到申请材料之日起即为受理。")


def _accept(case: Case, act: Act, actor: User | None, reason: str) -> Case:
    silent = act is Act.DEEM_ACCEPTED
    if case.state == State.SUBMITTED:
        received = timezone.localdate(case.submitted_at)
        case.accepted_on = received if silent else timezone.localdate()
        case.rules_on = case.accepted_on
    matter = matters.of(case)
    event = moves.move(case, act, actor=actor, reason=reason, step=matter.steps[0].code, matter=matter)
    notices.issue(
        case,
        matter,
        NoticeKind.ACCEPTANCE,
        event,
        {
            "accepted_on": str(case.accepted_on),
            "limit": str(matter.limits.legal(case.rules_on or timezone.localdate())),
            "promised": str(matter.limits.promised) if matter.limits.promised else "",
            "due_on": str(case.due_on or ""),
        },
    )
    return case


@transaction.atomic
def ask_correction(*, case_id: int, actor: User, items: Sequence[str], reason: str = "") -> Case:
    """Tell the applicant everything that must be corrected. The law allows this once, within five working days.

    Raises :class:`WrongStateError` the second time, :class:`InvalidInputError` without items.
    """
    case = moves.lock(case_id)
    wanted = [item.strip() for item in items if item.strip()]
    if not wanted or len(wanted) > MOST_ITEMS or any(len(item) > 500 for item in wanted):
        raise InvalidInputError(
            gettext("请逐项写明需要补正的内容，最多%(most_items)s项，每项最多500个字。") % {"most_items": MOST_ITEMS},
            fields={"items": gettext("请逐项写明需要补正的内容。")},
        )
    if case.state == State.SUBMITTED and CaseEvent.objects.filter(case=case, act=Act.ASK_CORRECTION).exists():
        raise WrongStateError(
            gettext("补正只能一次性告知一次，本件已经告知过。材料齐全的应当受理；仍不符合的，受理后依法作出决定。"),
            provision="《中华人民共和国行政许可法》第三十二条第一款第四项",
        )
    matter = matters.of(case)
    detail = {"wanted": wanted, resubmission.FILED: resubmission.filed(case)}
    event = moves.move(case, Act.ASK_CORRECTION, actor=actor, reason=reason, detail=detail, matter=matter)
    until = corrections.until(timezone.localdate(event.recorded_at))
    content = {"items": wanted, **({"until": str(until)} if until else {})}
    notices.issue(case, matter, NoticeKind.CORRECTION, event, content)
    return case


@transaction.atomic
def refuse_to_accept(*, case_id: int, actor: User, reason: str, other_authority: str = "") -> Case:
    """Not accept: no such permit is needed, or another authority is competent (``other_authority`` names it)."""
    if not reason.strip():
        raise InvalidInputError(gettext("请写明不予受理的理由。"), fields={"reason": gettext("请写明理由。")})
    case = moves.lock(case_id)
    matter = matters.of(case)
    other = {"other_authority": other_authority.strip()}
    event = moves.move(case, Act.NOT_ACCEPT, actor=actor, reason=reason, detail=other, matter=matter)
    notices.issue(case, matter, NoticeKind.NOT_ACCEPTED, event, other)
    return case
