"""Invitations to act for an organisation, accepted with a code that its people or its registrar hand on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class MandateInvitation(models.Model):
    """An invitation by somebody who acts for an organisation; of the code only its keyed hash is kept.

    With ``division_code`` it comes from the registrar of that division, who has seen the papers that ``proof`` names:
    the way in for an organisation for which nobody acts on the hall yet.
    """

    organisation_code = models.CharField("组织代码", max_length=24)
    organisation_name = models.CharField("组织名称", max_length=200)
    digest = models.BinaryField("邀请码散列值", max_length=32)
    note = models.CharField("邀请谁", max_length=60)
    division_code = models.CharField("核验机关行政区划", max_length=6, blank=True, default="", db_default="")
    proof = models.CharField("核验的材料", max_length=300, blank=True, default="", db_default="")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="邀请人")
    invited_at = models.DateTimeField("邀请时间")
    expires_at = models.DateTimeField("失效时间")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField("接受时间", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = "经办人邀请"
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="invitation_code_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_period"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_ends_once"
            ),
            models.CheckConstraint(
                condition=Q(division_code="") | ~Q(proof=""), name="invitation_of_registrar_upon_proof"
            ),
        ]
        indexes = [
            models.Index(
                fields=["division_code", "-id"], condition=~Q(division_code=""), name="invitation_by_registrar"
            ),
            models.Index(fields=["organisation_code", "-id"], name="invitation_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name}：{self.note}"
