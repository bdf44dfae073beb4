"""Stars: found from confirmed hours, told to the person and to everybody, looked at again where hours were voided."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering.models import StarAward, StarState, Volunteer, VolunteerState
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.rules import stars

SYSTEM = "system:volunteering"
BATCH = 500


def award_due(*, limit: int = 50_000) -> int:
    """Award the stars that volunteers have reached and mark those whose hours fell below; return how many changed."""
    changed = 0
    due = list(queries.out_of_step(timezone.localdate())[:limit])
    for start in range(0, len(due), BATCH):
        changed += sum(settle(pk) for pk in due[start : start + BATCH])
    return changed


@transaction.atomic
def settle(volunteer_id: int) -> int:
    """Bring the stars of one volunteer into line with the confirmed hours; return how many changed."""
    volunteer = (
        Volunteer.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=volunteer_id)
    )
    if volunteer.state not in (VolunteerState.ACTIVE, VolunteerState.SUSPENDED):
        return 0
    minutes, today, now = queries.confirmed_minutes(volunteer_id), timezone.localdate(), timezone.now()
    highest = stars.reached(minutes, today)
    held = {award.star: award for award in volunteer.stars.exclude(state=StarState.WITHDRAWN)}
    new = [star for star in stars.STARS if star <= highest and star not in held]
    StarAward.objects.bulk_create(
        [StarAward(volunteer=volunteer, star=star, minutes=minutes, awarded_at=now) for star in new]
    )
    lower = [award for star, award in held.items() if star > highest and award.state == StarState.HELD]
    again = [award for star, award in held.items() if star <= highest and award.state == StarState.REVIEW]
    for award in (*lower, *again):
        award.state = StarState.REVIEW if award in lower else StarState.HELD
        award.save(update_fields=["state"])
    if new:
        _announce(volunteer, max(new))
    if new or lower or again:
        audit.record(
            actor=SYSTEM, action="volunteer.stars", target=volunteer, jurisdiction=volunteer.division_code,
            detail={"new": new, "review": [award.star for award in lower], "back": [award.star for award in again]},
        )  # fmt: skip
    return len(new) + len(lower) + len(again)


@transaction.atomic
def withdraw(*, actor: User, award_id: int, reason: str) -> StarAward:
    """Withdraw a star whose hours fell below its threshold; the guiding authority, with a reason.

    One whose hours rise again is held again by itself.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    # The volunteer first, as everywhere: hours that rise at this moment hold the star again before or after it.
    Volunteer.objects.select_for_update(no_key=True, of=("self",)).filter(stars__pk=award_id).first()
    rows = StarAward.objects.select_for_update(of=("self",)).select_related("volunteer__user")
    award = rows.filter(pk=award_id).first()
    if award is None:
        raise NotFoundError(gettext("没有找到这个星级，请刷新页面查看。"))
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, award.volunteer.division_code)
    if award.state != StarState.REVIEW:
        raise WrongStateError(gettext("这个星级不用复核，可能已经有人处理，请刷新页面查看。"))
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请写明复核的理由。"), fields={"reason": gettext("请写明理由。")})
    award.state = StarState.WITHDRAWN
    award.reason, award.judged_by, award.judged_at = reason.strip()[:300], actor, timezone.now()
    award.save()
    _tell(
        award.volunteer,
        f"star-{award.pk}-withdrawn",
        say(N_("您的%(star)s志愿者已撤销"), star=say(stars.NAMES[award.star])),
        award.reason,
    )
    audit.record(
        actor=actor, action="volunteer.star-withdraw", target=award, jurisdiction=award.volunteer.division_code
    )
    return award


def _announce(volunteer: Volunteer, star: int) -> None:
    _tell(
        volunteer, f"star-{star}-{timezone.localdate()}",
        say(N_("您已成为%(star)s志愿者"), star=say(stars.NAMES[star])),
        say(N_("根据已确认的志愿服务时长认定，感谢您的付出。")),
    )  # fmt: skip


def _tell(volunteer: Volunteer, key: str, title: str, text: str) -> None:
    if volunteer.user is not None:
        messages.send(
            to=volunteer.user, topic=Topic.VOLUNTEER, key=key, title=title, text=text, url="/hall/volunteering/honours/"
        )
