"""Records that somebody should look at: doubts, objections, and what was handed to enforcement."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shetong.volunteering.models.choices import DoubtKind, DoubtState, ObjectionState
from shetong.volunteering.models.records import ServiceRecord


class Doubt(models.Model):
    """Why a record should be looked at, and how it was judged.

    ``detail``: the figures behind it; ``other``: the record that it does not go with. ``serious``: the record is not
    counted until it is judged.
    """

    record = models.ForeignKey(ServiceRecord, models.PROTECT, related_name="doubts", verbose_name="记录")
    kind = models.CharField("疑点", max_length=16, choices=DoubtKind)
    serious = models.BooleanField("须由志愿服务管理部门核实")
    detail = models.JSONField("依据", default=dict)
    other = models.ForeignKey(ServiceRecord, models.PROTECT, null=True, related_name="+", verbose_name="相关记录")
    state = models.CharField("状态", max_length=9, choices=DoubtState, default=DoubtState.OPEN)
    found_at = models.DateTimeField("发现时间")
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField("核实时间", null=True)
    reason = models.CharField("核实理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "记录疑点"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DoubtKind.values), name="doubt_kind_known"),
            models.UniqueConstraint(fields=["record", "kind", "other"], nulls_distinct=False, name="doubt_once"),
            models.CheckConstraint(
                condition=Q(state=DoubtState.OPEN, judged_at__isnull=True)
                | Q(judged_at__isnull=False) & ~Q(reason="") & ~Q(state=DoubtState.OPEN),
                name="doubt_judged_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state=DoubtState.OPEN, serious=True), name="doubt_open"),
            models.Index(fields=["record"], condition=Q(state=DoubtState.OPEN, serious=False), name="doubt_mild"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.get_kind_display()}"


class Objection(models.Model):
    """Somebody says that a record is not right, and what became of it."""

    record = models.ForeignKey(ServiceRecord, models.PROTECT, related_name="objections", verbose_name="记录")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    own = models.BooleanField("由志愿者本人提出")
    text = models.CharField("异议内容", max_length=500)
    made_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=9, choices=ObjectionState, default=ObjectionState.OPEN)
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "对记录的异议"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "user"], condition=Q(state=ObjectionState.OPEN), name="objection_once"
            ),
            models.CheckConstraint(
                condition=Q(state=ObjectionState.OPEN) | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="objection_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.get_state_display()}"


class Referral(models.Model):
    """A record handed to enforcement. ``reference``: number of the complaint there, empty until it was taken over."""

    record = models.OneToOneField(ServiceRecord, models.PROTECT, related_name="referral", verbose_name="记录")
    reason = models.CharField("移送理由", max_length=300)
    division_code = models.CharField("行政区划", max_length=6)
    referred_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="移送人")
    referred_at = models.DateTimeField("移送时间")
    reference = models.CharField("受理编号", max_length=60, blank=True)
    taken_at = models.DateTimeField("受理时间", null=True)

    class Meta:
        verbose_name = "移送"

    def __str__(self) -> str:
        return f"{self.record_id} {self.reference}"
