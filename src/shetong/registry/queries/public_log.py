"""What the register's rows say in the public logs: written when an act is recorded, derived again by every audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from shetong.core import cose
from shetong.core.canonical_json import Json
from shetong.ledger.queries.sources import Projection, Row, Source
from shetong.ledger.rules.commitments import Personal
from shetong.registry.entry_types import ENDED, FILING, ISSUED
from shetong.registry.models import Certificate, Filing, FilingKind, ImportRun, Organisation
from shetong.registry.queries.filings import entry_of
from shetong.registry.rules import certificate_tokens, history, log_content
from shetong.registry.rules.values import column, empty

REGISTRY = "registry"
CERTIFICATES = "certificates"
CHUNK = 2_000
# Columns that hold what the filings say, value for value.
FOLDED = (
    "uscc",
    "name",
    "kind",
    "legal_representative",
    "domicile",
    "division_code",
    "founded_on",
    "registered_funds",
    "business_scope",
    "status",
)


def filing_body(filing: Filing) -> dict[str, Json]:
    """The entry of a filing; raises nothing."""
    return {
        "organisation": filing.organisation.public_code,
        "kind": filing.kind,
        "effective_on": filing.effective_on.isoformat(),
        "recorded_at": filing.recorded_at.astimezone(UTC).isoformat(),
        "corrects": filing.corrects_id,
        "digest": log_content.digest(basis=filing.basis, before=filing.before, after=filing.after),
    }


def people(filing: Filing) -> dict[str, Personal]:
    """What a filing says of people."""
    return log_content.people(filing=filing.pk, before=filing.before, after=filing.after)


def import_body(run: ImportRun, *, created: int, changed: int) -> dict[str, Json]:
    """The entry of a finished import."""
    return {"file": bytes(run.file_digest).hex(), "created": created, "changed": changed, "demo": run.demo}


def issued_body(certificate: Certificate) -> dict[str, Json]:
    """The entry of an issued certificate."""
    return {"serial": certificate.serial, "token": sha256(bytes(certificate.token)).hexdigest()}


def ended_body(certificate: Certificate) -> dict[str, Json]:
    """The entry of a certificate that was replaced or revoked."""
    return {"serial": certificate.serial, "state": certificate.state}


def _filings(references: Sequence[str]) -> Mapping[str, Row]:
    numbers = [int(reference.removeprefix("filing-")) for reference in references]
    found = Filing.objects.filter(pk__in=numbers).select_related("organisation")
    return {
        f"filing-{filing.pk}": Row(
            f"filing {filing.pk} of {filing.organisation.public_code}", filing_body(filing), people(filing)
        )
        for filing in found
    }


def _filing_references() -> Iterator[list[str]]:
    # The filings of a new body's import have no entries of their own: the import's entry speaks for the whole file.
    alone = Filing.objects.exclude(kind=FilingKind.IMPORT, before={})
    yield from _in_chunks(alone, lambda pk: f"filing-{pk}", "pk")


def _certificates(references: Sequence[str], prefix: str) -> QuerySet[Certificate]:
    return Certificate.objects.filter(serial__in=[reference.removeprefix(prefix) for reference in references])


def _issued(references: Sequence[str]) -> Mapping[str, Row]:
    return {
        f"issued-{found.serial}": Row(f"certificate {found.serial}", issued_body(found))
        for found in _certificates(references, "issued-")
    }


def _ended(references: Sequence[str]) -> Mapping[str, Row]:
    return {
        f"ended-{found.serial}": Row(f"certificate {found.serial}", ended_body(found))
        for found in _certificates(references, "ended-")
    }


def _issued_references() -> Iterator[list[str]]:
    yield from _in_chunks(Certificate.objects.all(), lambda serial: f"issued-{serial}", "serial")


def _ended_references() -> Iterator[list[str]]:
    ended = Certificate.objects.exclude(state=Certificate.State.VALID)
    yield from _in_chunks(ended, lambda serial: f"ended-{serial}", "serial")


def _in_chunks(rows: QuerySet[Any], reference: Callable[[Any], str], key: str) -> Iterator[list[str]]:
    chunk: list[str] = []
    for value in rows.order_by("pk").values_list(key, flat=True).iterator(chunk_size=CHUNK):
        chunk.append(reference(value))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _organisations_against_filings() -> Iterator[str]:
    """Name every organisation whose row does not say what its filings fold to."""
    today = timezone.localdate()
    filings = Filing.objects.order_by("organisation_id", "pk").iterator(chunk_size=CHUNK)
    for organisation_id, group in groupby(filings, key=lambda filing: filing.organisation_id):
        past = list(group)
        entries = [entry_of(filing) for filing in past]
        if any(filing.applied_at is None and filing.effective_on <= today for filing in past):
            continue  # due today and not yet applied: the row may still say yesterday's values
        state = history.fold(history.standing(entries), today)
        organisation = Organisation.objects.get(pk=organisation_id)
        differing = [
            name
            for name in FOLDED
            if name in state and getattr(organisation, name) != column(name, state.get(name, empty(name)))
        ]
        if differing:
            yield f"organisation {organisation.public_code}: {', '.join(differing)} differ from its filings"


def _snapshots_against_tokens() -> Iterator[str]:
    """Name every certificate whose stored particulars are not those that its token signs."""
    for found in Certificate.objects.order_by("pk").iterator(chunk_size=CHUNK):
        try:
            signed = cose.parse_sign1(bytes(found.token)).payload
            claims = certificate_tokens.read(signed)
            stored = certificate_tokens.payload(
                found.snapshot,
                issuer=claims.issuer,
                serial=found.serial,
                issued_at=found.issued_at,
                demo=found.demo,
            )
        except (cose.CoseError, KeyError, ValueError):
            yield f"certificate {found.serial}: its token or particulars cannot be read"
            continue
        if stored != signed:
            yield f"certificate {found.serial}: its particulars differ from what its token signs"


SOURCES = (
    Source(REGISTRY, FILING.name, 1, _filings, _filing_references),
    Source(CERTIFICATES, ISSUED.name, 1, _issued, _issued_references),
    Source(CERTIFICATES, ENDED.name, 1, _ended, _ended_references),
    Projection(REGISTRY, "organisations", _organisations_against_filings),
    Projection(CERTIFICATES, "particulars", _snapshots_against_tokens),
)
