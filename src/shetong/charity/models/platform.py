"""Designated platforms (互联网公开募捐服务平台) and the pages of activities on them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q


class Platform(models.Model):
    """A platform designated by the ministry; the list is data with the days of designation and withdrawal."""

    code = models.SlugField("代码", max_length=24, unique=True)
    name = models.CharField("平台名称", max_length=100)
    operator_name = models.CharField("运营主体", max_length=200)
    operator_uscc = models.CharField("运营主体统一社会信用代码", max_length=18, blank=True)
    website = models.URLField("网址", blank=True)
    batch = models.PositiveSmallIntegerField("指定批次", null=True)
    designated_on = models.DateField("指定日期")
    withdrawn_on = models.DateField("退出日期", null=True)
    scope = models.CharField("服务范围", max_length=300, blank=True)
    case_number = models.CharField("办件编号", max_length=32, blank=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "募捐平台"
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=F("designated_on")),
                name="platform_period",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def designated(self, on: date) -> bool:
        """Whether it is designated on a day."""
        return self.designated_on <= on and (self.withdrawn_on is None or on < self.withdrawn_on)
