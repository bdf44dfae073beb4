"""Suspending a volunteer's registration or a team, by the guiding authority, with a reason that they are told.

Suspended volunteers sign up for nothing; what they have signed up for and has not begun is given back. Suspended teams
begin and publish nothing; what recruits stops to, who has a place keeps it. Both see the reason and may answer to the
authority; the suspension ends by its decision, with a reason again.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.volunteering import states
from shetong.volunteering.models import (
    Activity,
    ActivityState,
    Signup,
    SignupAct,
    SignupState,
    Suspension,
    Team,
    TeamState,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.services import activities, places

_GIVEN_BACK = [state for state in SignupState if states.after(state, SignupAct.REFUSE) is not None]


@transaction.atomic
def suspend(*, actor: User, number: str, reason: str) -> Suspension:
    """Suspend the volunteer or team of a number.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError` where it is not active,
    :class:`InvalidInputError` without a reason.
    """
    subject = _subject(number)
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, subject.division_code)
    told = _reason(reason)
    if subject.state not in (VolunteerState.ACTIVE, TeamState.ACTIVE):
        raise WrongStateError(
            gettext("现在是“%(state)s”，只有正常的志愿者和团体可以暂停。") % {"state": subject.get_state_display()}
        )
    of: dict[str, Volunteer | Team] = {"volunteer" if isinstance(subject, Volunteer) else "team": subject}
    made = Suspension.objects.create(**of, reason=told, since=timezone.now(), actor=actor)
    _set(subject, suspended=True)
    if isinstance(subject, Volunteer):
        _give_back(subject, told)
    else:
        _stop_recruiting(subject)
    _tell(made, subject, gettext("您的志愿者注册已暂停"), gettext("志愿团体“%(name)s”已暂停"), told)
    audit.record(
        actor=actor, action="suspension.begin", target=subject, jurisdiction=subject.division_code,
        detail={"suspension": made.pk},
    )  # fmt: skip
    return made


@transaction.atomic
def end(*, actor: User, suspension_id: int, reason: str) -> Suspension:
    """End a suspension. Raises like :func:`suspend`."""
    found = Suspension.objects.select_for_update(of=("self",)).filter(pk=suspension_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这次暂停，请刷新页面查看。"))
    subject = _locked(found)
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, subject.division_code)
    told = _reason(reason)
    if found.ended_at is not None:
        raise WrongStateError(gettext("这次暂停已经结束，请刷新页面查看。"))
    found.ended_at, found.ended_by, found.end_reason = timezone.now(), actor, told
    found.save()
    if subject.state in (VolunteerState.SUSPENDED, TeamState.SUSPENDED):
        _set(subject, suspended=False)
    _tell(found, subject, gettext("您的志愿者注册已恢复"), gettext("志愿团体“%(name)s”已恢复"), told)
    audit.record(
        actor=actor, action="suspension.end", target=subject, jurisdiction=subject.division_code,
        detail={"suspension": found.pk},
    )  # fmt: skip
    return found


def _subject(number: str) -> Volunteer | Team:
    wanted = number.strip().upper()
    found: Volunteer | Team | None = Volunteer.objects.select_for_update(no_key=True).filter(number=wanted).first()
    found = found or Team.objects.select_for_update(no_key=True).filter(number=wanted).first()
    if found is None:
        raise NotFoundError(
            gettext("没有找到这个编号的志愿者或者团体，请核对编号。"), fields={"number": gettext("请核对编号。")}
        )
    return found


def _locked(suspension: Suspension) -> Volunteer | Team:
    if suspension.team_id is not None:
        return Team.objects.select_for_update(no_key=True).get(pk=suspension.team_id)
    return Volunteer.objects.select_for_update(no_key=True).get(suspensions=suspension)


def _set(subject: Volunteer | Team, *, suspended: bool) -> None:
    if isinstance(subject, Volunteer):
        subject.state = VolunteerState.SUSPENDED if suspended else VolunteerState.ACTIVE
    else:
        subject.state = TeamState.SUSPENDED if suspended else TeamState.ACTIVE
    subject.save(update_fields=["state"])


def _give_back(volunteer: Volunteer, reason: str) -> None:
    coming = volunteer.signups.filter(state__in=_GIVEN_BACK, during__startswith__gt=timezone.now())
    for signup in Signup.objects.select_for_update(of=("self",)).filter(pk__in=coming.values("pk")).order_by("pk"):
        signup.volunteer = volunteer
        places.move(
            signup, SignupAct.REFUSE, actor=None, reason=gettext("志愿者注册已暂停：%(reason)s") % {"reason": reason}
        )


def _stop_recruiting(team: Team) -> None:
    rows = Activity.objects.select_for_update(no_key=True, of=("self",)).filter(team=team)
    for activity in rows.filter(state=ActivityState.RECRUITING).order_by("pk"):
        activities.step(activity, ActivityState.CLOSED)


def _tell(suspension: Suspension, subject: Volunteer | Team, of_person: str, of_team: str, reason: str) -> None:
    if isinstance(subject, Volunteer):
        people, title = User.objects.filter(volunteer=subject), of_person
    else:
        people = User.objects.filter(team_roles__team=subject, team_roles__until__isnull=True).distinct()
        title = of_team % {"name": subject.name}
    messages.send_all(
        to=people, topic=Topic.VOLUNTEER, key=f"suspension-{suspension.pk}-{suspension.ended_at or ''}", title=title,
        text=gettext("理由：%(reason)s") % {"reason": reason}, url="/hall/volunteering/",
    )  # fmt: skip


def _reason(reason: str) -> str:
    if len(reason.strip()) < 4:
        raise InvalidInputError(
            gettext("请写明理由，当事人会看到。"), fields={"reason": gettext("请写明理由，至少4个字。")}
        )
    return reason.strip()[:300]
