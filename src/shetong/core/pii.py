"""Personal data at rest: sealed with AES-256-GCM under a ring of keys, found again through a keyed blind index.

Key ring: setting ``PII_KEYS`` (``id:base64,id:base64,…``; the first seals, all open). The blind index has a key of its
own, ``PII_INDEX_KEY``, so that rotating the sealing keys does not change it; HKDF (RFC 5869) derives one index key and
one sealing key per context. The context (``"person.identity_number"``) is also authenticated as associated data: a
value moved into another column does not open.

Sealed form: version 1 (one byte), length of the key id (one byte), key id, nonce (12 bytes), ciphertext with tag.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(Exception):
    """A sealed value cannot be opened: unknown key, other context, or altered bytes. Says nothing of the content."""


class KeyRing:
    """Sealing keys by id, the current one first, and the key of the blind index; built from two settings."""

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        if not keys:
            raise ImproperlyConfigured("PII_KEYS: write at least one key as id:base64")
        for name, key in keys.items():
            if len(key) != KEY_BYTES:
                raise ImproperlyConfigured(f"PII_KEYS: key {name!r} must have {KEY_BYTES} bytes, it has {len(key)}")
            if not 1 <= len(name.encode()) <= 255:
                raise ImproperlyConfigured("PII_KEYS: a key id has 1 to 255 bytes")
        if len(index_key) != KEY_BYTES:
            raise ImproperlyConfigured(f"PII_INDEX_KEY: must have {KEY_BYTES} bytes, it has {len(index_key)}")
        self._keys = dict(keys)
        self._index_key = index_key
        self.current = next(iter(self._keys))
        self._derived: dict[tuple[str, str], bytes] = {}

    @classmethod
    def parse(cls, keys: str, index_key: str) -> KeyRing:
        """Build a ring from the two settings' text; raises ``ImproperlyConfigured`` without repeating any key."""
        ring: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in keys.split(","))):
            name, separator, encoded = entry.partition(":")
            if not separator or name in ring:
                raise ImproperlyConfigured("PII_KEYS: write id:base64,id:base64,… with different ids")
            ring[name] = _decode(encoded, "PII_KEYS")
        return cls(ring, _decode(index_key, "PII_INDEX_KEY"))

    def seal(self, text: str, *, context: str) -> bytes:
        """Return ``text`` sealed under the current key for ``context``; sealing twice gives different bytes."""
        return self.seal_content(text.encode(), context=context)

    def seal_content(self, content: bytes, *, context: str) -> bytes:
        """Return octets, such as a file's, sealed like a text."""
        header = self.header
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self._sealing_key(self.current, context))
        return header + nonce + cipher.encrypt(nonce, content, header + context.encode())

    def seal_all(self, texts: Sequence[str], *, context: str) -> list[bytes]:
        """Return many texts sealed, each by itself as :meth:`seal` does; the cipher is prepared once."""
        header = self.header
        encrypt = AESGCM(self._sealing_key(self.current, context)).encrypt
        associated, random = header + context.encode(), os.urandom(NONCE_BYTES * len(texts))
        nonces = (random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES))
        return [
            header + nonce + encrypt(nonce, text.encode(), associated)
            for nonce, text in zip(nonces, texts, strict=True)
        ]

    def open(self, blob: bytes, *, context: str) -> str:
        """Return the text sealed in ``blob`` for ``context``. Raises :class:`SealError`."""
        return self.open_content(blob, context=context).decode()

    def open_content(self, blob: bytes, *, context: str) -> bytes:
        """Return the octets sealed in ``blob`` for ``context``. Raises :class:`SealError`."""
        name, header = _key_id(blob)
        if name not in self._keys:
            raise SealError(f"sealed with key {name!r}, which is not in PII_KEYS")
        nonce, rest = blob[len(header) : len(header) + NONCE_BYTES], blob[len(header) + NONCE_BYTES :]
        try:
            return AESGCM(self._sealing_key(name, context)).decrypt(nonce, rest, header + context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("the sealed value was altered, or belongs elsewhere") from error

    def is_current(self, blob: bytes) -> bool:
        """Say whether ``blob`` was sealed with the current key, else it waits for resealing. Raises ``SealError``."""
        return _key_id(blob)[0] == self.current

    @property
    def has_retired(self) -> bool:
        """Whether there are keys beside the current one, so that values may wait for resealing."""
        return len(self._keys) > 1

    @property
    def header(self) -> bytes:
        """The octets with which everything begins that the current key sealed."""
        name = self.current.encode()
        return bytes([VERSION, len(name)]) + name

    def blind_index(self, text: str, *, context: str) -> bytes:
        """Return 32 bytes equal for equal texts of one context (HMAC-SHA-256), useless without the index key."""
        key = self._derive("", self._index_key, f"shetong blind index {context}")
        return hmac.new(key, unicodedata.normalize("NFKC", text).encode(), hashlib.sha256).digest()

    def _sealing_key(self, name: str, context: str) -> bytes:
        return self._derive(name, self._keys[name], f"shetong seal {context}")

    def _derive(self, name: str, key: bytes, info: str) -> bytes:
        known = self._derived.get((name, info))
        if known is None:
            known = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info.encode()).derive(key)
            self._derived[name, info] = known
        return known


