"""Checking the audit chain: nothing altered, nothing missing, nothing cut off, nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from shetong.accounts.models import AuditCheckpoint, AuditLink
from shetong.accounts.services.audit import GENESIS, link_hash

BATCH = 2_000
# Enough to see what happened; a chain that is broken everywhere need not be listed wholly.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was written. ``kind``: altered, broken, missing, cut, unchained."""

    kind: str
    position: int
    message: str


@dataclass(slots=True)
class Verification:
    """The outcome: how many events were checked, where the chain ends, what is wrong, how many events still wait."""

    since_position: int
    position: int
    hash: bytes
    checked: int = 0
    pending: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_json(self) -> dict[str, object]:
        """Return the outcome for machines; ``position`` and ``hash`` are to be kept elsewhere for the next time."""
        return {
            "ok": self.ok,
            "checked": self.checked,
            "since_position": self.since_position,
            "position": self.position,
            "hash": self.hash.hex(),
            "pending": self.pending,
            "problems": [
                {"kind": item.kind, "position": item.position, "message": item.message} for item in self.problems
            ],
        }


def verify_chain(
    *,
    full: bool = False,
    expect: tuple[int, bytes] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Check the chain from the last checkpoint on (from the beginning when ``full``) and set a new checkpoint.

    ``expect`` is a position and hash noted outside of the database, which the chain must still contain.
    ``progress`` is told after each batch how many events were checked. Nothing is locked; events recorded meanwhile
    are left to the next time. A checkpoint is set after every batch that is sound, so an interrupted run resumes.
    """
    start = None if full else AuditCheckpoint.objects.order_by("-position", "-id").first()
    result = Verification(
        since_position=start.position if start else 0,
        position=start.position if start else 0,
        hash=bytes(start.hash) if start else GENESIS,
    )
    _check_anchors(result, expect)
    for batch in _batches(result.position):
        for link in batch:
            _check_link(result, link)
        if result.ok:
            AuditCheckpoint.objects.create(
                position=result.position,
                hash=result.hash,
                verified_at=timezone.now(),
                since_position=result.since_position,
            )
        if progress:
            progress(result.checked)
        if len(result.problems) >= MOST_PROBLEMS:
            break
    _check_completeness(result)
    return result


def _batches(position: int) -> Iterator[list[AuditLink]]:
    while batch := list(
        AuditLink.objects.filter(position__gt=position).select_related("event").order_by("position")[:BATCH]
    ):
        yield batch
        position = batch[-1].position


def _check_link(result: Verification, link: AuditLink) -> None:
    if link.position != result.position + 1:
        missing = f"{result.position + 1}–{link.position - 1}"
        result.problems.append(Problem("missing", result.position + 1, f"序号 {missing} 的审计记录缺失"))
    elif bytes(link.previous_hash) != result.hash:
        result.problems.append(Problem("broken", link.position, f"序号 {link.position} 与前一条记录不衔接"))
    if link_hash(bytes(link.previous_hash), link.event) != bytes(link.hash):
        result.problems.append(
            Problem("altered", link.position, f"序号 {link.position}（记录编号 {link.event_id}）的内容与散列值不符")
        )
    result.position, result.hash = link.position, bytes(link.hash)
    result.checked += 1


def _check_anchors(result: Verification, expect: tuple[int, bytes] | None) -> None:
    """Find every checkpoint, and what was noted outside, on the chain: else its tail was cut off or rewritten."""
    anchors = [
        (position, bytes(digest))
        for position, digest in AuditCheckpoint.objects.order_by("-position").values_list("position", "hash")[:BATCH]
    ]
    anchors += [expect] if expect else []
    links = {
        position: bytes(digest)
        for position, digest in AuditLink.objects.filter(
            position__in=[position for position, _ in anchors]
        ).values_list("position", "hash")
    }
    for position, digest in sorted(set(anchors)):
        if position == 0:
            continue
        if position not in links:
            result.problems.append(Problem("cut", position, f"曾核验的序号 {position} 已不在链中，链尾被截断"))
        elif links[position] != digest:
            result.problems.append(Problem("broken", position, f"序号 {position} 的散列值与此前核验时不同，链被改写"))


def _check_completeness(result: Verification) -> None:
    """Look for events that are neither in the chain nor waiting for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(e.id) FROM accounts_auditevent e"
            " WHERE NOT EXISTS (SELECT FROM accounts_auditlink l WHERE l.event_id = e.id)"
            " AND NOT EXISTS (SELECT FROM accounts_auditpending p WHERE p.event_id = e.id)"
        )
        count, first = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM accounts_auditpending")
        result.pending = cursor.fetchone()[0]
    if count:
        result.problems.append(Problem("unchained", 0, f"{count} 条审计记录不在链中（自记录编号 {first}）"))
