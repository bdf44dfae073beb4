"""Checking the books and the log as a whole, and keeping what was found for who supervises."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from shetong.accounts.models import Topic
from shetong.accounts.services import messages
from shetong.charity.models import (
    BookCheck,
    BookFinding,
    Carry,
    Disbursement,
    Disclosure,
    Donation,
    DonationReversal,
    Evidence,
    PlanVersion,
    Pool,
    SubDisbursement,
    TrustFiling,
)
from shetong.charity.queries.public_log import CHARITY
from shetong.charity.queries.supervisors import supervisors
from shetong.core import divisions
from shetong.ledger.models import Entry, Log
from shetong.ledger.queries.audit import audit
from shetong.registry.models import Organisation

KEPT = 30
_REFERENCE = re.compile(
    r"\b(plan|trust|disclosure|pool|donation|reversal|disbursement|carry|part|evidence|reached)[- ]([sp]?)(\d+)\b"
)
_PLACES = {
    "plan": (PlanVersion, "plan__organisation"),
    "trust": (TrustFiling, "trust__trustee"),
    "disclosure": (Disclosure, "organisation"),
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
        found = BookFinding.objects.bulk_create([_finding(run, text) for text in report.findings])
        _tell(found)
        old = BookCheck.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
        BookCheck.objects.filter(pk__in=list(old)).delete()
    return run


def _tell(findings: Sequence[BookFinding]) -> None:
    """Tell who supervises, each charity's findings once; what is nobody's, those who supervise the whole country."""
    whose: dict[int | None, list[str]] = {}
    for one in findings:
        whose.setdefault(one.organisation_id, []).append(one.text)
    known = Organisation.objects.select_related("authority").in_bulk([number for number in whose if number])
    for number, texts in whose.items():
        body = known.get(number) if number else None
        digest = sha256("\n".join(sorted(texts)).encode()).hexdigest()[:32]
        messages.send_all(
            to=supervisors(body.authority.division_code if body else divisions.NATION),
            topic=Topic.CHARITY,
            key=f"books:{number or 0}/{digest}",
            title=f"账目与公开日志不一致：{body.name if body else '无法确定组织'}",
            text=f"夜间核对发现{len(texts)}处不一致，请查看并查明原因。",
            url=reverse("charity:office-charity", args=[body.public_code]) if body else reverse("charity:office"),
        )


def _owner(kind: str, number: int, reference: str) -> int | None:
    """Whose an act is: as its row says and, where the row is gone, as the log says of it."""
    model, path = _PLACES[kind]
    owner: int | None = model._default_manager.filter(pk=number).values_list(path, flat=True).first()
    if owner is not None:
        return owner
    data = Entry.objects.filter(log__name=CHARITY, reference=reference).values_list("data", flat=True).first()
    try:
        said = json.loads(bytes(data)) if data is not None else {}
    except ValueError:
        return None
    if code := said.get("organisation") or said.get("trustee"):
        return Organisation.objects.filter(uscc=code).values_list("pk", flat=True).first()
    for above in ("pool", "disbursement", "donation"):
        if isinstance(found := said.get(above), int) and above != kind:
            return _owner(above, found, f"{above}-{found}")
    return None


def _finding(run: BookCheck, text: str) -> BookFinding:
    found = _REFERENCE.findall(text)
    kind, sign, number = found[-1] if found else ("", "", "")
    reference = f"{kind}-{sign}{number}" if kind else ""
    if kind == "reached":
        kind = "part" if sign == "p" else "disbursement"
    owner = _owner(kind, int(number), reference) if kind else None
    return BookFinding(check_run=run, organisation_id=owner, reference=reference, text=text[:600])
