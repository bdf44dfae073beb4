"""Who may speak for a platform: people, programs with their keys, short tokens, and what was said before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shetong.charity.models.choices import PlatformEnvironment
from shetong.charity.models.platform import Platform


class PlatformMember(models.Model):
    """A person who looks after a platform's keys and certification; the first applied for its designation."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("加入时间")
    left_at = models.DateTimeField("退出时间", null=True)

    class Meta:
        verbose_name = "平台技术负责人"
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "user"], condition=Q(left_at__isnull=True), name="platform_member_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id}: {self.user_id}"


class PlatformClient(models.Model):
    """A program of a platform (OAuth 2.0 confidential client): secret kept as SHA-256, requests signed with Ed25519.

    ``public_key``: the 32 octets of RFC 8032. A client belongs to one environment for ever.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="clients")
    environment = models.CharField("环境", max_length=10, choices=PlatformEnvironment)
    client_id = models.CharField("客户端编号", max_length=40, unique=True)
    secret_digest = models.BinaryField("密钥摘要", max_length=32)
    public_key = models.BinaryField("签名公钥", max_length=32)
    label = models.CharField("用途", max_length=100)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("签发时间")
    revoked_at = models.DateTimeField("吊销时间", null=True)

    class Meta:
        verbose_name = "平台客户端"
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=PlatformEnvironment.values), name="platform_client_environment"
            ),
        ]

    def __str__(self) -> str:
        return self.client_id


class PlatformToken(models.Model):
    """An access token of a client, kept as SHA-256; it lives minutes."""

    client = models.ForeignKey(PlatformClient, models.CASCADE, related_name="tokens")
    digest = models.BinaryField("令牌摘要", max_length=32, unique=True)
    issued_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间")

    class Meta:
        verbose_name = "平台令牌"
        indexes = [models.Index(fields=["expires_at"], name="platform_token_expiry")]

    def __str__(self) -> str:
        return f"token {self.pk}"


class PlatformNonce(models.Model):
    """A nonce that a client has used in a signature; kept for as long as its signature would be fresh."""

    client = models.ForeignKey(PlatformClient, models.CASCADE, related_name="+", db_index=False)
    nonce = models.CharField("随机数", max_length=64)
    expires_at = models.DateTimeField("失效时间")

    class Meta:
        verbose_name = "签名随机数"
        constraints = [models.UniqueConstraint(fields=["client", "nonce"], name="platform_nonce_once")]
        indexes = [models.Index(fields=["expires_at"], name="platform_nonce_expiry")]

    def __str__(self) -> str:
        return self.nonce


class PlatformRequest(models.Model):
    """A request with its ``Idempotency-Key`` and the answer that it got, given again to whoever repeats it."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+", db_index=False)
    environment = models.CharField("环境", max_length=10, choices=PlatformEnvironment)
    key = models.CharField("幂等键", max_length=64)
    digest = models.BinaryField("请求摘要", max_length=32)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    answer = models.BinaryField("答复", default=b"")
    asked_at = models.DateTimeField("请求时间")

    class Meta:
        verbose_name = "平台请求"
        constraints = [
            models.UniqueConstraint(fields=["platform", "environment", "key"], name="platform_request_once"),
        ]
        indexes = [models.Index(fields=["asked_at"], name="platform_request_age")]

    def __str__(self) -> str:
        return self.key
