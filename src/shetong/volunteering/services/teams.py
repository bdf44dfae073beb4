"""Teams: founding, verification, staff, members, trainings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.casework.queries import mandates
from shetong.core import divisions
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.registry.models import Organisation
from shetong.volunteering.models import (
    Membership,
    MembershipState,
    StaffRole,
    Team,
    TeamKind,
    TeamStaff,
    TeamState,
    Training,
    Volunteer,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.services import numbering, volunteers

_WRITTEN = ("name", "division_code", "address", "longitude", "latitude", "fields", "about", "contact", "contact_phone",
            "founded_on", "admits_members", "questions")  # fmt: skip


@transaction.atomic
def found(
    *, actor: User, kind: TeamKind, values: Mapping[str, Any], organisation_code: str = "", parent_id: int | None = None
) -> Team:
    """Begin a team; its founder leads it.

    That of a registered body needs the founder's mandate; others wait for verification.

    Raises :class:`InvalidInputError`, :class:`ForbiddenError`, :class:`ConflictError` where the name is taken there.
    """
    given = {name: values[name] for name in _WRITTEN if name in values}
    faults = {
        name: gettext("请填写。")
        for name in ("name", "contact", "contact_phone")
        if not str(given.get(name, "")).strip()
    }
    if divisions.get(str(given.get("division_code", ""))) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    organisation = None
    if organisation_code:
        if not mandates.holds(actor, organisation_code):
            raise ForbiddenError(gettext("只有这家组织的经办人可以为它建立志愿团体。"))
        organisation = Organisation.objects.filter(uscc=organisation_code).first()
    elif kind in (TeamKind.ORGANISATION, TeamKind.CHARITY):
        raise InvalidInputError(
            gettext("志愿服务组织和慈善组织请选择登记的组织。"), fields={"kind": gettext("请选择组织。")}
        )
    if parent_id is not None:
        staff.require(actor, parent_id, StaffRole.LEADER)
    name = str(given["name"]).strip()
    if Team.objects.filter(division_code=given["division_code"], name=name).exclude(state=TeamState.CLOSED).exists():
        raise ConflictError(gettext("该地区已有同名的志愿团体。"), fields={"name": gettext("请换一个名称。")})
    verified = organisation is not None or parent_id is not None
    team = Team.objects.create(
        number=numbering.new(Team, "T"), kind=kind, organisation=organisation, parent_id=parent_id, demo=actor.demo,
        state=TeamState.ACTIVE if verified else TeamState.PENDING, created_at=timezone.now(), **{**given, "name": name},
    )  # fmt: skip
    TeamStaff.objects.create(
        team=team, user=actor, role=StaffRole.LEADER, since=team.created_at, granted_by=actor.get_full_name()
    )
    audit.record(actor=actor, action="team.found", target=team, jurisdiction=team.division_code)
    return team


@transaction.atomic
def verify(*, actor: User, team_id: int, passes: bool, reason: str = "") -> Team:
    """Let a team act, or close it with a reason; the guiding authority of the place only.

    Raises :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    team = _locked(team_id)
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, team.division_code)
    if team.state != TeamState.PENDING:
        raise WrongStateError(gettext("这个团体不在待核实。"))
    if not passes and len(reason.strip()) < 4:
        raise InvalidInputError(gettext("不予通过须写明理由。"), fields={"reason": gettext("请写明理由。")})
    team.state = TeamState.ACTIVE if passes else TeamState.CLOSED
    team.save(update_fields=["state"])
    title = N_("志愿团体“%(name)s”已核实") if passes else N_("志愿团体“%(name)s”未通过核实")
    messages.send_all(
        to=User.objects.filter(team_roles__team=team, team_roles__until__isnull=True).distinct(), topic=Topic.VOLUNTEER,
        key=f"team-{team.pk}-verified", title=say(title, name=team.name), text=reason.strip(),
        url="/hall/volunteering/",
    )  # fmt: skip
    audit.record(
        actor=actor, action="team.verify", target=team, jurisdiction=team.division_code, detail={"passes": passes}
    )
    return team


@transaction.atomic
def grant(*, actor: User, team_id: int, user: User, role: StaffRole) -> TeamStaff:
    """Give somebody a role in the team; its leader only. Raises :class:`ForbiddenError`, :class:`ConflictError`."""
    team = _locked(team_id)
    staff.require(actor, team_id, StaffRole.LEADER)
    if TeamStaff.objects.filter(team=team, user=user, role=role, until__isnull=True).exists():
        raise ConflictError(gettext("该人员已有这个角色。"))
    given = TeamStaff.objects.create(
        team=team, user=user, role=role, since=timezone.now(), granted_by=actor.get_full_name()
    )
    audit.record(
        actor=actor, action="team.grant", target=team, jurisdiction=team.division_code,
        detail={"user": user.pk, "role": role.value},
    )  # fmt: skip
    return given


