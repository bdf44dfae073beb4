"""What regions do otherwise: effective-dated data beside the declared matters."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class DateRange(Func):
    """The period from ``valid_from`` to ``valid_to`` (exclusive, open where null)."""

    function = "daterange"
    output_field = models.TextField()


class MatterVariant(models.Model):
    """A region's own time limit, materials and steps for a matter, from a day to a day (exclusive)."""

    matter = models.CharField("事项编码", max_length=24)
    division_code = models.CharField("行政区划", max_length=6)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期（不含）", null=True)
    promised_number = models.PositiveSmallIntegerField("承诺时限", null=True)
    promised_unit = models.CharField("承诺时限单位", max_length=12, blank=True)
    without_steps = models.JSONField("省去的环节", default=list)
    more_materials = models.JSONField("增加的材料", default=list)
    without_materials = models.JSONField("免交的材料", default=list)
    basis = models.CharField("依据", max_length=300)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "事项的地区差异"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="variant_period"
            ),
            models.CheckConstraint(
                condition=Q(promised_number__isnull=True, promised_unit="")
                | Q(promised_number__gte=1, promised_unit__in=("day", "working_day")),
                name="variant_promise_has_unit",
            ),
            # Core PostgreSQL has no equality of text under GiST, so both texts become one-number ranges.
            ExclusionConstraint(
                name="variant_one_at_a_time",
                expressions=[
                    (Func(Func(F("matter"), function="hashtext"), Func(F("matter"), function="hashtext"), Value("[]"),
                          function="int4range"), RangeOperators.OVERLAPS),
                    (Func(Func(F("division_code"), function="hashtext"), Func(F("division_code"), function="hashtext"),
                          Value("[]"), function="int4range"), RangeOperators.OVERLAPS),
                    (DateRange(F("valid_from"), F("valid_to")), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.matter} {self.division_code} {self.valid_from}"
