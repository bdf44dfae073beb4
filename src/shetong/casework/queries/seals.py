"""Seals as anybody may ask about them: what was done to a file, whose seal it bears, whether that is to be believed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from shetong.casework.models import Case, Notice, Seal, SealIssuer
from shetong.casework.rules import sealed_pdfs
from shetong.casework.rules.sealed_pdfs import State

# How far the clock of a signer may be ahead of ours.
_CLOCKS_DIFFER = timedelta(minutes=10)


class Verdict(StrEnum):
    """The one answer that checking a file gives, the worst reason first."""

    UNSEALED = "unsealed"
    ALTERED = "altered"
    EXTENDED = "extended"
    UNKNOWN_SEAL = "unknown-seal"
    COMPROMISED = "compromised"
    OUT_OF_TIME = "out-of-time"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. ``notice``: the record of this very file, where this site issued it."""

    verdict: Verdict
    seal: Seal | None = None
    signer: str = ""
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    notice: Notice | None = None


_OF_STATE = {
    State.UNSEALED: Verdict.UNSEALED,
    State.ALTERED: Verdict.ALTERED,
    State.EXTENDED: Verdict.EXTENDED,
}


def check(pdf: bytes) -> Checked:
    """Return whose seal a file bears and whether it is whole and was valid when it was set."""
    found = sealed_pdfs.inspect(pdf)
    seal = Seal.objects.filter(fingerprint=found.fingerprint).first() if found.fingerprint else None
    signer = found.certificate.subject.rfc4514_string() if found.certificate else ""
    if found.state in _OF_STATE:
        return Checked(_OF_STATE[found.state], seal, signer, found.signed_at)
    if seal is None:
        return Checked(Verdict.UNKNOWN_SEAL, None, signer, found.signed_at)
    stamped = _stamped_at(pdf)
    notice = Notice.objects.filter(pdf_digest=hashlib.sha256(pdf).hexdigest()).first()
    moment = stamped or found.signed_at
    verdict = Verdict.VALID
    # What a thief seals can be dated back, but not put into our records or under somebody else's time stamp.
    if seal.compromised_at is not None and notice is None and not (stamped and stamped < seal.compromised_at):
        verdict = Verdict.COMPROMISED
    elif moment is None or not seal.valid_from <= moment < min(seal.valid_to, timezone.now() + _CLOCKS_DIFFER):
        verdict = Verdict.OUT_OF_TIME
    return Checked(verdict, seal, signer, found.signed_at, stamped, notice)


def _stamped_at(pdf: bytes) -> datetime | None:
    if not settings.SEALS_TSA_ROOTS:
        return None
    return sealed_pdfs.stamped_at(pdf, roots=Path(settings.SEALS_TSA_ROOTS).read_text(encoding="ascii"))


def published() -> str:
    """Return the certificates by which others can check sealed files, PEM: issuers, then seals that may be believed."""
    issuers = SealIssuer.objects.order_by("pk").values_list("certificate", flat=True)
    seals = believed().order_by("pk").values_list("chain", "certificate")
    found = dict.fromkeys(issuers)
    for chain, certificate in seals:
        found |= dict.fromkeys((chain, certificate))
    return "".join(found)


def believed() -> QuerySet[Seal]:
    """Return the seals in use and those that only verify."""
    return Seal.objects.exclude(use=Seal.Use.COMPROMISED)


def authorities_without_seal(most: int = 20) -> list[tuple[str, str]]:
    """Return division and name of authorities that handle real cases and have no seal in use; the first ``most``."""
    sealed = Seal.objects.filter(use=Seal.Use.ACTIVE, demo=False, valid_to__gt=timezone.now())
    known = set(sealed.values_list("division_code", "authority_name"))
    busy = Case.objects.filter(demo=False).exclude(authority_name="").order_by()
    there = busy.values_list("authority_division", "authority_name").distinct()
    return sorted(set(there) - known)[:most]


def overview() -> list[dict[str, Any]]:
    """Return all seals for the one who looks after them, the oldest first."""
    return [
        {
            "fingerprint": seal.fingerprint,
            "authority": seal.authority_name,
            "division": seal.division_code,
            "use": seal.use,
            "demo": seal.demo,
            "imported": seal.imported,
            "valid_to": seal.valid_to,
        }
        for seal in Seal.objects.order_by("pk")
    ]
