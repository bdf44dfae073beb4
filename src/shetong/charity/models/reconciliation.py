"""Daily reconciliation of a platform's books with ours, the discrepancies, and complaints about the platform."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shetong.charity.models.choices import DiscrepancyKind, ReconciliationState, Side
from shetong.charity.models.platform import Platform
from shetong.registry.models import Organisation


class Reconciliation(models.Model):
    """What a platform says of one day: number, sum (fen) and hash of its donations; beside it what our rows say.

    A later report of the same day takes the place of the earlier one: ``round`` counts them.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="reconciliations")
    day = models.DateField("日期")
    round = models.PositiveSmallIntegerField("第几次", default=1)
    count = models.PositiveIntegerField("平台笔数")
    amount = models.BigIntegerField("平台金额（分）")
    digest = models.CharField("平台散列值", max_length=64)
    our_count = models.PositiveIntegerField("系统笔数")
    our_amount = models.BigIntegerField("系统金额（分）")
    our_digest = models.CharField("系统散列值", max_length=64)
    state = models.CharField("结果", max_length=10, choices=ReconciliationState)
    reported_at = models.DateTimeField("报告时间")
    agreed_at = models.DateTimeField("相符时间", null=True)

    class Meta:
        verbose_name = "对账"
        constraints = [
            models.UniqueConstraint(fields=["platform", "day"], name="reconciliation_once_a_day"),
            models.CheckConstraint(condition=Q(state__in=ReconciliationState.values), name="reconciliation_state"),
            models.CheckConstraint(
                condition=~Q(state=ReconciliationState.AGREED) | Q(agreed_at__isnull=False),
                name="reconciliation_agreed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} {self.day}"


class Discrepancy(models.Model):
    """A donation of which the two sides say different things; closed by the next comparison that finds it gone.

    ``theirs`` and ``ours``: fen, ``None`` where that side has no such donation.
    """

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="discrepancies")
    kind = models.CharField("种类", max_length=16, choices=DiscrepancyKind)
    number = models.CharField("平台订单号", max_length=64)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    theirs = models.BigIntegerField("平台金额（分）", null=True)
    ours = models.BigIntegerField("系统金额（分）", null=True)
    hint = models.CharField("退回原因", max_length=40, blank=True)
    found_at = models.DateTimeField("发现时间")
    closed_at = models.DateTimeField("消除时间", null=True)
    explained = models.BooleanField("双方认可", default=False)

    class Meta:
        verbose_name = "对账差异"
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "number"], name="discrepancy_once"),
            models.CheckConstraint(condition=Q(kind__in=DiscrepancyKind.values), name="discrepancy_kind_known"),
            models.CheckConstraint(
                condition=Q(theirs__isnull=False) | Q(ours__isnull=False), name="discrepancy_has_a_side"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"


class DiscrepancyNote(models.Model):
    """What a side says of a discrepancy. ``settles``: it takes the matter as explained; both must."""

    discrepancy = models.ForeignKey(Discrepancy, models.PROTECT, related_name="notes")
    side = models.CharField("一方", max_length=10, choices=Side)
    text = models.CharField("说明", max_length=500)
    settles = models.BooleanField("认可", default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "差异说明"
        constraints = [models.CheckConstraint(condition=Q(side__in=Side.values), name="discrepancy_side_known")]

    def __str__(self) -> str:
        return f"{self.discrepancy_id}: {self.side}"


class PlatformComplaint(models.Model):
    """A complaint about a page on a platform. The platform answers within the days that its standard names.

    ``contact_sealed``: how to reach who complained, where they said so; for the office alone.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="complaints")
    page = models.CharField("涉及的页面", max_length=200, blank=True)
    text = models.CharField("情况", max_length=1000)
    contact_sealed = models.BinaryField("联系方式（密文）", null=True)
    made_at = models.DateTimeField("投诉时间")
    due_on = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "平台投诉"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="complaint_answered_with_words",
            ),
        ]
        indexes = [models.Index(fields=["platform", "-made_at"], name="complaint_of_platform")]

    def __str__(self) -> str:
        return f"complaint {self.pk}"
