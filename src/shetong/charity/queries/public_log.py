"""What the rows of charity say in its public log: written when an act is recorded, derived again by every audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from shetong.charity import entry_types as types
from shetong.charity.models import (
    Beneficiary,
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
from shetong.charity.rules import log_content
from shetong.core import pii
from shetong.core.canonical_json import Json
from shetong.ledger.queries.sources import Projection, Row, Source
from shetong.ledger.rules.commitments import Personal
from shetong.ledger.rules.entry_types import EntryType

CHARITY = "charity"
CHUNK = 2_000
BENEFICIARY = "beneficiary"
BENEFICIARY_CONTEXT = "charity.beneficiary"


def plan_body(version: PlanVersion) -> dict[str, Json]:
    """The entry of a version of a plan."""
    return {
        "plan": version.plan.number,
        "organisation": version.plan.organisation.public_code,
        "edition": version.number,
        "kind": version.kind,
        "starts_on": str(version.content["starts_on"]),
        "ends_on": str(version.content["ends_on"]),
        "filed_on": version.filed_on.isoformat(),
        "digest": log_content.digest({"content": version.content, "reason": version.reason}),
    }


def trust_body(filing: TrustFiling) -> dict[str, Json]:
    """The entry of a filing of a trust."""
    return {
        "trust": filing.trust.number,
        "trustee": filing.trustee_code,
        "edition": filing.number,
        "kind": filing.kind,
        "filed_on": filing.filed_on.isoformat(),
        "digest": log_content.digest({"content": filing.content, "reason": filing.reason}),
    }


def disclosure_body(entry: Disclosure) -> dict[str, Json]:
    """The entry of something published; select its organisation with it."""
    return {
        "organisation": entry.organisation.public_code,
        "kind": entry.kind,
        "corrects": entry.corrects_id,
        "published_at": entry.published_at.astimezone(UTC).isoformat(),
        "digest": log_content.digest(
            {
                "content": entry.content,
                "explanation": entry.explanation,
                "figures": entry.figures,
                "title": entry.title,
            }
        ),
    }


def pool_body(pool: Pool) -> dict[str, Json]:
    """The entry of a pool."""
    return {
        "pool": pool.pk,
        "organisation": pool.organisation.public_code,
        "project": pool.project.number if pool.project else None,
        "earmark": pool.earmark or None,
        "asset": pool.asset,
        "restricted": pool.restricted,
    }


def donation_body(donation: Donation, *, plan: str | None, platform: str | None) -> dict[str, Json]:
    """The entry of a donation; ``plan`` is the filing number of its activity, ``platform`` the platform's code."""
    return {
        "pool": donation.pool_id,
        "from": donation.pool_from,
        "to": donation.pool_to,
        "amount": donation.amount,
        "channel": donation.channel,
        "platform": platform,
        "plan": plan,
        "currency": donation.currency,
        "original": donation.original_amount,
        "corrects": donation.corrects_id,
        "donated_at": donation.donated_at.astimezone(UTC).isoformat(),
    }


def donation_people(donation: Donation) -> dict[str, Personal]:
    """What a donation's entry commits to."""
    known = log_content.open_particulars(donation.particulars_sealed)
    return {log_content.DONOR: log_content.donor(known, shown=donation.shown, order=donation.platform_order)}


def reversal_body(reversal: DonationReversal) -> dict[str, Json]:
    """The entry of a refund, void or correction."""
    return {
        "donation": reversal.donation_id,
        "kind": reversal.kind,
        "pool": reversal.pool_id,
        "from": reversal.hole_from,
        "to": reversal.hole_to,
        "quantity": reversal.quantity,
        "amount": reversal.amount,
        "paid_from": reversal.paid_from_id,
        "reversed_at": reversal.reversed_at.astimezone(UTC).isoformat(),
    }


def disbursement_body(disbursement: Disbursement) -> dict[str, Json]:
    """The entry of a disbursement; select its budget line and partner with it."""
    line, partner = disbursement.budget_line, disbursement.partner
    return {
        "pool": disbursement.pool_id,
        "from": disbursement.pool_from,
        "to": disbursement.pool_to,
        "quantity": disbursement.quantity,
        "amount": disbursement.amount,
        "kind": disbursement.kind,
        "spent_on": disbursement.spent_on.isoformat(),
        "digest": log_content.digest(
            {
                "purpose": disbursement.purpose,
                "payee": disbursement.payee,
                "line": line.code if line else None,
                "partner": partner.name if partner else None,
            }
        ),
    }