def _decode(encoded: str, setting: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(f"{setting}: a key is not base64") from error


def _key_id(blob: bytes) -> tuple[str, bytes]:
    if len(blob) < 2 or blob[0] != VERSION or len(blob) < 2 + blob[1] + NONCE_BYTES + 16:
        raise SealError("not a sealed value")
    header = bytes(blob[: 2 + blob[1]])
    try:
        return header[2:].decode(), header
    except UnicodeDecodeError as error:
        raise SealError("not a sealed value") from error


@lru_cache(maxsize=4)
def _ring(keys: str, index_key: str) -> KeyRing:
    return KeyRing.parse(keys, index_key)


def ring() -> KeyRing:
    """Return the ring of the settings. Raises ``ImproperlyConfigured`` where they hold no usable keys."""
    return _ring(settings.PII_KEYS, settings.PII_INDEX_KEY)


def seal(text: str, *, context: str) -> bytes:
    """Seal ``text`` with the configured ring; see :meth:`KeyRing.seal`."""
    return ring().seal(text, context=context)


def seal_all(texts: Sequence[str], *, context: str) -> list[bytes]:
    """Seal many texts with the configured ring; see :meth:`KeyRing.seal_all`."""
    return ring().seal_all(texts, context=context)


def open_sealed(blob: bytes | memoryview, *, context: str) -> str:
    """Open a sealed value with the configured ring; raises :class:`SealError`."""
    return ring().open(bytes(blob), context=context)


def blind_index(text: str, *, context: str) -> bytes:
    """Return the blind index of ``text`` with the configured ring; callers normalise ``text`` first."""
    return ring().blind_index(text, context=context)


def mask_name(name: str) -> str:
    """Hide the given name: ``张*``, ``张**``; of a name in parts (买买提·阿卜杜拉, John Smith) the first stays."""
    name = name.strip()
    for dot in "·•. ":
        first, found, rest = name.partition(dot)
        if found and rest:
            return f"{first}{dot}{'*' * min(len(rest), 3)}"
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else name


def mask_identity_number(number: str) -> str:
    """Hide all but the first three and last four signs: ``110***********002X``; short numbers wholly."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) >= 12 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """Hide the middle four digits of a mobile number: ``138****1234``; of others all but the last two signs."""
    if len(phone) == 11 and phone.isdigit():
        return f"{phone[:3]}****{phone[7:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 4 else "*" * len(phone)


def mask_email(address: str) -> str:
    """Hide all but the first sign before the at sign: ``w***@example.com``."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***{at}{host}" if at else "*" * len(address)
