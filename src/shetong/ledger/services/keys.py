"""Keys of the logs: made when first needed, sealed at rest, rotated without breaking old checkpoints."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils import timezone

from shetong.core import pii
from shetong.ledger.models import Log, LogKey

SEAL_CONTEXT = "ledger.private_key"


def signing_key(log: Log) -> Ed25519PrivateKey:
    """The key that signs for ``log`` now. The caller holds the log's row lock."""
    key = log.keys.filter(retired_at__isnull=True).first() or _make(log)
    seed = pii.open_sealed(bytes(key.private_key_sealed), context=SEAL_CONTEXT)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


@transaction.atomic
def rotate(*, log: str) -> LogKey:
    """Retire the log's key and make a new one; checkpoints signed from now on bear the new key's signature."""
    locked = Log.objects.select_for_update().get(name=log)
    locked.keys.filter(retired_at__isnull=True).update(retired_at=timezone.now())
    return _make(locked)


def _make(log: Log) -> LogKey:
    private = Ed25519PrivateKey.generate()
    return LogKey.objects.create(
        log=log,
        public_key=private.public_key().public_bytes_raw(),
        private_key_sealed=pii.seal(private.private_bytes_raw().hex(), context=SEAL_CONTEXT),
        created_at=timezone.now(),
    )
