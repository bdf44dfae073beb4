"""Registration authorities (登记管理机关)."""

from __future__ import annotations

from django.db import models


class Authority(models.Model):
    """The body that registers organisations of a division; division ``100000`` is the ministry's."""

    name = models.CharField("名称", max_length=100)
    division_code = models.CharField("行政区划代码", max_length=6)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "登记管理机关"
        constraints = [
            models.UniqueConstraint(fields=["division_code", "name"], name="authority_once"),
            models.CheckConstraint(condition=models.Q(division_code__regex=r"^[1-9]\d{5}$"), name="authority_division"),
            models.CheckConstraint(
                condition=models.Q(uscc="") | models.Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), name="authority_uscc"
            ),
        ]

    def __str__(self) -> str:
        return self.name
