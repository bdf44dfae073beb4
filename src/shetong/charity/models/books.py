"""Double-entry books, a set for each organisation. Append-only; no unbalanced entry can be committed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.charity.models.choices import AccountKind
from shetong.charity.models.pool import Pool
from shetong.registry.models import Organisation


class Account(models.Model):
    """An account of an organisation's books. ``role``: what the acts move; ``code`` and ``name``: what it is called."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="accounts")
    role = models.CharField("用途", max_length=16, blank=True, db_default="")
    code = models.CharField("科目代码", max_length=12)
    name = models.CharField("科目名称", max_length=100)
    kind = models.CharField("类别", max_length=12, choices=AccountKind)

    class Meta:
        verbose_name = "会计科目"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="account_once"),
            models.UniqueConstraint(fields=["organisation", "role"], condition=~Q(role=""), name="account_role_once"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class JournalEntry(models.Model):
    """An entry (记账凭证): one act, or a batch of donations taken together, with postings that add up to nothing."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="journal")
    booked_on = models.DateField("记账日期")
    summary = models.CharField("摘要", max_length=200)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversed_by")
    # Who wrote it, as they were called then; empty where a program did.
    made_by = models.CharField("制单人", max_length=100, blank=True, db_default="")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "记账凭证"

    def __str__(self) -> str:
        return f"journal {self.pk}"


class Posting(models.Model):
    """One line of an entry: fen, debit positive, credit negative. ``pool``: whose means it moved.

    Over all postings with a pool the sum is minus what the pool holds, which the audit checks.
    """

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_index=False)
    pool = models.ForeignKey(Pool, models.PROTECT, null=True, related_name="postings", db_index=False)
    amount = models.BigIntegerField("金额（分，借正贷负）")

    class Meta:
        verbose_name = "分录"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_moves_something")]
        indexes = [
            models.Index(fields=["account"], include=["amount"], name="posting_of_account"),
            models.Index(fields=["pool"], include=["amount"], condition=Q(pool__isnull=False), name="posting_of_pool"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.amount}"
