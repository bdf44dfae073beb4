"""Files: each content once under its digest, and the materials that consist of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shetong.casework.models.case import Case


class StoredFile(models.Model):
    """A checked file kept under the SHA-256 of its content, outside of everything that the web server hands out."""

    digest = models.CharField("摘要（SHA-256）", max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=40)
    stored_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "文件"
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="file_digest_form"),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class CaseMaterial(models.Model):
    """A file handed in as one of the matter's materials; taken back ones stay in the record."""

    # Found through material_of_case; accounts are never deleted, so nobody looks for what one has uploaded.
    case = models.ForeignKey(Case, models.PROTECT, related_name="materials", db_index=False, verbose_name="办件")
    code = models.CharField("材料编码", max_length=24)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    name = models.CharField("文件名", max_length=200)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    uploaded_at = models.DateTimeField("上传时间")
    removed_at = models.DateTimeField("撤下时间", null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "申请材料"
        constraints = [
            # The same file twice under one material is one: an upload that is sent again changes nothing.
            models.UniqueConstraint(
                fields=["case", "code", "file"], condition=Q(removed_at__isnull=True), name="material_file_once"
            ),
        ]
        indexes = [models.Index(fields=["case", "code", "id"], name="material_of_case")]

    def __str__(self) -> str:
        return self.name
