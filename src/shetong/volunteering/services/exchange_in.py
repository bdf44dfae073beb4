"""What other volunteer systems send: taken version by version, each item for itself, records with their doubts.

A system that has not passed the test rehearses: its items are judged and answered alike and have no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.core.errors import InvalidInputError
from shetong.volunteering.models import (
    Comparison,
    Consent,
    ConsentPurpose,
    Evidence,
    ExchangeItem,
    ExchangeKind,
    Field,
    HoursAct,
    RecordState,
    RehearsalStep,
    ServiceRecord,
    SystemNumber,
    Team,
    TeamState,
    Volunteer,
    VolunteerIndex,
    VolunteerState,
    VolunteerSystem,
)
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import doubts, record_events
from shetong.volunteering.services.record_events import OverlapError

_OPEN = (VolunteerState.ACTIVE, VolunteerState.PENDING, VolunteerState.SUSPENDED)
_ENDED = (RecordState.VOID, RecordState.SUPERSEDED)
MOST_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one item. ``errors``: by field, where it was refused."""

    number: str
    version: int
    outcome: str
    errors: Mapping[str, str]


def take(*, system: VolunteerSystem, kind: ExchangeKind, items: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Take items of one kind in their order; each stands or falls alone. Raises :class:`InvalidInputError`."""
    if not 1 <= len(items) <= rules.MOST_ITEMS:
        raise InvalidInputError(gettext("一次发送1至%(most)d项。") % {"most": rules.MOST_ITEMS}, code="batch-size")
    answers = []
    for item in items:
        with transaction.atomic():
            answers.append(_take(system, kind, item))
    outcomes = {answer.outcome for answer in answers}
    if system.certified_at is None:
        _rehearsed(system, kind, outcomes)
    audit.record(
        actor=f"system:volunteer-exchange:{system.code}", action="exchange.take", target=system,
        detail={"kind": kind.value, "items": len(items), "outcomes": sorted(outcomes)},
    )  # fmt: skip
    return answers


def _take(system: VolunteerSystem, kind: ExchangeKind, item: Mapping[str, Any]) -> Answer:
    number, version = str(item["number"]), int(item["version"])
    wrong = rules.faults(kind, item, fields=Field.values, now=timezone.now())
    if wrong:
        return Answer(number, version, rules.REFUSED, wrong)
    rehearsal = system.certified_at is None
    content = rules.digest(_plain(item))
    index = bytes.fromhex(item["index"]) if item.get("index") else None
    _one_at_a_time(system, kind, number)
    volunteer = None if rehearsal else _person(index)
    known = (
        ExchangeItem.objects.select_for_update(of=("self",))
        .filter(system=system, rehearsal=rehearsal, kind=kind, number=number)
        .first()
    )
    outcome = rules.decide((known.version, bytes(known.digest)) if known else None, version, content)
    if outcome not in (rules.CREATED, rules.UPDATED):
        return Answer(number, version, outcome, {})
    kept = known or ExchangeItem(system=system, rehearsal=rehearsal, kind=kind, number=number)
    kept.version, kept.digest, kept.index, kept.received_at = version, content, index, timezone.now()
    if kind in (ExchangeKind.ORGANISATIONS, ExchangeKind.ACTIVITIES):
        kept.content = _plain(item)
    if kind == ExchangeKind.RECORDS:
        kept.during_from, kept.during_to = item["start"], item["end"]
    if rehearsal:
        outcome = _rehearse(kept, outcome)
    elif kind == ExchangeKind.VOLUNTEERS:
        outcome = _volunteer(kept, volunteer, outcome)
    elif kind == ExchangeKind.ORGANISATIONS:
        kept.team = _team(item)
    elif kind == ExchangeKind.RECORDS:
        outcome = _record(kept, volunteer, item, outcome)
    kept.outcome = outcome
    kept.save()
    return Answer(number, version, outcome, {})


def _one_at_a_time(system: VolunteerSystem, kind: ExchangeKind, number: str) -> None:
    """Let who sends one number twice at once wait for the first; taken before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"exchange {system.pk} {kind} {number}"]
        )


def _person(index: bytes | None) -> Volunteer | None:
    """Return the locked volunteer of an exchange index."""
    if index is None:
        return None
    known = VolunteerIndex.objects.filter(octets=index).values_list("volunteer_id", flat=True).first()
    if known is None:
        return None
    found = Volunteer.objects.select_for_update(no_key=True).get(pk=known)
    return found if found.state in _OPEN else None


def _volunteer(kept: ExchangeItem, volunteer: Volunteer | None, outcome: str) -> str:
    kept.volunteer = volunteer
    if volunteer is None:
        return rules.KEPT
    SystemNumber.objects.update_or_create(
        system=kept.system.code, number=kept.number,
        defaults={"volunteer": volunteer, "since": timezone.now()},
    )  # fmt: skip
    return outcome


def _team(item: Mapping[str, Any]) -> Team | None:
    """Return the team here of the same unified code: it is tied to the other system's, and not changed."""
    code = str(item.get("uscc") or "")
    if not code:
        return None
    return (
        Team.objects.filter(organisation__uscc=code, state=TeamState.ACTIVE, parent__isnull=True).order_by("pk").first()
    )


