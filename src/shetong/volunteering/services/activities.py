"""Activities: drafts, posts, sessions, publication, what is written, all with who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core import divisions
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering import states
from shetong.volunteering.models import (
    LIVE,
    Activity,
    ActivityState,
    ActivityTemplate,
    Admission,
    CheckInWay,
    Datum,
    Field,
    Post,
    Series,
    Session,
    SessionState,
    Shift,
    Signup,
    StaffRole,
    Team,
    TeamKind,
    TeamState,
)
from shetong.volunteering.queries import staff
from shetong.volunteering.rules import posts, recurrence
from shetong.volunteering.services import finder, numbering

# What an organiser writes; the rest follows from acts.
WRITTEN = (
    "title", "field", "served", "content", "division_code", "address", "longitude", "latitude", "crs", "opens_at",
    "closes_at", "admission", "confirm_hours", "members_only", "risks", "insurance", "support", "contact",
    "contact_phone", "check_in", "fence_metres",
)  # fmt: skip
FURTHEST = timedelta(days=731)  # so far ahead sessions are planned
# What people who signed up are told of when it changes; what is short with the old and the new.
TOLD = {
    "title": gettext_noop("名称"), "address": gettext_noop("地点"), "contact_phone": gettext_noop("联系电话"),
    "content": gettext_noop("内容"), "risks": gettext_noop("风险提示"),
}  # fmt: skip
_LONG = ("content", "risks")
_EDITABLE = (ActivityState.DRAFT, ActivityState.RECRUITING, ActivityState.CLOSED)


@transaction.atomic
def draft(*, actor: User, team_id: int, values: Mapping[str, Any]) -> Activity:
    """Begin an activity of a team.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    staff.require(actor, team_id, StaffRole.ORGANISER)
    team = Team.objects.get(pk=team_id)
    _require_active(team)
    now = timezone.now()
    given = {
        "division_code": team.division_code, "contact": team.contact, "contact_phone": team.contact_phone,
        **_clean(values),
    }  # fmt: skip
    activity = Activity(
        number=numbering.new(Activity, "A"),
        team=team,
        created_by=actor,
        created_at=now,
        updated_at=now,
        demo=team.demo,
        **given,
    )
    activity.save()
    audit.record(actor=actor, action="activity.draft", target=activity, jurisdiction=activity.division_code)
    return activity


