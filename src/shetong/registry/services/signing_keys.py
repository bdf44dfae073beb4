"""Keys that sign certificates: made, rotated, declared compromised. Exactly one signs at any time.

Private halves are sealed with the ring of :mod:`shetong.core.pii` and destroyed when the key stops signing, so that an
old key can neither be used nor leak. Making and retiring keys is serialised by an advisory lock; issuers hold the
active key's row with ``FOR SHARE``, so a rotation waits for the certificates that are being signed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core import cose, pii
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.registry.models import Certificate, SigningKey
from shetong.store import rows

SEAL_CONTEXT = "signing_key.private"
# Key of the advisory lock under which keys come and go.
KEYS_LOCK = 0x5348_4345_5254


@dataclass(frozen=True, slots=True)
class Signer:
    """The active key ready for signing, valid within the transaction that asked for it."""

    key: SigningKey
    private_key: bytes

    def sign(self, payload: bytes) -> bytes:
        """Return the COSE_Sign1 message over ``payload``."""
        return cose.sign1(payload, private_key=self.private_key)


def signer() -> Signer:
    """Return the active key, held until the transaction ends; makes the first key where there was none ever.

    Raises :class:`~shetong.core.pii.SealError` where the key ring cannot open the private half.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a certificate is signed inside a transaction")
    key = _hold_active()
    if key is None:
        # Rotated while we waited for the row, or no key yet: decided under the lock.
        _lock_keys()
        key = _hold_active() or _make(actor="system:first-key")
    return Signer(key, bytes.fromhex(pii.open_sealed(key.private_key_sealed, context=SEAL_CONTEXT)))


@transaction.atomic
def rotate(*, actor: User | str) -> SigningKey:
    """Retire the active key, which keeps verifying, and return the new one that signs from now on.

    Raises ``ForbiddenError``.
    """
    _authorise(actor)
    _lock_keys()
    old = SigningKey.objects.select_for_update().filter(use=SigningKey.Use.ACTIVE).first()
    if old is not None:
        _retire(old, SigningKey.Use.RETIRED)
        audit.record(actor=actor, action="signing-key.retire", target=old, detail={"key_id": str(old)})
    return _make(actor=actor)


@transaction.atomic
def compromise(*, key_id: str, reason: str, actor: User | str) -> tuple[SigningKey, int]:
    """Declare that a key must no longer be believed; where it was signing, a new key takes over.

    Returns the key and how many valid certificates fail verification until they are issued anew
    (:func:`shetong.registry.services.certificates.reissue_signed_by`). Raises :class:`InvalidInputError`,
    :class:`NotFoundError`, :class:`WrongStateError`, ``ForbiddenError``.
    """
    _authorise(actor)
    if not reason.strip():
        raise InvalidInputError(gettext("请写明密钥失效的原因。"), fields={"reason": gettext("请写明原因。")})
    _lock_keys()
    key = SigningKey.objects.select_for_update().filter(key_id=octets(key_id)).first()
    if key is None:
        raise NotFoundError(gettext("没有标识为%(key_id)s的密钥，可用 shetong keys list 查看。") % {"key_id": key_id})
    if key.use == SigningKey.Use.COMPROMISED:
        raise WrongStateError(gettext("该密钥早已宣布失效，无须再次操作。"))
    was_active = key.use == SigningKey.Use.ACTIVE
    key.compromised_at = timezone.now()
    key.compromise_reason = reason.strip()
    _retire(key, SigningKey.Use.COMPROMISED)
    audit.record(
        actor=actor,
        action="signing-key.compromise",
        target=key,
        detail={"key_id": str(key), "reason": key.compromise_reason},
    )
    if was_active:
        _make(actor=actor)
    return key, Certificate.objects.filter(signing_key=key, state=Certificate.State.VALID).count()


def _authorise(actor: User | str) -> None:
    # A text names a part of the system: the command line, where the operating system has already asked.
    if isinstance(actor, User):
        permissions.require(actor, Permission.SIGNING_KEYS_MANAGE, "")


def _lock_keys() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEYS_LOCK])


def _hold_active() -> SigningKey | None:
    return rows.first(SigningKey, "WHERE use = 'active' FOR SHARE")


def _retire(key: SigningKey, use: SigningKey.Use) -> None:
    key.use = use
    key.retired_at = key.retired_at or timezone.now()
    key.private_key_sealed = b""
    key.save()


def _make(*, actor: User | str) -> SigningKey:
    private_key, public_key = cose.generate_key()
    key = SigningKey.objects.create(
        key_id=cose.key_id(public_key),
        public_key=public_key,
        private_key_sealed=pii.seal(private_key.hex(), context=SEAL_CONTEXT),
        created_at=timezone.now(),
    )
    audit.record(actor=actor, action="signing-key.create", target=key, detail={"key_id": str(key)})
    return key


def octets(key_id: str) -> bytes:
    """Return a key id written in hexadecimal as octets; raises :class:`InvalidInputError`."""
    try:
        return bytes.fromhex(key_id.strip())
    except ValueError as error:
        raise InvalidInputError(gettext("密钥标识应为16位十六进制数，可用 shetong keys list 查看。")) from error
