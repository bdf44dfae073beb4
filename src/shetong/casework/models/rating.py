"""What applicants say of how their case was handled (好差评), and what the authority did about low ratings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shetong.casework.models.case import Case
from shetong.casework.models.choices import RatingTag


class Rating(models.Model):
    """One rating of a case, from one (very poor) to five; amended by its author for some days.

    ``follow_up_by``: the day by which the authority has to get in touch about a low rating; kept once it was low, also
    where the rating was amended. Matter and authority are those of the case, for lists.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="rating", verbose_name="办件")
    matter = models.CharField("事项编码", max_length=24)
    authority_division = models.CharField("办理机关行政区划", max_length=6)
    score = models.PositiveSmallIntegerField("满意度")
    tags = ArrayField(models.CharField(max_length=12, choices=RatingTag), default=list, verbose_name="评价标签")
    text = models.CharField("评价内容", max_length=500, blank=True)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="评价人")
    rated_at = models.DateTimeField("评价时间")
    amended_at = models.DateTimeField("修改时间", null=True)
    follow_up_by = models.DateField("应当回访的日期", null=True)
    followed_up_at = models.DateTimeField("回访时间", null=True)
    followed_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    result = models.CharField("回访结果", max_length=1_000, blank=True)

    class Meta:
        verbose_name = "好差评"
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_score"),
            models.CheckConstraint(
                condition=Q(followed_up_at__isnull=True) | ~Q(result=""), name="rating_follow_up_has_result"
            ),
        ]
        indexes = [
            models.Index(fields=["matter", "authority_division"], name="rating_of_matter"),
            models.Index(
                fields=["authority_division", "follow_up_by"],
                condition=Q(follow_up_by__isnull=False, followed_up_at__isnull=True),
                name="rating_to_follow_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.score}"