@transaction.atomic
def change(*, actor: User, activity_id: int, values: Mapping[str, Any]) -> Activity:
    """Change what is written of an activity; those who signed up are told what is new.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    activity = locked(activity_id, actor)
    require_editable(activity)
    cleaned = _clean(values, activity)
    before = {name: getattr(activity, name) for name in cleaned}
    changed = [name for name, value in cleaned.items() if before[name] != value]
    for name in changed:
        setattr(activity, name, cleaned[name])
    if not changed:
        return activity
    activity.version += 1
    activity.updated_at = timezone.now()
    activity.save()
    told = [_difference(name, before[name], cleaned[name]) for name in TOLD if name in changed]
    if activity.published_at and told:
        tell(
            activity, f"activity-{activity.pk}-v{activity.version}",
            say(N_("活动“%(title)s”有变化"), title=activity.title),
            "\n".join([*told, gettext("不能参加的，请尽早取消报名。")]),
        )  # fmt: skip
    audit.record(
        actor=actor, action="activity.change", target=activity, jurisdiction=activity.division_code,
        detail={"changed": changed},
    )  # fmt: skip
    finder.defer_refresh(activity.pk)
    return activity


@transaction.atomic
def add_post(*, actor: User, activity_id: int, values: Mapping[str, Any]) -> Post:
    """Add a post, in every session to come. Raises like :func:`change`."""
    activity = locked(activity_id, actor)
    require_editable(activity)
    given = posts.cleaned(values)
    if activity.posts.filter(title=given["title"]).exists():
        raise InvalidInputError(gettext("有些内容需要改正。"), fields={"title": gettext("这个活动已有同名岗位。")})
    post = Post.objects.create(activity=activity, **given)
    coming = activity.sessions.filter(state=SessionState.PLANNED, during__startswith__gt=timezone.now())
    _make_shifts([post], coming)
    audit.record(actor=actor, action="activity.post", target=activity, jurisdiction=activity.division_code)
    finder.defer_refresh(activity.pk)
    return post


@transaction.atomic
def add_sessions(
    *, actor: User, activity_id: int, starts_at: datetime, minutes: int, rule: str = "", until: date | None = None
) -> list[Session]:
    """Add sessions, repeated by ``rule`` up to ``until``, each with a shift for every post; return the new ones.

    Sessions that are there already stay as they are. A finished activity recruits again. Raises like :func:`change`.
    """
    activity = locked(activity_id, actor)
    if activity.state != ActivityState.FINISHED:
        require_editable(activity)
    if faults := time_faults(starts_at, minutes):
        raise InvalidInputError(" ".join(faults.values()), fields=faults)
    last = until or timezone.localdate(starts_at)
    begins = recurrence.occurrences(rule, starts_at, last)
    series = Series.objects.create(activity=activity, rule=rule, starts_at=starts_at, minutes=minutes, drawn_until=last)
    there = {during.lower for during in activity.sessions.values_list("during", flat=True)}
    made = Session.objects.bulk_create(
        [
            Session(activity=activity, series=series, during=(begin, begin + timedelta(minutes=minutes)))
            for begin in begins
            if begin not in there
        ]
    )
    _make_shifts(activity.posts.all(), made)
    audit.record(
        actor=actor, action="activity.sessions", target=activity, jurisdiction=activity.division_code,
        detail={"rule": rule, "count": len(made)},
    )  # fmt: skip
    if made and activity.state == ActivityState.FINISHED:
        _require_active(activity.team)
        step(activity, ActivityState.RECRUITING)
    finder.defer_refresh(activity.pk)
    return made


@transaction.atomic
def publish(*, actor: User, activity_id: int) -> Activity:
    """Hand a draft in: it recruits at once, or after the guiding authority has looked at it where that is asked for.

    Raises :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError` with all that is missing.
    """
    activity = locked(activity_id, actor)
    _require_active(activity.team)
    missing: dict[str, str] = {}
    for name in ("title", "content", "address", "risks", "contact", "contact_phone"):
        if not getattr(activity, name).strip():
            missing[name] = gettext("发布前请填写。")
    offered = list(activity.posts.all())
    if not offered:
        missing["posts"] = gettext("请至少设一个岗位。")
    if any(post.insured for post in offered) and not activity.insurance.strip():
        missing["insurance"] = gettext("有岗位要求保险，请写明保险。")
    if not activity.sessions.filter(state=SessionState.PLANNED, during__startswith__gt=timezone.now()).exists():
        missing["sessions"] = gettext("请至少排一个尚未开始的场次。")
    if missing:
        raise InvalidInputError(gettext("还缺一些内容，补齐后再发布。"), fields=missing)
    reviewed = settings.VOLUNTEER_REVIEW_GROUPS and activity.team.kind == TeamKind.GROUP
    step(activity, ActivityState.REVIEW if reviewed else ActivityState.RECRUITING)
    audit.record(
        actor=actor, action="activity.publish", target=activity, jurisdiction=activity.division_code,
        detail={"state": activity.state},
    )  # fmt: skip
    return activity


@transaction.atomic
def review(*, actor: User, activity_id: int, passes: bool, reason: str = "") -> Activity:
    """Let an activity that waits recruit, or send it back with a reason; the guiding authority of the place only.

    Raises :class:`ForbiddenError`, :class:`NotFoundError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    activity = _row(activity_id)
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, activity.division_code)
    if activity.state != ActivityState.REVIEW:
        raise WrongStateError(gettext("这个活动不在待审核。"))
    if not passes and len(reason.strip()) < 4:
        raise InvalidInputError(gettext("退回须写明理由。"), fields={"reason": gettext("请写明需要改什么。")})
    activity.reviewed_by, activity.reviewed_at = actor, timezone.now()
    activity.state_reason = "" if passes else reason.strip()[:300]
    step(activity, ActivityState.RECRUITING if passes else ActivityState.DRAFT)
    title = N_("活动“%(title)s”已通过审核，开始招募") if passes else N_("活动“%(title)s”被退回修改")
    messages.send_all(
        to=_organisers(activity.team), topic=Topic.VOLUNTEER,
        key=f"activity-{activity.pk}-review-{activity.reviewed_at.isoformat()}",
        title=say(title, title=activity.title), text=activity.state_reason,
        url=f"/hall/volunteering/activities/{activity.pk}/",
    )  # fmt: skip
    audit.record(
        actor=actor, action="activity.review", target=activity, jurisdiction=activity.division_code,
        detail={"passes": passes},
    )  # fmt: skip
    return activity


