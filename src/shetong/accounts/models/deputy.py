"""Who acts for an absent colleague, in what and how long (代理)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shetong.accounts.models.user import User


class Deputyship(models.Model):
    """``deputy`` may use permissions of ``principal`` from ``first_day`` to ``last_day`` (both inclusive).

    ``scope``: codes of :data:`shetong.accounts.rules.LENDABLE`; ``division_code``: within which division, trailing
    zeros a prefix. What is lent cannot be lent on. A revoked one stays as it was.
    """

    principal = models.ForeignKey(User, models.PROTECT, related_name="deputies", verbose_name="被代理人")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputyships", verbose_name="代理人")
    division_code = models.CharField("范围", max_length=6)
    scope = ArrayField(models.CharField(max_length=40), verbose_name="事权")
    first_day = models.DateField("首日")
    last_day = models.DateField("末日")
    reason = models.CharField("事由", max_length=300)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="委托人")
    granted_at = models.DateTimeField("委托时间")
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="撤销人")
    revoked_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "代理"
        constraints = [
            models.CheckConstraint(condition=~Q(deputy=F("principal")), name="deputy_is_another"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="deputy_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="deputy_has_reason"),
            models.CheckConstraint(condition=Q(scope__len__gte=1), name="deputy_has_scope"),
            models.CheckConstraint(condition=Q(division_code__regex=r"^[1-9]\d{5}$"), name="deputy_division"),
        ]
        indexes = [
            models.Index(fields=["deputy", "last_day"], condition=Q(revoked_at__isnull=True), name="deputy_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} 代 {self.principal_id}"
