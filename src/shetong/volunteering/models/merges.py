"""Undoing a merge: what the record that went held, sealed for as long as it may come back, and that it came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.volunteering.models.people import Merge


class MergeHold(models.Model):
    """What was emptied when a record was merged, sealed; deleted when the window for undoing closes."""

    merge = models.OneToOneField(Merge, models.PROTECT, related_name="hold", verbose_name="合并")
    content_sealed = models.BinaryField("原记录（密文）")
    until = models.DateTimeField("可撤销至", db_index=True)

    class Meta:
        verbose_name = "合并前的记录"

    def __str__(self) -> str:
        return str(self.merge_id)


class MergeUndo(models.Model):
    """A merge that was undone; the merge itself stays in history."""

    merge = models.OneToOneField(Merge, models.PROTECT, related_name="undo", verbose_name="合并")
    reason = models.CharField("理由", max_length=300)
    actor_name = models.CharField("办理人", max_length=100)
    recorded_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "撤销的合并"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="merge_undo_reasoned")]

    def __str__(self) -> str:
        return str(self.merge_id)
