"""Reading the books: accounts with their sums, and entries with their lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from shetong.charity.models import Account, BookCheck, BookFinding, JournalEntry, Pool
from shetong.core.asked import whole
from shetong.registry.models import Organisation

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An account's sums in fen; ``balance``: debit less credit."""

    account: Account
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        """Debit less credit."""
        return self.debit - self.credit


def balances(organisation: Organisation) -> list[Line]:
    """The trial balance (科目余额表) of an organisation. One query over its postings."""
    rows = (
        Account.objects.filter(organisation=organisation)
        .annotate(
            debit=Sum("postings__amount", filter=Q(postings__amount__gt=0)),
            credit=Sum("postings__amount", filter=Q(postings__amount__lt=0)),
        )
        .order_by("code")
    )
    return [Line(row, row.debit or 0, -(row.credit or 0)) for row in rows]


def entries(organisation: Organisation, *, before: str = "") -> QuerySet[JournalEntry]:
    """The entries of an organisation's books with their lines, the newest first."""
    rows = JournalEntry.objects.filter(organisation=organisation).order_by("-pk")
    rows = rows.prefetch_related("postings__account", "postings__pool__project")
    older = whole(before)
    return rows if older is None else rows.filter(pk__lt=older)


def last_check() -> BookCheck | None:
    """The last check of the whole log."""
    return BookCheck.objects.order_by("-pk").first()


def findings(run: BookCheck | None, within: Q, *, unowned: bool = False) -> QuerySet[BookFinding]:
    """What the check found of the organisations ``within``, and with ``unowned`` what is nobody's; in its order."""
    if run is None:
        return BookFinding.objects.none()
    whose = Q(organisation__in=Organisation.objects.filter(within))
    rows = run.findings.filter(whose | Q(organisation=None) if unowned else whose)
    return rows.select_related("organisation").order_by("pk")


def charities(within: Q, *, text: str = "", before: str = "") -> QuerySet[Organisation]:
    """Organisations with pools, within a jurisdiction, the newest first."""
    rows = Organisation.objects.filter(within, pk__in=Pool.objects.values("organisation")).order_by("-pk")
    if text := text.strip():
        rows = rows.filter(Q(name__contains=text) | Q(uscc=text.upper()))
    older = whole(before)
    return rows if older is None else rows.filter(pk__lt=older)
