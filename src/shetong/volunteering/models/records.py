"""Records of service (志愿服务记录): hours as events, corrections as a chain."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q

from shetong.volunteering.models.activities import Activity
from shetong.volunteering.models.choices import Evidence, Field, HoursAct, RecordState
from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.signups import Signup
from shetong.volunteering.models.teams import Team


class RecordBatch(models.Model):
    """Records that came from another system together: the first event of each of them, with who confirmed them there.

    ``digest``: SHA-256 over what the records say without their people, each salted with ``salt_sealed``. Never changed.
    """

    source = models.CharField("来源系统", max_length=40)
    number = models.CharField("批次号", max_length=60)
    confirmer = models.CharField("来源系统的确认人", max_length=100)
    records = models.PositiveIntegerField("记录数")
    counted = models.PositiveIntegerField("计入的记录数")
    flagged = models.PositiveIntegerField("存疑的记录数")
    minutes = models.BigIntegerField("计入的时长（分钟）")
    digest = models.BinaryField("内容摘要", max_length=32)
    salt_sealed = models.BinaryField("盐值（密文）")
    received_at = models.DateTimeField("接收时间")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "导入批次"
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="record_batch_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"


class ServiceRecord(models.Model):
    """Time that a volunteer served. Who organised it recorded it: ``team``.

    ``minutes``: what is counted, no more than ``during`` is long. ``source``: the system that it came from (``""``:
    this one) with its number there, ``source_number``, which never comes twice. ``replaces``: the record that this one
    corrects. Counted records of one person never overlap (the triggers of migration ``counted_once`` refuse it); those
    that would stand flagged until somebody judged.
    ``notice_until``: last day of the public notice. ``batch``: with which it came from another system.
    """

    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, related_name="records", db_index=False, verbose_name="志愿者"
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="records", db_index=False, verbose_name="组织方"
    )
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="records", verbose_name="活动")
    signup = models.ForeignKey(Signup, models.PROTECT, null=True, related_name="records", verbose_name="报名")
    during = DateTimeRangeField("起止时间")
    minutes = models.PositiveIntegerField("时长（分钟）")
    field = models.CharField("服务类别", max_length=12, choices=Field)
    division_code = models.CharField("行政区划", max_length=6)
    place = models.CharField("服务地点", max_length=200, blank=True)
    content = models.CharField("服务内容", max_length=500, blank=True)
    state = models.CharField("状态", max_length=10, choices=RecordState)
    flags = ArrayField(models.CharField(max_length=16), verbose_name="疑点", default=list)
    source = models.CharField("来源系统", max_length=40, blank=True)
    source_number = models.CharField("来源系统内编号", max_length=60, blank=True)
    evidence = models.CharField("依据", max_length=6, choices=Evidence, db_default=Evidence.MANUAL)
    batch = models.ForeignKey(
        RecordBatch, models.PROTECT, null=True, related_name="rows", db_index=False, verbose_name="导入批次"
    )
    notice_until = models.DateField("公示截止日期", null=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", db_index=False, verbose_name="更正"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField("记录时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "志愿服务记录"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RecordState.values), name="record_state_known"),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="record_period",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="record_minutes_of_a_day"),
            models.UniqueConstraint(
                fields=["source", "source_number"], condition=~Q(source=""), name="record_of_source_once"
            ),
            models.UniqueConstraint(
                fields=["signup"],
                condition=Q(signup__isnull=False, replaces__isnull=True) & ~Q(state=RecordState.VOID),
                name="record_of_signup_once",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False) & ~Q(state=RecordState.VOID),
                name="record_corrected_once",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-id"], name="record_of_volunteer"),
            models.Index(F("volunteer"), Func(F("during"), function="lower"), name="record_by_time"),
            models.Index(fields=["team", "-id"], name="record_of_team"),
            models.Index(fields=["notice_until"], condition=Q(state=RecordState.NOTICED), name="record_notice_to_end"),
            models.Index(
                fields=["notice_until", "id"], condition=Q(notice_until__isnull=False), name="record_on_notice"
            ),
            models.Index(
                fields=["team", "notice_until", "id"],
                condition=Q(notice_until__isnull=False),
                name="record_on_notice_of_team",
            ),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="record_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.minutes}"


class HoursEvent(models.Model):
    """What happened to the hours of a record, numbered within it: never changed, never deleted.

    ``minutes``: by how much the volunteer's counted time changed. ``volunteer_number``: whose the record then was;
    merging two records of one person may give it to another number later.
    """

    record = models.ForeignKey(ServiceRecord, models.PROTECT, related_name="events", verbose_name="记录")
    number = models.PositiveSmallIntegerField("序号")
    act = models.CharField("行为", max_length=8, choices=HoursAct)
    minutes = models.IntegerField("计入时长的变化（分钟）")
    volunteer_number = models.CharField("当时的志愿者编号", max_length=14, db_default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    actor_name = models.CharField("行为人", max_length=100)
    recorded_at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "时长事件"
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="hours_event_number"),
            models.CheckConstraint(condition=Q(act__in=HoursAct.values), name="hours_event_act_known"),
        ]
        indexes = [BrinIndex(fields=["recorded_at"], name="hours_event_recorded")]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.number} {self.get_act_display()}"
