"""Benefits that partners offer to volunteers, what was taken of them, and what credit systems were told."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shetong.volunteering.models.people import Volunteer


class PartnerState(models.TextChoices):
    """Whether a partner may offer."""

    PENDING = "pending", _("待核实")
    ACTIVE = "active", pgettext_lazy("合作单位状态", "正常")
    CLOSED = "closed", _("已终止")


class BenefitState(models.TextChoices):
    """Whether a benefit can be taken."""

    OFFERED = "offered", _("可以兑换")
    CLOSED = "closed", _("已停止")


class RedemptionState(models.TextChoices):
    """What became of a benefit that was taken."""

    HELD = "held", _("待使用")
    USED = "used", _("已使用")
    RETURNED = "returned", _("已退回")
    EXPIRED = "expired", _("已过期")


class Partner(models.Model):
    """Who offers benefits: a shop, a museum, a library. ``created_by`` and its colleagues check the codes."""

    name = models.CharField("名称", max_length=100)
    division_code = models.CharField("行政区划", max_length=6)
    contact = models.CharField("联系人", max_length=40)
    contact_phone = models.CharField("公开的联系电话", max_length=30)
    state = models.CharField("状态", max_length=8, choices=PartnerState, default=PartnerState.PENDING)
    reason = models.CharField("理由", max_length=300, blank=True)
    staff = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="benefit_partners", verbose_name="核销人员")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    created_at = models.DateTimeField("申请时间")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "激励合作方"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PartnerState.values), name="partner_state_known"),
            models.CheckConstraint(
                condition=~Q(state=PartnerState.CLOSED) | ~Q(reason=""), name="partner_end_reasoned"
            ),
            models.UniqueConstraint(
                fields=["division_code", "name"], condition=~Q(state=PartnerState.CLOSED), name="partner_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Benefit(models.Model):
    """A benefit: who may take it (star, hours), how often, and what it costs in minutes of service.

    Never money. ``cost_minutes`` are taken from what can still be spent; the service record stays as it is. ``taken``
    counts what was taken and not returned, never more than ``stock``.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="benefits", verbose_name="提供方")
    title = models.CharField("名称", max_length=80)
    description = models.CharField("说明", max_length=500)
    least_star = models.PositiveSmallIntegerField("最低星级", default=0)
    least_minutes = models.PositiveIntegerField("最低累计时长（分钟）", default=0)
    cost_minutes = models.PositiveIntegerField("兑换所需时长（分钟）", default=0)
    stock = models.PositiveIntegerField("数量")
    taken = models.PositiveIntegerField("已兑换", default=0)
    each = models.PositiveSmallIntegerField("每人次数", default=1)
    from_day = models.DateField("起")
    to_day = models.DateField("止")
    state = models.CharField("状态", max_length=8, choices=BenefitState, default=BenefitState.OFFERED)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发布人")
    created_at = models.DateTimeField("发布时间")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "志愿者激励"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BenefitState.values), name="benefit_state_known"),
            models.CheckConstraint(condition=Q(taken__lte=F("stock")), name="benefit_never_oversold"),
            models.CheckConstraint(condition=Q(least_star__lte=5), name="benefit_star"),
            models.CheckConstraint(condition=Q(to_day__gte=F("from_day")), name="benefit_period"),
            models.CheckConstraint(condition=Q(each__gte=1, stock__gte=1), name="benefit_of_something"),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="benefit_newest")]

    def __str__(self) -> str:
        return self.title


class Redemption(models.Model):
    """A benefit that a volunteer took: a code until it is used, once.

    ``ordinal``: which of the times that the benefit allows one person; freed where it is returned or expires.
    """

    benefit = models.ForeignKey(Benefit, models.PROTECT, related_name="redemptions", verbose_name="激励")
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="redemptions", verbose_name="志愿者")
    code = models.CharField("兑换码", max_length=10, unique=True)
    ordinal = models.PositiveSmallIntegerField("第几次")
    minutes = models.PositiveIntegerField("所用时长（分钟）")
    state = models.CharField("状态", max_length=8, choices=RedemptionState, default=RedemptionState.HELD)
    taken_at = models.DateTimeField("兑换时间")
    ended_at = models.DateTimeField("使用或退回时间", null=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "兑换"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RedemptionState.values), name="redemption_state_known"),
            models.UniqueConstraint(
                fields=["benefit", "volunteer", "ordinal"],
                condition=Q(state__in=(RedemptionState.HELD, RedemptionState.USED)),
                name="redemption_ordinal",
            ),
            models.CheckConstraint(
                condition=Q(state=RedemptionState.HELD, ended_at__isnull=True)
                | ~Q(state=RedemptionState.HELD) & Q(ended_at__isnull=False),
                name="redemption_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["volunteer", "-id"], name="redemption_of_volunteer")]

    def __str__(self) -> str:
        return self.code


class CreditDisclosure(models.Model):
    """What a credit information system was told of a volunteer, under which consent: never changed."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="disclosures", verbose_name="志愿者")
    receiver = models.CharField("接收方", max_length=100)
    items = ArrayField(models.CharField(max_length=30), verbose_name="目录项")
    consent = models.ForeignKey("volunteering.Consent", models.PROTECT, related_name="+", verbose_name="同意")
    told_at = models.DateTimeField("提供时间")

    class Meta:
        verbose_name = "信用信息提供记录"
        indexes = [models.Index(fields=["volunteer", "-id"], name="disclosure_of_volunteer")]

    def __str__(self) -> str:
        return f"{self.volunteer_id} → {self.receiver}"
