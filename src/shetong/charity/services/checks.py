"""Checking the books and the log as a whole, and keeping what was found for who supervises."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from shetong.charity.models import (
    BookCheck,
    BookFinding,
    Carry,
    Disbursement,
    Donation,
    DonationReversal,
    Evidence,
    PlanVersion,
    Pool,
    SubDisbursement,
)
from shetong.charity.queries.public_log import CHARITY
from shetong.ledger.models import Log
from shetong.ledger.queries.audit import audit

KEPT = 30
_REFERENCE = re.compile(r"\b(plan|pool|donation|reversal|disbursement|carry|part|evidence|reached)[- ]([sp]?)(\d+)\b")
_PLACES = {
    "plan": (PlanVersion, "plan__organisation"),
    "pool": (Pool, "organisation"),
    "donation": (Donation, "pool__organisation"),
    "reversal": (DonationReversal, "pool__organisation"),
    "disbursement": (Disbursement, "pool__organisation"),
    "carry": (Carry, "pool__organisation"),
    "part": (SubDisbursement, "disbursement__pool__organisation"),
    "evidence": (Evidence, "disbursement__pool__organisation"),
}


def check_books() -> BookCheck | None:
    """Audit the charity log against rows, counters and books; keep the findings of the last checks.

    Returns ``None`` where there is no charity log yet.
    """
    log = Log.objects.filter(name=CHARITY).first()
    if log is None:
        return None
    started = timezone.now()
    report = audit(log)
    with transaction.atomic():
        run = BookCheck.objects.create(started_at=started, finished_at=timezone.now(), entries=report.size)
        BookFinding.objects.bulk_create([_finding(run, text) for text in report.findings])
        old = BookCheck.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
        BookCheck.objects.filter(pk__in=list(old)).delete()
    return run


def _finding(run: BookCheck, text: str) -> BookFinding:
    found = _REFERENCE.findall(text)
    kind, sign, number = found[-1] if found else ("", "", "")
    reference = f"{kind}-{sign}{number}" if kind else ""
    if kind == "reached":
        kind = "part" if sign == "p" else "disbursement"
    owner = None
    if kind:
        model, path = _PLACES[kind]
        owner = model._default_manager.filter(pk=int(number)).values_list(path, flat=True).first()
    return BookFinding(check_run=run, organisation_id=owner, reference=reference, text=text[:600])
