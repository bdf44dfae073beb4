"""Who holds which role where, and when."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, IntegerField, Q, Value
from django.db.models.functions import Cast

from shetong.accounts.models.user import User


class RoleAssignment(models.Model):
    """A role held in a jurisdiction from ``valid_from`` to ``valid_to`` (exclusive; open where empty).

    ``role`` is a code of :data:`shetong.accounts.rules.ROLES`. ``division_code`` is a GB/T 2260 code whose trailing
    zeros are a prefix: ``110000`` holds ``110105``, ``100000`` holds the country. An ended assignment stays as it was.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments", verbose_name="账号")
    role = models.CharField("角色", max_length=20)
    division_code = models.CharField("管辖区划", max_length=6)
    valid_from = models.DateTimeField("起")
    valid_to = models.DateTimeField("止（不含）", null=True)
    # Empty where the installation itself granted the role (the first administrator, demonstration accounts).
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="授予人")
    granted_at = models.DateTimeField("授予时间")
    reason = models.CharField("授予理由", max_length=300)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="终止人")
    ended_at = models.DateTimeField("终止办理时间", null=True)
    end_reason = models.CharField("终止理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "角色授予"
        constraints = [
            models.CheckConstraint(condition=Q(division_code__regex=r"^[1-9]\d{5}$"), name="role_division"),
            models.CheckConstraint(condition=~Q(reason=""), name="role_has_reason"),
            # An assignment withdrawn before it began has an empty period.
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="role_period"
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")), name="role_not_granted_to_oneself"
            ),
            models.CheckConstraint(condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="role_end_has_reason"),
            # Core GiST has no operator class for bigint or text: one-point ranges stand in for equality.
            ExclusionConstraint(
                name="role_no_overlap",
                expressions=[
                    (Func(F("user"), F("user"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            Func(F("role"), function="hashtext"),
                            Func(F("role"), function="hashtext"),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            Cast(F("division_code"), IntegerField()),
                            Cast(F("division_code"), IntegerField()),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("valid_from"), F("valid_to"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.division_code}"
