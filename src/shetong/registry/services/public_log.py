"""What the register leaves in the public logs: digests and public codes of its acts; people as salted commitments."""

from __future__ import annotations

from collections.abc import Iterable

from shetong.ledger.services.entries import Act, append
from shetong.registry import entry_types
from shetong.registry.models import Certificate, Filing, ImportRun
from shetong.registry.queries import public_log as content

REGISTRY = content.REGISTRY
CERTIFICATES = content.CERTIFICATES


def filings_recorded(filings: Iterable[Filing]) -> None:
    """Record filings: which organisation, why, when, and the digest of basis and changes."""
    append(
        log=REGISTRY,
        acts=[
            Act(f"filing-{filing.pk}", entry_types.FILING.name, 1, content.filing_body(filing), content.people(filing))
            for filing in filings
        ],
    )


def import_finished(run: ImportRun, *, created: int, changed: int) -> None:
    """Record a finished import as one act; its filings are found through the file's digest."""
    body = content.import_body(run, created=created, changed=changed)
    append(log=REGISTRY, acts=[Act(f"import-{run.pk}", entry_types.IMPORT.name, 1, body)])


def certificates_issued(certificates: Iterable[Certificate]) -> None:
    """Record issued certificates by serial number and the digest of what was signed."""
    append(
        log=CERTIFICATES,
        acts=[
            Act(f"issued-{certificate.serial}", entry_types.ISSUED.name, 1, content.issued_body(certificate))
            for certificate in certificates
        ],
    )


def certificate_ended(certificate: Certificate) -> None:
    """Record that a certificate was replaced or revoked."""
    body = content.ended_body(certificate)
    append(log=CERTIFICATES, acts=[Act(f"ended-{certificate.serial}", entry_types.ENDED.name, 1, body)])
