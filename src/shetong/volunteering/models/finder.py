"""The index by which open activities are found; derived, can be thrown away and made again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from shetong.volunteering.models.activities import Activity
from shetong.volunteering.models.points import PointField, mercator


class FinderEntry(models.Model):
    """One open activity as it is sought.

    ``spot``: the place on the Mercator plane in metres, which is true to angles: the nearest there are the nearest.
    ``slots``: quarters of days with room, ``4 * day + quarter``, the day counted from 1970-01-01. ``demands``: for each
    post with room the skills and languages asked for, as bits (:mod:`shetong.volunteering.rules.masks`); 0 suits
    everybody. ``room``: free places.
    """

    activity = models.OneToOneField(Activity, models.CASCADE, primary_key=True, related_name="finder_entry")
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    division_code = models.CharField("行政区划", max_length=6)
    field = models.CharField("服务类别", max_length=12)
    slots = ArrayField(models.IntegerField(), verbose_name="有名额的时段")
    demands = ArrayField(models.BigIntegerField(), verbose_name="岗位要求")
    age_from = models.PositiveSmallIntegerField("最低年龄", default=0)
    age_to = models.PositiveSmallIntegerField("最高年龄", default=200)
    room = models.PositiveIntegerField("空余名额")
    tokens = SearchVectorField()
    published_at = models.DateTimeField("发布时间")
    spot = models.GeneratedField(
        expression=mercator("longitude", "latitude"), output_field=PointField(), db_persist=True
    )

    class Meta:
        verbose_name = "活动索引"
        indexes = [
            GinIndex(fields=["tokens"], name="finder_tokens", fastupdate=False),
            GistIndex(fields=["spot"], name="finder_spot"),
            models.Index(fields=["division_code", "-published_at"], name="finder_by_division"),
            models.Index(fields=["-published_at"], name="finder_newest"),
        ]
        constraints = [models.CheckConstraint(condition=Q(room__gte=0), name="finder_room")]

    def __str__(self) -> str:
        return str(self.activity_id)
