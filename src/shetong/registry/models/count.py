"""How many organisations there are, kept while the register is written so that no page has to count 900,000 rows."""

from __future__ import annotations

from django.db import models

from shetong.registry.models.choices import OrganisationKind, Status


class OrganisationCount(models.Model):
    """A difference in the number of organisations of a kind, status and province; the sum of all rows is the number.

    Statement triggers on the organisations append rows (migration ``statistics``), so that writers never wait for each
    other; :func:`shetong.registry.services.statistics.compact` adds them up from time to time.
    """

    kind = models.CharField("类型", max_length=2, choices=OrganisationKind)
    status = models.CharField("登记状态", max_length=12, choices=Status)
    province = models.CharField("省级行政区划代码前两位", max_length=2)
    demo = models.BooleanField("演示数据")
    difference = models.IntegerField("增减")

    class Meta:
        verbose_name = "组织数量"

    def __str__(self) -> str:
        return f"{self.kind} {self.status} {self.province} {self.difference:+}"
