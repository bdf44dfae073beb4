"""Dated attributes: charity, fundraising qualification and the like."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from shetong.registry.models.choices import AttributeCode
from shetong.registry.models.filing import Filing
from shetong.registry.models.organisation import Organisation


class OrganisationAttribute(models.Model):
    """An attribute held from ``valid_from`` to ``valid_to`` (exclusive; open where empty)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="attributes")
    code = models.CharField("种类", max_length=8, choices=AttributeCode)
    value = models.CharField("值", max_length=40, blank=True)  # the grade for EVAL, the certificate number for PUBFUND
    valid_from = models.DateField("起")
    valid_to = models.DateField("止（不含）", null=True)
    basis_document = models.CharField("文号", max_length=120, blank=True)
    granted_by = models.CharField("授予机关", max_length=120, blank=True)
    published_at = models.DateField("公布日期", null=True)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="attributes")

    class Meta:
        verbose_name = "资格与标识"
        constraints = [
            models.CheckConstraint(condition=Q(code__in=AttributeCode.values), name="attribute_code_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="attribute_period"
            ),
            # Core GiST has no operator class for bigint or text: a one-point int8range stands in for equality.
            ExclusionConstraint(
                name="attribute_no_overlap",
                expressions=[
                    (
                        Func(F("organisation"), F("organisation"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            Func(F("code"), function="hashtext"),
                            Func(F("code"), function="hashtext"),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.get_code_display()
