"""Pools: money (or goods of one kind) that may be used for one purpose, with cumulative positions for tracing.

Everything that comes into a pool takes the next positions ``[from, to)`` of its axis, everything that leaves it takes
them in the same order: first in, first out. So whose money paid what is a question of overlapping intervals
(docs/decisions/0100). Triggers (migration ``invariants``) keep the counters and refuse rows that leave a gap.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.charity.models.choices import CarryKind, Channel
from shetong.charity.models.project import Project
from shetong.registry.models import Organisation

MONEY = "CNY"


class Pool(models.Model):
    """What may be spent together: an organisation's means for a project (none: general) under one earmark.

    Positions count fen for money, whole units for goods. ``received``: end of the axis; ``frontier``: the position up
    to which the pool was spent; ``held``: what is still there, refunds taken off. The other counters are fen (for goods
    the value at which they were taken).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="pools")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="pools")
    earmark = models.SlugField("指定用途", max_length=24, blank=True)
    asset = models.CharField("币种或物品", max_length=40, default=MONEY)
    unit = models.CharField("计量单位", max_length=12, default="分")
    asset_name = models.CharField("物品名称", max_length=60, blank=True, db_default="")
    restricted = models.BooleanField("限定性")
    received = models.BigIntegerField("累计收入位置", default=0)
    frontier = models.BigIntegerField("累计支出位置", default=0)
    held = models.BigIntegerField("结存数量", default=0)
    donations = models.BigIntegerField("捐赠笔数", default=0)
    donated = models.BigIntegerField("捐赠收入（分）", default=0)
    refunded = models.BigIntegerField("退款与作废（分）", default=0)
    carried_in = models.BigIntegerField("划入（分）", default=0)
    returned = models.BigIntegerField("支出退回（分）", default=0)
    carried_out = models.BigIntegerField("划出（分）", default=0)
    spent = models.BigIntegerField("慈善活动支出（分）", default=0)
    management = models.BigIntegerField("管理费用（分）", default=0)
    fundraising = models.BigIntegerField("募捐成本（分）", default=0)
    opened_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "资金池"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "project", "earmark", "asset"], nulls_distinct=False, name="pool_once"
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="pool_not_negative"),
            models.CheckConstraint(
                condition=Q(frontier__gte=0) & Q(frontier__lte=F("received")), name="pool_frontier_within"
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=False) | Q(earmark="", restricted=False), name="pool_general_unrestricted"
            ),
        ]

    def __str__(self) -> str:
        return f"pool {self.pk}"

    @property
    def goods(self) -> str:
        """What the goods are called."""
        return self.asset_name or self.asset

    @property
    def balance(self) -> int:
        """What is still there, in fen."""
        out = self.refunded + self.carried_out + self.spent + self.management + self.fundraising
        return self.donated + self.carried_in + self.returned - out


class Carry(models.Model):
    """Means that left one pool and came into another (划转), or came back from a disbursement (退回).

    ``source_from`` and ``source_to`` count within the disbursement ``source`` (0 is its first unit), so that tracing
    goes on through it.
    """

    kind = models.CharField("种类", max_length=8, choices=CarryKind)
    source = models.ForeignKey("charity.Disbursement", models.PROTECT, related_name="carries")
    source_from = models.BigIntegerField("来源区间起")
    source_to = models.BigIntegerField("来源区间止")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="carries", db_index=False)
    pool_from = models.BigIntegerField("区间起")
    pool_to = models.BigIntegerField("区间止")
    amount = models.BigIntegerField("金额（分）")
    reason = models.CharField("事由", max_length=300)
    journal = models.ForeignKey("charity.JournalEntry", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "划转与退回"
        constraints = [
            models.UniqueConstraint(fields=["pool", "pool_from"], name="carry_position"),
            models.UniqueConstraint(fields=["source", "source_from"], name="carry_source_position"),
            models.CheckConstraint(condition=Q(kind__in=CarryKind.values), name="carry_kind_known"),
            models.CheckConstraint(
                condition=Q(pool_to__gt=F("pool_from"))
                & Q(source_from__gte=0)
                & Q(source_to=F("source_from") + F("pool_to") - F("pool_from")),
                name="carry_keeps_quantity",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="carry_amount"),
        ]

    def __str__(self) -> str:
        return f"carry {self.pk}"


class DailyFlow(models.Model):
    """Donations of a pool by day and channel, appended by a trigger for every batch; the sum of all rows is the number.

    :func:`shetong.charity.services.statistics.compact` adds them up from time to time.
    """

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+")
    day = models.DateField("日期")
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    donations = models.BigIntegerField("笔数")
    amount = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "每日捐赠"

    def __str__(self) -> str:
        return f"{self.pool_id} {self.day} {self.channel}"
