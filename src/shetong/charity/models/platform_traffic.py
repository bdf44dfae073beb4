"""What a platform reports: batches of donations, arrivals, what was refused, what its pages said, and findings."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.charity.models.choices import FindingKind, PageCheckResult
from shetong.charity.models.plan import ActivityPage, FundraisingActivity
from shetong.charity.models.platform import Platform
from shetong.registry.models import Organisation


class PlatformBatch(models.Model):
    """A batch of donations that a platform reported. Its donations are those of the platform among the numbers.

    ``first`` and ``last``: least and greatest number of its donations, ``None`` where none was taken. ``late``: taken,
    but reported later than the platform rules allow; ``delay``: seconds between giving and report, all added up.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="batches", db_index=False)
    first = models.BigIntegerField("首笔编号", null=True)
    last = models.BigIntegerField("末笔编号", null=True)
    taken = models.PositiveIntegerField("入账笔数")
    amount = models.BigIntegerField("入账金额（分）")
    duplicates = models.PositiveIntegerField("重复笔数")
    refused = models.PositiveIntegerField("退回笔数")
    late = models.PositiveIntegerField("迟报笔数")
    delay = models.BigIntegerField("累计延迟（秒）")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = "捐赠批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken=0, first__isnull=True, last__isnull=True) | Q(taken__gt=0, last__gte=F("first")),
                name="batch_range",
            ),
        ]
        indexes = [models.Index(fields=["platform", "received_at"], name="batch_of_platform")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class PlatformDay(models.Model):
    """What a batch holds of one day (of giving, China Standard Time): finds the donations of a day without an index."""

    batch = models.ForeignKey(PlatformBatch, models.CASCADE, related_name="days")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField("日期")
    donations = models.PositiveIntegerField("笔数")
    amount = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "批次的日期"
        indexes = [models.Index(fields=["platform", "day"], name="platform_day")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.day}"


class PlatformRefusal(models.Model):
    """A record that was not taken: its number and why; nothing of the donor. The newest reason stands."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=10)
    number = models.CharField("平台编号", max_length=64)
    code = models.CharField("原因", max_length=40)
    amount = models.BigIntegerField("金额（分）", null=True)
    refused_at = models.DateTimeField("时间")
    settled_at = models.DateTimeField("改正时间", null=True)

    class Meta:
        verbose_name = "退回的记录"
        constraints = [models.UniqueConstraint(fields=["platform", "kind", "number"], name="refusal_once")]
        indexes = [models.Index(fields=["platform", "refused_at"], name="refusal_of_platform")]

    def __str__(self) -> str:
        return f"{self.number}: {self.code}"


class WaitingRefund(models.Model):
    """A refund that was reported before its donation; carried out when the donation comes."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField("平台退款单号", max_length=64)
    donation = models.CharField("平台订单号", max_length=64)
    amount = models.BigIntegerField("金额（分）")
    reason = models.CharField("事由", max_length=300)
    refunded_at = models.DateTimeField("退款时间")
    reported_at = models.DateTimeField("报告时间")

    class Meta:
        verbose_name = "待办退款"
        constraints = [
            models.UniqueConstraint(fields=["platform", "number"], name="waiting_refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="waiting_refund_positive"),
        ]
        indexes = [models.Index(fields=["platform", "donation"], name="waiting_refund_donation")]

    def __str__(self) -> str:
        return self.number


class Arrival(models.Model):
    """Money of a platform's donors that arrived on a charity's account, as the platform reports it.

    ``fee``: what somebody kept of it; ``through``: accounts that it passed. Either is a finding, for a platform may
    neither hold the money nor charge for it. ``account_tail``: the last signs of the account alone.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="arrivals")
    number = models.CharField("平台划款单号", max_length=64)
    activity = models.ForeignKey(FundraisingActivity, models.PROTECT, related_name="arrivals")
    amount = models.BigIntegerField("到账金额（分）")
    fee = models.BigIntegerField("扣费（分）", default=0)
    account_holder = models.CharField("收款户名", max_length=200)
    account_tail = models.CharField("账号末位", max_length=4, blank=True)
    through = models.JSONField("经过的账户", default=list)
    given_from = models.DateTimeField("捐赠时间起")
    given_to = models.DateTimeField("捐赠时间止")
    arrived_at = models.DateTimeField("到账时间")
    reported_at = models.DateTimeField("报告时间")

    class Meta:
        verbose_name = "到账"
        constraints = [
            models.UniqueConstraint(fields=["platform", "number"], name="arrival_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, fee__gte=0), name="arrival_positive"),
            models.CheckConstraint(
                condition=Q(given_to__gte=F("given_from")) & Q(arrived_at__gte=F("given_from")), name="arrival_period"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PageCheck(models.Model):
    """A comparison of a page with the filed plan: what differed, each as field, filed and shown value."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="page_checks")
    page = models.ForeignKey(ActivityPage, models.PROTECT, null=True, related_name="checks")
    external_id = models.CharField("平台上的编号", max_length=64)
    plan_number = models.CharField("备案编号", max_length=24)
    result = models.CharField("结果", max_length=10, choices=PageCheckResult)
    differences = models.JSONField("差异", default=list)
    checked_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = "页面核对"
        constraints = [
            models.CheckConstraint(condition=Q(result__in=PageCheckResult.values), name="page_check_result"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.result}"


class PlatformFinding(models.Model):
    """Something in a platform's reports that the law does not allow, found by rule; the office settles it."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="findings")
    kind = models.CharField("种类", max_length=16, choices=FindingKind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    reference = models.CharField("涉及的单号", max_length=64)
    amount = models.BigIntegerField("涉及金额（分）", null=True)
    detail = models.CharField("情况", max_length=300)
    found_at = models.DateTimeField("发现时间")
    settled_at = models.DateTimeField("处理时间", null=True)
    settlement = models.CharField("处理情况", max_length=500, blank=True)

    class Meta:
        verbose_name = "平台违规线索"
        constraints = [
            # What comes again after it was settled is a finding anew.
            models.UniqueConstraint(
                fields=["platform", "kind", "reference"], condition=Q(settled_at__isnull=True), name="finding_open_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | ~Q(settlement=""), name="finding_settled_with_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
