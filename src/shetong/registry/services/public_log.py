"""What the register leaves in the public logs: digests and public codes of its acts, never names of people."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from shetong.core.canonical_json import Json, canonical
from shetong.ledger.services.entries import Act, append
from shetong.registry.models import Certificate, Filing, ImportRun

REGISTRY = "registry"
CERTIFICATES = "certificates"


def filing_recorded(filing: Filing) -> None:
    """Record a filing: which organisation, why, when, and the digest of basis and changes."""
    content = {"basis": filing.basis, "before": filing.before, "after": filing.after}
    body: dict[str, Json] = {
        "organisation": filing.organisation.public_code,
        "kind": filing.kind,
        "effective_on": filing.effective_on.isoformat(),
        "recorded_at": filing.recorded_at.isoformat(),
        "corrects": filing.corrects_id,
        "digest": sha256(canonical(content)).hexdigest(),
    }
    append(log=REGISTRY, acts=[Act(f"filing-{filing.pk}", "registry.filing", 1, body)])


def import_finished(run: ImportRun, *, created: int, changed: int) -> None:
    """Record a finished import as one act; its filings are found through the file's digest."""
    body: dict[str, Json] = {
        "file": bytes(run.file_digest).hex(),
        "created": created,
        "changed": changed,
        "demo": run.demo,
    }
    append(log=REGISTRY, acts=[Act(f"import-{run.pk}", "registry.import", 1, body)])


def certificates_issued(certificates: Iterable[Certificate]) -> None:
    """Record issued certificates by serial number and the digest of what was signed."""
    append(
        log=CERTIFICATES,
        acts=[
            Act(
                f"issued-{certificate.serial}",
                "certificate.issued",
                1,
                {"serial": certificate.serial, "token": sha256(bytes(certificate.token)).hexdigest()},
            )
            for certificate in certificates
        ],
    )


def certificate_ended(certificate: Certificate) -> None:
    """Record that a certificate was replaced or revoked."""
    body: dict[str, Json] = {"serial": certificate.serial, "state": certificate.state}
    append(log=CERTIFICATES, acts=[Act(f"ended-{certificate.serial}", "certificate.ended", 1, body)])
