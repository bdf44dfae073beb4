"""Permit and penalty records shown with an organisation (双公示); filled by casework and enforcement."""

from __future__ import annotations

from django.db import models

from shetong.registry.models.organisation import Organisation


class PermitRecord(models.Model):
    """An administrative permit (行政许可) decision about an organisation."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="permits")
    document_number = models.CharField("行政许可决定文书号", max_length=120)
    title = models.CharField("许可内容", max_length=300)
    decided_on = models.DateField("许可决定日期")
    valid_from = models.DateField("有效期自", null=True)
    valid_to = models.DateField("有效期至", null=True)
    authority_name = models.CharField("许可机关", max_length=120)

    class Meta:
        verbose_name = "行政许可"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "document_number"], name="permit_once"),
        ]

    def __str__(self) -> str:
        return self.document_number


class PenaltyRecord(models.Model):
    """An administrative penalty (行政处罚) decision about an organisation."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="penalties")
    document_number = models.CharField("行政处罚决定文书号", max_length=120)
    facts = models.TextField("违法事实")
    basis = models.CharField("处罚依据", max_length=300)
    penalty = models.CharField("处罚内容", max_length=300)
    decided_on = models.DateField("处罚决定日期")
    authority_name = models.CharField("处罚机关", max_length=120)
    public_until = models.DateField("公示截止期", null=True)

    class Meta:
        verbose_name = "行政处罚"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "document_number"], name="penalty_once"),
        ]

    def __str__(self) -> str:
        return self.document_number
