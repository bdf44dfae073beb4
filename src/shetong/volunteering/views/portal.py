"""Pages that everybody sees: finding activities, one activity, its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.accounts.models import User
from shetong.core import divisions
from shetong.core.asked import whole
from shetong.volunteering.forms import division_code
from shetong.volunteering.models import Activity, Field, Language, Shift, Signup, Skill, Volunteer
from shetong.volunteering.models.choices import LIVE
from shetong.volunteering.queries import activities, finder
from shetong.volunteering.rules import conditions, criteria, recommendation
from shetong.volunteering.rules.criteria import Criteria
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services.signups import REFUSALS
from shetong.volunteering.views.calendar import calendar_of

PAGE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """An activity in the list, with why it suits."""

    found: finder.Found
    field: str
    away: str
    reasons: tuple[str, ...]


def volunteer_of(request: HttpRequest) -> Volunteer | None:
    """Return the record of who is logged in, where there is one."""
    if not isinstance(request.user, User):
        return None
    return Volunteer.objects.filter(user=request.user).first()


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Show activities with room: near, on a day, by field, skill and words; for a volunteer with the reasons."""
    given = request.GET.copy()
    if given.get("division"):
        given["division"] = division_code(str(given["division"]))
    asked, wrong = criteria.read(given)
    who = volunteer_of(request)
    if who is not None and not request.GET:
        asked = _of(who)
    page = whole(request.GET.get("page", ""), least=1, most=999) or 1
    found = finder.find(asked, limit=PAGE + 1, offset=PAGE * (page - 1))
    rows = [_row(one, who) for one in found[:PAGE]]
    if who is not None and not asked.text and page == 1:
        rows.sort(key=lambda row: -_score(row.found, who))
    names = {
        "near": _("位置"),
        "within": _("距离"),
        "days": _("日期"),
        "field": _("类别"),
        "division": _("地区"),
        "age": _("年龄"),
    }
    context = {
        "asked": asked,
        "problems": [_("没有识别“%(what)s”，查找时没有用这个条件。") % {"what": names[name]} for name in wrong],
        "rows": rows,
        "days": _days(),
        "fields": Field.choices,
        "skills": [(code, label, code in asked.skills) for code, label in Skill.choices],
        "near": f"{asked.near.longitude:.4f},{asked.near.latitude:.4f}" if asked.near else "",
        "division_name": divisions.full_name(asked.division) if asked.division else "",
        "previous": f"?{asked.query_string()}&page={page - 1}" if page > 1 else "",
        "next": f"?{asked.query_string()}&page={page + 1}" if len(found) > PAGE else "",
        "volunteer": who,
        "query": asked.query_string(),
        "demo": any(row.found.demo for row in rows),
    }
    return render(request, "volunteering/find.html", context)


