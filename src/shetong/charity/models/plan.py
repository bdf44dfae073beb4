"""Fundraising plans as filed (公开募捐方案备案), version by version, and the activities that they open."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.charity.models.choices import PageState, PlanState, VersionKind
from shetong.charity.models.platform import Platform
from shetong.registry.models import Organisation


class FundraisingPlan(models.Model):
    """A plan with its filing number: unified code, ``A``, two digits of the year, serial number of the year.

    What was filed is in the versions; the columns here are those of the version in force, for lists.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="fundraising_plans")
    number = models.CharField("备案编号", max_length=24, unique=True)
    name = models.CharField("活动名称", max_length=200)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("结束日期")
    target = models.BigIntegerField("预期募集数额（分）", null=True)
    state = models.CharField("状态", max_length=12, choices=PlanState, default=PlanState.FILED)
    emergency = models.BooleanField("应急募捐", default=False)
    authority_name = models.CharField("备案机关", max_length=200)
    filed_on = models.DateField("备案日期")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "公开募捐方案"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}A\d{5,6}$"), name="plan_number_form"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="plan_period"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            models.CheckConstraint(condition=Q(target__isnull=True) | Q(target__gt=0), name="plan_target_positive"),
        ]
        indexes = [models.Index(fields=["-filed_on", "-id"], name="plan_newest")]

    def __str__(self) -> str:
        return self.number


class PlanVersion(models.Model):
    """One filing of a plan: the original, a supplement or a change; never altered.

    ``content`` holds the public fields of the form by name; ``digest`` is SHA-256 over its canonical JSON. Personal
    particulars (who is in charge, a partner who is a person) stay sealed in the case.
    """

    plan = models.ForeignKey(FundraisingPlan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版次")
    kind = models.CharField("种类", max_length=12, choices=VersionKind)
    content = models.JSONField("备案内容")
    digest = models.CharField("内容摘要（SHA-256）", max_length=64)
    reason = models.CharField("事由", max_length=500, blank=True)
    case_number = models.CharField("办件编号", max_length=32, blank=True)
    filed_on = models.DateField("备案日期")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "方案版次"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            models.CheckConstraint(
                condition=Q(kind=VersionKind.ORIGINAL, number=1) | (Q(number__gt=1) & ~Q(kind=VersionKind.ORIGINAL)),
                name="plan_version_first_is_original",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


class FundraisingActivity(models.Model):
    """The activity that a filed plan opens. One filing number serves one activity (令74号第十二条)."""

    plan = models.OneToOneField(FundraisingPlan, models.PROTECT, related_name="activity")
    project = models.ForeignKey("charity.Project", models.PROTECT, related_name="activities")
    opened_at = models.DateTimeField("开启时间")
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "公开募捐活动"

    def __str__(self) -> str:
        return f"activity {self.pk}"


class ActivityPage(models.Model):
    """The page of an activity on a designated platform; ``external_id`` is what the platform calls it."""

    activity = models.ForeignKey(FundraisingActivity, models.PROTECT, related_name="pages")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="pages")
    external_id = models.CharField("平台上的编号", max_length=64)
    address = models.URLField("网址", max_length=500, blank=True)
    title = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=12, choices=PageState, default=PageState.PUBLISHED)
    published_at = models.DateTimeField("上线时间")
    closed_at = models.DateTimeField("关闭时间", null=True)

    class Meta:
        verbose_name = "募捐页面"
        constraints = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="page_once_a_platform"),
            models.CheckConstraint(condition=Q(state__in=PageState.values), name="page_state_known"),
        ]

    def __str__(self) -> str:
        return self.title
