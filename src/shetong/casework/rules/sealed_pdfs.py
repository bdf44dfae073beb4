"""PDF files under an electronic seal: PAdES baseline signatures (ETSI EN 319 142-1) that forbid every change.

Whether octets are those that were sealed is told without reading the PDF: the signed range is found in the text, must
leave out nothing but the signature itself, and its digest must be the signed one. Files of strangers thus meet no PDF
parser here. pyHanko is imported where it is used: half a second that most commands never need.
"""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import io
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

# Naming the attributes of seals: after the first use of ``cms`` it would be too late for this process.
import asn1crypto.pdf
import asn1crypto.tsp  # noqa: F401
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from shetong.casework.rules.seal_certificates import Pair

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

FIELD = "Seal"
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
# The time of signing stands in the signature's dictionary (PAdES forbids it elsewhere), which the signature covers.
_TIME = re.compile(rb"/M\s*\(D:(\d{14})(?:Z|([+-])(\d\d)'?(\d\d)?'?)?")
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
_LONGEST_SIGNATURE = 256 * 1024
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_T = TypeVar("_T")


class State(StrEnum):
    """What became of a file since it was sealed."""

    UNSEALED = "unsealed"  # no signature in it
    ALTERED = "altered"  # the signed octets are not those that were signed
    EXTENDED = "extended"  # the signed octets are whole, others were added behind them
    INTACT = "intact"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the octets of a file say by themselves; whose seal is to be believed is asked elsewhere."""

    state: State
    certificate: x509.Certificate | None = None
    signed_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the signer's certificate in hexadecimal, empty without one."""
        return self.certificate.fingerprint(hashes.SHA256()).hex() if self.certificate else ""


def seal(pdf: bytes, pair: Pair, *, authority: str, reason: str, stamper: TimeStamper | None = None) -> bytes:
    """Return ``pdf`` under the seal ``pair``, with a time stamp where a ``stamper`` is given.

    Raises ``pyhanko.sign.timestamps.TimestampRequestError`` where the stamp cannot be had.
    """
    from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    above = load_certs_from_pemder_data(pair.chain.encode()) if pair.chain else []
    signer = signers.SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(pair.certificate.encode()))),
        signing_key=load_private_key_from_pemder_data(pair.private_key, passphrase=None),
        cert_registry=SimpleCertificateStore.from_certs(above),  # type: ignore[no-untyped-call] # of the library
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=authority,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )

    def sign() -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed: io.BytesIO = signers.PdfSigner(meta, signer=signer, timestamper=stamper).sign_pdf(writer)
        return signed.getvalue()

    return without_loop(sign)


def without_loop(call: Callable[[], _T]) -> _T:
    """Return what ``call`` returns; where this thread runs an event loop, another thread does it.

    pyHanko starts a loop of its own, which Python refuses inside a running one.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.extend((True, call()))
        except Exception as error:
            answers.extend((False, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    done, answer = answers
    if not done:
        raise answer
    return answer  # type: ignore[no-any-return] # the list holds what call returned


def inspect(pdf: bytes) -> Finding:
    """Return whether ``pdf`` is whole and who sealed it, from its last signature."""
    ranges = list(_RANGE.finditer(pdf))
    if not ranges:
        return Finding(State.UNSEALED)
    start, until, again, rest = (int(part) for part in ranges[-1].groups())
    end = again + rest
    container = pdf[until:again]
    whole = start == 0 and until < again <= end <= len(pdf) and len(container) <= _LONGEST_SIGNATURE
    if not whole or not (container.startswith(b"<") and container.endswith(b">")):
        return Finding(State.ALTERED)
    try:
        signature = binascii.unhexlify(container[1:-1])
        signed = cms.ContentInfo.load(signature, strict=False)["content"]
        signed_at = _signed_at(pdf[pdf.rfind(b" obj", 0, until) : until] + pdf[again : pdf.find(b"endobj", again)])
        return _judge(signed, pdf[:until] + pdf[again:end], signed_at, extended=end != len(pdf))
    except (ValueError, TypeError, KeyError, IndexError, StopIteration, AttributeError):
        return Finding(State.ALTERED)


def _signed_at(dictionary: bytes) -> datetime | None:
    found = _TIME.search(_OCTAL.sub(lambda sign: bytes([int(sign[1], 8)]), dictionary))
    if found is None:
        return None
    digits, sign, hours, minutes = (part.decode() if part else "" for part in found.groups())
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone(ahead))


def _judge(signed: Any, octets: bytes, signed_at: datetime | None, *, extended: bool) -> Finding:
    info = signed["signer_infos"][0]
    certificate = _signer(signed, info)
    name = info["digest_algorithm"]["algorithm"].native
    attributes = {one["type"].native: one["values"][0].native for one in info["signed_attrs"]}
    finding = Finding(State.ALTERED, certificate, signed_at)
    if attributes.get("message_digest") != hashlib.new(_HASHES[name]().name, octets).digest():
        return finding
    if not _signature_holds(certificate, info, _HASHES[name]()):
        return finding
    return Finding(State.EXTENDED if extended else State.INTACT, certificate, signed_at)


def _signer(signed: Any, info: Any) -> x509.Certificate:
    """Return the certificate of the signer, out of those that the signature carries."""
    wanted = info["sid"].chosen["serial_number"].native
    found = next(one.chosen for one in signed["certificates"] if one.chosen.serial_number == wanted)
    return x509.load_der_x509_certificate(found.dump())


def _signature_holds(certificate: x509.Certificate, info: Any, algorithm: hashes.HashAlgorithm) -> bool:
    key = certificate.public_key()
    signature, content = info["signature"].native, info["signed_attrs"].untag().dump(force=True)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), algorithm)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def stamped_at(pdf: bytes, *, roots: str) -> datetime | None:
    """Return the time of the time stamp (RFC 3161) in a file found intact, ``None`` without a believable one.

    ``roots``: root certificates of time-stamping authorities, PEM.
    """
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator import ValidationContext

    def look() -> datetime | None:
        context = ValidationContext(trust_roots=list(load_certs_from_pemder_data(roots.encode())))
        embedded = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]
        stamp = validate_pdf_signature(embedded, context, ts_validation_context=context).timestamp_validity
        return stamp.timestamp if stamp is not None and stamp.intact and stamp.valid and stamp.trusted else None

    try:
        return without_loop(look)
    except (PdfError, SignatureValidationError, SigningError, ValueError, KeyError, IndexError):
        return None


def public_pem(certificate: x509.Certificate) -> str:
    """Return a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