@require_safe
def activity_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show an activity with its shifts, and what stands between the reader and each of them."""
    activity = activities.public(number)
    if activity is None:
        raise Http404
    who = volunteer_of(request)
    mine = {}
    if who is not None:
        signed = Signup.objects.filter(volunteer=who, shift__session__activity=activity, state__in=LIVE)
        mine = {signup.shift_id: signup for signup in signed}
    shifts = [
        {
            "shift": shift,
            "free": max(0, shift.places - shift.taken),
            "mine": mine.get(shift.pk),
            "obstacle": _obstacle(who, activity, shift) if who is not None else "",
            "skills": [Skill(code).label for code in shift.post.skills],
            "languages": [Language(code).label for code in shift.post.languages],
        }
        for shift in activities.shifts(activity, limit=60)
    ]
    canonical = f"{settings.PUBLIC_URL}{request.path}"
    context = {
        "activity": activity, "shifts": shifts, "volunteer": who, "canonical": canonical,
        "linked_data": _linked(activity, [entry["shift"] for entry in shifts], canonical),
        "place": divisions.full_name(activity.division_code),
    }  # fmt: skip
    return render(request, "volunteering/activity.html", context)


@require_safe
def activity_calendar(request: HttpRequest, number: str) -> HttpResponse:
    """Hand out the sessions of an activity as iCalendar."""
    activity = activities.public(number)
    if activity is None:
        raise Http404
    content = calendar_of(
        activity.title, [(activity, session) for session in activity.sessions.order_by("during")[:400]]
    )
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _of(who: Volunteer) -> Criteria:
    near = Spot(who.longitude, who.latitude) if who.longitude is not None and who.latitude is not None else None
    age = conditions.age_on(who.born_on, timezone.localdate()) if who.born_on else None
    return Criteria(
        near=near, skills=frozenset(who.skills), languages=frozenset(who.languages), suits=True, age=age,
        division="" if near or not who.division_code else who.division_code[:4] + "00",
    )  # fmt: skip


def _interests(who: Volunteer) -> recommendation.Interests:
    return recommendation.Interests(who.skills, who.languages, who.fields, who.times, who.reach_km)


def _reasons(found: finder.Found, who: Volunteer) -> list[recommendation.Reason]:
    return recommendation.reasons(
        _interests(who), metres=found.metres, slots=found.slots, demands=found.demands, field=found.field
    )


def _score(found: finder.Found, who: Volunteer) -> float:
    return recommendation.score(_reasons(found, who))


def _row(found: finder.Found, who: Volunteer | None) -> Row:
    away = "" if found.metres is None else _("约 %(km)s 公里") % {"km": f"{found.metres / 1000:.1f}"}
    told: list[str] = []
    for reason in _reasons(found, who) if who is not None else ():
        if reason.kind == "near":
            told.append(_("在您愿意前往的范围内"))
        elif reason.kind == "skills":
            told.append(_("用得上您会的“%(skill)s”") % {"skill": _label(reason.value)})
        elif reason.kind == "times":
            told.append(_("有您空闲时间的场次"))
        else:
            told.append(_("是您想参加的服务"))
    return Row(found, str(Field(found.field).label), away, tuple(told))


def _label(code: str) -> str:
    return str(Skill(code).label if code in Skill.values else Language(code).label)


def _obstacle(who: Volunteer, activity: Activity, shift: Shift) -> str:
    post, starts = shift.post, shift.session.during.lower
    member = activity.members_only and who.memberships.filter(team_id=activity.team_id, state="member").exists()
    trainings: frozenset[str] = frozenset()
    if post.training:
        held = who.trainings.filter(team_id=activity.team_id, withdrawn_at__isnull=True).exclude(passed=False)
        held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate(starts)))
        trainings = frozenset(held.values_list("title", flat=True))
    applicant = conditions.Applicant(
        state=who.state, verified=who.verified_at is not None, born_on=who.born_on, skills=frozenset(who.skills),
        languages=frozenset(who.languages), member=member, trainings=trainings,
    )  # fmt: skip
    offer = conditions.Offer(
        activity_state=activity.state, session_state=shift.session.state, open=shift.open,
        opens_at=activity.opens_at, closes_at=activity.closes_at, starts_at=starts,
        served_on=timezone.localdate(starts), skills=post.skills, languages=post.languages, age_from=post.age_from,
        age_to=post.age_to, training=post.training, members_only=activity.members_only,
    )  # fmt: skip
    code = conditions.obstacle(applicant, offer, timezone.now())
    return _(REFUSALS[code]) if code else ""


def _linked(activity: Activity, shifts: list[Any], canonical: str) -> dict[str, Any]:
    """Return the activity as schema.org tells it to search engines."""
    told: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Event", "name": activity.title, "url": canonical,
        "description": activity.content[:300], "eventStatus": "https://schema.org/EventCancelled"
        if activity.state == "cancelled" else "https://schema.org/EventScheduled",
        "organizer": {"@type": "Organization", "name": activity.team.name},
        "location": {"@type": "Place", "name": activity.address, "address": activity.address},
    }  # fmt: skip
    if shifts:
        told["startDate"] = timezone.localtime(shifts[0].session.during.lower).isoformat()
        told["endDate"] = timezone.localtime(shifts[-1].session.during.upper).isoformat()
    return told


def _days() -> list[tuple[str, str]]:
    return [
        ("", _("哪天都行")),
        ("today", _("今天")),
        ("tomorrow", _("明天")),
        ("saturday", _("周六")),
        ("sunday", _("周日")),
        ("weekend", _("这个周末")),
        ("week", _("七天以内")),
    ]
