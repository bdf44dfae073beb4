"""Donations: what was given, its place in a pool, and what was later taken back. Append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.charity.models.choices import Channel, DonorKind, ReversalKind
from shetong.charity.models.plan import FundraisingActivity
from shetong.charity.models.platform import Platform
from shetong.charity.models.pool import Pool


class Donor(models.Model):
    """Somebody who gives again and again and is known to the charity; the name is sealed, found by a blind index."""

    kind = models.CharField("类别", max_length=8, choices=DonorKind)
    name_sealed = models.BinaryField("姓名或名称（密文）", null=True)
    identity_index = models.BinaryField("身份盲索引", max_length=32, null=True, unique=True)
    public = models.BooleanField("同意公开姓名", default=False)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "捐赠人"
        constraints = [models.CheckConstraint(condition=Q(kind__in=DonorKind.values), name="donor_kind_known")]

    def __str__(self) -> str:
        return f"donor {self.pk}"


class Donation(models.Model):
    """A donation: ``quantity`` (fen, or units of goods) at the positions ``[pool_from, pool_to)`` of its pool.

    ``amount``: its value in fen. ``refunded``: how much of the quantity was taken back, always from the end of the
    interval. ``shown``: the donor's name as the public may see it, empty for 匿名. ``particulars_sealed``: JSON with
    what the log's commitment says of the donor and the salt of it (:mod:`shetong.charity.rules.log_content`);
    emptied to erase the person. Only these three may ever change, by a trigger's leave.
    """

    # Few indexes and no column that follows from another table: there are tens of millions of rows.
    # Of what many donations share, a trigger looks at each once a statement instead of once a row.
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="donation_rows", db_index=False, db_constraint=False)
    pool_from = models.BigIntegerField("区间起")
    pool_to = models.BigIntegerField("区间止")
    quantity = models.BigIntegerField("数量")
    amount = models.BigIntegerField("金额（分）")
    refunded = models.BigIntegerField("已退数量", default=0)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    activity = models.ForeignKey(
        FundraisingActivity, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    platform_order = models.CharField("平台订单号", max_length=64, blank=True)
    currency = models.CharField("原币种", max_length=3, default="CNY")
    original_amount = models.BigIntegerField("原币金额（最小单位）", null=True)
    donor = models.ForeignKey(Donor, models.PROTECT, null=True, related_name="donations", db_index=False)
    donor_kind = models.CharField("捐赠人类别", max_length=8, choices=DonorKind, default=DonorKind.PERSON)
    shown = models.CharField("公开显示的捐赠人", max_length=60, blank=True)
    particulars_sealed = models.BinaryField("捐赠人信息（密文）", null=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by", db_index=False)
    journal = models.ForeignKey(
        "charity.JournalEntry", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    donated_at = models.DateTimeField("捐赠时间")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "捐赠"
        constraints = [
            models.UniqueConstraint(fields=["pool", "pool_from"], name="donation_position"),
            models.UniqueConstraint(
                fields=["platform", "platform_order"],
                condition=Q(platform__isnull=False),
                name="donation_once_a_platform",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="donation_corrected_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(pool_from__gte=0) & Q(pool_to=F("pool_from") + F("quantity")),
                name="donation_interval",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="donation_amount"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=F("quantity")), name="donation_refunded_within"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="donation_channel_known"),
            models.CheckConstraint(
                condition=~Q(channel=Channel.PLATFORM) | (Q(platform__isnull=False) & ~Q(platform_order="")),
                name="donation_of_platform_has_order",
            ),
            models.CheckConstraint(
                condition=Q(currency="CNY", original_amount__isnull=True)
                | (~Q(currency="CNY") & Q(original_amount__gt=0)),
                name="donation_foreign_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["donor"], condition=Q(donor__isnull=False), name="donation_of_donor"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The donation's public number; it says nothing of the donor."""
        return f"D{self.pk:012}"


class DonationReversal(models.Model):
    """What was taken back of a donation; points back to it and never changes it.

    The part that was not spent yet leaves the pool: the hole ``[hole_from, hole_to)`` at the end of what is left of the
    donation's interval. The part that was spent is paid back out of the organisation's general means: ``paid_from``.
    """

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="reversals")
    kind = models.CharField("种类", max_length=12, choices=ReversalKind)
    quantity = models.BigIntegerField("数量")
    amount = models.BigIntegerField("金额（分）")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+", db_index=False)
    hole_from = models.BigIntegerField("未使用部分区间起")
    hole_to = models.BigIntegerField("未使用部分区间止")
    paid_from = models.OneToOneField("charity.Disbursement", models.PROTECT, null=True, related_name="refunds")
    platform_refund = models.CharField("平台退款单号", max_length=64, blank=True)
    reason = models.CharField("事由", max_length=300)
    journal = models.ForeignKey("charity.JournalEntry", models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "捐赠的退回"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReversalKind.values), name="reversal_kind_known"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(amount__gte=0) & Q(hole_to__gte=F("hole_from")),
                name="reversal_positive",
            ),
            models.CheckConstraint(
                condition=Q(paid_from__isnull=False) | Q(quantity=F("hole_to") - F("hole_from")),
                name="reversal_spent_part_is_paid",
            ),
            models.UniqueConstraint(
                fields=["donation", "platform_refund"], condition=~Q(platform_refund=""), name="reversal_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["pool", "hole_from"], include=["hole_to"], condition=Q(hole_to__gt=F("hole_from")),
                name="reversal_hole",
            ),
            models.Index(fields=["platform_refund"], condition=~Q(platform_refund=""), name="reversal_by_refund"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"reversal {self.pk}"


class DonationImport(models.Model):
    """A list of donations that was imported; the same file is imported once for an organisation."""

    organisation = models.ForeignKey("registry.Organisation", models.PROTECT, related_name="donation_imports")
    file_digest = models.CharField("文件摘要（SHA-256）", max_length=64)
    rows = models.PositiveIntegerField("行数")
    taken = models.PositiveIntegerField("导入笔数")
    amount = models.BigIntegerField("金额（分）")
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "捐赠导入"
        constraints = [models.UniqueConstraint(fields=["organisation", "file_digest"], name="donation_import_once")]

    def __str__(self) -> str:
        return self.file_digest[:12]