def _record(kept: ExchangeItem, volunteer: Volunteer | None, item: Mapping[str, Any], outcome: str) -> str:
    """Write a record, or a later version of one, with the same checks as our own."""
    agreed = (
        volunteer is not None
        and Consent.objects.filter(
            volunteer=volunteer, purpose=ConsentPurpose.TRANSFER, withdrawn_at__isnull=True
        ).exists()
    )
    kept.volunteer = volunteer
    if volunteer is None or not agreed:
        return rules.KEPT
    actor, why = None, f"{kept.system.name}第{kept.version}版"
    if kept.record_id is not None:
        old = record_events.locked(kept.record_id)
        if old.state not in _ENDED:
            record_events.step(old, HoursAct.VOID, actor=actor, reason=f"{why}取代")
    if item.get("state") == "void":
        return outcome
    start, end = item["start"], item["end"]
    record = ServiceRecord(
        volunteer=volunteer, team=_organiser(kept.system, str(item.get("organisation") or "")),
        during=(start, end), minutes=item["minutes"], field=item["field"],
        division_code=item.get("division_code") or volunteer.division_code or kept.system.organisation.division_code,
        place=str(item.get("place") or "")[:200], content=str(item.get("content") or "")[:500],
        state=RecordState.PENDING, evidence=Evidence.IMPORT, source=kept.system.code,
        source_number=kept.number if kept.record_id is None else f"{kept.number[:45]}#{kept.version}"[:60],
        recorded_at=timezone.now(), demo=volunteer.demo,
    )  # fmt: skip
    record_events.begin(record, actor=actor, reason=why)
    kept.record = record
    if any(doubt.serious for doubt in doubts.look(record)):
        record_events.step(record, HoursAct.FLAG, actor=actor)
        return rules.FLAGGED
    record.confirmed_at = timezone.now()
    try:
        record_events.step(record, HoursAct.CONFIRM, actor=actor, reason=why)
    except OverlapError:
        record.refresh_from_db(fields=["state"])
        doubts.overlap_anew(record)
        record_events.step(record, HoursAct.FLAG, actor=actor)
        return rules.FLAGGED
    return outcome


def _organiser(system: VolunteerSystem, number: str) -> Team | None:
    known = ExchangeItem.objects.filter(
        system=system, rehearsal=False, kind=ExchangeKind.ORGANISATIONS, number=number
    ).first()
    return known.team if known else None


def _rehearse(kept: ExchangeItem, outcome: str) -> str:
    if kept.kind != ExchangeKind.RECORDS:
        return outcome
    twice = ExchangeItem.objects.filter(
        system=kept.system, rehearsal=True, kind=kept.kind, index=kept.index, during_from__lt=kept.during_to,
        during_to__gt=kept.during_from,
    ).exclude(number=kept.number)  # fmt: skip
    return rules.FLAGGED if twice.exists() else outcome


_STEP_OF = {
    rules.UNCHANGED: "repeat", rules.UPDATED: "newer", rules.STALE: "stale", rules.CONFLICT: "conflict",
    rules.FLAGGED: "overlap",
}  # fmt: skip


def _rehearsed(system: VolunteerSystem, kind: ExchangeKind, outcomes: set[str]) -> None:
    steps = {_STEP_OF[outcome] for outcome in outcomes if outcome in _STEP_OF}
    if outcomes & {rules.CREATED, rules.KEPT}:
        steps.add(kind.value)
    for step in sorted(steps):
        passed(system, step)


def passed(system: VolunteerSystem, step: str) -> None:
    """Note that a system in rehearsal has passed a step of the test."""
    if system.certified_at is None:
        RehearsalStep.objects.get_or_create(system=system, step=step, defaults={"passed_at": timezone.now()})


@dataclass(frozen=True, slots=True)
class Compared:
    """The outcome of a reconciliation; ``ours``: number and version of what is here, where it does not match."""

    matches: bool
    count: int
    digest: str
    ours: tuple[tuple[str, int], ...]


@transaction.atomic
def compare(*, system: VolunteerSystem, kind: ExchangeKind, day: date, count: int, digest: str) -> Compared:
    """Compare what a system sent on a day (of China) with what is here. Raises :class:`InvalidInputError`."""
    if day >= timezone.localdate() and system.certified_at is not None:
        raise InvalidInputError(gettext("这一天还没有结束，请次日对账。"), code="day-not-over")
    rehearsal = system.certified_at is None
    rows = ExchangeItem.objects.filter(system=system, rehearsal=rehearsal, kind=kind, received_at__date=day)
    ours = sorted(rows.values_list("number", "version"))
    own = rules.list_digest(ours)
    matches = len(ours) == count and own == digest
    Comparison.objects.create(
        system=system, rehearsal=rehearsal, kind=kind, day=day, their_count=count, our_count=len(ours),
        matches=matches, asked_at=timezone.now(),
    )  # fmt: skip
    if matches and ours:
        passed(system, "compare")
    return Compared(matches, len(ours), own, () if matches else tuple(ours[:MOST_LISTED]))


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as JSON: moments in UTC, empty values left out, so that equal contents are equal octets."""
    plain: dict[str, Any] = {}
    for name, value in item.items():
        if value is None or value == "":
            continue
        if isinstance(value, datetime):
            plain[name] = value.astimezone(UTC).isoformat(timespec="seconds") if value.tzinfo else value.isoformat()
        else:
            plain[name] = value
    return plain
