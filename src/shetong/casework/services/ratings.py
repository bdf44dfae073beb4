"""Rating how a case was handled, and following up on low ratings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.models import Act, Case, CaseEvent, Rating, RatingTag
from shetong.casework.queries import mandates
from shetong.casework.rules import ratings as rules
from shetong.casework.services import applicants, moves
from shetong.core import working_days
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.statutes import Unit
from shetong.core.working_days import Period


@transaction.atomic
def rate(*, case_id: int, actor: User, score: int, tags: Collection[str] = (), text: str = "") -> Rating:
    """Rate a case that has an outcome, or amend one's rating within ``RATING_DAYS`` of it.

    A low one opens a follow-up of the authority. Raises :class:`ForbiddenError`, :class:`WrongStateError` (no outcome
    yet, too late), :class:`InvalidInputError`.
    """
    case = moves.lock(case_id)
    if not mandates.may_act(actor, case):
        raise ForbiddenError(_("只有申请人或者其授权的经办人可以评价。"))
    _judge(score, tags, text)
    if case.state not in rules.RATEABLE:
        raise WrongStateError(_("办件还没有结果，办结以后再评价。"))
    now = timezone.now()
    found = Rating.objects.select_for_update().filter(case=case).first()
    if found is None:
        found = Rating(case=case, matter=case.matter, authority_division=case.authority_division, rated_at=now)
    elif now > found.rated_at + timedelta(days=settings.RATING_DAYS):
        raise WrongStateError(_("评价已经超过可以修改的时间。"))
    else:
        found.amended_at = now
    found.score, found.tags, found.text, found.rated_by = score, sorted(set(tags)), text.strip(), actor
    if rules.is_low(score) and found.follow_up_by is None:
        limit = Period(settings.RATING_FOLLOW_UP_DAYS, Unit.WORKING_DAY, "")
        found.follow_up_by = working_days.due(timezone.localdate(), limit)
    found.save()
    audit.record(
        actor=actor,
        action="rating.give",
        target=found,
        jurisdiction=case.authority_division,
        detail={"case": case.pk, "score": score},
    )
    return found


def _judge(score: int, tags: Collection[str], text: str) -> None:
    faults = {}
    if not rules.WORST <= score <= rules.BEST:
        faults["score"] = _("请选择满意度。")
    if set(tags) - set(RatingTag.values):
        faults["tags"] = _("请从列出的标签中选择。")
    if len(text.strip()) > rules.LONGEST_TEXT:
        faults["text"] = _("评价内容最多500个字，请缩短。")
    if rules.is_low(score) and not tags and not text.strip():
        faults["text"] = _("请告诉我们哪里不满意：选一个标签，或者写一句话。")
    if faults:
        raise InvalidInputError(next(iter(faults.values())), fields=faults)


@transaction.atomic
def follow_up(*, rating_id: int, actor: User, result: str) -> Rating:
    """Record what came of getting in touch about a low rating, and tell the applicant; once.

    Whoever decided the case leaves this to somebody else. Raises :class:`NotFoundError`, :class:`ForbiddenError`,
    :class:`ConflictError`, :class:`InvalidInputError`.
    """
    found = (
        Rating.objects.select_for_update(of=("self",)).select_related("case__applicant").filter(pk=rating_id).first()
    )
    if found is None or found.follow_up_by is None:
        raise NotFoundError(_("没有找到需要回访的评价。"))
    permissions.require(actor, Permission.CASE_ACCEPT, found.authority_division)
    if not result.strip() or len(result.strip()) > 1_000:
        raise InvalidInputError(_("请写明联系情况和处理结果。"), fields={"result": _("请写明联系情况和处理结果。")})
    if found.followed_up_at is not None:
        raise ConflictError(_("这条评价已经回访过。"))
    if _decided(found.case) == actor.pk:
        raise ForbiddenError(_("作出决定的人不能回访本人经办的评价，请交由他人办理。"))
    found.followed_up_at, found.followed_up_by, found.result = timezone.now(), actor, result.strip()
    found.save()
    audit.record(
        actor=actor,
        action="rating.follow-up",
        target=found,
        jurisdiction=found.authority_division,
        detail={"case": found.case_id},
    )
    applicants.followed_up(found)
    return found


def _decided(case: Case) -> int | None:
    decisions = CaseEvent.objects.filter(case=case, act__in=(Act.APPROVE, Act.REFUSE))
    return decisions.values_list("actor_id", flat=True).last()
