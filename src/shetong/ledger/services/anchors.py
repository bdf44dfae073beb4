"""Anchoring checkpoints where the operator cannot change them: a chain's contract, an authority's time stamp.

Never part of sequencing: a chain that is down only delays its own anchors.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from shetong.ledger import timestamps
from shetong.ledger.chain import Chain, ChainError
from shetong.ledger.models import Anchor, Checkpoint, Log
from shetong.ledger.queries import tree
from shetong.ledger.rules import checkpoints
from shetong.ledger.rules.notes import parse
from shetong.ledger.timestamps import TimestampError

Kind = Anchor.Kind


class AnchorError(Exception):
    """Some anchors could not be made; the message says which and why."""


def places() -> list[Kind]:
    """Where this installation anchors."""
    chosen = [(Kind.CHAIN, settings.LEDGER_CHAIN_CONTRACT), (Kind.TIMESTAMP, settings.LEDGER_TSA_URL)]
    return [kind for kind, setting in chosen if setting]


def anchor(*, log: str) -> int:
    """Anchor the newest checkpoint of ``log`` in every configured place; return the number of new anchors.

    What is already anchored is left alone. Raises :class:`AnchorError` after all places were tried where one failed.
    """
    home = tree.log_named(log)
    head = tree.latest_checkpoint(home)
    made, failures = 0, []
    for kind in places() if head else []:
        assert head is not None  # noqa: S101 - narrows the type
        try:
            made += _on_chain(home, head) if kind is Kind.CHAIN else _stamped(home, head)
        except (ChainError, TimestampError) as error:
            failures.append(f"{kind}: {error}")
    if failures:
        raise AnchorError("; ".join(failures))
    return made


def verify(anchored: Anchor) -> str:
    """Check an anchor at its place; return what is wrong, ``""`` where it stands.

    A chain is asked through the configured node; a time stamp is verified from its token alone.
    """
    checkpoint = anchored.log.checkpoints.filter(size=anchored.size).first()
    if checkpoint is None or bytes(checkpoint.root) != bytes(anchored.root):
        return f"{anchored}: the log has no such checkpoint"
    try:
        if anchored.kind == Kind.TIMESTAMP:
            timestamps.verify(bytes(anchored.proof), _text(checkpoint), roots=Path(settings.LEDGER_TSA_ROOTS))
        elif chain().find(_plain(checkpoint)) is None:
            return f"{anchored}: the chain does not hold it"
    except (ChainError, TimestampError) as error:
        return f"{anchored}: {error}"
    return ""


def chain() -> Chain:
    """The configured chain."""
    return Chain(
        settings.LEDGER_CHAIN_URL,
        contract=settings.LEDGER_CHAIN_CONTRACT,
        key=settings.LEDGER_CHAIN_KEY,
        seconds=settings.LEDGER_PEER_SECONDS,
    )


def _on_chain(log: Log, head: Checkpoint) -> int:
    if log.anchors.filter(kind=Kind.CHAIN, size=head.size, place__endswith=settings.LEDGER_CHAIN_CONTRACT).exists():
        return 0
    node = chain()
    written = node.anchor(_plain(head))
    return _keep(
        log,
        head,
        Kind.CHAIN,
        node.place,
        proof=written.transaction,
        block=written.block,
        at=datetime.fromtimestamp(written.timestamp, UTC),
    )


def _stamped(log: Log, head: Checkpoint) -> int:
    url = settings.LEDGER_TSA_URL
    if log.anchors.filter(kind=Kind.TIMESTAMP, size=head.size, place=url).exists():
        return 0
    answer, stamped = timestamps.stamp(
        _text(head), url=url, roots=Path(settings.LEDGER_TSA_ROOTS), seconds=settings.LEDGER_PEER_SECONDS
    )
    return _keep(log, head, Kind.TIMESTAMP, url, proof=answer, block=None, at=stamped)


def _keep(log: Log, head: Checkpoint, kind: Kind, place: str, *, proof: bytes, block: int | None, at: datetime) -> int:
    _, created = Anchor.objects.get_or_create(
        log=log,
        kind=kind,
        size=head.size,
        place=place,
        defaults={"root": bytes(head.root), "proof": proof, "block": block, "anchored_at": at},
    )
    return int(created)


def _text(checkpoint: Checkpoint) -> bytes:
    return parse(checkpoint.note).text.encode()


def _plain(checkpoint: Checkpoint) -> checkpoints.Checkpoint:
    return checkpoints.Checkpoint(checkpoint.log.origin, checkpoint.size, bytes(checkpoint.root))
