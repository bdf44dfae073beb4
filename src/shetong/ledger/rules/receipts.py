"""Receipts: what its holder needs to prove, without asking anyone, that an entry is in a log."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from shetong.core import cose
from shetong.core.errors import InvalidInputError
from shetong.ledger.rules import checkpoints, merkle, notes

FORMAT = "shetong-receipt/1"
COMPACT = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry, its place, the audit path (RFC 9162, 2.1.3) and the signed checkpoint that the path leads to."""

    origin: str
    index: int
    entry: bytes
    proof: tuple[bytes, ...]
    checkpoint: str

    def as_json(self) -> dict[str, object]:
        """Return the receipt as published: bytes in base64, the checkpoint as its signed note."""
        return {
            "format": FORMAT,
            "origin": self.origin,
            "index": self.index,
            "entry": base64.b64encode(self.entry).decode(),
            "proof": [base64.b64encode(value).decode() for value in self.proof],
            "checkpoint": self.checkpoint,
        }

    def compact(self) -> bytes:
        """Return the receipt as short as it gets, for QR codes: CBOR ``[2, index, entry, proof, checkpoint]``.

        The proof is the concatenation of its hashes; the leading octet is never zero, so the receipt may be read as
        one number.
        """
        return cose.encode([COMPACT, self.index, self.entry, b"".join(self.proof), self.checkpoint])


def parse_receipt(document: Mapping[str, object]) -> Receipt:
    """Read a published receipt without believing it; raises :class:`InvalidInputError`."""
    if document.get("format") != FORMAT:
        raise InvalidInputError(gettext("这不是社通的日志回执。"), code="receipt-format")
    index, steps = document.get("index"), document.get("proof")
    try:
        if not isinstance(index, int) or isinstance(index, bool) or not isinstance(steps, list):
            raise TypeError("index and proof")
        return Receipt(
            str(document["origin"]),
            index,
            base64.b64decode(str(document["entry"]), validate=True),
            tuple(base64.b64decode(str(step), validate=True) for step in steps),
            str(document["checkpoint"]),
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise InvalidInputError(gettext("回执残缺，请重新下载。"), code="receipt-format") from error


def verify_receipt(document: Mapping[str, object], known: Sequence[notes.Verifier]) -> bytes:
    """Check a published receipt against the log's keys and return the entry.

    Raises :class:`InvalidInputError`, ``NoteError`` or ``ProofError`` with what is wrong.
    """
    receipt = parse_receipt(document)
    signed, signers = notes.verify(receipt.checkpoint, known)
    checkpoint = checkpoints.parse_checkpoint(signed.text, origin=signers[0].name)
    merkle.verify_inclusion(
        index=receipt.index,
        size=checkpoint.size,
        leaf=merkle.leaf_hash(receipt.entry),
        proof=receipt.proof,
        root_hash=checkpoint.root,
    )
    return receipt.entry


def require_witnesses(document: Mapping[str, object], witnesses: Sequence[notes.Verifier]) -> None:
    """Check that every one of ``witnesses`` cosigned the receipt's checkpoint; raises ``NoteError``."""
    if not witnesses:
        return
    _, signers = notes.verify(parse_receipt(document).checkpoint, witnesses)
    missing = [witness.name for witness in witnesses if witness not in signers]
    if missing:
        raise notes.NoteError(f"no cosignature of {', '.join(missing)}")
