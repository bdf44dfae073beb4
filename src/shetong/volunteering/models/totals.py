"""Counted time added up. Written by the database itself with every change of a record (migration ``counted_once``)."""

from __future__ import annotations

from django.db import models
from django.db.models import CompositePrimaryKey

from shetong.volunteering.models.choices import Field
from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.teams import Team


class VolunteerTotal(models.Model):
    """All that counts of a volunteer. ``city``: the first four digits of the division where the volunteer lives."""

    volunteer = models.OneToOneField(Volunteer, models.PROTECT, primary_key=True, related_name="total")
    city = models.CharField("城市", max_length=4)
    minutes = models.BigIntegerField("时长（分钟）")
    records = models.IntegerField("记录数")

    class Meta:
        verbose_name = "志愿者累计时长"
        indexes = [models.Index(fields=["city", "-minutes"], name="total_ranking")]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.minutes}"


class TeamYear(models.Model):
    """What counts of a volunteer in a team and year (of the beginning, in China)."""

    pk = CompositePrimaryKey("team_id", "year", "volunteer_id")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField("年份")
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="+", db_index=False)
    minutes = models.BigIntegerField("时长（分钟）")
    records = models.IntegerField("记录数")

    class Meta:
        verbose_name = "团体年度时长"

    def __str__(self) -> str:
        return f"{self.team_id}/{self.year}/{self.volunteer_id}"


class TeamMonth(models.Model):
    """What counts of a team in a month and field."""

    pk = CompositePrimaryKey("team_id", "month", "field")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField("月份")
    field = models.CharField("服务类别", max_length=12, choices=Field)
    minutes = models.BigIntegerField("时长（分钟）")
    records = models.IntegerField("记录数")

    class Meta:
        verbose_name = "团体月度时长"

    def __str__(self) -> str:
        return f"{self.team_id}/{self.month}/{self.field}"


class HoursFigure(models.Model):
    """Statistics of a month by division, age and field, counted by a job.

    ``age``: lower bound of a band of ages, ``None`` where it is not known.
    """

    month = models.DateField("月份")
    division_code = models.CharField("行政区划", max_length=6)
    field = models.CharField("服务类别", max_length=12, choices=Field)
    age = models.PositiveSmallIntegerField("年龄段", null=True)
    people = models.IntegerField("人数")
    records = models.IntegerField("记录数")
    minutes = models.BigIntegerField("时长（分钟）")
    counted_at = models.DateTimeField("统计时间")

    class Meta:
        verbose_name = "服务时长统计"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "division_code", "field", "age"], nulls_distinct=False, name="hours_figure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month}/{self.division_code}/{self.field}/{self.age}"
