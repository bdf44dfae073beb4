"""Credit of charitable giving: dishonest acts recorded through due process, and donors' honours."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.accounts.models import User
from shetong.charity.models.choices import (
    CreditAct,
    CreditDocument,
    CreditGrade,
    CreditKind,
    CreditState,
    CreditSubject,
)
from shetong.charity.states import EFFECTIVE
from shetong.registry.models import CreditReferral, Organisation

NO_DATES = Q(effective_on__isnull=True, least_until__isnull=True, expires_on__isnull=True)
DATES = Q(effective_on__isnull=False, least_until__gte=F("effective_on"), expires_on__gt=F("least_until"))


class CreditRecord(models.Model):
    """A dishonest act (诈捐、骗捐、失信) on its way from notice to decision, objection, repair and expiry.

    ``name_sealed``: who it is, where no organisation of the register; of people the public may see ``initial`` alone.
    Dates are there from the decision on: in effect from ``effective_on``, repairable from ``least_until``, gone by
    itself on ``expires_on`` (exclusive).
    """

    kind = models.CharField("行为", max_length=12, choices=CreditKind)
    subject = models.CharField("对象", max_length=16, choices=CreditSubject)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="credit_records")
    name_sealed = models.BinaryField("姓名或名称（密文）", null=True)
    identity_index = models.BinaryField("证件号码（盲索引）", max_length=32, null=True)
    initial = models.CharField("姓氏", max_length=4, blank=True)
    division_code = models.CharField("管辖区划", max_length=6)
    state = models.CharField("状态", max_length=14, choices=CreditState, default=CreditState.NOTIFIED)
    facts = models.TextField("事实")
    provision = models.CharField("依据", max_length=300)
    referral = models.ForeignKey(CreditReferral, models.PROTECT, null=True, related_name="+")
    notified_on = models.DateField("告知日期")
    heard_by = models.DateField("陈述申辩截止日期")
    decided_on = models.DateField("决定日期", null=True)
    decision_number = models.CharField("决定文号", max_length=120, blank=True)
    document = models.CharField("法律文书", max_length=14, choices=CreditDocument, blank=True)
    document_number = models.CharField("法律文书文号", max_length=120, blank=True)
    grade = models.CharField("程度", max_length=8, choices=CreditGrade, blank=True)
    effective_on = models.DateField("生效日期", null=True)
    least_until = models.DateField("最短公示期满", null=True)
    expires_on = models.DateField("失效日期（不含）", null=True)
    notified_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    demo = models.BooleanField("演示数据", default=False)
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "慈善信用记录"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CreditKind.values), name="credit_kind_known"),
            models.CheckConstraint(condition=Q(subject__in=CreditSubject.values), name="credit_subject_known"),
            models.CheckConstraint(condition=Q(state__in=CreditState.values), name="credit_state_known"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(name_sealed__isnull=False), name="credit_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(subject=CreditSubject.CHARITY, organisation__isnull=False)
                | ~Q(subject=CreditSubject.CHARITY),
                name="credit_charity_registered",
            ),
            # Nothing has effect before it was decided on a document, and what was decided says from when to when.
            models.CheckConstraint(
                condition=(
                    Q(
                        state__in=(CreditState.NOTIFIED, CreditState.HEARD, CreditState.DISMISSED),
                        decided_on__isnull=True,
                    )
                    & NO_DATES
                )
                | (Q(decided_on__isnull=False) & ~Q(decision_number="") & ~Q(document="") & ~Q(grade="") & DATES),
                name="credit_effect_after_decision",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("notified_on")),
                name="credit_notice_before_decision",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(state__in=sorted(EFFECTIVE)), name="credit_in_effect"),
            models.Index(fields=["expires_on"], condition=Q(state__in=sorted(EFFECTIVE)), name="credit_expiring"),
        ]

    def __str__(self) -> str:
        return f"credit record {self.pk}"


class CreditEvent(models.Model):
    """One act on a record: who, when, why, on what provision. Never altered."""

    record = models.ForeignKey(CreditRecord, models.PROTECT, related_name="events")
    act = models.CharField("行为", max_length=14, choices=CreditAct)
    from_state = models.CharField("之前状态", max_length=14, choices=CreditState, blank=True)
    to_state = models.CharField("之后状态", max_length=14, choices=CreditState)
    reason = models.TextField("内容")
    provision = models.CharField("依据", max_length=300, blank=True)
    on = models.DateField("日期")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField("办理人", max_length=100)
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "慈善信用办理"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="credit_event_says_why")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.act}"


class DonorHonour(models.Model):
    """A donor held in honour (守信激励) from one day to another, named as the donor agreed to.

    ``total``: what was given in the period, fen, by which it was earned.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="donor_honours")
    shown = models.CharField("公开的名称", max_length=100)
    consented_on = models.DateField("同意公开的日期")
    ground = models.CharField("事迹", max_length=300)
    total = models.BigIntegerField("捐赠数额（分）")
    period_from = models.DateField("期间起")
    period_to = models.DateField("期间止")
    document = models.CharField("文号", max_length=120)
    granted_by = models.CharField("授予机关", max_length=120)
    division_code = models.CharField("区划", max_length=6)
    effective_on = models.DateField("生效日期")
    expires_on = models.DateField("失效日期（不含）")
    withdrawn_on = models.DateField("撤销日期", null=True)
    withdrawn_reason = models.CharField("撤销事由", max_length=300, blank=True)
    demo = models.BooleanField("演示数据", default=False)
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "捐赠人守信激励"
        constraints = [
            models.CheckConstraint(condition=Q(expires_on__gt=F("effective_on")), name="honour_period"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="honour_giving_period"),
            models.CheckConstraint(condition=Q(total__gt=0), name="honour_total"),
            models.CheckConstraint(condition=Q(consented_on__lte=F("effective_on")), name="honour_consented"),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawn_reason=""), name="honour_withdrawn_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["-effective_on", "-id"], name="donor_honour_newest")]

    def __str__(self) -> str:
        return self.shown
