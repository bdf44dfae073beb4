"""Benefits: offered by partners, taken by volunteers within the stock, used once with a code that the partner checks.

Everybody who takes locks in one order: the volunteer, then the benefit. So nobody spends the same minutes twice, nobody
takes more often than allowed, and the stock is never oversold; constraints of the database refuse it all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core import divisions
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.volunteering.models import (
    Benefit,
    BenefitState,
    Partner,
    PartnerState,
    Redemption,
    RedemptionState,
    VolunteerState,
)
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.rules import redemption, stars
from shetong.volunteering.services import volunteers

_WRITTEN = (
    "title", "description", "least_star", "least_minutes", "cost_minutes", "stock", "each", "from_day", "to_day",
)  # fmt: skip
LIVE = (RedemptionState.HELD, RedemptionState.USED)
URL = "/hall/volunteering/benefits/"


class SoldOutError(ConflictError):
    """Nothing is left of a benefit."""

    code = "sold-out"


@transaction.atomic
def apply_partner(*, actor: User, values: Mapping[str, str]) -> Partner:
    """Ask to offer benefits, which the guiding authority verifies.

    Raises :class:`InvalidInputError`, :class:`ConflictError`.
    """
    given = {name: str(values.get(name, "")).strip() for name in ("name", "division_code", "contact", "contact_phone")}
    faults = {name: gettext("请填写。") for name, value in given.items() if not value}
    if given["division_code"] and divisions.get(given["division_code"]) is None:
        faults["division_code"] = gettext("没有这个行政区划，请写到区县，例如：北京市朝阳区。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    try:
        with transaction.atomic():
            made = Partner.objects.create(**given, created_by=actor, created_at=timezone.now(), demo=actor.demo)
    except IntegrityError as error:
        raise ConflictError(
            gettext("该地区已有同名的合作单位。"), fields={"name": gettext("请换一个名称。")}
        ) from error
    made.staff.add(actor)
    audit.record(actor=actor, action="partner.apply", target=made, jurisdiction=made.division_code)
    return made


@transaction.atomic
def verify_partner(*, actor: User, partner_id: int, passes: bool, reason: str = "") -> Partner:
    """Let a partner offer, or end it with a reason; the guiding authority of the place.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    partner = Partner.objects.select_for_update(of=("self",)).select_related("created_by").filter(pk=partner_id).first()
    if partner is None:
        raise NotFoundError(gettext("没有找到这个合作单位，请刷新页面查看。"))
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, partner.division_code)
    if partner.state == PartnerState.CLOSED or (passes and partner.state != PartnerState.PENDING):
        raise WrongStateError(gettext("这个合作单位已经核实或者终止，请刷新页面查看。"))
    if not passes and len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请写明理由。"), fields={"reason": gettext("请写明理由。")})
    partner.state = PartnerState.ACTIVE if passes else PartnerState.CLOSED
    partner.reason = reason.strip()[:300]
    partner.save(update_fields=["state", "reason"])
    if not passes:
        partner.benefits.update(state=BenefitState.CLOSED)
    said = N_("“%(name)s”已通过核实，可以发布激励") if passes else N_("“%(name)s”未通过核实或者已终止")
    messages.send(
        to=partner.created_by, topic=Topic.VOLUNTEER, key=f"partner-{partner.pk}-{partner.state}",
        title=say(said, name=partner.name), text=partner.reason, url="/hall/volunteering/partner/",
    )  # fmt: skip
    audit.record(
        actor=actor, action="partner.verify", target=partner, jurisdiction=partner.division_code,
        detail={"passes": passes},
    )  # fmt: skip
    return partner


@transaction.atomic
def offer(*, actor: User, partner_id: int, values: Mapping[str, Any]) -> Benefit:
    """Offer a benefit; the partner's people. Raises :class:`ForbiddenError`, :class:`InvalidInputError`."""
    partner = _partner(actor, partner_id)
    if partner.state != PartnerState.ACTIVE:
        raise WrongStateError(gettext("合作单位通过核实以后才能发布激励，请等待核实。"))
    given = {name: values[name] for name in _WRITTEN if values.get(name) is not None}
    faults = {name: gettext("请填写。") for name in ("title", "description") if not str(given.get(name, "")).strip()}
    if not 1 <= int(given.get("stock", 0)) <= 1_000_000:
        faults["stock"] = gettext("请填写1至1000000之间的数量。")
    if given.get("to_day") is None or given.get("from_day") is None or given["to_day"] < given["from_day"]:
        faults["to_day"] = gettext("结束日期不能早于开始日期。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    made = Benefit.objects.create(
        partner=partner, created_by=actor, created_at=timezone.now(), demo=partner.demo, **given
    )
    audit.record(actor=actor, action="benefit.offer", target=made, jurisdiction=partner.division_code)
    return made


@transaction.atomic
def close(*, actor: User, benefit_id: int) -> Benefit:
    """Stop offering; codes that were taken stay good. Raises :class:`NotFoundError`, :class:`ForbiddenError`."""
    benefit = Benefit.objects.select_for_update(of=("self",)).select_related("partner").filter(pk=benefit_id).first()
    if benefit is None:
        raise NotFoundError(gettext("没有找到这项激励，请刷新页面查看。"))
    _partner(actor, benefit.partner_id)
    benefit.state = BenefitState.CLOSED
    benefit.save(update_fields=["state"])
    audit.record(actor=actor, action="benefit.close", target=benefit, jurisdiction=benefit.partner.division_code)
    return benefit


