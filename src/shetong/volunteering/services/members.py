"""What a team's people do beside activities: leaving, questions to who wants to join, colleagues, trainings."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import audit, messages
from shetong.core import divisions
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering.models import Membership, MembershipState, StaffRole, Team, TeamStaff, Training, Volunteer
from shetong.volunteering.queries import staff
from shetong.volunteering.services import teams, volunteers

MOST_QUESTIONS = 10
# In messages, which are Chinese for everybody (docs/decisions/0150).
_ROLES = {
    StaffRole.LEADER: N_("您成为“%(team)s”的负责人"),
    StaffRole.ORGANISER: N_("您成为“%(team)s”的活动组织者"),
    StaffRole.TIMEKEEPER: N_("您成为“%(team)s”的记录员"),
}
_CHANGED = ("address", "about", "contact", "contact_phone", "fields", "division_code", "admits_members")


@transaction.atomic
def leave(*, user: User, membership_id: int) -> Membership:
    """Leave a team, or take an application back. Raises :class:`NotFoundError`, :class:`WrongStateError`."""
    volunteer = volunteers.own(user)
    found = volunteer.memberships.select_related("team").filter(pk=membership_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个申请，请刷新页面查看。"))
    if found.state not in (MembershipState.APPLIED, MembershipState.MEMBER):
        raise WrongStateError(gettext("您已经不是这个团体的成员。"))
    found.state, found.ended_at = MembershipState.LEFT, timezone.now()
    found.save(update_fields=["state", "ended_at"])
    audit.record(actor=user, action="membership.leave", target=found, jurisdiction=found.team.division_code)
    return found


@transaction.atomic
def change_team(*, actor: User, team_id: int, values: Mapping[str, Any], questions: str) -> Team:
    """Change what a team says of itself and what it asks; ``questions``: one a line, those ending in ``*`` required.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`.
    """
    staff.require(actor, team_id, StaffRole.LEADER)
    team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
    given = {name: values[name] for name in _CHANGED if name in values}
    asked = read_questions(questions)
    faults = {name: gettext("请填写。") for name in ("contact", "contact_phone") if given.get(name, "x").strip() == ""}
    if "division_code" in given and divisions.get(given["division_code"]) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if len(asked) > MOST_QUESTIONS or any(len(str(question["text"])) > 100 for question in asked):
        faults["questions"] = gettext("最多%(most)d个问题，每个不超过100个字。") % {"most": MOST_QUESTIONS}
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    for name, value in given.items():
        setattr(team, name, value)
    team.questions = asked
    team.save()
    audit.record(
        actor=actor,
        action="team.change",
        target=team,
        jurisdiction=team.division_code,
        detail={"changed": sorted(given)},
    )
    return team


def read_questions(text: str) -> list[dict[str, Any]]:
    """Return questions from lines of text, in the shape that :class:`Team` keeps.

    A question is named by what it asks, so that an answer on its way never becomes that of another question.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    asked = {line.removesuffix("*").strip(): line.endswith("*") for line in lines}
    return [
        {"name": f"q{sha256(question.encode()).hexdigest()[:12]}", "text": question, "required": required}
        for question, required in asked.items()
    ]


def write_questions(questions: list[dict[str, Any]]) -> str:
    """Return questions as lines of text."""
    return "\n".join(f"{each['text']}{' *' if each.get('required') else ''}" for each in questions)


def known(number: str) -> Volunteer:
    """Return the volunteer of a public number. Raises :class:`NotFoundError`."""
    found = Volunteer.objects.select_related("user").filter(number="".join(number.split()).upper()).first()
    if found is None:
        raise NotFoundError(gettext("没有这个编号的志愿者，请核对。"), fields={"number": gettext("请核对志愿者编号。")})
    return found


@transaction.atomic
def grant_by_number(*, actor: User, team_id: int, number: str, role: StaffRole) -> TeamStaff:
    """Give a volunteer with an account a role in the team, and tell them. Raises like :func:`teams.grant`."""
    volunteer = known(number)
    if volunteer.user is None:
        raise InvalidInputError(
            gettext("这位志愿者还没有账号，请其先注册。"), fields={"number": gettext("请核对志愿者编号。")}
        )
    given = teams.grant(actor=actor, team_id=team_id, user=volunteer.user, role=role)
    messages.send(
        to=volunteer.user, topic=Topic.VOLUNTEER, key=f"team-role-{given.pk}",
        title=say(_ROLES[role], team=given.team.name),
        url=f"/hall/volunteering/organise/teams/{team_id}/",
    )  # fmt: skip
    return given


@transaction.atomic
def withdraw_training(*, actor: User, training_id: int, reason: str) -> Training:
    """Withdraw a training recorded wrongly, with a reason; the team's timekeepers.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    found = Training.objects.select_for_update(of=("self",)).select_related("team").filter(pk=training_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个培训记录。"))
    staff.require(actor, found.team_id, StaffRole.TIMEKEEPER)
    if found.withdrawn_at is not None:
        raise WrongStateError(gettext("这个培训记录已经撤销。"))
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("撤销须写明理由。"), fields={"reason": gettext("请写明理由。")})
    found.withdrawn_at, found.withdraw_reason = timezone.now(), reason.strip()[:300]
    found.save(update_fields=["withdrawn_at", "withdraw_reason"])
    audit.record(actor=actor, action="training.withdraw", target=found, jurisdiction=found.team.division_code)
    return found
