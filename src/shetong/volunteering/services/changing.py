"""Changing what people signed up for: a session's time and place, a shift's places, a post.

Everybody whose sign-up stands is told the old and the new and may withdraw. Who now has another place at the new time
keeps that other one, which did not change: the sign-up for the moved session goes to the head of its waiting list, and
the place is kept for them until they have decided or their time for it is over. Fewer places than are held are refused;
nobody is dropped.

A sign-up that was on its way while the time changed is refused by the shift's ``version``, so that nobody is signed up
for a time that they did not see. The locks are those of :mod:`shetong.volunteering.services.places`, all volunteers
before all sign-ups before all shifts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue
from psycopg.types.range import TimestamptzRange

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import audit, messages
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering import states
from shetong.volunteering.models import (
    HOLDING,
    LIVE,
    CheckInWay,
    Language,
    Post,
    Session,
    SessionState,
    Shift,
    Signup,
    SignupAct,
    SignupEvent,
    SignupState,
    Skill,
    Volunteer,
)
from shetong.volunteering.rules import posts as post_rules
from shetong.volunteering.rules.places import Spot
from shetong.volunteering.services import activities, finder, places

_MOVABLE = [state for state in SignupState if states.after(state, SignupAct.RESCHEDULE) is not None]
_THERE = (SignupState.PRESENT, SignupState.DONE, SignupState.RECORDED)
TRIES = 5  # while people go on signing up for the very session


@dataclass(frozen=True, slots=True)
class When:
    """When and where a session takes place; ``address`` is empty where it is the activity's."""

    starts_at: datetime
    minutes: int
    address: str = ""
    spot: Spot | None = None
    crs: str = ""

    @property
    def during(self) -> TimestamptzRange:
        """The period, half-open."""
        return TimestamptzRange(self.starts_at, self.starts_at + timedelta(minutes=self.minutes))


@transaction.atomic
def change_session(*, actor: User, session_id: int, to: When) -> int:
    """Move a session that has not begun; return how many people now have another place at that time.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`, and
    :class:`ConflictError` while too many people are signing up.
    """
    session = activities.session_to_come(session_id, actor)
    activity = session.activity
    _check(session, to)
    old, old_place = session.during, session.address or activity.address
    new, new_place = to.during, to.address.strip() or activity.address
    moved = (old.lower, old.upper) != (new.lower, new.upper)
    if moved and Signup.objects.filter(shift__session=session, state__in=_THERE).exists():
        raise WrongStateError(gettext("已有人签到，这一场不能再改时间；时长有误的，请在场次页面更正。"))
    if not moved and (session.address, session.longitude, session.latitude) == _place_of(to):
        return 0
    session.during, session.crs = new, to.crs or session.crs
    session.address, session.longitude, session.latitude = _place_of(to)
    session.save()
    activity.version += 1
    activity.updated_at = timezone.now()
    activity.save(update_fields=["version", "updated_at"])
    told = []
    if moved:
        told.append(_line(gettext("时间"), _period(old), _period(new)))
    if old_place != new_place:
        told.append(_line(gettext("地点"), old_place, new_place))
    displaced = _move(session, new, actor, f"{_period(old)} → {_period(new)}") if moved else {}
    _tell(session, told, displaced)
    audit.record(
        actor=actor, action="activity.session-change", target=activity, jurisdiction=activity.division_code,
        detail={"session": session.pk, "from": _period(old), "to": _period(new), "displaced": len(displaced)},
    )  # fmt: skip
    finder.defer_refresh(activity.pk)
    return len(displaced)


@transaction.atomic
def change_shift(*, actor: User, shift_id: int, room: int, waiting_limit: int) -> Shift:
    """Change the places of a shift that has not begun, and how many may wait; more places go to those who wait.

    Raises like :func:`change_session`; fewer places than are held are refused.
    """
    shift = _shift_to_come(shift_id, actor)
    faults = post_rules.number_faults(room, waiting_limit)
    if "places" not in faults and room < shift.taken:
        faults["places"] = gettext(
            "已有%(taken)d人占用名额，名额不能少于%(taken)d。要减少的，请先与报名的人商量，再取消录用。"
        ) % {"taken": shift.taken}
    if faults:
        raise InvalidInputError(" ".join(faults.values()), fields=faults)
    before = {"places": shift.places, "waiting_limit": shift.waiting_limit}
    shift.places, shift.waiting_limit = room, waiting_limit
    shift.save(update_fields=["places", "waiting_limit"])
    activity = shift.session.activity
    audit.record(
        actor=actor, action="activity.shift-change", target=activity, jurisdiction=activity.division_code,
        detail={"shift": shift.pk, "before": before, "places": room, "waiting_limit": waiting_limit},
    )  # fmt: skip
    finder.defer_refresh(activity.pk)
    transaction.on_commit(lambda: places.move_up(shift_id=shift.pk), robust=True)
    return shift


