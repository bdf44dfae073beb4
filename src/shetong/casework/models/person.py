"""Who is named in applications, known by the keyed index of the identity number only."""

from __future__ import annotations

from django.db import models

from shetong.casework.models.case import Case


class CasePerson(models.Model):
    """A person named in a submitted application; ``role`` is the topic of the form in which it stands."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="people", verbose_name="办件")
    role = models.CharField("所在部分", max_length=24)
    index = models.BinaryField("证件号码（盲索引）", max_length=32)

    class Meta:
        verbose_name = "申请所涉人员"
        constraints = [
            models.UniqueConstraint(fields=["case", "role", "index"], name="case_person_once"),
        ]
        indexes = [models.Index(fields=["index", "role"], name="case_person_index")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.role}"