def carry_body(carry: Carry) -> dict[str, Json]:
    """The entry of a transfer or return."""
    return {
        "kind": carry.kind,
        "source": carry.source_id,
        "source_from": carry.source_from,
        "source_to": carry.source_to,
        "pool": carry.pool_id,
        "from": carry.pool_from,
        "to": carry.pool_to,
        "amount": carry.amount,
    }


def part_body(part: SubDisbursement) -> dict[str, Json]:
    """The entry of a partner's spending."""
    return {
        "disbursement": part.disbursement_id,
        "from": part.part_from,
        "to": part.part_to,
        "spent_on": part.spent_on.isoformat(),
        "digest": log_content.digest({"purpose": part.purpose, "payee": part.payee}),
    }


def evidence_body(evidence: Evidence) -> dict[str, Json]:
    """The entry of a document."""
    return {
        "disbursement": evidence.disbursement_id,
        "part": evidence.part_id,
        "kind": evidence.kind,
        "file": evidence.digest,
        "digest": log_content.digest({"title": evidence.title}),
    }


def reached_reference(row: Disbursement | SubDisbursement) -> str:
    """The reference under which it is logged that means reached the last beneficiary."""
    return f"reached-{'s' if isinstance(row, Disbursement) else 'p'}{row.pk}"


def reached_body(row: Disbursement | SubDisbursement) -> dict[str, Json]:
    """The entry of an arrival."""
    whole = isinstance(row, Disbursement)
    return {"disbursement": row.pk if whole else row.disbursement_id, "part": None if whole else row.pk}  # type: ignore[union-attr]


def recipient(beneficiary: Beneficiary | None) -> dict[str, Personal]:
    """What an entry commits to of somebody helped; nothing where there is nobody."""
    if beneficiary is None:
        return {}
    sealed = beneficiary.name_sealed
    name = pii.open_sealed(sealed, context=BENEFICIARY_CONTEXT) if sealed is not None else ""
    return {BENEFICIARY: Personal(f"beneficiary:{beneficiary.pk}", name)}


def _source(
    entry_type: EntryType,
    rows: QuerySet[Any],
    prefix: str,
    noun: str,
    body: Callable[[Any], dict[str, Json]],
    people: Callable[[Any], dict[str, Personal]] = lambda _: {},
) -> Source:
    def found(references: Sequence[str]) -> Mapping[str, Row]:
        numbers = [int(reference.removeprefix(prefix)) for reference in references]
        return {
            f"{prefix}{row.pk}": Row(f"{noun} {row.pk}", body(row), people(row)) for row in rows.filter(pk__in=numbers)
        }

    def references() -> Iterator[list[str]]:
        last = 0
        while True:
            numbers = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
            if not numbers:
                return
            last = numbers[-1]
            yield [f"{prefix}{number}" for number in numbers]

    return Source(CHARITY, entry_type.name, 1, found, references)


def _donation(row: Donation) -> dict[str, Json]:
    return donation_body(
        row,
        plan=row.activity.plan.number if row.activity else None,
        platform=row.platform.code if row.platform else None,
    )


def _reached(references: Sequence[str]) -> Mapping[str, Row]:
    found: dict[str, Row] = {}
    sides: tuple[tuple[str, str, type[Model]], ...] = (
        ("s", "disbursement", Disbursement),
        ("p", "sub-disbursement", SubDisbursement),
    )
    for sign, noun, model in sides:
        prefix = f"reached-{sign}"
        numbers = [int(one.removeprefix(prefix)) for one in references if one.startswith(prefix)]
        for row in model._default_manager.filter(pk__in=numbers, reached_final=True):
            found[f"{prefix}{row.pk}"] = Row(f"arrival of {noun} {row.pk}", reached_body(row))  # type: ignore[arg-type]
    return found


def _reached_references() -> Iterator[list[str]]:
    for sign, model in (("s", Disbursement), ("p", SubDisbursement)):
        numbers: QuerySet[Any, Any] = model._default_manager.filter(reached_final=True).values_list("pk", flat=True)
        yield [f"reached-{sign}{number}" for number in numbers.order_by("pk").iterator()]


def said(kind: str, first: int, most: int) -> list[tuple[str, dict[str, Json]]]:
    """What the rows of donations or disbursements from number ``first`` on would say in the log now."""
    if kind == types.DONATION.name:
        gifts = (
            Donation.objects.filter(pk__gte=first).select_related("activity__plan", "platform").order_by("pk")[:most]
        )
        return [(f"donation-{row.pk}", _donation(row)) for row in gifts]
    spent = Disbursement.objects.filter(pk__gte=first).select_related("budget_line", "partner").order_by("pk")[:most]
    return [(f"disbursement-{row.pk}", disbursement_body(row)) for row in spent]