@transaction.atomic
def change_post(*, actor: User, post_id: int, values: Mapping[str, Any]) -> list[Shift]:
    """Change a post and its shifts to come; return those that keep more places because more are held.

    What is asked of people counts for those who sign up from now on; who has signed up is told and stays. Raises like
    :func:`change_session`.
    """
    post = Post.objects.filter(pk=post_id).first()
    if post is None:
        raise NotFoundError(gettext("没有找到这个岗位，请从活动页面重新进入。"))
    activity = activities.locked(post.activity_id, actor)
    activities.require_editable(activity)
    post.refresh_from_db()
    before = {name: getattr(post, name) for name in post_rules.WRITTEN}
    given = post_rules.cleaned({**before, **values})
    taken = activity.posts.exclude(pk=post.pk).filter(title=given["title"]).exists()
    if taken:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields={"title": gettext("这个活动已有同名岗位。")})
    changed = [name for name in post_rules.WRITTEN if given[name] != before[name]]
    if not changed:
        return []
    for name in changed:
        setattr(post, name, given[name])
    post.save()
    kept = _refit(post, before) if {"places", "waiting_limit"} & set(changed) else []
    told = [_difference(name, before[name], given[name]) for name in _TOLD if name in changed]
    if activity.published_at and told:
        activity.version += 1
        activity.updated_at = timezone.now()
        activity.save(update_fields=["version", "updated_at"])
        activities.tell(
            activity, f"post-{post.pk}-v{activity.version}",
            say(N_("“%(title)s”的岗位“%(post)s”有变化"), title=activity.title, post=before["title"]),
            "\n".join([*told, gettext("不能参加的，请尽早取消报名。")]),
            signed=Signup.objects.filter(
                shift__post=post, state__in=LIVE, during__startswith__gt=timezone.now()
            ),
        )  # fmt: skip
    audit.record(
        actor=actor, action="activity.post-change", target=activity, jurisdiction=activity.division_code,
        detail={"post": post.pk, "changed": changed},
    )  # fmt: skip
    finder.defer_refresh(activity.pk)
    return kept