@transaction.atomic
def take(*, user: User, benefit_id: int) -> Redemption:
    """Take a benefit and return its code.

    Raises :class:`NotFoundError`, :class:`WrongStateError` (not offered now, conditions, minutes),
    :class:`SoldOutError`, :class:`ConflictError` where it was taken as often as is allowed.
    """
    volunteer = volunteers.own(user)
    if volunteer.state != VolunteerState.ACTIVE:
        raise WrongStateError(gettext("请先完成志愿者注册，再来兑换。"))
    benefit = Benefit.objects.select_related("partner").filter(pk=benefit_id).first()
    if benefit is None:
        raise NotFoundError(gettext("没有找到这项激励，请刷新页面查看。"))
    today = timezone.localdate()
    open_ = benefit.state == BenefitState.OFFERED and benefit.partner.state == PartnerState.ACTIVE
    if not open_ or not benefit.from_day <= today <= benefit.to_day:
        raise WrongStateError(gettext("这项激励现在不能兑换，请看看其他激励。"), code="not-offered")
    minutes = queries.confirmed_minutes(volunteer.pk)
    if minutes < benefit.least_minutes or stars.reached(minutes, today) < benefit.least_star:
        raise WrongStateError(gettext("您的服务时长或者星级还不够，请看看其他激励。"), code="conditions")
    if queries.spent_minutes(volunteer.pk) + benefit.cost_minutes > minutes:
        raise WrongStateError(gettext("可以用来兑换的时长不够，请看看其他激励。"), code="minutes")
    held = set(benefit.redemptions.filter(volunteer=volunteer, state__in=LIVE).values_list("ordinal", flat=True))
    free = [ordinal for ordinal in range(1, benefit.each + 1) if ordinal not in held]
    if not free:
        raise ConflictError(
            gettext("您已经兑换过，每人最多%(each)d次。") % {"each": benefit.each}, code="taken-already"
        )
    # From here to the commit everybody else who wants this benefit waits.
    left = Benefit.objects.filter(pk=benefit.pk, state=BenefitState.OFFERED, taken__lt=F("stock"))
    if not left.update(taken=F("taken") + 1):
        raise SoldOutError(gettext("已经兑完，请看看其他激励。"))
    made = Redemption.objects.create(
        benefit=benefit, volunteer=volunteer, code=redemption.draw(), ordinal=free[0], minutes=benefit.cost_minutes,
        taken_at=timezone.now(),
    )  # fmt: skip
    audit.record(actor=user, action="benefit.take", target=made, jurisdiction=benefit.partner.division_code)
    return made


@transaction.atomic
def give_back(*, user: User, redemption_id: int) -> Redemption:
    """Return a benefit that was not used: stock and minutes are free again.

    Raises :class:`NotFoundError`, :class:`WrongStateError`.
    """
    volunteer = volunteers.own(user)
    found = Redemption.objects.select_for_update(of=("self",)).filter(pk=redemption_id, volunteer=volunteer).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这次兑换，请刷新页面查看。"))
    if found.state != RedemptionState.HELD:
        raise WrongStateError(gettext("这次兑换已经使用、退回或者过期，不能再退回。"))
    end(found, RedemptionState.RETURNED)
    audit.record(actor=user, action="benefit.return", target=found)
    return found


def look_up(*, actor: User, code: str) -> Redemption:
    """Return what a code stands for, to the partner that offered it.

    Raises :class:`InvalidInputError` for a code that is mistyped, :class:`NotFoundError` for one of nobody or others.
    """
    read = redemption.read(code)
    if not read:
        raise InvalidInputError(
            gettext("兑换码抄错了，请重新核对。"), fields={"code": gettext("兑换码为10位，没有字母I、O、S、V、Z。")}
        )
    rows = Redemption.objects.select_related("benefit__partner", "volunteer")
    found = rows.filter(code=read, benefit__partner__staff=actor).first()
    if found is None:
        raise NotFoundError(
            gettext("没有这个兑换码，或者不是由您的单位发放的，请核对。"), fields={"code": gettext("请核对兑换码。")}
        )
    return found


@transaction.atomic
def use(*, actor: User, code: str) -> Redemption:
    """Mark a code as used, once. Raises like :func:`look_up`, and :class:`WrongStateError` where it is good no more."""
    seen = look_up(actor=actor, code=code)
    found = Redemption.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    if found.state != RedemptionState.HELD or seen.benefit.to_day < timezone.localdate():
        raise WrongStateError(gettext("这个兑换码已经使用、退回或者过期，不能核销。"), code="not-good")
    found.state, found.ended_at, found.used_by = RedemptionState.USED, timezone.now(), actor
    found.save(update_fields=["state", "ended_at", "used_by"])
    audit.record(actor=actor, action="benefit.use", target=found, jurisdiction=seen.benefit.partner.division_code)
    seen.state, seen.ended_at = found.state, found.ended_at
    return seen


def expire() -> int:
    """End what was not used until its benefit ended; minutes are free again. Return how many."""
    late = Redemption.objects.filter(state=RedemptionState.HELD, benefit__to_day__lt=timezone.localdate())
    return sum(_expire(pk) for pk in list(late.values_list("pk", flat=True)))


@transaction.atomic
def _expire(redemption_id: int) -> bool:
    found = Redemption.objects.select_for_update().filter(pk=redemption_id, state=RedemptionState.HELD).first()
    if found is None:
        return False
    end(found, RedemptionState.EXPIRED)
    return True


def end(found: Redemption, state: RedemptionState) -> None:
    """End a locked redemption that was not used; the stock is free again."""
    found.state, found.ended_at = state, timezone.now()
    found.save(update_fields=["state", "ended_at"])
    Benefit.objects.filter(pk=found.benefit_id).update(taken=F("taken") - 1)


def _partner(actor: User, partner_id: int) -> Partner:
    partner = Partner.objects.filter(pk=partner_id, staff=actor).first()
    if partner is None:
        raise ForbiddenError(gettext("只有合作单位的工作人员可以办理。"))
    return partner
