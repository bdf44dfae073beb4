"""Disbursements: what left a pool, what became of it, and what proves it. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shetong.casework.models import StoredFile
from shetong.charity.models.choices import EvidenceKind, OutflowKind
from shetong.charity.models.pool import Pool
from shetong.charity.models.project import Beneficiary, BudgetLine, Partner


class Disbursement(models.Model):
    """Means that left a pool: ``quantity`` from the positions ``[pool_from, pool_to)``, less the holes of refunds.

    ``reached_final``: it reached the last beneficiary, which its evidence proves (民发〔2026〕12号第十二条). For
    a grant to a partner this is said by the sub-disbursements.
    """

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="disbursements", db_index=False)
    pool_from = models.BigIntegerField("区间起")
    pool_to = models.BigIntegerField("区间止")
    quantity = models.BigIntegerField("数量")
    amount = models.BigIntegerField("金额（分）")
    kind = models.CharField("种类", max_length=12, choices=OutflowKind)
    purpose = models.CharField("用途", max_length=200)
    budget_line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="disbursements")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="disbursements")
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, null=True, related_name="disbursements")
    payee = models.CharField("收款单位", max_length=200, blank=True)
    reached_final = models.BooleanField("已到达最终受益人", default=False)
    sub_disbursed = models.BigIntegerField("执行机构已使用数量", default=0)
    returned = models.BigIntegerField("已退回数量", default=0)
    journal = models.ForeignKey("charity.JournalEntry", models.PROTECT, related_name="+", db_index=False)
    spent_on = models.DateField("支出日期")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "支出"
        constraints = [
            models.UniqueConstraint(fields=["pool", "pool_from"], name="disbursement_position"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(pool_from__gte=0)
                & Q(pool_to__gte=F("pool_from") + F("quantity"))
                & Q(amount__gte=0),
                name="disbursement_interval",
            ),
            models.CheckConstraint(condition=Q(kind__in=OutflowKind.values), name="disbursement_kind_known"),
            models.CheckConstraint(
                condition=Q(sub_disbursed__gte=0)
                & Q(returned__gte=0)
                & Q(quantity__gte=F("sub_disbursed") + F("returned")),
                name="disbursement_parts_within",
            ),
            models.CheckConstraint(
                condition=~Q(kind=OutflowKind.GRANT) | Q(partner__isnull=False, reached_final=False),
                name="disbursement_grant_has_partner",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The disbursement's public number."""
        return f"S{self.pk:09}"


class SubDisbursement(models.Model):
    """What a partner did with a grant: the units ``[part_from, part_to)`` of it, first in, first out."""

    disbursement = models.ForeignKey(Disbursement, models.PROTECT, related_name="parts")
    part_from = models.BigIntegerField("区间起")
    part_to = models.BigIntegerField("区间止")
    purpose = models.CharField("用途", max_length=200)
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, null=True, related_name="parts")
    payee = models.CharField("收款单位", max_length=200, blank=True)
    reached_final = models.BooleanField("已到达最终受益人", default=False)
    spent_on = models.DateField("支出日期")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "执行机构支出"
        constraints = [
            models.UniqueConstraint(fields=["disbursement", "part_from"], name="sub_disbursement_position"),
            models.CheckConstraint(
                condition=Q(part_from__gte=0) & Q(part_to__gt=F("part_from")), name="sub_disbursement_interval"
            ),
        ]

    def __str__(self) -> str:
        return f"sub-disbursement {self.pk}"


class Evidence(models.Model):
    """A document that proves a disbursement or what a partner did; known to the public by its digest."""

    disbursement = models.ForeignKey(Disbursement, models.PROTECT, related_name="evidence")
    part = models.ForeignKey(SubDisbursement, models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField("种类", max_length=12, choices=EvidenceKind)
    title = models.CharField("名称", max_length=200)
    digest = models.CharField("文件摘要（SHA-256）", max_length=64)
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "支出凭证"
        constraints = [
            models.UniqueConstraint(
                fields=["disbursement", "part", "digest"], nulls_distinct=False, name="evidence_once"
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="evidence_digest_form"),
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title


class EvidenceFile(models.Model):
    """The document itself, sealed in the store under the digest that the log has; ``public``: its picture may be shown.

    Only what may be shown can be changed: the evidence and its digest stay.
    """

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="document")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField("文件名", max_length=200)
    public = models.BooleanField("公开预览", default=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "凭证文件"

    def __str__(self) -> str:
        return self.name


class EvidencePicture(models.Model):
    """A picture made of a document for looking at, once for each size; the document never changes, so neither do they.

    Whether anybody may see it is said by the document alone.
    """

    document = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="pictures", db_index=False)
    size = models.CharField("尺寸", max_length=8)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "凭证预览"
        constraints = [models.UniqueConstraint(fields=["document", "size"], name="evidence_picture_once")]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.size}"
