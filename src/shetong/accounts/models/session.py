"""Login sessions that a person can see and end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from shetong.accounts.models.user import User


class LoginSession(models.Model):
    """One login on one device. The session itself lives in Django's session table; ending it deletes that row."""

    class End(models.TextChoices):
        """Why a session is over."""

        LOGOUT = "logout", gettext_lazy("退出登录")
        ENDED = "ended", gettext_lazy("在其他设备上结束")
        IDLE = "idle", gettext_lazy("长时间未操作")
        EXPIRED = "expired", gettext_lazy("超过最长登录时间")
        LIMIT = "limit", gettext_lazy("同时登录数超限")
        PASSWORD = "password", gettext_lazy("修改密码")
        DISABLED = "disabled", gettext_lazy("账号停用")

    user = models.ForeignKey(User, models.PROTECT, related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 - emptied when the session ends
    started_at = models.DateTimeField("登录时间")
    last_seen_at = models.DateTimeField("最近操作")
    network = models.CharField("来源网段", max_length=50, blank=True)
    device = models.CharField("设备", max_length=60, blank=True)
    method = models.CharField("登录方式", max_length=40, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    end_reason = models.CharField("结束原因", max_length=8, choices=End, blank=True)

    class Meta:
        verbose_name = "登录会话"
        indexes = [
            models.Index(fields=["user", "started_at"], name="session_live", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["user", "-id"], name="session_by_user"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, session_key__isnull=False)
                | Q(ended_at__isnull=False, session_key__isnull=True),
                name="session_ended_has_no_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"
