"""Asking witnesses to cosign our checkpoints (C2SP ``tlog-witness``), and keeping their cosignatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Max

from shetong.ledger import peers
from shetong.ledger.models import Checkpoint, Cosignature, Log
from shetong.ledger.queries import tree
from shetong.ledger.rules import notes, witnessing
from shetong.ledger.rules.witnessing import Request


class WitnessError(Exception):
    """Some witnesses could not be reached or did not cosign; the message says which and why."""


@dataclass(frozen=True, slots=True)
class WitnessPeer:
    """A configured witness: where it answers and the key it cosigns with."""

    url: str
    verifier: notes.Verifier


def configured() -> list[WitnessPeer]:
    """The witnesses of ``LEDGER_WITNESSES``; raises ``ImproperlyConfigured`` where an entry cannot be read."""
    found = []
    for entry in settings.LEDGER_WITNESSES:
        url, _, key = entry.partition(" ")
        try:
            verifier = notes.parse_verifier(key.strip())
        except notes.NoteError as error:
            raise ImproperlyConfigured(f"LEDGER_WITNESSES: {entry!r}: write <address> <verifier key>") from error
        if verifier.algorithm != notes.ALGORITHM_COSIGNATURE:
            raise ImproperlyConfigured(f"LEDGER_WITNESSES: {verifier.name}: not a cosigning key")
        found.append(WitnessPeer(url.rstrip("/"), verifier))
    return found


def collect(*, log: str) -> int:
    """Have every witness cosign the newest checkpoint that it has not cosigned yet; return the new cosignatures.

    Raises :class:`WitnessError` after all were asked where one failed, so that the caller may try again later.
    """
    home = tree.log_named(log)
    head = tree.latest_checkpoint(home)
    failures: list[str] = []
    gained = 0
    for witness in configured() if head else []:
        assert head is not None  # noqa: S101 - narrows the type
        try:
            gained += _collect_from(witness, home, head)
        except (peers.PeerError, notes.NoteError, WitnessError) as error:
            failures.append(f"{witness.verifier.name}: {error}")
    if failures:
        raise WitnessError("; ".join(failures))
    return gained


def _collect_from(witness: WitnessPeer, log: Log, head: Checkpoint) -> bool:
    given = log.cosignatures.filter(witness=witness.verifier.name, key_id=witness.verifier.key_id)
    old = given.aggregate(size=Max("size"))["size"] or 0
    if old == head.size:
        return False
    text = notes.parse(head.note).text
    status, body = _ask(witness, log, head, old)
    if status == HTTPStatus.CONFLICT:
        # The witness remembers more or less than we do, for example after an answer that was lost on its way.
        known = body.strip()
        if not known.isascii() or not known.isdigit() or int(known) > head.size:
            raise WitnessError(f"knows a longer log than ours: {known[:40]}")
        status, body = _ask(witness, log, head, int(known))
    if status != HTTPStatus.OK:
        raise WitnessError(f"{status} {body.strip()[:200]}")
    signature = witnessing.read_answer(body, text=text, witness=witness.verifier)
    _, created = Cosignature.objects.get_or_create(
        log=log,
        size=head.size,
        witness=witness.verifier.name,
        key_id=witness.verifier.key_id,
        defaults={
            "line": notes.signature_line(signature),
            "cosigned_at": datetime.fromtimestamp(witnessing.cosigned_at(signature), UTC),
        },
    )
    return created


def _ask(witness: WitnessPeer, log: Log, head: Checkpoint, old: int) -> tuple[int, str]:
    proof = tuple(tree.consistency(log, old, head.size))
    status, body = peers.request(
        "POST",
        f"{witness.url}/add-checkpoint",
        body=str(Request(old, proof, head.note)).encode(),
        seconds=settings.LEDGER_PEER_SECONDS,
    )
    return status, body.decode(errors="replace")
