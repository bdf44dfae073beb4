"""Review: step by step, with special procedures and extension."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.models import Act, Case, CaseEvent, NoticeKind, Procedure
from shetong.casework.queries import clocks, matters
from shetong.casework.rules.clock import Light, Phase
from shetong.casework.rules.matters import Matter
from shetong.casework.services import moves, notices
from shetong.core.errors import InvalidInputError, WrongStateError
from shetong.store import rows


def _open(case_id: int) -> tuple[Case, Matter]:
    case = moves.lock(case_id)
    return case, matters.of(case)


@transaction.atomic
def forward(*, case_id: int, actor: User, opinion: str) -> Case:
    """Pass a reviewed case on to the next step with one's opinion. The deciding step decides instead."""
    case, matter = _open(case_id)
    if not opinion.strip():
        raise InvalidInputError(gettext("请填写审查意见。"), fields={"opinion": gettext("请填写审查意见。")})
    following = matter.step_after(case.step) if case.step else None
    if case.step and following is None:
        raise WrongStateError(gettext("这是最后一个环节，请作出准予或者不予的决定。"))
    moves.move(
        case, Act.FORWARD, actor=actor, reason=opinion, step=following.code if following else None, matter=matter
    )
    _let_go(case)
    return case


@transaction.atomic
def send_back(*, case_id: int, actor: User, reason: str) -> Case:
    """Return a case to the step before, saying why."""
    case, matter = _open(case_id)
    if not reason.strip():
        raise InvalidInputError(gettext("请写明退回的理由。"), fields={"reason": gettext("请写明退回的理由。")})
    before = matter.step_before(case.step) if case.step else None
    if case.step and before is None:
        raise WrongStateError(gettext("这是第一个环节，不能再退回。"))
    moves.move(case, Act.SEND_BACK, actor=actor, reason=reason, step=before.code if before else None, matter=matter)
    _let_go(case)
    return case


def _let_go(case: Case) -> None:
    if case.holder_id is not None:
        case.holder = None
        rows.save(case)


@transaction.atomic
def suspend(*, case_id: int, actor: User, procedure: Procedure, days: int, reason: str) -> Case:
    """Begin a special procedure whose time does not count, and tell the applicant how long it will take."""
    case, matter = _open(case_id)
    if procedure not in Procedure.values:
        raise InvalidInputError(gettext("只有听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的时间不计入期限。"))
    if not 1 <= days <= 365:
        raise InvalidInputError(
            gettext("请填写所需天数，1至365天。"), fields={"days": gettext("请填写1至365之间的整数。")}
        )
    event = moves.move(
        case, Act.SUSPEND, actor=actor, reason=reason, detail={"procedure": Procedure(procedure).value, "days": days}
    )
    label = Procedure(procedure).label
    notices.issue(case, matter, NoticeKind.PROCEDURE, event, {"procedure": label, "days": days})
    return case


@transaction.atomic
def resume(*, case_id: int, actor: User, result: str = "") -> Case:
    """End the special procedure; the clock goes on the day after."""
    case, _ = _open(case_id)
    moves.move(case, Act.RESUME, actor=actor, reason=result)
    return case


@transaction.atomic
def extend(*, case_id: int, actor: User, days: int, reason: str) -> Case:
    """Extend the limit for deciding, once, by at most what the law allows, and tell the applicant why.

    Before the limit has passed: the law extends a limit that cannot be met.
    """
    case, matter = _open(case_id)
    if not reason.strip():
        raise InvalidInputError(
            gettext("请写明延长期限的理由，理由将告知申请人。"), fields={"reason": gettext("请写明理由。")}
        )
    most = matter.limits.longest_extension(case.rules_on or date.max)
    if most is None:
        raise WrongStateError(gettext("这个事项的办理期限依法不能延长。"))
    if not 1 <= days <= most.number:
        raise InvalidInputError(
            gettext("最多延长%(most)s。") % {"most": most.said},
            fields={"days": gettext("请填写1至%(number)s之间的整数。") % {"number": most.number}},
            provision=most.provision,
        )
    if CaseEvent.objects.filter(case=case, act=Act.EXTEND).exists():
        raise WrongStateError(gettext("办理期限已经延长过一次，不能再延长。"), provision=most.provision)
    # What has passed cannot be extended any more: the delay stays, and counts.
    running = clocks.of(case, matter)
    if running is not None and running.phase is Phase.DECISION and running.light is Light.OVERDUE:
        raise WrongStateError(gettext("办理期限已经届满，不能再延长；请尽快作出决定。"), provision=most.provision)
    event = moves.move(case, Act.EXTEND, actor=actor, reason=reason, detail={"days": days}, provision=most.provision)
    notices.issue(case, matter, NoticeKind.EXTENSION, event, {"days": days, "due_on": str(case.due_on)})
    return case
