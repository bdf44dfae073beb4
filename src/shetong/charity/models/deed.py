"""Acts done on pages, so that a form sent twice is one act."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Deed(models.Model):
    """An act that a form brought about. ``key`` was given out with the form; ``address``: where the act is shown.

    ``digest``: of what was sent (SHA-256), so that the same form filled in otherwise is another act.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    address = models.CharField("地址", max_length=300)
    digest = models.CharField("内容摘要（SHA-256）", max_length=64, blank=True, db_default="")
    done_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "页面办理记录"

    def __str__(self) -> str:
        return str(self.key)
