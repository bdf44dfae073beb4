"""An organiser's program at the door: it reads the list of a session, notes who came, hands in scans of volunteers.

The program shows an API key; what it does, its owner does, who keeps time for the team. A scan counts by itself: the
volunteer's own device signed it, and the session's code in it shows that the person was there
(:mod:`shetong.volunteering.services.scans`). The program carries it and cannot change it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, User
from shetong.accounts.services import audit
from shetong.core.errors import DomainError, InvalidInputError, NotFoundError
from shetong.volunteering.models import Device, Session, Signup, SignupState, StaffRole
from shetong.volunteering.queries import staff
from shetong.volunteering.services import attendance, scans
from shetong.volunteering.services.scans import Outcome, Signed

SCOPE = "volunteering.attendance"
MOST = 200
_EXPECTED = (
    SignupState.HELD, SignupState.PRESENT, SignupState.DONE, SignupState.RECORDED, SignupState.ABSENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody came, and left where that is known; ``reason`` where the activity does not keep a list."""

    signup: int
    came: datetime
    left: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Carried:
    """A scan with the number of the device that signed it."""

    device: int
    scan: Signed


def roll(*, key: ApiKey, session_id: int) -> list[dict[str, Any]]:
    """Return who holds a place in a session: sign-up, number, masked name, post, state, devices that may sign.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`.
    """
    session = _session(key.owner, session_id)
    rows = (
        Signup.objects.filter(shift__session=session, state__in=_EXPECTED)
        .select_related("volunteer", "shift__post").prefetch_related("volunteer__devices").order_by("pk")
    )  # fmt: skip
    told = [
        {
            "signup": row.pk, "volunteer": row.volunteer.number, "name_masked": row.volunteer.name_masked,
            "post": row.shift.post.title, "state": row.state,
            "devices": [each.pk for each in row.volunteer.devices.all() if each.revoked_at is None],
        }
        for row in rows
    ]  # fmt: skip
    audit.record(
        actor=key, action="attendance.list", target=session, jurisdiction=session.activity.division_code,
        detail={"people": len(told)},
    )  # fmt: skip
    return told


def mark(*, key: ApiKey, session_id: int, marks: Sequence[Mark]) -> list[Outcome]:
    """Note who came and left, each for itself; the same again changes nothing. Raises like :func:`roll`."""
    session = _session(key.owner, session_id, len(marks))
    return [_mark(key.owner, session, one) for one in marks]


def carry(*, key: ApiKey, session_id: int, carried: Sequence[Carried]) -> list[Outcome]:
    """Hand in scans of a session, each for itself; the same again gives the answer it had. Raises like :func:`roll`."""
    session = _session(key.owner, session_id, len(carried))
    outcomes = [_carry(session, one) for one in carried]
    audit.record(
        actor=key, action="attendance.carry", target=session, jurisdiction=session.activity.division_code,
        detail={"scans": len(outcomes), "accepted": sum(one.code == "accepted" for one in outcomes)},
    )  # fmt: skip
    return outcomes


def _session(actor: User, session_id: int, asked: int = 1) -> Session:
    if not 1 <= asked <= MOST:
        raise InvalidInputError(gettext("一次发送1至%(most)d项。") % {"most": MOST}, code="batch-size")
    session = Session.objects.select_related("activity").filter(pk=session_id).first()
    if session is None:
        raise NotFoundError(gettext("没有这个场次，请核对编号。"))
    staff.require(actor, session.activity.team_id, StaffRole.TIMEKEEPER)
    return session


def _mark(actor: User, session: Session, one: Mark) -> Outcome:
    name = str(one.signup)
    try:
        if one.came.tzinfo is None or (one.left is not None and one.left.tzinfo is None):
            raise InvalidInputError(gettext("时间应带时区。"), code="time-zone")
        if not Signup.objects.filter(pk=one.signup, shift__session=session).exists():
            raise NotFoundError(gettext("这个场次没有这个报名。"), code="no-signup")
        attendance.mark(actor=actor, signup_id=one.signup, came=one.came, left=one.left, reason=one.reason)
    except DomainError as error:
        return Outcome(name, error.code, error.message)
    return Outcome(name, "accepted", "")


def _carry(session: Session, one: Carried) -> Outcome:
    try:
        content = json.loads(one.scan.text)
        name = str(content["scan"])
        ours = int(content["session"]) == session.pk
    except (ValueError, KeyError, TypeError):
        return Outcome("", "form", gettext("扫码的内容不对，请在手机上重新扫描。"))
    if not ours:
        return Outcome(name, "other-session", gettext("这次扫码属于别的场次。"))
    device = Device.objects.select_related("volunteer__user").filter(pk=one.device).first()
    if device is None or device.volunteer.user is None:
        return Outcome(name, "device", gettext("这部手机没有登记或者已经停用。"))
    try:
        (outcome,) = scans.synchronise(
            actor=device.volunteer.user, device_id=device.pk, sent_at=timezone.now(), scans=[one.scan]
        )
    except DomainError as error:
        return Outcome(name, error.code, error.message)
    return outcome
