"""Import runs: what was read from which file, so that a killed run resumes and a repeated run changes nothing."""

from __future__ import annotations

from django.db import models


class ImportRun(models.Model):
    """One file being imported, known by its SHA-256 and options."""

    file_digest = models.BinaryField("文件摘要", max_length=32, unique=True)
    file_name = models.CharField("文件名", max_length=255)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    basis = models.CharField("依据", max_length=300)
    as_of = models.DateField("数据所属日期")
    demo = models.BooleanField("演示数据", default=False)
    # What a first load took away to be built anew at its end: statements that restore it (services.imports.deferral).
    deferred = models.JSONField("暂缺的索引和外键", default=list)

    class Meta:
        verbose_name = "数据导入"

    def __str__(self) -> str:
        return self.file_name


class ImportChunk(models.Model):
    """A block of rows that went in with one transaction."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="chunks")
    first_row = models.PositiveIntegerField("首行")
    rows = models.PositiveIntegerField("行数")
    created = models.PositiveIntegerField("新增")
    changed = models.PositiveIntegerField("变更")
    unchanged = models.PositiveIntegerField("相同")
    rejected = models.PositiveIntegerField("退回")
    rejections = models.JSONField("退回的行", default=list)  # [row number, [reason, …]] each
    notes = models.JSONField("说明", default=dict)  # remark → number of rows

    class Meta:
        verbose_name = "导入分块"
        constraints = [models.UniqueConstraint(fields=["run", "first_row"], name="import_chunk_once")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.first_row}"
