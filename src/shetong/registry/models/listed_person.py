"""People on lists of dishonesty that other authorities hand over, known here by the index of their number only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class ListedPerson(models.Model):
    """A person listed from ``listed_on`` to ``removed_on`` (exclusive). Neither name nor number is kept.

    ``identity_number_index`` is that of :mod:`shetong.registry.services.people`, so that a person who applies is found.
    """

    identity_number_index = models.BinaryField("证件号码（盲索引）", max_length=32)
    list_name = models.CharField("名单", max_length=60)
    reason = models.CharField("列入事由", max_length=300)
    listed_by = models.CharField("列入机关", max_length=120)
    document_number = models.CharField("文号", max_length=120)
    listed_on = models.DateField("列入日期")
    removed_on = models.DateField("移出日期", null=True)

    class Meta:
        verbose_name = "失信名单人员"
        constraints = [
            models.UniqueConstraint(
                fields=["identity_number_index", "list_name", "document_number"], name="listed_person_once"
            ),
            models.CheckConstraint(
                condition=Q(removed_on__isnull=True) | Q(removed_on__gte=F("listed_on")), name="listed_person_period"
            ),
        ]

    def __str__(self) -> str:
        return self.document_number
