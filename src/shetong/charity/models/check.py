"""What the checks of the books and of the log found, kept for who supervises."""

from __future__ import annotations

from django.db import models

from shetong.registry.models import Organisation


class BookCheck(models.Model):
    """One check of the whole charity log against rows, counters and books."""

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间")
    entries = models.BigIntegerField("日志条数")

    class Meta:
        verbose_name = "账目核对"

    def __str__(self) -> str:
        return f"check {self.pk}"


class BookFinding(models.Model):
    """Something that a check found; ``text`` as ``shetong log audit`` says it, ``reference`` the act's in the log.

    ``organisation``: whose it is; none where nobody can tell, for instance because the row is gone.
    """

    check_run = models.ForeignKey(BookCheck, models.CASCADE, related_name="findings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    reference = models.CharField("日志编号", max_length=80, blank=True)
    text = models.CharField("内容", max_length=600)

    class Meta:
        verbose_name = "核对发现"

    def __str__(self) -> str:
        return self.text
