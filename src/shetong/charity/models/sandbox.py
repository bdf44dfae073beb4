"""What platforms' programs try out: rows apart from everything real, and the steps of the certification test."""

from __future__ import annotations

from django.db import models

from shetong.charity.models.platform import Platform


class SandboxRecord(models.Model):
    """A page, donation, refund, arrival or reconciliation reported in the sandbox; invented data only."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=12)
    number = models.CharField("平台编号", max_length=64)
    parent = models.CharField("所属编号", max_length=64, blank=True)
    day = models.DateField("日期", null=True)
    amount = models.BigIntegerField("金额（分）", default=0)
    content = models.JSONField("内容", default=dict)
    recorded_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "沙箱记录"
        constraints = [models.UniqueConstraint(fields=["platform", "kind", "number"], name="sandbox_record_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class CertificationStep(models.Model):
    """A step of the certification test that a platform's own calls in the sandbox have passed."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="certification")
    step = models.CharField("步骤", max_length=40)
    passed_at = models.DateTimeField("通过时间")

    class Meta:
        verbose_name = "认证步骤"
        constraints = [models.UniqueConstraint(fields=["platform", "step"], name="certification_step_once")]

    def __str__(self) -> str:
        return f"{self.platform_id}: {self.step}"
