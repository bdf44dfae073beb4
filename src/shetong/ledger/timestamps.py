"""Time stamps of a time-stamping authority (RFC 3161) over checkpoints."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from shetong.ledger import peers


class TimestampError(Exception):
    """The authority cannot be reached, refuses, or answers something that does not verify."""


def stamp(message: bytes, *, url: str, roots: Path, seconds: float = 10) -> tuple[bytes, datetime]:
    """Have ``message`` stamped; return the verified answer (DER) and its time. Raises :class:`TimestampError`."""
    request = TimestampRequestBuilder().data(message).nonce(nonce=True).build()
    try:
        status, answer = peers.request(
            "POST", url, body=request.as_bytes(), content_type="application/timestamp-query", seconds=seconds
        )
    except peers.PeerError as error:
        raise TimestampError(str(error)) from error
    if status != 200:
        raise TimestampError(f"{url} answers {status}")
    return answer, verify(answer, message, roots=roots, nonce=request.nonce)


def verify(answer: bytes, message: bytes, *, roots: Path, nonce: int | None = None) -> datetime:
    """Check a time stamp over ``message`` against the authority's root certificates; return its time.

    Raises :class:`TimestampError`.
    """
    try:
        response = decode_timestamp_response(answer)
        builder = VerifierBuilder(nonce=nonce)
        for certificate in load_pem_x509_certificates(roots.read_bytes()):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(response, message)
        stamped: datetime = response.tst_info.gen_time
    except (VerificationError, ValueError, OSError) as error:
        raise TimestampError(f"the time stamp does not verify: {error}") from error
    return stamped
