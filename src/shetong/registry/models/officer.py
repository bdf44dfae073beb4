"""People in organisations, their identity data encrypted."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from shetong.registry.models.choices import IdentityDocument, OfficerRole
from shetong.registry.models.filing import Filing
from shetong.registry.models.organisation import Organisation


class Person(models.Model):
    """One person, known once: identity number encrypted (:mod:`shetong.core.pii`) with a keyed blind index."""

    name = models.CharField("姓名", max_length=100)
    identity_kind = models.CharField("证件类型", max_length=18, choices=IdentityDocument)
    identity_number_sealed = models.BinaryField("证件号码（密文）")
    identity_number_index = models.BinaryField("证件号码（盲索引）", max_length=32, unique=True)
    phone_sealed = models.BinaryField("联系电话（密文）", null=True)

    class Meta:
        verbose_name = "人员"
        indexes = [models.Index(fields=["name"], name="person_name")]

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """A post held by a person in an organisation from ``valid_from`` to ``valid_to`` (exclusive)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    role = models.CharField("职务", max_length=20, choices=OfficerRole)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止（不含）", null=True)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="officers")

    class Meta:
        verbose_name = "负责人"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=OfficerRole.values), name="officer_role_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="officer_period"
            ),
            # A person holds the same post of an organisation once at a time.
            ExclusionConstraint(
                name="officer_post_once",
                expressions=[
                    (
                        Func(F("organisation"), F("organisation"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            Func(F("role"), function="hashtext"),
                            Func(F("role"), function="hashtext"),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
            # One organisation has one legal representative at a time.
            ExclusionConstraint(
                name="officer_one_representative",
                condition=Q(role=OfficerRole.LEGAL_REPRESENTATIVE),
                expressions=[
                    (
                        Func(F("organisation"), F("organisation"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("valid_from"), F("valid_to"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
