"""Releases of the whole register as open data."""

from __future__ import annotations

from django.db import models


class OpenDataRelease(models.Model):
    """One consistent snapshot of the register, made by a background job.

    ``directory`` is the release's folder below ``OPEN_DATA_ROOT``. A release without ``finished_at`` is being made, or
    was broken off and goes with the next run.
    """

    started_at = models.DateTimeField("开始时间")
    snapshot_at = models.DateTimeField("快照时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    directory = models.CharField("目录", max_length=40, blank=True)
    rows = models.PositiveIntegerField("记录数", default=0)
    demo_rows = models.PositiveIntegerField("其中演示数据", default=0)
    publisher = models.CharField("发布者", max_length=100)
    licence = models.CharField("许可", max_length=100)
    licence_url = models.CharField("许可全文地址", max_length=300)
    standard_version = models.CharField("数据标准版本", max_length=20)

    class Meta:
        verbose_name = "开放数据发布"

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}"


class OpenDataFile(models.Model):
    """One file of a release with its checksum."""

    release = models.ForeignKey(OpenDataRelease, models.CASCADE, related_name="files")
    name = models.CharField("文件名", max_length=100)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "开放数据文件"
        constraints = [
            models.UniqueConstraint(fields=["release", "name"], name="open_data_file_once"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="open_data_file_digest"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="open_data_file_size"),
        ]

    def __str__(self) -> str:
        return self.name
