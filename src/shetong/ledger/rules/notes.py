"""Signed notes (C2SP ``signed-note``) with Ed25519 keys, and cosignatures of witnesses (C2SP ``tlog-cosignature``)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM_ED25519 = 0x01
ALGORITHM_COSIGNATURE = 0x04
MAX_NOTE = 1_000_000
_DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note or key is malformed, or a signature that should be there is missing or false."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with the name it signs under; ``algorithm`` tells plain signatures from cosignatures."""

    name: str
    public_key: bytes
    algorithm: int = ALGORITHM_ED25519

    @property
    def key_id(self) -> bytes:
        """Four bytes that hint at the key (``signed-note``, "Signatures")."""
        return _key_id(self)

    def __str__(self) -> str:
        """The verifier key's text form ``name+id+key``."""
        body = base64.b64encode(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{body}"


@lru_cache(maxsize=1_024)
def _key_id(key: Verifier) -> bytes:
    return sha256(key.name.encode() + b"\n" + bytes([key.algorithm]) + key.public_key).digest()[:4]


@lru_cache(maxsize=1_024)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who signed, the key's hint, and the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures; the text ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(signature_line, self.signatures))}"


def signature_line(signature: Signature) -> str:
    """Return the line of a signature in a note, its newline included."""
    body = base64.b64encode(signature.key_id + signature.value).decode()
    return f"{_DASH}{signature.name} {body}\n"


def parse_verifier(text: str) -> Verifier:
    """Read a verifier key; raises :class:`NoteError`."""
    name, _, rest = text.partition("+")
    hint, _, body = rest.partition("+")
    key = _base64(body)
    if not _good_name(name) or len(key) != 33 or key[0] not in (ALGORITHM_ED25519, ALGORITHM_COSIGNATURE):
        raise NoteError("not a verifier key")
    verifier = Verifier(name, key[1:], key[0])
    if verifier.key_id.hex() != hint:
        raise NoteError("the verifier key's hint does not fit the key")
    return verifier


def sign(text: str, *, name: str, private_key: Ed25519PrivateKey) -> Signature:
    """Sign a note's text."""
    verifier = Verifier(name, private_key.public_key().public_bytes_raw())
    return Signature(name, verifier.key_id, private_key.sign(text.encode()))


def parse(note: str) -> Note:
    """Split a note into text and signatures without believing it; raises :class:`NoteError`."""
    if len(note) > MAX_NOTE or _CONTROL.search(note):
        raise NoteError("the note has characters that may not stand there")
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("the note has no signatures")
    return Note(text + "\n", tuple(_signature(line) for line in tail[:-1].split("\n")))


def verify(note: str, verifiers: Iterable[Verifier]) -> tuple[Note, tuple[Verifier, ...]]:
    """Return the note and the given keys that signed it. A false signature of a given key raises :class:`NoteError`."""
    parsed = parse(note)
    found: list[Verifier] = []
    for verifier in verifiers:
        for signature in parsed.signatures:
            if (signature.name, signature.key_id) == (verifier.name, verifier.key_id) and verifier not in found:
                _check(parsed.text, verifier, signature.value)
                found.append(verifier)
    if not found:
        raise NoteError("no signature by a known key")
    return parsed, tuple(found)


def cosign(text: str, *, name: str, private_key: Ed25519PrivateKey, timestamp: int) -> Signature:
    """Cosign a checkpoint as a witness at ``timestamp`` (POSIX seconds)."""
    verifier = Verifier(name, private_key.public_key().public_bytes_raw(), ALGORITHM_COSIGNATURE)
    signature = private_key.sign(_cosigned(text, timestamp))
    return Signature(name, verifier.key_id, timestamp.to_bytes(8, "big") + signature)


def _cosigned(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _check(text: str, verifier: Verifier, value: bytes) -> None:
    message = text.encode()
    if verifier.algorithm == ALGORITHM_COSIGNATURE:
        message, value = _cosigned(text, int.from_bytes(value[:8], "big")), value[8:]
    try:
        _loaded(verifier.public_key).verify(value, message)
    except InvalidSignature as error:
        raise NoteError(f"the signature of {verifier.name} is false") from error


def _signature(line: str) -> Signature:
    if not line.startswith(_DASH):
        raise NoteError("a signature line begins with a dash")
    name, _, body = line.removeprefix(_DASH).partition(" ")
    value = _base64(body)
    if not _good_name(name) or len(value) < 5:
        raise NoteError("a signature line is malformed")
    return Signature(name, value[:4], value[4:])


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error


def _good_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)
