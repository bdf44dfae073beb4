"""Names that organisations bore, and names held for applicants."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, QuerySet

from shetong.registry.models.choices import NameEnd, OrganisationKind
from shetong.registry.models.filing import Filing
from shetong.registry.models.organisation import Organisation


class BorneNames(models.Manager["OrganisationName"]):
    """Names that were truly borne: those that a correction took back are left out."""

    def get_queryset(self) -> QuerySet[OrganisationName]:
        """Return the names that stand."""
        return super().get_queryset().filter(withdrawn_by__isnull=True)


class OrganisationName(models.Model):
    """A former name of an organisation, borne until ``valid_to`` (exclusive). Rows are never changed or deleted.

    Where a correction shows that a name was never borne, or at other times, ``withdrawn_by`` names that correction; the
    default manager leaves such rows out.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="former_names")
    name = models.CharField("名称", max_length=200, db_index=True)
    valid_from = models.DateField("起", null=True)
    valid_to = models.DateField("止（不含）", null=True)
    ended_by = models.CharField("终止原因", max_length=24, choices=NameEnd, default=NameEnd.CHANGED)
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="names")
    withdrawn_by = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="withdrawn_names")

    objects = BorneNames()
    everything: models.Manager[OrganisationName] = models.Manager()

    class Meta:
        verbose_name = "曾用名"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="name_period",
            ),
            models.UniqueConstraint(
                fields=["organisation", "name", "valid_to"],
                condition=Q(withdrawn_by__isnull=True),
                name="name_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NameReservation(models.Model):
    """A name held for an applicant until ``expires_at``; ``name_key`` is its normalised form, held by one at a time."""

    name = models.CharField("名称", max_length=200)
    name_key = models.CharField("规范化名称", max_length=200)
    kind = models.CharField("类型", max_length=2, choices=OrganisationKind)
    division_code = models.CharField("行政区划代码", max_length=6)
    applicant = models.CharField("申请人", max_length=100)
    reserved_at = models.DateTimeField("保留时间")
    expires_at = models.DateTimeField("到期时间")
    released_at = models.DateTimeField("解除时间", null=True)

    class Meta:
        verbose_name = "名称保留"
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(released_at__isnull=True), name="reservation_once"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("reserved_at")), name="reservation_period"),
        ]

    def __str__(self) -> str:
        return self.name
