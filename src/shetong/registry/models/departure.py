"""Audits of the time of a legal representative who leaves (法定代表人离任审计)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.registry.models.choices import AuditOpinion
from shetong.registry.models.filing import Filing
from shetong.registry.models.organisation import Organisation


class DepartureAudit(models.Model):
    """An audit filed before the legal representative changes; the change that relied on it is named once it is made."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="departure_audits")
    representative = models.CharField("离任法定代表人", max_length=100)
    audited_from = models.DateField("审计期间起")
    audited_to = models.DateField("审计期间止")
    auditor = models.CharField("审计机构", max_length=200)
    report_number = models.CharField("报告文号", max_length=120)
    opinion = models.CharField("审计意见", max_length=12, choices=AuditOpinion)
    document_number = models.CharField("备案文号", max_length=120, unique=True)
    filed_on = models.DateField("备案日期")
    change = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="departure_audits")

    class Meta:
        verbose_name = "离任审计"
        constraints = [
            models.CheckConstraint(condition=Q(audited_to__gte=F("audited_from")), name="departure_audit_period"),
            models.CheckConstraint(condition=Q(opinion__in=AuditOpinion.values), name="departure_audit_opinion_known"),
            # One change relies on one audit.
            models.UniqueConstraint(fields=["change"], name="departure_audit_once"),
        ]

    def __str__(self) -> str:
        return self.document_number