def _check(session: Session, to: When) -> None:
    faults = activities.time_faults(to.starts_at, to.minutes)
    if len(to.address.strip()) > 200:
        faults["address"] = gettext("最多%(most)d个字，请缩短。") % {"most": 200}
    if to.address.strip() and to.spot is None and session.activity.check_in == CheckInWay.PLACE:
        faults["spot"] = gettext("到达地点签到须有位置，请填写这一场的经度和纬度。")
    if not faults:
        others = session.activity.sessions.exclude(pk=session.pk)
        if others.filter(during=to.during).exists():
            faults["time"] = gettext("这个活动在这个时间已有一场，请换一个时间。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)


def _place_of(to: When) -> tuple[str, float | None, float | None]:
    spot = to.spot
    return to.address.strip(), spot.longitude if spot else None, spot.latitude if spot else None


class _GrewError(Exception):
    """Somebody signed up between two locks."""


def _move(session: Session, new: Any, actor: User, reason: str) -> dict[int, Signup]:
    """Give all standing sign-ups the new period; return by user whose other place is in the way."""
    for _try in range(TRIES):
        try:
            # Rolled back, the locks are given back too, and are taken again in their order.
            with transaction.atomic():
                return _moved(_locked(session), session, new, actor, reason)
        except _GrewError:
            continue
    raise ConflictError(gettext("正有人报名这一场，暂时不能改时间。请先停止招募，改好以后再重新招募。"))


def _standing(session: Session) -> list[tuple[int, int]]:
    standing = Signup.objects.filter(shift__session=session, state__in=_MOVABLE).order_by("volunteer_id", "pk")
    return list(standing.values_list("volunteer_id", "pk"))


def _locked(session: Session) -> list[Signup]:
    standing = _standing(session)
    people = Volunteer.objects.select_for_update(no_key=True).filter(pk__in=[who for who, _ in standing])
    list(people.order_by("pk").values_list("pk"))
    rows = Signup.objects.select_for_update(of=("self",)).filter(pk__in=[pk for _, pk in standing])
    signups = list(rows.select_related("shift__session", "volunteer__user").order_by("pk"))
    list(Shift.objects.select_for_update(no_key=True).filter(session=session).order_by("pk").values_list("pk"))
    if set(_standing(session)) != {(each.volunteer_id, each.pk) for each in signups}:
        raise _GrewError
    return signups


def _moved(signups: Sequence[Signup], session: Session, new: Any, actor: User, reason: str) -> dict[int, Signup]:
    now = timezone.now()
    holders = {each.volunteer_id: each for each in signups if each.state in HOLDING}
    others = Signup.objects.filter(volunteer__in=holders, state__in=HOLDING, during__overlap=new)
    clashes = {
        other.volunteer_id: other
        for other in others.exclude(shift__session=session).select_related("shift__post__activity")
    }
    displaced = [holders[who] for who in clashes]
    until = min(now + timedelta(hours=session.activity.confirm_hours), new.lower)
    Signup.objects.filter(pk__in=[each.pk for each in displaced]).update(
        state=SignupState.WAITING, during=new, confirm_by=until
    )
    gone = {each.pk for each in displaced}
    staying = Signup.objects.filter(pk__in=[each.pk for each in signups if each.pk not in gone])
    staying.filter(state=SignupState.OFFERED).update(confirm_by=Least("confirm_by", new.lower))
    staying.update(during=new)
    for shift in Shift.objects.filter(session=session).order_by("pk"):
        freed = sum(each.shift_id == shift.pk for each in displaced)
        Shift.objects.filter(pk=shift.pk).update(
            version=F("version") + 1, taken=F("taken") - freed, waiting=F("waiting") + freed
        )
    SignupEvent.objects.bulk_create(
        SignupEvent(
            signup=each, actor=actor, recorded_at=now, reason=reason,
            act=SignupAct.DISPLACE if each.pk in gone else SignupAct.RESCHEDULE,
            to_state=SignupState.WAITING if each.pk in gone else each.state,
        )
        for each in signups
    )  # fmt: skip
    return {each.volunteer.user_id: clashes[each.volunteer_id] for each in displaced if each.volunteer.user_id}


def _tell(session: Session, told: Sequence[str], displaced: Mapping[int, Signup]) -> None:
    activity = session.activity
    if not told or not activity.published_at:
        return
    title = gettext("“%(title)s”的一场改了时间或地点") % {"title": activity.title}
    until = min(timezone.now() + timedelta(hours=activity.confirm_hours), session.during.lower)
    key = f"session-{session.pk}-v{activity.version}"
    people = User.objects.filter(
        volunteer__signups__shift__session=session, volunteer__signups__state__in=_MOVABLE
    ).distinct()
    for person in people:
        lines = [*told, gettext("不能参加的，请尽早取消报名。")]
        if other := displaced.get(person.pk):
            choice = gettext(
                "这个时间您已有“%(other)s”的班次，那个班次不变。要参加改期的这一场，请在%(until)s前取消“%(other)s”，"
                "名额为您保留到那时；不取消的，名额给下一位。"
            )
            names = {"other": other.shift.post.activity.title, "until": f"{timezone.localtime(until):%m-%d %H:%M}"}
            lines = [*told, choice % names]
        messages.send(
            to=person, topic=Topic.VOLUNTEER, key=key, title=title, text="\n".join(lines), url="/hall/volunteering/"
        )


def _shift_to_come(shift_id: int, actor: User) -> Shift:
    session_id = Shift.objects.filter(pk=shift_id).values_list("session_id", flat=True).first()
    if session_id is None:
        raise NotFoundError(gettext("没有找到这个班次，请从活动页面重新进入。"))
    session = activities.session_to_come(session_id, actor)
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    shift.session = session
    return shift


def _refit(post: Post, before: Mapping[str, Any]) -> list[Shift]:
    """Give the post's numbers to its shifts to come that had the old ones; return those that hold more."""
    coming = Shift.objects.select_for_update(no_key=True, of=("self",)).filter(
        post=post, session__state=SessionState.PLANNED, session__during__startswith__gt=timezone.now(),
        places=before["places"], waiting_limit=before["waiting_limit"],
    )  # fmt: skip
    kept = []
    for shift in coming.select_related("session").order_by("pk"):
        shift.places, shift.waiting_limit = max(post.places, shift.taken), post.waiting_limit
        shift.save(update_fields=["places", "waiting_limit"])
        if shift.places > post.places:
            kept.append(shift)
        transaction.on_commit(partial(places.move_up, shift_id=shift.pk), robust=True)
    return kept


# What people who signed up are told of a post, by name.
_TOLD = {
    "title": gettext_noop("岗位"), "duties": gettext_noop("职责"), "skills": gettext_noop("技能要求"),
    "languages": gettext_noop("语言要求"), "age_from": gettext_noop("最低年龄"), "age_to": gettext_noop("最高年龄"),
    "training": gettext_noop("培训要求"), "insured": gettext_noop("须有保险"),
}  # fmt: skip


def _difference(name: str, old: Any, new: Any) -> str:
    return _line(gettext(_TOLD[name]), _shown(name, old), _shown(name, new))


def _shown(name: str, value: Any) -> str:
    if name in ("skills", "languages"):
        known: Any = Skill if name == "skills" else Language
        value = "、".join(str(known(code).label) for code in value)
    elif name == "insured":
        value = gettext("是") if value else gettext("否")
    return str(value) if value not in (None, "") else gettext("没有")


def _line(what: str, old: str, new: str) -> str:
    return gettext("%(what)s：原为“%(old)s”，现为“%(new)s”。") % {"what": what, "old": old, "new": new}


def _period(during: Any) -> str:
    begins, ends = timezone.localtime(during.lower), timezone.localtime(during.upper)
    return f"{begins:%Y-%m-%d %H:%M}–{ends:%H:%M}" if begins.date() == ends.date() else (
        f"{begins:%Y-%m-%d %H:%M} – {ends:%Y-%m-%d %H:%M}"
    )  # fmt: skip
