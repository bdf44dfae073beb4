"""COSE_Sign1 with Ed25519: the narrow, strict profile in which certificates are signed.

Sources: RFC 9052 (COSE structures), RFC 9053 section 2.2 (EdDSA), RFC 9679 (key thumbprints), RFC 8949 section 4.2
(deterministic encoding). CBOR comes from ``cbor2`` and Ed25519 from ``cryptography``; only the envelope is made here.

Strictness: one encoding per value. Whatever decodes is encoded again and must give the same octets, which refuses
indefinite lengths, long integer forms, unsorted or duplicate keys and trailing octets all at once. Nothing in the
unprotected header is ever read, so nothing in it can be believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shetong.core.errors import InvalidInputError

SIGN1_TAG: Final = 18
EDDSA: Final = -8
# Header labels (RFC 9052 section 3.1).
ALGORITHM: Final = 1
CONTENT_TYPE: Final = 3
KEY_ID: Final = 4
# COSE_Key labels and values (RFC 9052 section 7.1, RFC 9053 section 7.2).
KEY_TYPE, KEY_KID, KEY_ALGORITHM, KEY_OPERATIONS = 1, 2, 3, 4
CURVE, X = -1, -2
OKP, ED25519, VERIFY = 1, 6, 2

PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_ID_BYTES: Final = 8
MAX_MESSAGE_BYTES: Final = 2048
MAX_DEPTH: Final = 6


class CoseError(InvalidInputError):
    """The octets are not a message of this profile."""

    code = "cose-malformed"


class AlgorithmError(CoseError):
    """The protected header names another algorithm than EdDSA, or none."""

    code = "cose-algorithm"


class SignatureError(CoseError):
    """The signature does not fit the key and the signed octets."""

    code = "cose-signature"


def _refuse(_decoder: object, _tag: object = None, *_rest: object) -> object:
    raise CoseError("数据格式不对：含有不允许的标签。")


# Tags that cbor2 would turn into dates, patterns, shared references and the like: none belongs in a message.
_KNOWN_TAGS = (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799)
_REFUSED_TAGS = dict.fromkeys(_KNOWN_TAGS, _refuse)


def encode(value: object) -> bytes:
    """Return the deterministic CBOR encoding of ``value``: shortest forms, definite lengths, sorted keys."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, *, limit: int = MAX_MESSAGE_BYTES) -> object:
    """Return the value of a deterministic CBOR item of at most ``limit`` octets; raises :class:`CoseError` otherwise.

    Refused: trailing octets, indefinite lengths, duplicate keys, tags, nesting deeper than ``MAX_DEPTH``, and every
    encoding that is not the one :func:`encode` makes.
    """
    if not 0 < len(data) <= limit:
        raise CoseError("数据格式不对：长度超出范围。")
    try:
        value = cbor2.loads(
            data,
            tag_hook=_refuse,
            semantic_decoders=_REFUSED_TAGS,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        again = encode(value)
    except CoseError:
        raise
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise CoseError("数据格式不对：不是有效的 CBOR。") from error
    if again != data:
        raise CoseError("数据格式不对：不是规范编码。")
    return value


def cose_key(public_key: bytes, *, extra: Mapping[int, object] | None = None) -> dict[int, object]:
    """Return the COSE_Key of an Ed25519 public key (32 octets), with its id, algorithm and use, plus ``extra``."""
    return {
        **_essential(public_key),
        KEY_KID: key_id(public_key),
        KEY_ALGORITHM: EDDSA,
        KEY_OPERATIONS: [VERIFY],
        **(extra or {}),
    }


def thumbprint(public_key: bytes) -> bytes:
    """Return the COSE Key Thumbprint: SHA-256 of the deterministic encoding of the key's required parameters."""
    return hashlib.sha256(encode(_essential(public_key))).digest()


def key_id(public_key: bytes) -> bytes:
    """Return the key id of an Ed25519 public key: the first 8 octets of its thumbprint (RFC 9679)."""
    return thumbprint(public_key)[:KEY_ID_BYTES]


def generate_key() -> tuple[bytes, bytes]:
    """Return a new Ed25519 key as (private, public), 32 octets each."""
    private_key = Ed25519PrivateKey.generate()
    return private_key.private_bytes_raw(), private_key.public_key().public_bytes_raw()


def _essential(public_key: bytes) -> dict[int, object]:
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise CoseError("公钥长度不对：Ed25519 公钥为 32 字节。")
    return {KEY_TYPE: OKP, CURVE: ED25519, X: public_key}


def _to_be_signed(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    return encode(["Signature1", protected, external_aad, payload])


def sign1(payload: bytes, *, private_key: bytes, external_aad: bytes = b"") -> bytes:
    """Return the tagged COSE_Sign1 message over ``payload``, algorithm and key id in the protected header."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    protected = encode({ALGORITHM: EDDSA, KEY_ID: key_id(key.public_key().public_bytes_raw())})
    signature = key.sign(_to_be_signed(protected, external_aad, payload))
    return encode(cbor2.CBORTag(SIGN1_TAG, [protected, {}, payload, signature]))


@dataclass(frozen=True, slots=True)
class Sign1:
    """A message taken apart. ``payload`` must not be believed before :meth:`verify` returned."""

    protected: bytes
    key_id: bytes | None
    payload: bytes
    signature: bytes

    def verify(self, public_key: bytes, *, external_aad: bytes = b"") -> bytes:
        """Return the payload if ``public_key`` (32 octets) signed it; raises :class:`SignatureError` otherwise."""
        signed = _to_be_signed(self.protected, external_aad, self.payload)
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, signed)
        except (InvalidSignature, ValueError) as error:
            raise SignatureError("签名无效：内容被改动过，或不是登记管理机关签发。") from error
        return self.payload


def parse_sign1(message: bytes, *, foreign: bool = False) -> Sign1:
    """Take a tagged COSE_Sign1 message apart; raises :class:`CoseError` for anything but this profile.

    ``foreign`` is for messages of other systems: it tolerates a content type and a non-empty unprotected header (where
    many put the key id), both dropped unread. Without it the unprotected header must be empty, so that no octet of a
    message can be altered unseen.
    """
    if len(message) > MAX_MESSAGE_BYTES:
        raise CoseError("数据格式不对：长度超出范围。")
    if message[:1] != bytes([0xC0 | SIGN1_TAG]):
        raise CoseError("数据格式不对：不是 COSE_Sign1 消息。")
    parts = decode(message[1:])
    if not isinstance(parts, list) or len(parts) != 4:
        raise CoseError("数据格式不对：不是 COSE_Sign1 消息。")
    protected, unprotected, payload, signature = parts
    if not isinstance(protected, bytes) or not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise CoseError("数据格式不对：不是 COSE_Sign1 消息。")
    if not isinstance(unprotected, dict) or (unprotected and not foreign):
        raise CoseError("数据格式不对：未受保护的头部必须为空。")
    named_key = _read_protected(protected, {ALGORITHM, KEY_ID, CONTENT_TYPE} if foreign else {ALGORITHM, KEY_ID})
    if len(signature) != SIGNATURE_BYTES:
        raise CoseError("数据格式不对：签名长度不是 64 字节。")
    return Sign1(protected, named_key, payload, signature)


def _read_protected(protected: bytes, known: set[int]) -> bytes | None:
    header = decode(protected) if protected else {}
    if not isinstance(header, dict):
        raise CoseError("数据格式不对：受保护头部不是映射。")
    # Compared with their types: in Python -8.0 and -8 are equal, in CBOR they are different values.
    labels = {label: value for label, value in header.items() if type(label) is int}
    algorithm = labels.get(ALGORITHM)
    if type(algorithm) is not int or algorithm != EDDSA:
        raise AlgorithmError("签名算法不对：只接受 EdDSA（Ed25519）。")
    if len(labels) != len(header) or set(labels) - known:
        # Includes "crit": no critical header parameter is understood here (RFC 9052 section 3.1).
        raise CoseError("数据格式不对：受保护头部含有不认识的参数。")
    named_key = labels.get(KEY_ID)
    if named_key is not None and not isinstance(named_key, bytes):
        raise CoseError("数据格式不对：密钥标识不是字节串。")
    return named_key
