"""Other volunteer information systems (志愿服务信息系统) and their designation (指定)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shetong.registry.models import Organisation


class SystemScope(models.TextChoices):
    """For what a system is designated."""

    REGION = "region", _("某一地区")
    SECTOR = "sector", _("某一领域")
    NATION = "nation", _("全国")


class VolunteerSystem(models.Model):
    """A system that the ministry designated (《志愿服务条例》第七条): who runs it, for what, from when to when.

    ``code`` names it as the origin of records and numbers (``ServiceRecord.source``, ``SystemNumber.system``).
    ``certified_at``: when it passed the test of the exchange; before that it exchanges in rehearsal only.
    """

    code = models.CharField("系统代码", max_length=20, unique=True)
    name = models.CharField("系统名称", max_length=60)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="volunteer_systems", verbose_name="运营单位"
    )
    scope = models.CharField("指定范围", max_length=6, choices=SystemScope)
    covers = models.CharField("地区或领域", max_length=100)
    address = models.URLField("网址", max_length=200)
    designated_on = models.DateField("指定日期")
    document = models.CharField("文号", max_length=120)
    ended_on = models.DateField("终止日期", null=True)
    end_reason = models.CharField("终止原因", max_length=300, blank=True)
    certified_at = models.DateTimeField("通过对接测试的时间", null=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "指定的志愿服务信息系统"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][a-z0-9-]{2,19}$"), name="system_code_form"),
            models.CheckConstraint(condition=Q(scope__in=SystemScope.values), name="system_scope_known"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | Q(ended_on__isnull=False, ended_on__gte=F("designated_on")) & ~Q(end_reason=""),
                name="system_end_reasoned",
            ),
            models.UniqueConstraint(fields=["name"], condition=Q(ended_on__isnull=True), name="system_name_once"),
        ]

    def __str__(self) -> str:
        return self.code
