"""Issuing, replacing and revoking registration certificates.

Every act takes the organisation's lock (:mod:`shetong.registry.services.locks`) and works in one transaction. The
certificate in force follows the register: whoever changes certificate elements or the status calls :func:`refresh`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core.errors import ConflictError, InvalidInputError, WrongStateError
from shetong.registry.models import Certificate, Organisation, OrganisationKind, Status
from shetong.registry.queries import certificates as queries
from shetong.registry.queries.certificates import verify_text as verify_text
from shetong.registry.queries.certificates import verify_token as verify_token
from shetong.registry.rules import certificate_tokens
from shetong.registry.rules.certificate_elements import differences
from shetong.registry.rules.certificate_serials import new_serial
from shetong.registry.services import locks, public_log, signing_keys
from shetong.registry.services.certificate_document import render_pdf as render_pdf
from shetong.registry.services.certificate_document import sealed as sealed
from shetong.registry.services.projection import newly_entered
from shetong.registry.services.signing_keys import Signer
from shetong.store import rows
from shetong.store.transactions import act

State = Certificate.State
# The end of the organisation, or of its right to the certificate; the others keep legal personality.
ENDED = (Status.DEREGISTERED, Status.CANCELLED, Status.REVOKED)
BATCH = 1_000


@act
def issue(organisation_id: int, *, actor: User | str) -> Certificate:
    """Issue a certificate of what the register says today; one in force is replaced in the same transaction.

    Raises :class:`WrongStateError` where the organisation may hold none, :class:`ConflictError` where somebody else
    issued one while this call waited, ``ForbiddenError``, ``NotFoundError``.
    """
    # Under a lock that the act holds already nobody can come in between.
    waiting = not locks.held(organisation_id)
    seen = queries.valid_certificate(organisation_id) if waiting else None
    organisation = locks.take_one(organisation_id)
    _authorise(actor, Permission.CERTIFICATE_ISSUE, organisation)
    old = None if newly_entered(organisation_id) else queries.valid_certificate(organisation_id)
    if waiting and old is not None and (seen is None or seen.pk != old.pk):
        raise ConflictError(
            gettext("该组织的证书刚刚由他人签发，请刷新页面查看；确需重新签发的，请再次操作。"),
            code="certificate-just-issued",
        )
    queries.add_snapshot_fields(organisation)
    _require_certifiable(organisation)
    return _replace(organisation, old, reason="换发新证书", actor=actor)


@transaction.atomic
def revoke(serial: str, *, reason: str, actor: User | str) -> Certificate:
    """Declare a certificate void for ``reason``, which verifiers are told.

    Raises :class:`InvalidInputError` without a reason, :class:`WrongStateError` where the certificate is not in force
    or does not exist, ``ForbiddenError``.
    """
    reason = reason.strip()
    if not reason or len(reason) > 300:
        raise InvalidInputError(
            gettext("请写明废止原因，不超过300字。"), fields={"reason": gettext("请写明废止原因，不超过300字。")}
        )
    found = Certificate.objects.filter(serial=serial).first()
    if found is None:
        raise WrongStateError(
            gettext("没有编号为%(serial)s的证书，请核对。") % {"serial": serial}, code="certificate-unknown"
        )
    _authorise(actor, Permission.CERTIFICATE_REVOKE, locks.take_one(found.organisation_id))
    certificate = Certificate.objects.select_related("organisation__authority").get(pk=found.pk)
    if certificate.state != State.VALID:
        raise WrongStateError(
            gettext("该证书%(state)s，无须再废止。") % {"state": gettext(str(certificate.get_state_display()))},
            code="certificate-not-in-force",
        )
    _end(certificate, State.REVOKED, reason)
    _record("certificate.revoke", certificate, certificate.organisation, actor, {"reason": reason})
    return certificate


@act
def refresh(organisation_ids: Collection[int], *, actor: User | str, reason: str = "登记事项变更") -> int:
    """Bring certificates in force into line with the register after it changed; return how many were touched.

    Changed elements of an organisation in normal status: a new certificate replaces the old one. An organisation that
    ended: its certificate is revoked. In between (suspended, in liquidation) the certificate stays as it is, and who
    verifies it sees the difference.
    """
    in_force = (
        "SELECT organisation_id FROM registry_certificate WHERE organisation_id = ANY(%s) AND state = %s ORDER BY 1"
    )
    touched = 0
    for (organisation_id,) in rows.fetch(in_force, [list(organisation_ids), State.VALID]):
        organisation = locks.take_one(organisation_id)
        old = queries.valid_certificate(organisation_id)
        if old is not None:
            queries.add_snapshot_fields(organisation)
            touched += _bring_into_line(organisation, old, reason=reason, actor=actor)
    return touched


def issue_missing(*, actor: User | str, batch: int = BATCH) -> Iterator[int]:
    """Issue a first certificate to every organisation that may hold one and never had any; yields the number done.

    For a register that was imported: one short transaction per batch, so it can be stopped and started again at will.
    """
    done, after = 0, 0
    while True:
        with transaction.atomic():
            candidates = queries.certifiable().filter(pk__gt=after, certificates__isnull=True).order_by("pk")
            chosen = list(candidates.select_for_update(of=("self",))[:batch])
            if not chosen:
                return
            # Asked again under the locks: somebody may have issued one while we waited for them.
            taken = set(Certificate.objects.filter(organisation__in=chosen).values_list("organisation_id", flat=True))
            free = [row for row in chosen if row.pk not in taken]
            if free:
                _issue_first(free, actor=actor)
        after = chosen[-1].pk
        done += len(free)
        yield done


def reissue_signed_by(key_id: str, *, actor: User | str) -> Iterator[int]:
    """Replace every certificate in force that a key signed, after it was declared compromised; yields the number done.

    ``key_id`` in hexadecimal. Organisations that may hold no certificate now lose theirs.
    """
    signed = Certificate.objects.filter(signing_key__key_id=signing_keys.octets(key_id), state=State.VALID)
    for done, organisation_id in enumerate(list(signed.values_list("organisation_id", flat=True)), start=1):
        with transaction.atomic():
            locks.take_one(organisation_id)
            old = signed.filter(organisation_id=organisation_id).first()
            if old is not None:
                organisation = _organisation(organisation_id)
                try:
                    _require_certifiable(organisation)
                except WrongStateError:
                    _end(old, State.REVOKED, "签名密钥失效")
                    _record("certificate.revoke", old, organisation, actor, {"reason": "签名密钥失效"})
                else:
                    _replace(organisation, old, reason="签名密钥失效，换发新证书", actor=actor)
        yield done


def _authorise(actor: User | str, permission: Permission, organisation: Organisation) -> None:
    # A text names a part of the system, which acts on its own authority.
    if isinstance(actor, User):
        permissions.require(actor, permission, organisation.authority.division_code)


def _organisation(organisation_id: int) -> Organisation:
    return queries.with_snapshot_fields(Organisation.objects.all()).get(pk=organisation_id)


def _require_certifiable(organisation: Organisation) -> None:
    if organisation.kind == OrganisationKind.BRANCH or not organisation.uscc:
        raise WrongStateError(
            gettext("分支（代表）机构不具有法人资格，不发给法人登记证书。"), code="not-a-legal-person"
        )
    if organisation.status != Status.NORMAL:
        raise WrongStateError(
            gettext("该组织的登记状态为“%(status)s”，不能签发证书。")
            % {"status": gettext(str(organisation.get_status_display()))},
            code="status-not-normal",
        )
    last_day = organisation.certificate_valid_to
    if last_day is not None and last_day < timezone.localdate():
        raise WrongStateError(
            gettext("登记的证书有效期已满，请先办理换证并更新有效期限，再签发证书。"), code="validity-over"
        )


def _bring_into_line(organisation: Organisation, old: Certificate, *, reason: str, actor: User | str) -> bool:
    if organisation.status in ENDED:
        ended = f"组织已{organisation.get_status_display()}"
        _end(old, State.REVOKED, ended)
        _record("certificate.revoke", old, organisation, actor, {"reason": ended})
        return True
    over = organisation.certificate_valid_to is not None and organisation.certificate_valid_to < timezone.localdate()
    if organisation.status != Status.NORMAL or over or not differences(old.snapshot, queries.snapshot(organisation)):
        return False
    _replace(organisation, old, reason=reason, actor=actor)
    return True


def _replace(organisation: Organisation, old: Certificate | None, *, reason: str, actor: User | str) -> Certificate:
    if old is not None:
        _end(old, State.REPLACED, reason)
    certificate = _build(organisation, signing_keys.signer())
    rows.insert(certificate)
    public_log.certificates_issued([certificate])
    detail = {"serial": certificate.serial, "key_id": str(certificate.signing_key)}
    if old is not None:
        detail |= {"replaces": old.serial, "reason": reason}
    _record("certificate.issue", certificate, organisation, actor, detail)
    return certificate


def _issue_first(organisations: list[Organisation], *, actor: User | str) -> None:
    signer = signing_keys.signer()
    issued = Certificate.objects.bulk_create([_build(organisation, signer) for organisation in organisations])
    public_log.certificates_issued(issued)
    audit.record(
        actor=actor,
        action="certificate.issue-batch",
        target=f"organisation:{organisations[0].pk}-{organisations[-1].pk}",
        detail={"count": len(organisations), "key_id": str(signer.key)},
    )


def _build(organisation: Organisation, signer: Signer) -> Certificate:
    """Return an unsaved, signed certificate of what the register says now."""
    # Whole seconds: the time that is printed, signed and kept is the same one.
    issued_at = timezone.now().replace(microsecond=0)
    serial = new_serial(timezone.localtime(issued_at).year)
    snapshot = queries.snapshot(organisation)
    payload = certificate_tokens.payload(
        snapshot, issuer=settings.PUBLIC_URL, serial=serial, issued_at=issued_at, demo=organisation.demo
    )
    return Certificate(
        organisation=organisation,
        serial=serial,
        issued_at=issued_at,
        snapshot=snapshot,
        token=signer.sign(payload),
        signing_key=signer.key,
        demo=organisation.demo,
    )


def _end(certificate: Certificate, state: Certificate.State, reason: str) -> None:
    certificate.state = state
    certificate.state_reason = reason
    certificate.state_changed_at = timezone.now()
    certificate.save(update_fields=["state", "state_reason", "state_changed_at"])
    public_log.certificate_ended(certificate)


def _record(
    action: str, certificate: Certificate, organisation: Organisation, actor: User | str, detail: dict[str, str]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        target=certificate,
        jurisdiction=organisation.authority.division_code,
        detail={"serial": certificate.serial, "organisation": organisation.pk, **detail},
    )
