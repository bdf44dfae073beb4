"""The demonstration of volunteering: teams, activities of this week, volunteers, hours, certificates, honours.

Everything is invented, marked as demonstration, and made by the same services as the real thing; nothing happens where
it is there already. Days are counted from today, so that there is always something to sign up for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shetong.accounts.models import User
from shetong.core.identifiers import identity_check_character
from shetong.registry.models import Organisation
from shetong.volunteering.models import (
    Activity,
    ConsentPurpose,
    Evidence,
    ExchangeKind,
    HoursAct,
    Partner,
    PartnerState,
    RecordState,
    ServiceRecord,
    Story,
    StoryKind,
    StoryState,
    SystemScope,
    Team,
    TeamKind,
    TeamState,
    Volunteer,
    VolunteerSystem,
)
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import (
    activities,
    benefits,
    certificates,
    exchange_in,
    finder,
    honours,
    record_events,
    signups,
    stars,
    teams,
    volunteers,
)
from shetong.volunteering.services.volunteers import Profile, Registration


@dataclass(frozen=True, slots=True)
class Report:
    """How much was made."""

    teams: int
    activities: int
    volunteers: int
    records: int
    certificates: int


@dataclass(frozen=True, slots=True)
class _Place:
    division: str
    name: str
    longitude: float
    latitude: float


PLACES = (
    _Place("110105", "朝阳区", 116.48, 39.95), _Place("110108", "海淀区", 116.30, 39.98),
    _Place("310104", "徐汇区", 121.44, 31.19), _Place("510104", "锦江区", 104.08, 30.66),
)  # fmt: skip
# title, field, content, risks, skills
WORK = (
    ("社区图书角整理", "community", "整理图书，登记借还，给孩子读一本书。", "搬书时注意脚下。", ()),
    ("陪伴独居老人", "care", "上门陪老人聊天，读报，帮着用手机。", "不单独带老人外出。", ("elderly-care",)),
    ("河岸清洁", "environment", "捡拾垃圾，分类装袋。", "不下水，戴手套，注意防晒。", ()),
    ("学校门前引导", "traffic", "早晚高峰引导学生过街。", "站在安全区内，穿反光背心。", ()),
    ("急救知识讲座", "health", "协助演示心肺复苏，登记签到。", "搬运器材时两人一起。", ("first-aid",)),
)  # fmt: skip
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", "示演试"
PEOPLE = 18


def load() -> Report:
    """Make the demonstration; return what was made, nothing where it is there."""
    if Team.objects.filter(demo=True).exists():
        return Report(0, 0, 0, 0, 0)
    made_teams = [_team(place) for place in PLACES]
    people = [_volunteer(number) for number in range(PEOPLE)]
    made = [
        _activity(team, place, number) for team, place in zip(made_teams, PLACES, strict=True) for number in range(3)
    ]
    records = sum(_served(person, made_teams[number % len(made_teams)], number) for number, person in enumerate(people))
    for number, person in enumerate(people[:12]):
        _sign_up(person, made[number % len(made)])
    finder.refresh(activity.pk for activity in made)
    stars.award_due()
    papers = sum(_certificate(person) for person in people[:4])
    _honours(made_teams, people)
    _elsewhere()
    return Report(len(made_teams), len(made), len(people), records, papers)


def _user(username: str, name: str) -> User:
    user, _new = User.objects.get_or_create(username=username, defaults={"display_name": name, "demo": True})
    return user


def _team(place: _Place) -> Team:
    # The first belongs to the account with which somebody tries the hall.
    known = User.objects.filter(username="demo-applicant", demo=True).first() if place is PLACES[0] else None
    leader = known or _user(f"demo-team-{place.division}", f"{place.name}示范队长")
    team = teams.found(
        actor=leader, kind=TeamKind.GROUP,
        values={
            "name": f"{place.name}示范志愿服务队", "division_code": place.division, "contact": "示范联系人",
            "contact_phone": "000-00000000", "about": "由程序生成的演示团体。",
        },
    )  # fmt: skip
    # Verified by the authority in the real thing; the demonstration has none in every city.
    Team.objects.filter(pk=team.pk).update(state=TeamState.ACTIVE)
    team.refresh_from_db()
    return team


def _leader(team: Team) -> User:
    return team.staff.select_related("user").order_by("pk")[0].user


def _activity(team: Team, place: _Place, number: int) -> Activity:
    leader = _leader(team)
    title, field, content, risks, skills = WORK[(number + PLACES.index(place)) % len(WORK)]
    activity = activities.draft(
        actor=leader, team_id=team.pk,
        values={
            "title": title, "field": field, "content": content, "risks": risks, "address": f"示范路{number + 1}号",
            "longitude": place.longitude + 0.012 * number, "latitude": place.latitude - 0.009 * number,
        },
    )  # fmt: skip
    activities.add_post(
        actor=leader, activity_id=activity.pk, values={"title": "志愿者", "places": 6, "skills": list(skills)}
    )
    start = timezone.localtime().replace(hour=9 + 2 * number, minute=0, second=0, microsecond=0) + timedelta(days=1)
    activities.add_sessions(
        actor=leader, activity_id=activity.pk, starts_at=start, minutes=120, rule="FREQ=DAILY;INTERVAL=2",
        until=timezone.localdate() + timedelta(days=14),
    )  # fmt: skip
    activities.publish(actor=leader, activity_id=activity.pk)
    # As with teams: reviewed at once.
    Activity.objects.filter(pk=activity.pk).update(state="recruiting", published_at=timezone.now())
    activity.refresh_from_db()
    return activity


def _volunteer(number: int) -> Volunteer:
    known = User.objects.filter(username="demo-citizen", demo=True).first() if number == 0 else None
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)] + "范"
    place = PLACES[number % len(PLACES)]
    born = date(1965, 3, 1) + timedelta(days=611 * number)
    # No county has a code that ends in 0000, so the number is nobody's.
    first17 = f"{place.division[:2]}0000{born:%Y%m%d}{number + 1:03d}"
    return volunteers.register(
        user=known or _user(f"demo-volunteer-{number}", name),
        given=Registration(
            name=name, identity_number=first17 + identity_check_character(first17), phone=f"1000000{number:04d}",
            consents=[*volunteers.NEEDED, ConsentPurpose.MATCHING, *([ConsentPurpose.PUBLISH] if number % 3 else [])],
            profile=Profile(
                division_code=place.division, spot=Spot(place.longitude, place.latitude),
                skills=["first-aid", "elderly-care"][: number % 3], fields=["community", "care"],
            ),
        ),
    )  # fmt: skip


def _served(person: Volunteer, team: Team, number: int) -> int:
    """Give a volunteer confirmed hours: the first more than a hundred, the others some mornings."""
    days = 14 if number == 0 else 3 + number % 4
    for back in range(days):
        day = timezone.localdate() - timedelta(days=3 + 5 * back)
        start = datetime(day.year, day.month, day.day, 9, tzinfo=timezone.get_default_timezone())
        minutes = 450 if number == 0 else 120
        title, field, *_rest = WORK[back % len(WORK)]
        with transaction.atomic():
            record = ServiceRecord(
                volunteer=person, team=team, during=(start, start + timedelta(minutes=minutes)), minutes=minutes,
                field=field, division_code=team.division_code, place="示范路1号", content=title,
                state=RecordState.PENDING, evidence=Evidence.LIST, recorded_at=timezone.now(), demo=True,
            )  # fmt: skip
            record_events.begin(record, actor=None)
            record.confirmed_at = timezone.now()
            record_events.step(record, HoursAct.CONFIRM, actor=None)
    return days


def _sign_up(person: Volunteer, activity: Activity) -> None:
    shift = activity.posts.get().shifts.order_by("session__during").first()
    if shift is not None:
        try:
            signups.sign_up(shift_id=shift.pk, volunteer_id=person.pk)
        except signups.SignupRefusedError:
            return  # lacks a skill, as happens


def _certificate(person: Volunteer) -> int:
    record = person.records.select_related("team").first()
    if record is None or record.team_id is None or person.user is None or person.verified_at is None:
        return 0
    certificates.ask(user=person.user, team_id=record.team_id)
    return 1


def _honours(made_teams: list[Team], people: list[Volunteer]) -> None:
    today = timezone.localdate()
    official = User.objects.filter(username="demo-chief", demo=True).first()
    if official is not None:
        honours.grant(
            actor=official, title="示范区最美志愿者", grantor="示范区民政局", division_code=PLACES[0].division,
            granted_on=today - timedelta(days=20), citation="坚持陪伴独居老人。", volunteer=people[0], demo=True,
        )  # fmt: skip
    clerk = _user("demo-partner", "示范博物馆核销员")
    partner = benefits.apply_partner(
        actor=clerk,
        values={"name": "示范博物馆", "division_code": PLACES[0].division, "contact": "示范联系人",
                "contact_phone": "000-00000000"},
    )  # fmt: skip
    Partner.objects.filter(pk=partner.pk).update(state=PartnerState.ACTIVE)
    benefits.offer(
        actor=clerk, partner_id=partner.pk,
        values={"title": "博物馆门票一张", "description": "凭兑换码在售票处领取。", "least_minutes": 600, "stock": 50,
                "cost_minutes": 120, "from_day": today, "to_day": today + timedelta(days=90)},
    )  # fmt: skip
    Story.objects.create(
        kind=StoryKind.THANKS, title="谢谢每周来读报的小伙子", text="老人每到周三就在窗口等着。谢谢你们。",
        signature="一位家属",
        author=clerk, team=made_teams[0], division_code=made_teams[0].division_code, state=StoryState.PUBLISHED,
        written_at=timezone.now(), decided_at=timezone.now(), demo=True,
    )  # fmt: skip


def _elsewhere() -> None:
    """Designate two systems, one of which exchanges and recruits, one of which is still in the test."""
    runner, today = Organisation.objects.filter(demo=True).order_by("pk").first(), timezone.localdate()
    if runner is None:
        return
    given = {
        "organisation": runner, "designated_on": today - timedelta(days=200), "document": "示范函〔2026〕1号",
        "demo": True,
    }  # fmt: skip
    system = VolunteerSystem.objects.create(
        code="demo-elsewhere", name="示范省志愿服务平台", scope=SystemScope.REGION, covers="示范省",
        address="https://volunteer.example.org/", certified_at=timezone.now(), **given,
    )  # fmt: skip
    VolunteerSystem.objects.create(
        code="demo-sector", name="示范行业志愿服务平台", scope=SystemScope.SECTOR, covers="医院导诊",
        address="https://sector.example.org/", **given,
    )  # fmt: skip
    offers = (
        ("A1", "护城河沿岸清理", "environment", "示范路9号码头"),
        ("A2", "为独居老人送餐", "care", "示范街道综合服务中心"),
        ("A3", "周末绘本导读", "culture", "示范区图书馆二层"),
    )
    exchange_in.take(
        system=system, kind=ExchangeKind.ACTIVITIES,
        items=[
            {"number": number, "version": 1, "organisation": "O1", "title": title, "field": field, "address": address,
             "division_code": PLACES[0].division, "state": "recruiting", "url": f"/activities/{number}"}
            for number, title, field, address in offers
        ],
    )  # fmt: skip
