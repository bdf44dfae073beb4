"""Volunteers, teams, activities and shifts for tests: invented people, all of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from shetong.accounts.models import User
from shetong.core import pii
from shetong.volunteering.models import (
    Activity,
    ActivityState,
    Post,
    RegisteredBy,
    ServiceRecord,
    Session,
    Shift,
    Signup,
    SignupState,
    StaffRole,
    Team,
    TeamKind,
    TeamStaff,
    TeamState,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.rules import numbers
from tests.registry import factories as registry

DISTRICT = "110105"
ADULT = date(1990, 6, 1)


def person(name: str = "陈示范") -> User:
    """Return somebody with an account."""
    return User.objects.create_user(username=f"person-{registry.next_number()}", display_name=name)


def volunteer(**overrides: Any) -> Volunteer:
    """Return a verified volunteer of age with an account."""
    number = registry.identity_number()
    now = timezone.now()
    values: dict[str, Any] = {
        "number": numbers.draw("V"),
        "user": overrides["user"] if "user" in overrides else person(),
        "state": VolunteerState.ACTIVE,
        "name_sealed": pii.seal("陈示范", context="volunteer.name"),
        "name_masked": "陈**",
        "identity_kind": "resident",
        "identity_sealed": pii.seal(number, context="volunteer.identity_number"),
        "identity_index": pii.blind_index(number, context="volunteer.identity_number"),
        "born_on": ADULT,
        "division_code": DISTRICT,
        "registered_by": RegisteredBy.SELF,
        "registered_at": now,
        "verified_at": now,
        "verified_through": "test",
        "updated_at": now,
    }
    return Volunteer.objects.create(**{**values, **overrides})


def team(leader: User | None = None, **overrides: Any) -> Team:
    """Return a team with a leader."""
    values: dict[str, Any] = {
        "number": numbers.draw("T"),
        "name": f"朝阳区示范志愿服务队{registry.next_number()}",
        "kind": TeamKind.GROUP,
        "state": TeamState.ACTIVE,
        "division_code": DISTRICT,
        "contact": "赵示范",
        "contact_phone": "010-00000000",
        "created_at": timezone.now(),
    }
    made = Team.objects.create(**{**values, **overrides})
    TeamStaff.objects.create(
        team=made, user=leader or person("赵示范"), role=StaffRole.LEADER, since=timezone.now(), granted_by="系统"
    )
    return made


def leader_of(made: Team) -> User:
    """Return the team's leader."""
    return made.staff.get(role=StaffRole.LEADER).user


def activity(by: Team | None = None, **overrides: Any) -> Activity:
    """Return an activity that recruits."""
    organiser = by or team()
    now = timezone.now()
    values: dict[str, Any] = {
        "number": numbers.draw("A"),
        "team": organiser,
        "title": "社区图书角整理",
        "state": ActivityState.RECRUITING,
        "field": "community",
        "content": "整理图书，登记借还。",
        "division_code": DISTRICT,
        "address": "示范路1号社区活动中心",
        "longitude": 116.48,
        "latitude": 39.95,
        "risks": "搬书时注意脚下。",
        "contact": "赵示范",
        "contact_phone": "010-00000000",
        "created_by": leader_of(organiser),
        "created_at": now,
        "published_at": now,
        "updated_at": now,
    }
    return Activity.objects.create(**{**values, **overrides})


def tomorrow(hour: int = 9, *, days: int = 1) -> datetime:
    """Return a full hour of a coming day in China."""
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)


def shift(
    of: Activity | None = None, *, places: int = 2, hour: int = 9, hours: int = 2, days: int = 1, **post: Any
) -> Shift:
    """Return a shift of an activity, with a session and a post of its own."""
    belongs = of or activity()
    start = tomorrow(hour, days=days)
    session = Session.objects.create(activity=belongs, during=(start, start + timedelta(hours=hours)))
    values = {"title": f"岗位{registry.next_number()}", "places": places, **post}
    made = Post.objects.create(activity=belongs, **values)
    return Shift.objects.create(session=session, post=made, places=places, waiting_limit=made.waiting_limit)


def served(
    who: Volunteer, of: Team, *, day: date | None = None, minutes: int = 120, state: str = "confirmed", hour: int = 9,
    **overrides: Any,
) -> ServiceRecord:  # fmt: skip
    """Return a record of service that began at ``hour`` on ``day`` (of China), last week's where none is given."""
    on = day or timezone.localdate() - timedelta(days=7)
    start = datetime(on.year, on.month, on.day, hour, tzinfo=timezone.get_default_timezone())
    values: dict[str, Any] = {
        "volunteer": who, "team": of, "during": (start, start + timedelta(minutes=minutes)), "minutes": minutes,
        "field": "community", "division_code": of.division_code, "content": "整理图书角", "state": state,
        "recorded_at": timezone.now(), "confirmed_at": timezone.now() if state == "confirmed" else None,
    }  # fmt: skip
    return ServiceRecord.objects.create(**{**values, **overrides})


def running(of: Activity | None = None, *, ago: int = 60, minutes: int = 120, **post: Any) -> Shift:
    """Return a shift that began ``ago`` minutes ago and lasts ``minutes``."""
    made = shift(of, **post)
    start = timezone.now() - timedelta(minutes=ago)
    made.session.during = (start, start + timedelta(minutes=minutes))
    made.session.save()
    made.session.refresh_from_db()
    return made


def held(of: Shift, who: Volunteer | None = None) -> Signup:
    """Return a sign-up that holds a place, however late."""
    made = Signup.objects.create(
        shift=of, volunteer=who or volunteer(), state=SignupState.HELD, ticket=of.tickets + 1,
        during=of.session.during, applied_at=timezone.now(),
    )  # fmt: skip
    of.tickets, of.taken = of.tickets + 1, of.taken + 1
    of.save()
    return made
