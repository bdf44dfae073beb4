"""Electronic archives (电子档案) of closed cases."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from shetong.casework.models.case import Case
from shetong.casework.models.file import StoredFile


class Retention(models.TextChoices):
    """How long an archive is kept (保管期限)."""

    PERMANENT = "permanent", "永久"
    THIRTY_YEARS = "30-years", "30年"
    TEN_YEARS = "10-years", "10年"


class Archive(models.Model):
    """The package of a closed case: a BagIt bag (RFC 8493) in a ZIP file, with the result of its last check."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="archive", verbose_name="办件")
    number = models.CharField("档号", max_length=60, unique=True)
    title = models.CharField("题名", max_length=300)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="档案包")
    retention = models.CharField("保管期限", max_length=10, choices=Retention)
    archived_at = models.DateTimeField("归档时间")
    checked_at = models.DateTimeField("最近检测时间", null=True)
    sound = models.BooleanField("检测合格", null=True)
    # Tokens of the title (shetong.core.search_tokens).
    search = SearchVectorField(null=True)
    fault = models.CharField("检测发现的问题", max_length=300, blank=True)

    class Meta:
        verbose_name = "电子档案"
        constraints = [
            models.CheckConstraint(condition=Q(retention__in=Retention.values), name="archive_retention_known"),
        ]
        indexes = [
            models.Index(fields=["checked_at"], name="archive_next_check"),
            GinIndex(fields=["search"], name="archive_search", fastupdate=False),
            models.Index(F("archived_at").desc(), F("id").desc(), name="archive_latest"),
            models.Index(fields=["archived_at"], condition=Q(sound=False), name="archive_faulty"),
            models.Index(
                fields=["retention", "archived_at"],
                condition=~Q(retention=Retention.PERMANENT),
                name="archive_ending",
            ),
        ]

    def __str__(self) -> str:
        return self.number