@transaction.atomic
def close(*, actor: User, activity_id: int) -> Activity:
    """Stop recruiting; those who have a place keep it. Raises :class:`ForbiddenError`, :class:`WrongStateError`."""
    activity = locked(activity_id, actor)
    step(activity, ActivityState.CLOSED)
    audit.record(actor=actor, action="activity.close", target=activity, jurisdiction=activity.division_code)
    return activity


@transaction.atomic
def reopen(*, actor: User, activity_id: int) -> Activity:
    """Recruit again after :func:`close`. Raises :class:`ForbiddenError`, :class:`WrongStateError`."""
    activity = locked(activity_id, actor)
    if activity.state != ActivityState.CLOSED:
        raise WrongStateError(gettext("只有停止招募的活动可以重新招募。"))
    _require_active(activity.team)
    step(activity, ActivityState.RECRUITING)
    audit.record(actor=actor, action="activity.reopen", target=activity, jurisdiction=activity.division_code)
    return activity


@transaction.atomic
def keep_template(*, actor: User, activity_id: int, title: str) -> ActivityTemplate:
    """Keep what is written of an activity, and its posts, for the next one. Raises :class:`InvalidInputError`."""
    activity = locked(activity_id, actor)
    if not title.strip():
        raise InvalidInputError(gettext("请给模板起个名称。"), fields={"title": gettext("请填写。")})
    kept = [name for name in WRITTEN if name not in ("opens_at", "closes_at")]
    content = {
        "activity": {name: getattr(activity, name) for name in kept},
        "posts": [{name: getattr(post, name) for name in posts.WRITTEN} for post in activity.posts.order_by("pk")],
    }
    values = {"content": content, "created_by": actor, "created_at": timezone.now()}
    return ActivityTemplate.objects.update_or_create(team=activity.team, title=title.strip()[:60], defaults=values)[0]


@transaction.atomic
def draft_from(*, actor: User, template_id: int) -> Activity:
    """Begin an activity from a template of the team. Raises :class:`NotFoundError`, :class:`ForbiddenError`."""
    template = ActivityTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise NotFoundError(gettext("没有找到这个模板。"))
    activity = draft(actor=actor, team_id=template.team_id, values=template.content["activity"])
    for post in template.content["posts"]:
        add_post(actor=actor, activity_id=activity.pk, values=post)
    return activity


