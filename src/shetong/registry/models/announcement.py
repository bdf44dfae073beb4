"""Announcements of registrations (登记公告)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.registry.models.choices import AnnouncementKind
from shetong.registry.models.organisation import Organisation


class Announcement(models.Model):
    """What the registrar announces of a registration, as it was on its day; made with the decision, never changed.

    ``document_number``: that of the decision which it announces; one decision is announced once.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="announcements", verbose_name="组织")
    kind = models.CharField("公告类别", max_length=16, choices=AnnouncementKind)
    document_number = models.CharField("决定文书号", max_length=120)
    title = models.CharField("标题", max_length=240)
    lines = models.JSONField("公告内容")
    authority_name = models.CharField("公告机关", max_length=120)
    division_code = models.CharField("行政区划", max_length=6)
    announced_on = models.DateField("公告日期")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "登记公告"
        constraints = [
            models.UniqueConstraint(fields=["document_number"], name="announcement_once"),
            models.CheckConstraint(condition=Q(kind__in=AnnouncementKind.values), name="announcement_kind_known"),
        ]
        indexes = [
            models.Index(F("announced_on").desc(), F("id").desc(), name="announcement_latest"),
            models.Index("division_code", F("announced_on").desc(), F("id").desc(), name="announcement_of_division"),
        ]

    def __str__(self) -> str:
        return self.title
