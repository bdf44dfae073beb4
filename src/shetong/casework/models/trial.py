"""Trials of a changed rule on past cases (试算): what was asked and what came out. Nothing else is written."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shetong.casework.models.choices import TrialState


class Trial(models.Model):
    """One trial. ``change``: as :class:`shetong.casework.rules.trials.Change`; ``result``: totals and rows by case."""

    matter = models.CharField("事项编码", max_length=24)
    division_code = models.CharField("行政区划", max_length=6)
    first_day = models.DateField("自")
    last_day = models.DateField("至")
    change = models.JSONField("改变")
    state = models.CharField("状态", max_length=10, choices=TrialState, default=TrialState.WAITING)
    cases = models.PositiveIntegerField("办件数", default=0)
    done = models.PositiveIntegerField("已试算", default=0)
    result = models.JSONField("结果", default=dict)
    failure = models.CharField("失败原因", max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "规则试算"
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="trial_period"),
            models.CheckConstraint(condition=Q(state__in=TrialState.values), name="trial_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("cases")), name="trial_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.division_code} {self.pk}"
