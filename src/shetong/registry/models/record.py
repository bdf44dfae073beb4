"""Permit and penalty records shown with an organisation (双公示); filled by casework and enforcement."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.registry.models.choices import PermitCategory
from shetong.registry.models.organisation import Organisation


class PermitRecord(models.Model):
    """An administrative permit (行政许可) decision about an organisation, as it is published (双公示).

    What the decision said stays: name and representative are those of its day. It is published by ``publish_by`` (null:
    taken over from elsewhere), and withdrawn with a reason when the decision is revoked.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="permits")
    document_number = models.CharField("行政许可决定文书号", max_length=120)
    document_title = models.CharField("行政许可决定文书名称", max_length=64, blank=True, default="", db_default="")
    category = models.CharField(
        "许可类别",
        max_length=16,
        choices=PermitCategory,
        default=PermitCategory.REGISTRATION,
        db_default=PermitCategory.REGISTRATION,
    )
    title = models.CharField("许可内容", max_length=300)
    content = models.TextField("许可内容全文", blank=True, default="", db_default="")
    decided_on = models.DateField("许可决定日期")
    valid_from = models.DateField("有效期自", null=True)
    valid_to = models.DateField("有效期至", null=True)
    authority_name = models.CharField("许可机关", max_length=120)
    certificate_title = models.CharField("许可证书名称", max_length=64, blank=True, default="", db_default="")
    certificate_number = models.CharField("许可编号", max_length=64, blank=True, default="", db_default="")
    subject_name = models.CharField("行政相对人名称", max_length=200, blank=True, default="", db_default="")
    legal_representative = models.CharField("法定代表人", max_length=100, blank=True, default="", db_default="")
    publish_by = models.DateField("应当公示的日期", null=True)
    published_at = models.DateTimeField("公示时间", null=True)
    corrected_at = models.DateTimeField("更正时间", null=True)
    correction = models.CharField("更正理由", max_length=300, blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField("撤回公示时间", null=True)
    withdrawn_reason = models.CharField("撤回理由", max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "行政许可"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "document_number"], name="permit_once"),
            models.CheckConstraint(condition=Q(category__in=PermitCategory.values), name="permit_category_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""), name="permit_withdrawn_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["publish_by", "id"],
                condition=Q(published_at__isnull=True, withdrawn_at__isnull=True),
                name="permit_unpublished",
            ),
            models.Index(fields=["decided_on", "id"], condition=Q(published_at__isnull=False), name="permit_published"),
            # Files of a period tell what was withdrawn or corrected in it, whenever it was decided.
            models.Index(fields=["withdrawn_at"], condition=Q(withdrawn_at__isnull=False), name="permit_withdrawn"),
            models.Index(fields=["corrected_at"], condition=Q(corrected_at__isnull=False), name="permit_corrected"),
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
