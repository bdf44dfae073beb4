"""Signing up: one statement, however many press at once.

The database's function ``volunteering_sign_up`` is a transaction of its own: the row of a shift for which thousands
race is locked inside that statement alone (docs/decisions/0120). Its record is the sign-up's own event, which the
database keeps; what follows is in :mod:`shetong.volunteering.services.places`.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from shetong.core.errors import DomainError
from shetong.volunteering.models import SignupState
from shetong.volunteering.services import finder

_FUNCTION = (
    "SELECT outcome, signup_id, new, place_in_queue, last_place, activity_id"
    " FROM volunteering_sign_up(%s, %s, %s, %s, %s)"
)
# Why a sign-up is refused, and what to do about it.
REFUSALS: dict[str, str] = {
    "unknown-volunteer": gettext_noop("登录已失效，请重新登录后再报名。"),
    "unknown-shift": gettext_noop("没有这个班次，请返回活动页面重新选择。"),
    "key-of-another": gettext_noop("这个请求编号已用于另一个班次，请换一个编号。"),
    "not-active": gettext_noop("您的志愿者注册尚未完成或者已暂停，请先到“我的志愿服务”查看。"),
    "not-verified": gettext_noop("请先完成实名核验，再来报名。"),
    "closed": gettext_noop("这个班次已停止报名，请看看其他班次。"),
    "too-early": gettext_noop("报名还没有开始，请在报名开始后再来。"),
    "too-late": gettext_noop("报名已经截止，请看看其他班次。"),
    "too-young": gettext_noop("您的年龄未达到这个岗位的要求，请选择其他岗位。"),
    "too-old": gettext_noop("您的年龄超过了这个岗位的要求，请选择其他岗位。"),
    "skills": gettext_noop("这个岗位需要您尚未登记的技能。您如果具备，请先在“我的资料”中补充。"),
    "languages": gettext_noop("这个岗位需要您尚未登记的语言。您如果会，请先在“我的资料”中补充。"),
    "members-only": gettext_noop("这个活动只招募本团体成员，您可以先申请加入团体。"),
    "training": gettext_noop("这个岗位要求先参加发起团体的培训，请与联系人联系。"),
    "moved": gettext_noop("这一场的时间刚刚改过，请看清新的时间以后再报名。"),
    "full": gettext_noop("名额和候补都已满，请看看其他班次。"),
    "clash": gettext_noop("这个时间您已有另一个班次。要改报这个，请先取消那一个。"),
}


class SignupRefusedError(DomainError):
    """A condition is not met; ``clash`` is the sign-up that stands in the way, where one does."""

    status = 409

    def __init__(self, code: str, *, clash: int | None = None, message: str = "") -> None:
        super().__init__(message or gettext(REFUSALS[code]), code=code)
        self.clash = clash


class Answer(NamedTuple):
    """What somebody who signs up is told. ``queue``: place in the waiting list, 1 for the next; 0 for none."""

    signup_id: int
    state: SignupState
    queue: int
    new: bool


def sign_up(
    *,
    shift_id: int,
    volunteer_id: int,
    request_key: UUID | None = None,
    token_epoch: int | None = None,
    now: datetime | None = None,
) -> Answer:
    """Sign a volunteer up for a shift and return where that leads; asking again gives the same sign-up.

    ``request_key``: the same key gives the first answer even after a withdrawal, so a repeated request never signs up
    anew. ``token_epoch``: that of the token that the caller showed. Must not be called inside another transaction,
    which would hold the shift's lock until its end (``RuntimeError``). Raises :class:`SignupRefusedError`.
    """
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("a sign-up is a transaction of its own")
    try:
        with connection.cursor() as cursor:
            cursor.execute(_FUNCTION, (shift_id, volunteer_id, token_epoch, request_key, now or timezone.now()))
            outcome, signup_id, new, queue, last_place, activity_id = cursor.fetchone()
    except IntegrityError as error:
        # What the function looks for under its locks, refused once more by the constraint.
        if "signup_one_place_at_a_time" in str(error):
            raise SignupRefusedError("clash") from error
        raise
    if outcome in REFUSALS:
        raise SignupRefusedError(outcome, clash=signup_id if outcome == "clash" else None)
    if last_place:
        finder.defer_refresh(activity_id)
    return Answer(signup_id, SignupState(outcome), queue or 0, new)