@transaction.atomic
def end_role(*, actor: User, role_id: int) -> None:
    """End a role; the last leader stays.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    held = TeamStaff.objects.filter(pk=role_id, until__isnull=True).first()
    if held is None:
        raise NotFoundError(gettext("没有找到这个角色，可能已经结束。"))
    team = _locked(held.team_id)
    staff.require(actor, team.pk, StaffRole.LEADER)
    leaders = team.staff.filter(role=StaffRole.LEADER, until__isnull=True)
    if held.role == StaffRole.LEADER and leaders.count() == 1:
        raise WrongStateError(gettext("团体须有负责人，请先指定另一位负责人。"))
    TeamStaff.objects.filter(pk=role_id).update(until=timezone.now())
    audit.record(
        actor=actor, action="team.end-role", target=team, jurisdiction=team.division_code,
        detail={"user": held.user_id, "role": held.role},
    )  # fmt: skip


@transaction.atomic
def apply(*, user: User, team_id: int, answers: Mapping[str, str]) -> Membership:
    """Ask to join a team; answers are kept with the questions as they were asked.

    Raises :class:`InvalidInputError` for unanswered questions, :class:`ConflictError`.
    """
    volunteer = volunteers.own(user)
    team = Team.objects.filter(pk=team_id, state=TeamState.ACTIVE).first()
    if team is None or not team.admits_members:
        raise WrongStateError(gettext("这个团体现在不招募成员。"))
    known = {str(question["name"]): question for question in team.questions}
    given = {name: str(answers.get(name, "")).strip()[:500] for name in known}
    faults = {name: gettext("请回答。") for name, asked in known.items() if asked.get("required") and not given[name]}
    if faults:
        raise InvalidInputError(gettext("有些问题还没有回答。"), fields=faults)
    live = (MembershipState.APPLIED, MembershipState.MEMBER)
    if volunteer.memberships.filter(team=team, state__in=live).exists():
        raise ConflictError(gettext("您已经是成员或者已经申请。"))
    made = Membership.objects.create(
        team=team, volunteer=volunteer, state=MembershipState.APPLIED, applied_at=timezone.now(),
        answers={str(asked["text"]): given[name] for name, asked in known.items()},
    )  # fmt: skip
    audit.record(actor=user, action="membership.apply", target=made, jurisdiction=team.division_code)
    return made


@transaction.atomic
def decide(*, actor: User, membership_id: int, admits: bool, reason: str = "") -> Membership:
    """Admit who applied, or refuse with a reason; organisers of the team.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    rows = Membership.objects.select_for_update(of=("self",)).select_related("team", "volunteer__user")
    found_ = rows.filter(pk=membership_id).first()
    if found_ is None:
        raise NotFoundError(gettext("没有找到这个申请，请刷新页面查看。"))
    staff.require(actor, found_.team_id, StaffRole.ORGANISER)
    if found_.state != MembershipState.APPLIED:
        raise WrongStateError(gettext("这个申请已经审核过。"))
    if not admits and not reason.strip():
        raise InvalidInputError(gettext("不予通过须写明理由。"), fields={"reason": gettext("请写明理由。")})
    found_.state = MembershipState.MEMBER if admits else MembershipState.REFUSED
    found_.decided_at, found_.decided_by, found_.reason = timezone.now(), actor, reason.strip()[:300]
    found_.save()
    if found_.volunteer.user is not None:
        title = N_("您已加入“%(name)s”") if admits else N_("“%(name)s”未通过您的加入申请")
        messages.send(
            to=found_.volunteer.user, topic=Topic.VOLUNTEER, key=f"membership-{found_.pk}",
            title=say(title, name=found_.team.name), text=found_.reason, url="/hall/volunteering/",
        )  # fmt: skip
    audit.record(
        actor=actor, action="membership.decide", target=found_, jurisdiction=found_.team.division_code,
        detail={"admits": admits},
    )  # fmt: skip
    return found_


@transaction.atomic
def record_training(
    *, actor: User, team_id: int, volunteer: Volunteer, title: str, held_on: date, minutes: int,
    passed: bool | None = None, valid_to: date | None = None,
) -> Training:  # fmt: skip
    """Record a training that a volunteer took part in; the team's timekeepers.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`ConflictError` where it is recorded already.
    """
    team = _locked(team_id)
    staff.require(actor, team_id, StaffRole.TIMEKEEPER)
    if not title.strip() or minutes < 1 or held_on > timezone.localdate():
        raise InvalidInputError(gettext("请填写培训内容、时长和已经过去的日期。"))
    there = {"volunteer": volunteer, "team": team, "title": title.strip(), "held_on": held_on, "withdrawn_at": None}
    if Training.objects.filter(**there).exists():
        raise ConflictError(gettext("这次培训已经记录。"))
    made = Training.objects.create(
        **there, minutes=minutes, passed=passed, valid_to=valid_to, recorded_by=actor, recorded_at=timezone.now()
    )
    audit.record(actor=actor, action="training.record", target=made, jurisdiction=team.division_code)
    return made


def _locked(team_id: int) -> Team:
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise NotFoundError(gettext("没有找到这个团体，请重新选择。"))
    return team
