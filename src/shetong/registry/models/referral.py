"""What a sector hands over to credit management (信用信息管理): a fact with its basis, to be heard before anything."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.accounts.models import User
from shetong.registry.models.choices import ReferralState
from shetong.registry.models.organisation import Organisation


class CreditReferral(models.Model):
    """A referral. It lists nobody: whoever takes it up gives notice, hears and decides.

    ``source``: key of the fact in its sector, referred once; ``facts``: label and value as they were on that day.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="credit_referrals")
    source = models.CharField("来源", max_length=80, unique=True)
    ground = models.CharField("事由", max_length=300)
    provision = models.CharField("依据", max_length=300, blank=True)
    facts = models.JSONField("事实", default=list)
    state = models.CharField("状态", max_length=10, choices=ReferralState, default=ReferralState.PENDING)
    referred_on = models.DateField("移交日期")
    closed_at = models.DateTimeField("处理时间", null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closing_note = models.CharField("处理说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "信用移交"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReferralState.values), name="referral_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReferralState.PENDING, closed_at__isnull=True)
                | (~Q(state=ReferralState.PENDING) & Q(closed_at__isnull=False) & ~Q(closing_note="")),
                name="referral_closed_with_note",
            ),
        ]
        indexes = [
            models.Index(fields=["referred_on", "id"], condition=Q(state="pending"), name="referral_pending"),
        ]

    def __str__(self) -> str:
        return self.ground
