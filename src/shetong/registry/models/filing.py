"""Filings: the only way in which the register changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shetong.registry.models.choices import FilingKind
from shetong.registry.models.organisation import Organisation


class Filing(models.Model):
    """One act that changed the register, kept for ever (a trigger forbids UPDATE of content and DELETE).

    ``before`` and ``after`` map element names (:mod:`shetong.registry.elements`) to values, only those that changed;
    how values are written in JSON, and the keys of attributes and officers, is told in
    :mod:`shetong.registry.rules.history`, which folds filings into states: what was true on day D as known at time T is
    the fold of the filings with ``effective_on <= D`` and ``recorded_at <= T`` in the order (effective_on, id). A
    correction amends the filing that it names: the right values, and as its ``effective_on`` the right effective date.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="filings")
    kind = models.CharField("事由", max_length=14, choices=FilingKind)
    basis = models.CharField("依据", max_length=300)
    effective_on = models.DateField("生效日期")
    recorded_at = models.DateTimeField("记载时间")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+")
    actor_name = models.CharField("经办", max_length=100)
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="corrections")
    applied_at = models.DateTimeField("施行时间", null=True)

    class Meta:
        verbose_name = "登记事项记载"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FilingKind.values), name="filing_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=FilingKind.CORRECTION, corrects__isnull=False)
                | (~Q(kind=FilingKind.CORRECTION) & Q(corrects__isnull=True)),
                name="filing_correction_names_its_object",
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="filing_has_basis"),
        ]
        indexes = [
            models.Index(fields=["effective_on", "id"], name="filing_pending", condition=Q(applied_at__isnull=True)),
            models.Index(fields=["actor"], name="filing_actor", condition=Q(actor__isnull=False)),
            models.Index(fields=["corrects"], name="filing_corrects", condition=Q(corrects__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_on}"
