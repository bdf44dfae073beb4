"""Charitable trusts as filed with civil affairs (慈善信托备案), filing by filing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.charity.models.choices import TrustFilingKind, TrustState
from shetong.registry.models import Organisation


class CharitableTrust(models.Model):
    """A trust with its filing number: code of its first trustee, ``T``, two digits of the year, serial.

    The columns are those of the latest filing. ``trustee`` is empty for a trust company, which no registrar of social
    organisations knows; ``settlor`` is empty where the settlor does not want to be named (《慈善法》第八十二条).
    """

    number = models.CharField("备案编号", max_length=24, unique=True)
    name = models.CharField("信托名称", max_length=200)
    trustee = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="trusts")
    trustee_code = models.CharField("受托人统一社会信用代码", max_length=18)
    trustee_name = models.CharField("受托人", max_length=200)
    settlor = models.CharField("委托人（公开）", max_length=200, blank=True)
    supervisor = models.CharField("监察人", max_length=200, blank=True)
    purpose = models.CharField("信托目的", max_length=1_000)
    amount = models.BigIntegerField("财产总规模（分）")
    signed_on = models.DateField("文件签订日期")
    ends_on = models.DateField("期限止", null=True)
    executor = models.CharField("项目执行人", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=TrustState, default=TrustState.RUNNING)
    authority_name = models.CharField("备案机关", max_length=200)
    filed_on = models.DateField("备案日期")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "慈善信托"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}T\d{5,6}$"), name="trust_number_form"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="trust_has_property"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")), name="trust_period"
            ),
            models.CheckConstraint(condition=Q(state__in=TrustState.values), name="trust_state_known"),
        ]
        indexes = [models.Index(fields=["-filed_on", "-id"], name="trust_newest")]

    def __str__(self) -> str:
        return self.number


class TrustFiling(models.Model):
    """One filing of a trust: the first, a change of trustee, another change, its end. Never altered.

    ``content``: the public answers by name; ``digest``: SHA-256 over them and the reason, as the log has it.
    """

    trust = models.ForeignKey(CharitableTrust, models.PROTECT, related_name="filings")
    number = models.PositiveSmallIntegerField("次序")
    kind = models.CharField("种类", max_length=12, choices=TrustFilingKind)
    trustee_code = models.CharField("受托人统一社会信用代码", max_length=18)
    content = models.JSONField("备案内容")
    digest = models.CharField("内容摘要（SHA-256）", max_length=64)
    reason = models.CharField("事由", max_length=500, blank=True)
    case_number = models.CharField("办件编号", max_length=32, blank=True)
    filed_on = models.DateField("备案日期")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "慈善信托备案"
        constraints = [
            models.UniqueConstraint(fields=["trust", "number"], name="trust_filing_number"),
            models.CheckConstraint(
                condition=Q(kind=TrustFilingKind.NEW, number=1) | (Q(number__gt=1) & ~Q(kind=TrustFilingKind.NEW)),
                name="trust_filing_first_is_new",
            ),
            models.CheckConstraint(condition=Q(kind__in=TrustFilingKind.values), name="trust_filing_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.trust_id}/{self.number}"
