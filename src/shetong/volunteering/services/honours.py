"""Honours of authorities, and texts of thanks and stories that are looked at before everybody reads them."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core import divisions
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering.models import Honour, Story, StoryKind, StoryState, Team, Volunteer

MOST_WAITING = 5
LONGEST = {"title": 60, "text": 3_000, "signature": 40}


@transaction.atomic
def grant(
    *, actor: User, title: str, grantor: str, division_code: str, granted_on: date, document: str = "",
    citation: str = "", volunteer: Volunteer | None = None, team: Team | None = None, demo: bool = False,
) -> Honour:  # fmt: skip
    """Record an honour of a volunteer or a team, and tell whom it is for; the guiding authority of the division.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`ConflictError` where it is recorded already.
    """
    faults = {
        name: gettext("请填写。") for name, value in (("title", title), ("grantor", grantor)) if not value.strip()
    }
    if divisions.get(division_code) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if granted_on > timezone.localdate():
        faults["granted_on"] = gettext("授予日期不能晚于今天。")
    if (volunteer is None) == (team is None):
        faults["receiver"] = gettext("请填写一位志愿者或者一个团体的编号。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, division_code)
    try:
        with transaction.atomic():
            made = Honour.objects.create(
                title=title.strip()[:100], grantor=grantor.strip()[:120], division_code=division_code,
                document=document.strip()[:120], granted_on=granted_on, citation=citation.strip()[:500],
                volunteer=volunteer, team=team, recorded_by=actor, recorded_at=timezone.now(), demo=demo,
            )  # fmt: skip
    except IntegrityError as error:
        raise ConflictError(gettext("这项表彰已经记录。")) from error
    people = [volunteer.user] if volunteer and volunteer.user else []
    if team is not None:
        people = list(User.objects.filter(team_roles__team=team, team_roles__until__isnull=True).distinct())
    messages.send_all(
        to=people, topic=Topic.VOLUNTEER, key=f"honour-{made.pk}",
        title=say(N_("%(grantor)s授予“%(title)s”"), grantor=made.grantor, title=made.title),
        url="/hall/volunteering/honours/",
    )  # fmt: skip
    audit.record(actor=actor, action="honour.grant", target=made, jurisdiction=division_code)
    return made


@transaction.atomic
def revoke(*, actor: User, honour_id: int, reason: str) -> Honour:
    """Take an honour back, with a reason.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    found = Honour.objects.select_for_update(of=("self",)).filter(pk=honour_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这项表彰，请刷新页面查看。"))
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, found.division_code)
    if found.revoked_at is not None:
        raise WrongStateError(gettext("这项表彰已经撤销，请刷新页面查看。"))
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("撤销须写明理由。"), fields={"reason": gettext("请写明理由。")})
    found.revoked_at, found.revoke_reason = timezone.now(), reason.strip()[:300]
    found.save(update_fields=["revoked_at", "revoke_reason"])
    audit.record(actor=actor, action="honour.revoke", target=found, jurisdiction=found.division_code)
    return found


@transaction.atomic
def write(
    *, author: User, kind: StoryKind, title: str, text: str, signature: str, division_code: str, team_number: str = ""
) -> Story:
    """Hand in a word of thanks or a story; the guiding authority looks at it first.

    Raises :class:`InvalidInputError`, :class:`ConflictError` where too many wait already.
    """
    given = {"title": title.strip(), "text": text.strip(), "signature": signature.strip()}
    faults = {
        name: gettext("请填写。") if not value else gettext("最多%(most)d个字，请缩短。") % {"most": LONGEST[name]}
        for name, value in given.items()
        if not value or len(value) > LONGEST[name]
    }
    team = Team.objects.filter(number="".join(team_number.split()).upper()).first() if team_number.strip() else None
    if team_number.strip() and team is None:
        faults["team_number"] = gettext("没有这个编号的团体，请核对。")
    place = team.division_code if team else division_code
    if divisions.get(place) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    if Story.objects.filter(author=author, state=StoryState.REVIEW).count() >= MOST_WAITING:
        raise ConflictError(gettext("您已有%(most)d篇在等审核，请稍后再写。") % {"most": MOST_WAITING})
    made = Story.objects.create(
        kind=kind, author=author, team=team, division_code=place, written_at=timezone.now(), demo=author.demo, **given
    )
    audit.record(actor=author, action="story.write", target=made, jurisdiction=place)
    return made


@transaction.atomic
def decide(*, actor: User, story_id: int, act: str, reason: str = "") -> Story:
    """Publish a text, return it, or take a published one down; the guiding authority. ``act``: publish, return, remove.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    found = Story.objects.select_for_update(of=("self",)).select_related("author").filter(pk=story_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这篇文章，可能已经撤下，请刷新页面查看。"))
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, found.division_code)
    steps = {
        "publish": (StoryState.REVIEW, StoryState.PUBLISHED),
        "return": (StoryState.REVIEW, StoryState.RETURNED),
        "remove": (StoryState.PUBLISHED, StoryState.TAKEN_DOWN),
    }
    before, after = steps[act]
    if found.state != before:
        raise WrongStateError(gettext("这篇文章的状态已经变化，请刷新页面。"))
    if act != "publish" and len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请写明理由，作者会看到。"), fields={"reason": gettext("请写明理由。")})
    found.state, found.reason = after, reason.strip()[:300]
    found.decided_by, found.decided_at = actor, timezone.now()
    found.save()
    said = {
        "publish": N_("“%(title)s”已发布"),
        "return": N_("“%(title)s”未通过审核"),
        "remove": N_("“%(title)s”已撤下"),
    }[act]
    messages.send(
        to=found.author, topic=Topic.VOLUNTEER, key=f"story-{found.pk}-{act}", title=say(said, title=found.title),
        text=found.reason, url="/volunteering/stories/",
    )  # fmt: skip
    audit.record(actor=actor, action=f"story.{act}", target=found, jurisdiction=found.division_code)
    return found