def pools_against_rows() -> Iterator[str]:
    """Name every pool whose counters are not the sums of its rows, or whose books say something else."""
    with connection.cursor() as cursor:
        cursor.execute(_POOLS)
        for number, column in cursor.fetchall():
            yield f"pool {number}: {column} is not what its rows add up to"


# Donations are read once for all pools; everything else is small beside them.
_POOLS = """
WITH given AS (
    SELECT pool_id, count(*) AS donations, sum(amount) AS donated, sum(quantity) AS quantity, sum(refunded) AS refunded
    FROM charity_donation GROUP BY pool_id
), carried AS (
    SELECT pool_id, sum(pool_to - pool_from) AS quantity,
        sum(amount) FILTER (WHERE kind = 'transfer') AS carried_in,
        sum(amount) FILTER (WHERE kind = 'return') AS returned
    FROM charity_carry GROUP BY pool_id
), gone AS (
    SELECT pool_id, sum(quantity) AS quantity, max(pool_to) AS frontier,
        sum(amount) FILTER (WHERE kind IN ('aid', 'service', 'grant')) AS spent,
        sum(amount) FILTER (WHERE kind = 'management') AS management,
        sum(amount) FILTER (WHERE kind = 'fundraising') AS fundraising,
        sum(amount) FILTER (WHERE kind = 'transfer') AS carried_out
    FROM charity_disbursement GROUP BY pool_id
), booked AS (
    SELECT pool_id, -sum(amount) AS balance FROM charity_posting WHERE pool_id IS NOT NULL GROUP BY pool_id
)
SELECT pool.id, checked.name FROM charity_pool AS pool
LEFT JOIN given ON given.pool_id = pool.id
LEFT JOIN carried ON carried.pool_id = pool.id
LEFT JOIN gone ON gone.pool_id = pool.id
LEFT JOIN booked ON booked.pool_id = pool.id,
LATERAL (VALUES
    ('donations', pool.donations, given.donations::numeric),
    ('donated', pool.donated, given.donated),
    ('received', pool.received, coalesce(given.quantity, 0) + coalesce(carried.quantity, 0)),
    ('carried_in', pool.carried_in, carried.carried_in),
    ('returned', pool.returned, carried.returned),
    ('frontier', pool.frontier, gone.frontier::numeric),
    ('held', pool.held, coalesce(given.quantity, 0) + coalesce(carried.quantity, 0) - coalesce(given.refunded, 0)
        - coalesce(gone.quantity, 0)),
    ('spent', pool.spent, gone.spent),
    ('management', pool.management, gone.management),
    ('fundraising', pool.fundraising, gone.fundraising),
    ('carried_out', pool.carried_out, gone.carried_out),
    ('books', pool.donated + pool.carried_in + pool.returned - pool.refunded - pool.carried_out - pool.spent
        - pool.management - pool.fundraising, booked.balance)
) AS checked (name, kept, derived)
WHERE checked.kept <> coalesce(checked.derived, 0) ORDER BY pool.id, checked.name
"""


SOURCES = (
    _source(
        types.PLAN,
        PlanVersion.objects.select_related("plan__organisation"),
        "plan-",
        "version of a plan",
        plan_body,
    ),
    _source(types.TRUST, TrustFiling.objects.select_related("trust"), "trust-", "filing of a trust", trust_body),
    _source(
        types.DISCLOSURE,
        Disclosure.objects.select_related("organisation"),
        "disclosure-",
        "disclosure",
        disclosure_body,
    ),
    _source(types.POOL, Pool.objects.select_related("organisation", "project"), "pool-", "pool", pool_body),
    _source(
        types.DONATION,
        Donation.objects.select_related("activity__plan", "platform"),
        "donation-",
        "donation",
        _donation,
        donation_people,
    ),
    _source(types.REVERSAL, DonationReversal.objects.all(), "reversal-", "reversal", reversal_body),
    _source(
        types.DISBURSEMENT,
        Disbursement.objects.select_related("budget_line", "partner", "beneficiary"),
        "disbursement-",
        "disbursement",
        disbursement_body,
        lambda row: recipient(row.beneficiary),
    ),
    _source(types.CARRY, Carry.objects.all(), "carry-", "carry", carry_body),
    _source(
        types.PART,
        SubDisbursement.objects.select_related("beneficiary"),
        "part-",
        "sub-disbursement",
        part_body,
        lambda row: recipient(row.beneficiary),
    ),
    _source(types.EVIDENCE, Evidence.objects.all(), "evidence-", "evidence", evidence_body),
    Source(CHARITY, types.REACHED.name, 1, _reached, _reached_references),
    Projection(CHARITY, "pools", pools_against_rows),
)
