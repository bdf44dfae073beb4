"""Disclosure: what a charity must publish and has published, facts that it reports, and figures of its years."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.accounts.models import User
from shetong.charity.models.choices import FACT_KINDS, DutyKind
from shetong.registry.models import Organisation


class DisclosureFact(models.Model):
    """Something that happened and must be published within days, reported by the charity itself. Never altered."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="disclosure_facts")
    kind = models.CharField("种类", max_length=20, choices=DutyKind)
    happened_on = models.DateField("发生日期")
    summary = models.CharField("事项", max_length=200)
    counterparty = models.CharField("相对方", max_length=200, blank=True)
    amount = models.BigIntegerField("金额（分）", null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "应当公开的事项"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FACT_KINDS), name="disclosure_fact_kind"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="disclosure_fact_amount"),
        ]

    def __str__(self) -> str:
        return self.summary


class DisclosureDuty(models.Model):
    """One entry of the calendar, kept so that it can be listed, reminded of and handed over.

    Derived by :mod:`shetong.charity.rules.disclosure`; ``subject``: number of the campaign, project, trust or fact.
    ``withdrawn_at``: the facts no longer ask for it; ``referred_on``: it was handed over to credit management.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="disclosure_duties")
    kind = models.CharField("种类", max_length=20, choices=DutyKind)
    subject = models.CharField("对象", max_length=24, blank=True)
    about = models.CharField("名称", max_length=240, blank=True)
    period_from = models.DateField("期间起")
    period_to = models.DateField("期间止")
    due_on = models.DateField("期限")
    provision = models.CharField("依据", max_length=300, blank=True)
    derived_at = models.DateTimeField("推算时间")
    fulfilled_on = models.DateField("公布日期", null=True)
    referred_on = models.DateField("移交信用管理日期", null=True)
    withdrawn_at = models.DateTimeField("不再需要的时间", null=True)

    class Meta:
        verbose_name = "信息公开事项"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "subject", "period_from"], name="disclosure_duty_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=DutyKind.values), name="disclosure_duty_kind"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="disclosure_duty_period"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(fulfilled_on__isnull=True, referred_on__isnull=True),
                name="disclosure_duty_withdrawn_unmet",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(fulfilled_on__isnull=True, withdrawn_at__isnull=True),
                name="disclosure_duty_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period_to}"


class Disclosure(models.Model):
    """What was published, never altered: a correction is a further entry that points back (令81号第十六条).

    ``content``: label and text of each part in order; ``figures``: label and fen, taken from books or declared.
    ``digest``: SHA-256 over both with title and explanation, which the log has.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="disclosures")
    duty = models.ForeignKey(DisclosureDuty, models.PROTECT, null=True, related_name="entries")
    kind = models.CharField("种类", max_length=20, choices=DutyKind)
    title = models.CharField("标题", max_length=200)
    content = models.JSONField("内容")
    figures = models.JSONField("数据", default=list)
    explanation = models.CharField("更正说明", max_length=500, blank=True)
    report = models.OneToOneField(
        "charity.ProgressReport", models.PROTECT, null=True, related_name="disclosure", verbose_name="进展报告"
    )
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    digest = models.CharField("内容摘要（SHA-256）", max_length=64)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("公布时间")

    class Meta:
        verbose_name = "公开信息"
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(explanation=""), name="disclosure_correction_explained"
            ),
            # A duty is met once; what follows corrects.
            models.UniqueConstraint(
                fields=["duty"], condition=Q(corrects__isnull=True, duty__isnull=False), name="disclosure_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-published_at"], name="disclosure_of_organisation")]

    def __str__(self) -> str:
        return self.title


class AnnualFigures(models.Model):
    """The figures of one year from which ratios are computed, in fen; each filling-in is an edition of its own."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="annual_figures")
    year = models.PositiveSmallIntegerField("年度")
    edition = models.PositiveSmallIntegerField("版次")
    income = models.BigIntegerField("总收入（分）")
    restricted = models.BigIntegerField("时间限定、当年不得使用的收入（分）", default=0)
    lifted = models.BigIntegerField("当年解除时间限定的净资产（分）", default=0)
    net_assets = models.BigIntegerField("年末净资产（分）")
    donations = models.BigIntegerField("捐赠收入（分）", default=0)
    spending = models.BigIntegerField("慈善活动支出（分）")
    management = models.BigIntegerField("管理费用（分）")
    fundraising = models.BigIntegerField("募捐成本（分）", default=0)
    total = models.BigIntegerField("总支出（分）")
    excuse = models.CharField("管理费用超过比例的原因", max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "年度数据"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "edition"], name="annual_figures_edition"),
            models.CheckConstraint(
                condition=Q(income__gte=0, restricted__gte=0, lifted__gte=0, donations__gte=0, spending__gte=0)
                & Q(management__gte=0, fundraising__gte=0),
                name="annual_figures_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(total__gte=F("spending") + F("management") + F("fundraising")), name="annual_figures_sum"
            ),
            models.CheckConstraint(
                condition=Q(donations__lte=F("income")) & Q(restricted__lte=F("income")),
                name="annual_figures_part_of_income",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}/{self.edition}"
