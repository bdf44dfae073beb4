"""Activities: posts, series of sessions, and the shifts in which they meet."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q

from shetong.volunteering.models.choices import (
    ActivityState,
    Admission,
    CheckInWay,
    Datum,
    Field,
    Language,
    SessionState,
    Skill,
)
from shetong.volunteering.models.teams import Team


class ActivityTemplate(models.Model):
    """What a team writes again and again: fields of an activity and its posts, kept as JSON."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="templates", verbose_name="团体")
    title = models.CharField("模板名称", max_length=60)
    content = models.JSONField("内容")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "活动模板"
        constraints = [models.UniqueConstraint(fields=["team", "title"], name="template_title")]

    def __str__(self) -> str:
        return self.title


class Activity(models.Model):
    """An activity (志愿服务活动). Written only by :mod:`shetong.volunteering.services`.

    ``longitude``, ``latitude`` in the coordinates that ``crs`` names. ``opens_at``, ``closes_at``: when people may sign
    up; a shift also closes when it begins. ``risks`` are told before anybody signs up (《志愿服务条例》第十二条).
    ``confirm_hours``: how long somebody who moved up from the waiting list has to confirm. ``version`` counts the
    changes after publication.
    """

    number = models.CharField("活动编号", max_length=14, unique=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="activities", verbose_name="发起团体")
    title = models.CharField("名称", max_length=80)
    state = models.CharField("状态", max_length=10, choices=ActivityState, default=ActivityState.DRAFT)
    field = models.CharField("服务类别", max_length=12, choices=Field)
    served = models.CharField("服务对象", max_length=100, blank=True)
    content = models.TextField("活动内容", max_length=5000)
    division_code = models.CharField("行政区划", max_length=6)
    address = models.CharField("地点", max_length=200)
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    crs = models.CharField("坐标系", max_length=6, choices=Datum, default=Datum.WGS84, db_default=Datum.WGS84)
    opens_at = models.DateTimeField("报名开始时间", null=True)
    closes_at = models.DateTimeField("报名截止时间", null=True)
    admission = models.CharField("录用方式", max_length=10, choices=Admission, default=Admission.AUTOMATIC)
    confirm_hours = models.PositiveSmallIntegerField("候补确认时限（小时）", default=24)
    members_only = models.BooleanField("只招募本团体成员", default=False)
    risks = models.TextField("风险提示", max_length=2000)
    insurance = models.CharField("保险", max_length=200, blank=True)
    support = models.CharField("保障", max_length=300, blank=True)
    contact = models.CharField("联系人", max_length=40)
    contact_phone = models.CharField("公开的联系电话", max_length=30)
    check_in = models.CharField("签到方式", max_length=5, choices=CheckInWay, default=CheckInWay.QR)
    fence_metres = models.PositiveSmallIntegerField("签到范围（米）", default=300)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    created_at = models.DateTimeField("起草时间")
    published_at = models.DateTimeField("发布时间", null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField("审核时间", null=True)
    state_reason = models.CharField("退回或取消的理由", max_length=300, blank=True)
    version = models.PositiveIntegerField("版次", default=1)
    updated_at = models.DateTimeField("更新时间")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "志愿服务活动"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ActivityState.values), name="activity_state_known"),
            models.CheckConstraint(condition=Q(number__regex=r"^A\d{10}\d$"), name="activity_number_form"),
            models.CheckConstraint(condition=Q(division_code__regex=r"^[1-9]\d{5}$"), name="activity_division_form"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="activity_window",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-85, 85)),
                name="activity_place_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ActivityState.DRAFT, ActivityState.REVIEW, ActivityState.CANCELLED))
                | Q(published_at__isnull=False) & ~Q(risks=""),
                name="activity_published_with_risks",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActivityState.CANCELLED) | ~Q(state_reason=""), name="activity_cancelled_reasoned"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state", "-id"], name="activity_of_team"),
            models.Index(fields=["division_code", "id"], condition=Q(state="review"), name="activity_to_review"),
        ]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """A post (岗位) of an activity: what is done, how many are wanted, and whom it suits.

    ``skills``, ``languages``: all of them are asked for. ``training``: title of a training of the team that is asked
    for. ``insured``: only who is insured by the activity's insurance may serve.
    """

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="posts", verbose_name="活动")
    title = models.CharField("岗位", max_length=40)
    duties = models.CharField("职责", max_length=500, blank=True)
    places = models.PositiveIntegerField("每班名额")
    waiting_limit = models.PositiveIntegerField("候补上限", default=100)
    skills = ArrayField(models.CharField(max_length=16, choices=Skill), verbose_name="技能要求", default=list)
    languages = ArrayField(models.CharField(max_length=3, choices=Language), verbose_name="语言要求", default=list)
    age_from = models.PositiveSmallIntegerField("最低年龄", null=True)
    age_to = models.PositiveSmallIntegerField("最高年龄", null=True)
    training = models.CharField("培训要求", max_length=100, blank=True)
    insured = models.BooleanField("须有保险", default=False)

    class Meta:
        verbose_name = "岗位"
        constraints = [
            models.UniqueConstraint(fields=["activity", "title"], name="post_title"),
            models.CheckConstraint(condition=Q(places__gte=1), name="post_has_places"),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_to__isnull=True) | Q(age_to__gte=F("age_from")),
                name="post_ages",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Series(models.Model):
    """Sessions that repeat. ``rule``: an RRULE of RFC 5545 without DTSTART, in the local time of ``starts_at``."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="series", verbose_name="活动")
    rule = models.CharField("重复规则", max_length=200, blank=True)
    starts_at = models.DateTimeField("首次开始时间")
    minutes = models.PositiveIntegerField("每次时长（分钟）")
    drawn_until = models.DateField("场次已排至")

    class Meta:
        verbose_name = "场次系列"
        constraints = [models.CheckConstraint(condition=Q(minutes__gte=1), name="series_takes_time")]

    def __str__(self) -> str:
        return self.rule


class Session(models.Model):
    """One session (场次) of an activity; ``during`` is half-open, ``[)``.

    ``address``, ``longitude``, ``latitude`` only where it takes place elsewhere than its activity says.
    """

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="sessions", verbose_name="活动")
    series = models.ForeignKey(Series, models.PROTECT, null=True, related_name="sessions", verbose_name="系列")
    during = DateTimeRangeField("时间")
    address = models.CharField("这一场的地点", max_length=200, blank=True, default="", db_default="")
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    crs = models.CharField("坐标系", max_length=6, choices=Datum, default=Datum.WGS84, db_default=Datum.WGS84)
    state = models.CharField("状态", max_length=10, choices=SessionState, default=SessionState.PLANNED)
    cancel_reason = models.CharField("取消理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "场次"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SessionState.values), name="session_state_known"),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="session_period",
            ),
            models.UniqueConstraint(fields=["activity", "during"], name="session_once"),
            models.CheckConstraint(
                condition=~Q(state=SessionState.CANCELLED) | ~Q(cancel_reason=""), name="session_cancelled_reasoned"
            ),
        ]
        indexes = [
            models.Index(
                Func(F("during"), function="upper"), condition=Q(state=SessionState.PLANNED), name="session_to_close"
            ),
            models.Index(
                Func(F("during"), function="lower"), condition=Q(state=SessionState.CANCELLED), name="session_cancelled"
            ),
        ]

    def __str__(self) -> str:
        return str(self.during)

    @property
    def venue(self) -> str:
        """The address at which it takes place."""
        return self.address or self.activity.address


class Shift(models.Model):
    """A post in a session: what people sign up for, and the row for which they race.

    ``taken`` counts the sign-ups that hold a place, ``waiting`` the waiting list, ``tickets`` all that were ever given;
    only :mod:`shetong.volunteering.services` and the function of the database that signs up write them. ``version``
    counts the changes of the session's time. No index holds these columns, so that the row is renewed in place (HOT).
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="shifts", verbose_name="场次")
    post = models.ForeignKey(Post, models.PROTECT, related_name="shifts", verbose_name="岗位")
    places = models.PositiveIntegerField("名额")
    waiting_limit = models.PositiveIntegerField("候补上限")
    taken = models.PositiveIntegerField("已占名额", default=0)
    waiting = models.PositiveIntegerField("候补人数", default=0)
    tickets = models.PositiveIntegerField("已发序号", default=0)
    version = models.PositiveSmallIntegerField("时间版次", default=0, db_default=0)
    open = models.BooleanField("可报名", default=True)

    class Meta:
        verbose_name = "班次"
        constraints = [
            models.UniqueConstraint(fields=["session", "post"], name="shift_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="shift_never_oversold"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.post_id}"
