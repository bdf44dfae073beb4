"""The audit trail: events that are only ever added, and the hash chain that ties them together."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.accounts.models.user import User


class AuditEvent(models.Model):
    """One act: who did what to which record, where, for what purpose. Triggers forbid UPDATE, DELETE and TRUNCATE.

    No personal data: people and records are named by number (``user:12``, ``organisation:7``), addresses by network.
    A trigger queues every inserted event in :class:`AuditPending`, so none can stay outside the chain unnoticed.
    """

    recorded_at = models.DateTimeField("时间")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="经办")
    actor_label = models.CharField("经办标识", max_length=80)  # user:12, key:st_1a2b3c4d, system:import, anonymous
    action = models.CharField("动作", max_length=60)
    target = models.CharField("对象", max_length=120, blank=True)
    jurisdiction = models.CharField("区划", max_length=6, blank=True)
    purpose = models.CharField("目的", max_length=40, blank=True)
    detail = models.JSONField("详情", default=dict)
    request_id = models.CharField("请求编号", max_length=64, blank=True)
    network = models.CharField("来源网段", max_length=50, blank=True)

    class Meta:
        verbose_name = "审计记录"
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["target", "-id"], name="audit_by_target"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(action="") & ~Q(actor_label=""), name="audit_says_who_and_what"),
            models.CheckConstraint(
                condition=Q(jurisdiction="") | Q(jurisdiction__regex=r"^[1-9]\d{5}$"), name="audit_division"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M:%S} {self.actor_label} {self.action} {self.target}"


class AuditPending(models.Model):
    """An event that was recorded and not yet chained; filled by a trigger, emptied by the sequencer."""

    event = models.OneToOneField(AuditEvent, models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        verbose_name = "待入链审计记录"

    def __str__(self) -> str:
        return str(self.pk)


class AuditLink(models.Model):
    """The event at one position of the chain; ``hash`` is SHA-256 of the previous hash and the event.

    The position is the key, so the chain cannot fork: of two writers that extend the same head one fails.
    """

    position = models.BigIntegerField("序号", primary_key=True)
    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="link")
    previous_hash = models.BinaryField("前一散列值", max_length=32)
    hash = models.BinaryField("散列值", max_length=32)

    class Meta:
        verbose_name = "审计链"
        constraints = [models.CheckConstraint(condition=Q(position__gte=1), name="audit_position_positive")]

    def __str__(self) -> str:
        return f"{self.position}:{bytes(self.hash).hex()}"


class AuditCheckpoint(models.Model):
    """How far a verification came, so that the next one resumes and a cut-off tail is noticed."""

    position = models.BigIntegerField("核验至序号")
    hash = models.BinaryField("散列值", max_length=32)
    verified_at = models.DateTimeField("核验时间")
    # The position from which this verification started (exclusive).
    since_position = models.BigIntegerField("自序号（不含）")

    class Meta:
        verbose_name = "审计链核验"
        constraints = [
            models.CheckConstraint(condition=Q(position__gte=F("since_position")), name="audit_checkpoint_forward")
        ]

    def __str__(self) -> str:
        return f"{self.position}:{bytes(self.hash).hex()}"
