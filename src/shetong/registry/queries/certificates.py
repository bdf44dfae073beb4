"""Reading certificates: what one would state today, what the register says of a serial number or token, the keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shetong.registry.models import (
    AttributeCode,
    Certificate,
    Organisation,
    OrganisationAttribute,
    OrganisationKind,
    SigningKey,
    Status,
)
from shetong.registry.rules import certificate_tokens, certificate_verification
from shetong.registry.rules.certificate_elements import Difference, Snapshot, differences
from shetong.registry.rules.certificate_tokens import Claims
from shetong.registry.rules.certificate_verification import PublishedKey, Verdict
from shetong.store import rows

NORMAL = Status.NORMAL.label


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register says today of a certificate that it issued; everything in it is public."""

    serial: str
    state: str
    state_reason: str
    state_changed_at: datetime | None
    issued_at: datetime
    organisation_code: str
    snapshot: Snapshot
    differences: tuple[Difference, ...]
    token_digest: bytes
    demo: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of verifying a token on the server; ``claims`` and ``standing`` where the verdict rests on them."""

    verdict: Verdict
    claims: Claims | None = None
    standing: Standing | None = None
    key_id: bytes = b""


def with_snapshot_fields(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Add the authority and ``is_charity`` to a query, so that :func:`snapshot` needs no further one."""
    today = timezone.localdate()
    charity = OrganisationAttribute.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        organisation=OuterRef("pk"),
        code=AttributeCode.CHARITY,
        valid_from__lte=today,
    )
    return organisations.select_related("authority").annotate(is_charity=Exists(charity))


def add_snapshot_fields(organisation: Organisation) -> None:
    """Give an organisation that was read with its authority what :func:`snapshot` needs beside it. One query."""
    today = timezone.localdate()
    organisation.is_charity = rows.exists(  # type: ignore[attr-defined]
        "FROM registry_organisationattribute WHERE organisation_id = %s AND code = %s AND valid_from <= %s"
        " AND (valid_to IS NULL OR valid_to > %s)",
        [organisation.pk, AttributeCode.CHARITY, today, today],
    )


def certifiable() -> QuerySet[Organisation]:
    """Return the organisations that may get a certificate today, with the fields of :func:`with_snapshot_fields`."""
    return with_snapshot_fields(Organisation.objects.all()).filter(
        Q(certificate_valid_to__isnull=True) | Q(certificate_valid_to__gte=timezone.localdate()),
        ~Q(kind=OrganisationKind.BRANCH),
        status=Status.NORMAL,
        uscc__isnull=False,
    )


def snapshot(organisation: Organisation) -> Snapshot:
    """Return what a certificate of the organisation states today (a row of :func:`with_snapshot_fields`)."""
    start, end = organisation.certificate_valid_from, organisation.certificate_valid_to
    return {
        "uscc": organisation.uscc,
        "name": organisation.name,
        "kind": str(organisation.kind),
        "business_scope": organisation.business_scope,
        "domicile": organisation.domicile,
        "legal_representative": organisation.legal_representative,
        "registered_funds": organisation.registered_funds,
        "supervising_body": organisation.supervising_body,
        "authority": organisation.authority.name,
        "certificate_valid_from": start.isoformat() if start else None,
        "certificate_valid_to": end.isoformat() if end else None,
        "charity": bool(getattr(organisation, "is_charity")),  # noqa: B009 - added by the query
    }


def valid_certificate(organisation_id: int) -> Certificate | None:
    """Return the organisation's certificate in force, if it has one."""
    return rows.first(
        Certificate, "WHERE organisation_id = %s AND state = %s", [organisation_id, Certificate.State.VALID]
    )


def standing(serial: str) -> Standing | None:
    """Return what the register says of the certificate ``serial`` (two queries), ``None`` where there is none."""
    certificate = Certificate.objects.filter(serial=serial).first()
    if certificate is None:
        return None
    organisation = with_snapshot_fields(Organisation.objects.all()).get(pk=certificate.organisation_id)
    changes = differences(certificate.snapshot, snapshot(organisation))
    if organisation.status != Status.NORMAL:
        # A certificate is issued in the normal status only, so this differs from what it stood for.
        changes.append(Difference("status", "登记状态", NORMAL, organisation.get_status_display()))
    return Standing(
        serial=certificate.serial,
        state=certificate.state,
        state_reason=certificate.state_reason,
        state_changed_at=certificate.state_changed_at,
        issued_at=certificate.issued_at,
        organisation_code=organisation.public_code,
        snapshot=certificate.snapshot,
        differences=tuple(changes),
        token_digest=hashlib.sha256(certificate.token).digest(),
        demo=certificate.demo,
    )


def published_keys() -> dict[bytes, PublishedKey]:
    """Return every key that ever signed, by key id; compromised ones carry the time from which not to believe them."""
    return {
        bytes(key.key_id): PublishedKey(
            bytes(key.key_id), bytes(key.public_key), key.created_at, key.retired_at, key.compromised_at
        )
        for key in SigningKey.objects.order_by("created_at").defer("private_key_sealed")
    }


def verify_token(token: bytes) -> Verification:
    """Verify a token against the keys and the register as they are now (three queries)."""
    check = certificate_verification.check_signature(token, published_keys())
    if check.verdict is not None or check.claims is None:
        return Verification(check.verdict or Verdict.MALFORMED, check.claims, key_id=check.key_id)
    found = standing(check.claims.serial)
    verdict = certificate_verification.conclude(
        check.claims,
        state=found.state if found else None,
        same_token=found is not None and found.token_digest == hashlib.sha256(token).digest(),
        changed=bool(found and found.differences),
        now=timezone.now(),
    )
    return Verification(verdict, check.claims, found if verdict != Verdict.UNRECORDED else None, check.key_id)


def verify_text(text: str) -> Verification:
    """Verify a scanned or pasted link, or its digits alone."""
    try:
        token = certificate_tokens.token_in(text)
    except certificate_tokens.TokenError:
        return Verification(Verdict.MALFORMED)
    return verify_token(token)


def key_overview() -> list[dict[str, object]]:
    """Return all keys for administrators, the oldest first, each with the number of certificates in force it signed."""
    in_force = Count("certificates", filter=Q(certificates__state=Certificate.State.VALID))
    return [
        {
            "key_id": str(key),
            "use": key.use,
            "created_at": key.created_at,
            "retired_at": key.retired_at,
            "compromised_at": key.compromised_at,
            "compromise_reason": key.compromise_reason,
            "certificates_in_force": key.in_force,
        }
        for key in SigningKey.objects.annotate(in_force=in_force).order_by("created_at", "pk")
    ]
