"""Releases of the whole register as open data."""

from __future__ import annotations

from django.db import models


class OpenDataRelease(models.Model):
    """One consistent snapshot of the register, made by a background job."""

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    rows = models.PositiveIntegerField("记录数", default=0)
    licence = models.CharField("许可", max_length=100)

    class Meta:
        verbose_name = "开放数据发布"

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}"


class OpenDataFile(models.Model):
    """One file of a release with its checksum."""

    release = models.ForeignKey(OpenDataRelease, models.CASCADE, related_name="files")
    format = models.CharField("格式", max_length=8)
    path = models.CharField("文件", max_length=255)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "开放数据文件"
        constraints = [models.UniqueConstraint(fields=["release", "format"], name="open_data_file_once")]

    def __str__(self) -> str:
        return self.path
