"""Keys with which programs call the API."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shetong.accounts.models.user import User


class ApiKey(models.Model):
    """A program's key. Only its SHA-256 is kept; ``prefix`` is what lists and logs show.

    ``scopes`` are codes of :data:`shetong.accounts.rules.API_SCOPES`, ``rate_class`` one of
    :data:`shetong.accounts.rules.RATE_CLASSES`.
    """

    owner = models.ForeignKey(User, models.PROTECT, related_name="api_keys", verbose_name="持有人")
    label = models.CharField("用途说明", max_length=100)
    prefix = models.CharField("前缀", max_length=11, unique=True)
    digest = models.BinaryField("密钥散列值", max_length=32)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name="权限范围")
    rate_class = models.CharField("限流等级", max_length=12)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    created_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("吊销时间", null=True)
    revoke_reason = models.CharField("吊销理由", max_length=300, blank=True)
    # Kept to the hour: enough to find unused keys, without a write per request.
    last_used_at = models.DateTimeField("最近使用", null=True)

    class Meta:
        verbose_name = "接口密钥"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_key_period"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason=""), name="api_key_revoke_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.prefix
