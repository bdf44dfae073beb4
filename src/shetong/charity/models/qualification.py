"""The public-fundraising qualification taken away: the register ends the attribute, this row says why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.accounts.models import User
from shetong.registry.models import Organisation


class QualificationLoss(models.Model):
    """A revocation of the qualification (撤销公开募捐资格); bars a new application for years (令74号第二十三条)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="qualification_losses")
    lost_on = models.DateField("撤销日期")
    document = models.CharField("决定文号", max_length=120)
    reason = models.CharField("事由", max_length=500)
    provision = models.CharField("依据", max_length=300)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "公开募捐资格撤销"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "document"], name="qualification_loss_once"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(provision="") & ~Q(document=""), name="qualification_loss_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.document
