"""The protocol between a log and its witnesses (C2SP ``tlog-witness``): requests, answers, and what is refused."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from shetong.ledger.rules import checkpoints, merkle, notes
from shetong.ledger.rules.checkpoints import Checkpoint

MAX_PROOF = 63
MAX_REQUEST = 65_536
SIZE_TYPE = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9]\d{0,18})")


class RefusedError(Exception):
    """A witness does not cosign: its answer's ``status`` and ``body``; on 409 ``known``, the size it knows."""

    def __init__(self, status: HTTPStatus, body: str, *, known: int | None = None) -> None:
        super().__init__(f"{status.value}: {body.strip()}")
        self.status, self.body, self.known = status, body, known


@dataclass(frozen=True, slots=True)
class Request:
    """What a log sends: the size the witness cosigned last, the proof of growth since, and the new checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        lines = "".join(f"{base64.b64encode(value).decode()}\n" for value in self.proof)
        return f"old {self.old}\n{lines}\n{self.note}"


def parse_request(body: bytes) -> Request:
    """Read a request; raises :class:`RefusedError` (400) where it is malformed."""
    try:
        text = body.decode()
        head, separator, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        match = _OLD.fullmatch(first)
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    except (UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the request is malformed\n") from error
    if match is None or not separator or len(proof) > MAX_PROOF:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the request is malformed\n")
    if any(len(value) != merkle.HASH_SIZE for value in proof):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "a hash of the proof has the wrong length\n")
    return Request(int(match[1]), proof, note)


def authenticate(request: Request, logs: Mapping[str, Sequence[notes.Verifier]]) -> tuple[Checkpoint, str]:
    """Return the checkpoint that a request brings and its text, signed by a key of its log.

    ``logs`` has the trusted keys by origin. Raises :class:`RefusedError`: 404 for an unknown origin, 403 where no
    trusted key signed, 400 where the note or the checkpoint is malformed.
    """
    try:
        parsed = notes.parse(request.note)
        origin = parsed.text.partition("\n")[0]
        if origin not in logs:
            raise RefusedError(HTTPStatus.NOT_FOUND, "this witness does not know the log\n")
        checkpoint = checkpoints.parse_checkpoint(parsed.text, origin=origin)
    except notes.NoteError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{error}\n") from error
    try:
        notes.verify(request.note, logs[origin])
    except notes.NoteError as error:
        raise RefusedError(HTTPStatus.FORBIDDEN, f"{error}\n") from error
    return checkpoint, parsed.text


def check_growth(request: Request, checkpoint: Checkpoint, *, size: int, root: bytes) -> None:
    """Check that an authenticated checkpoint continues what the witness cosigned last (``size``, ``root``).

    Raises :class:`RefusedError`: 400 for a rollback, 409 where the log does not start from what the witness knows or
    shows another root for the same size, 422 where the proof proves nothing.
    """
    if request.old > checkpoint.size:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's\n")
    if request.old != size:
        raise RefusedError(HTTPStatus.CONFLICT, f"{size}\n", known=size)
    if size == checkpoint.size and root != checkpoint.root:
        raise RefusedError(HTTPStatus.CONFLICT, f"{size}\n", known=size)
    try:
        merkle.verify_consistency(
            old=size, new=checkpoint.size, old_root=root, new_root=checkpoint.root, proof=request.proof
        )
    except merkle.ProofError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}\n") from error


def read_answer(body: str, *, text: str, witness: notes.Verifier) -> notes.Signature:
    """Return the witness's verified cosignature of the checkpoint ``text`` in an answer; raises ``NoteError``."""
    signed, _ = notes.verify(f"{text}\n{body}", [witness])
    return next(
        signature
        for signature in signed.signatures
        if (signature.name, signature.key_id) == (witness.name, witness.key_id)
    )


def cosigned_at(signature: notes.Signature) -> int:
    """The time (POSIX seconds) at which a cosignature says that the witness saw the checkpoint."""
    return int.from_bytes(signature.value[:8], "big")