def session_to_come(session_id: int, actor: User) -> Session:
    """Return a session that has not begun, locked after its activity.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    activity_id = Session.objects.filter(pk=session_id).values_list("activity_id", flat=True).first()
    if activity_id is None:
        raise NotFoundError(gettext("没有找到这个场次，请从活动页面重新进入。"))
    activity = locked(activity_id, actor)
    session = Session.objects.select_for_update().get(pk=session_id)
    if session.state != SessionState.PLANNED or session.during.lower <= timezone.now():
        raise WrongStateError(gettext("已经开始或者取消的场次不能再改变或取消。"))
    session.activity = activity
    return session


def require_editable(activity: Activity) -> None:
    """Raise :class:`WrongStateError` for an activity that is looked at, over or cancelled."""
    if activity.state not in _EDITABLE:
        raise WrongStateError(gettext("审核中和已经结束的活动不能修改。"))


def time_faults(starts_at: datetime, minutes: int) -> dict[str, str]:
    """Return what is wrong with the time of a session to come, by field of the forms."""
    faults: dict[str, str] = {}
    if not 15 <= minutes <= 24 * 60:
        faults["minutes"] = gettext("每场时长应在15分钟至24小时之间。")
    now = timezone.now()
    if starts_at <= now:
        faults["day"] = gettext("开始时间已经过去，请选以后的时间。")
    elif starts_at > now + FURTHEST:
        faults["day"] = gettext("请选两年以内的时间。")
    return faults


def _require_active(team: Team) -> None:
    if team.state == TeamState.SUSPENDED:
        raise WrongStateError(gettext("团体已被指导机关暂停，恢复以后才能招募。"))
    if team.state != TeamState.ACTIVE:
        raise WrongStateError(gettext("团体核实以后才能发起活动。"))


def _row(activity_id: int) -> Activity:
    rows = Activity.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    activity = rows.filter(pk=activity_id).first()
    if activity is None:
        raise NotFoundError(gettext("没有找到这个活动。"))
    return activity


def locked(activity_id: int, actor: User) -> Activity:
    """Return a locked activity. Raises :class:`NotFoundError`, :class:`ForbiddenError` for who is no organiser."""
    activity = _row(activity_id)
    staff.require(actor, activity.team_id, StaffRole.ORGANISER)
    return activity


def step(activity: Activity, to: ActivityState) -> None:
    """Carry a locked activity into a state. Raises :class:`WrongStateError` where that may not follow."""
    if to not in states.ACTIVITIES[ActivityState(activity.state)]:
        now = ActivityState(activity.state).label
        raise WrongStateError(gettext("活动现在是“%(state)s”，不能这样做。") % {"state": now})
    activity.state, activity.updated_at = to, timezone.now()
    if to == ActivityState.RECRUITING and activity.published_at is None:
        activity.published_at = activity.updated_at
    activity.save()
    finder.defer_refresh(activity.pk)


def _make_shifts(of: Iterable[Post], sessions: Iterable[Session]) -> None:
    offered = list(of)
    Shift.objects.bulk_create(
        [
            Shift(session=session, post=post, places=post.places, waiting_limit=post.waiting_limit)
            for session in sessions
            for post in offered
        ]
    )


def tell(activity: Activity, key: str, title: str, text: str, *, signed: QuerySet[Signup] | None = None) -> None:
    """Tell everybody who has one of the sign-ups ``signed``, else one that stands for a session that is not over."""
    if signed is None:
        standing = Signup.objects.filter(shift__session__activity=activity, state__in=LIVE)
        signed = standing.filter(during__endswith__gt=timezone.now())
    people = User.objects.filter(volunteer__signups__in=signed).distinct()
    messages.send_all(
        to=people, topic=Topic.VOLUNTEER, key=key, title=title, text=text,
        url=f"/volunteering/activities/{activity.number}/",
    )  # fmt: skip


def _difference(name: str, old: str, new: str) -> str:
    what = gettext(TOLD[name])
    if name in _LONG:
        return gettext("%(what)s有修改，请打开活动页面查看。") % {"what": what}
    return gettext("%(what)s：原为“%(old)s”，现为“%(new)s”。") % {"what": what, "old": old, "new": new}


def _organisers(team: Team) -> Iterable[User]:
    return User.objects.filter(
        team_roles__team=team, team_roles__until__isnull=True,
        team_roles__role__in=(StaffRole.LEADER, StaffRole.ORGANISER),
    ).distinct()  # fmt: skip


def _clean(values: Mapping[str, Any], activity: Activity | None = None) -> dict[str, Any]:
    given = {name: values[name].strip() if isinstance(values[name], str) else values[name]
             for name in WRITTEN if name in values}  # fmt: skip

    def now(name: str) -> Any:
        return given.get(name, getattr(activity, name, None))

    faults: dict[str, str] = {}
    if not given.get("title", "x"):
        faults["title"] = gettext("请填写活动名称。")
    for name, value in given.items():
        longest = getattr(Activity._meta.get_field(name), "max_length", None)
        if isinstance(value, str) and longest and len(value) > longest:
            faults[name] = gettext("最多%(most)d个字，请缩短。") % {"most": longest}
    for name, known in _LISTED.items():
        if name in given and given[name] not in known.values:
            faults[name] = gettext("请从所列各项中选择。")
    for name, (least, most) in _RANGES.items():
        if name in given and not least <= given[name] <= most:
            faults[name] = gettext("请填写%(least)d至%(most)d之间的数。") % {"least": least, "most": most}
    if "division_code" in given and divisions.get(given["division_code"]) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if now("opens_at") and now("closes_at") and now("closes_at") <= now("opens_at"):
        faults["closes_at"] = gettext("报名截止时间应晚于报名开始时间，请改正。")
    if (now("longitude") is None) != (now("latitude") is None):
        faults["spot"] = gettext("经度和纬度要么都填，要么都不填。")
    if now("check_in") == CheckInWay.PLACE and now("longitude") is None:
        faults["spot"] = gettext("到达地点签到须有位置，请填写经度和纬度，或者换一种签到方式。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    return given


_LISTED: dict[str, Any] = {"field": Field, "admission": Admission, "check_in": CheckInWay, "crs": Datum}
_RANGES = {"confirm_hours": (1, 168), "fence_metres": (50, 5_000)}
