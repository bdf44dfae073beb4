"""Stars and honours of volunteers, and pages of thanks and stories."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.teams import Team


class StarState(models.TextChoices):
    """Where a star stands."""

    HELD = "held", _("已授予")
    REVIEW = "review", _("时长减少，待复核")
    WITHDRAWN = "withdrawn", _("已撤销")


class StarAward(models.Model):
    """A star that a volunteer reached: once for each, announced; looked at again where hours were voided."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="stars", verbose_name="志愿者")
    star = models.PositiveSmallIntegerField("星级")
    minutes = models.PositiveIntegerField("当时的累计时长（分钟）")
    state = models.CharField("状态", max_length=9, choices=StarState, default=StarState.HELD)
    awarded_at = models.DateTimeField("授予时间")
    reason = models.CharField("复核结论", max_length=300, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        verbose_name = "志愿者星级"
        constraints = [
            models.CheckConstraint(condition=Q(star__gte=1, star__lte=5), name="star_of_five"),
            models.CheckConstraint(condition=Q(state__in=StarState.values), name="star_state_known"),
            models.UniqueConstraint(
                fields=["volunteer", "star"], condition=~Q(state=StarState.WITHDRAWN), name="star_once"
            ),
            models.CheckConstraint(condition=~Q(state=StarState.WITHDRAWN) | ~Q(reason=""), name="star_end_reasoned"),
        ]
        indexes = [models.Index(fields=["-awarded_at"], name="star_newest")]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.star}"


class Honour(models.Model):
    """An honour of an authority (表彰) with who received it; granted in one act, revoked with a reason."""

    title = models.CharField("名称", max_length=100)
    grantor = models.CharField("授予机关", max_length=120)
    division_code = models.CharField("行政区划", max_length=6)
    document = models.CharField("文号", max_length=120, blank=True)
    granted_on = models.DateField("授予日期")
    citation = models.CharField("事迹", max_length=500, blank=True)
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, related_name="honours", verbose_name="受表彰的志愿者"
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="honours", verbose_name="受表彰的团体")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revoke_reason = models.CharField("撤销理由", max_length=300, blank=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "志愿服务表彰"
        constraints = [
            models.CheckConstraint(
                condition=Q(volunteer__isnull=False, team__isnull=True) | Q(volunteer__isnull=True, team__isnull=False),
                name="honour_of_one",
            ),
            models.UniqueConstraint(
                fields=["title", "grantor", "granted_on", "volunteer", "team"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="honour_once",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason=""), name="honour_end_reasoned"
            ),
        ]
        indexes = [models.Index(fields=["-granted_on", "-id"], name="honour_newest")]

    def __str__(self) -> str:
        return self.title


class StoryKind(models.TextChoices):
    """What somebody wrote."""

    THANKS = "thanks", _("感谢")
    STORY = "story", _("志愿故事")


class StoryState(models.TextChoices):
    """Where a text stands; everybody reads what was looked at first."""

    REVIEW = "review", _("待审核")
    PUBLISHED = "published", _("已发布")
    RETURNED = "returned", _("未通过")
    TAKEN_DOWN = "taken-down", _("已撤下")


class Story(models.Model):
    """A word of thanks or a story, looked at by the guiding authority of ``division_code`` before it is published."""

    kind = models.CharField("类型", max_length=6, choices=StoryKind)
    title = models.CharField("标题", max_length=60)
    text = models.TextField("正文", max_length=3000)
    signature = models.CharField("署名", max_length=40)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="作者")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="stories", verbose_name="有关的团体")
    division_code = models.CharField("行政区划", max_length=6)
    state = models.CharField("状态", max_length=10, choices=StoryState, default=StoryState.REVIEW)
    written_at = models.DateTimeField("提交时间")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("审核时间", null=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "感谢和故事"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=StoryKind.values), name="story_kind_known"),
            models.CheckConstraint(condition=Q(state__in=StoryState.values), name="story_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=(StoryState.REVIEW, StoryState.PUBLISHED)) | ~Q(reason=""), name="story_reasoned"
            ),
        ]
        indexes = [
            models.Index(fields=["-decided_at"], condition=Q(state="published"), name="story_newest"),
            models.Index(fields=["division_code", "id"], condition=Q(state="review"), name="story_to_review"),
        ]

    def __str__(self) -> str:
        return self.title
