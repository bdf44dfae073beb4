"""Uploads that can be resumed: what has come so far of a file that is to become a material."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shetong.casework.models.case import Case
from shetong.casework.models.desk import CheckFile, SiteCheck
from shetong.casework.models.file import CaseMaterial


class Upload(models.Model):
    """A file on its way (tus 1.0.0). ``pieces``: lengths of what has come, in order; each lies sealed in the store.

    Once whole it becomes a material, or with ``check_made`` what officers brought back from a check; or it is refused
    with ``refusal``. The pieces are deleted either way.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name="办件")
    code = models.CharField("材料编码", max_length=24)
    name = models.CharField("文件名", max_length=200)
    length = models.PositiveBigIntegerField("字节数")
    offset = models.PositiveBigIntegerField("已收字节数", default=0)
    pieces = models.JSONField("分段长度", default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("开始时间")
    expires_at = models.DateTimeField("过期时间")
    material = models.ForeignKey(CaseMaterial, models.PROTECT, null=True, related_name="+", verbose_name="成为的材料")
    check_made = models.ForeignKey(
        SiteCheck, models.PROTECT, null=True, related_name="+", verbose_name="核查", db_index=False
    )
    check_file = models.ForeignKey(
        CheckFile, models.PROTECT, null=True, related_name="+", verbose_name="成为的核查附件", db_index=False
    )
    refusal = models.CharField("拒收理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "上传"
        constraints = [
            models.CheckConstraint(condition=Q(length__gt=0), name="upload_not_empty"),
            models.CheckConstraint(condition=Q(offset__lte=F("length")), name="upload_within_length"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="upload_by_expiry")]

    def __str__(self) -> str:
        return str(self.id)
