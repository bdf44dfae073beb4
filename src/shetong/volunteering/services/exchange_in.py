"""What other volunteer systems send: taken version by version, each item for itself, records with their doubts.

A system that has not passed the test rehearses: its items are judged and answered alike and have no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.core import divisions
from shetong.core.errors import DomainError, InvalidInputError
from shetong.volunteering.models import (
    ExchangeItem,
    ExchangeKind,
    Field,
    SystemNumber,
    Team,
    TeamState,
    Volunteer,
    VolunteerIndex,
    VolunteerState,
    VolunteerSystem,
)
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import exchange_compare, exchange_records

logger = structlog.get_logger(__name__)
_OPEN = (VolunteerState.ACTIVE, VolunteerState.PENDING, VolunteerState.SUSPENDED)


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
    answers = [_alone(system, kind, item) for item in items]
    outcomes = {answer.outcome for answer in answers}
    if system.certified_at is None:
        _rehearsed(system, kind, outcomes)
    audit.record(
        actor=f"system:volunteer-exchange:{system.code}", action="exchange.take", target=system,
        detail={"kind": kind.value, "items": len(items), "outcomes": sorted(outcomes)},
    )  # fmt: skip
    return answers


def _alone(system: VolunteerSystem, kind: ExchangeKind, item: Mapping[str, Any]) -> Answer:
    """Take one item; whatever goes wrong with it is its own answer and leaves the others alone."""
    number, version = str(item["number"]), int(item["version"])
    try:
        with transaction.atomic():
            return _take(system, kind, item)
    except DomainError as error:
        return Answer(number, version, rules.REFUSED, error.fields or {"item": error.message})
    except Exception:
        logger.exception("exchange.item_failed", system=system.code, kind=kind.value)
        return Answer(number, version, rules.FAILED, {"item": gettext(rules.OUTCOMES[rules.FAILED])})


def _take(system: VolunteerSystem, kind: ExchangeKind, item: Mapping[str, Any]) -> Answer:
    number, version = str(item["number"]), int(item["version"])
    wrong = rules.faults(kind, item, fields=Field.values, division=_is_division, now=timezone.now())
    if wrong:
        return Answer(number, version, rules.REFUSED, wrong)
    rehearsal = system.certified_at is None
    content = rules.digest(_plain(item))
    index = bytes.fromhex(item["index"]) if item.get("index") else None
    _one_at_a_time(system, kind, number)
    standing = exchange_records.known(system, number) if kind == ExchangeKind.RECORDS and not rehearsal else None
    volunteer = None if rehearsal else _person(system, kind, item, index, standing)
    known = (
        ExchangeItem.objects.select_for_update(of=("self",))
        .filter(system=system, rehearsal=rehearsal, kind=kind, number=number)
        .first()
    )
    outcome = rules.decide((known.version, bytes(known.digest)) if known else None, version, content)
    waited = known is not None and known.outcome == rules.KEPT and outcome == rules.UNCHANGED
    if waited or (known is None and standing):  # who was unknown registered since or agreed; or it came by batch
        outcome = rules.UPDATED if standing else rules.CREATED
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
        outcome = _volunteer(kept, volunteer, item, outcome)
    elif kind == ExchangeKind.ORGANISATIONS:
        kept.team = _team(item)
    elif kind == ExchangeKind.RECORDS:
        outcome = exchange_records.take(kept, volunteer, standing[0] if standing else None, item, outcome)
    kept.outcome = outcome
    kept.save()
    exchange_compare.note(kept)
    return Answer(number, version, outcome, {})


def _is_division(code: str) -> bool:
    return divisions.get(code) is not None


def _one_at_a_time(system: VolunteerSystem, kind: ExchangeKind, number: str) -> None:
    """Let who sends one number twice at once wait for the first; taken before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"exchange {system.pk} {kind} {number}"]
        )


def _person(
    system: VolunteerSystem, kind: ExchangeKind, item: Mapping[str, Any], index: bytes | None,
    standing: tuple[int, int] | None,
) -> Volunteer | None:  # fmt: skip
    """Lock the volunteers whom an item concerns, in the order of their keys, and return whose it is."""
    whose = _of_index(index) if index else None
    if kind == ExchangeKind.VOLUNTEERS and item.get("state") == "merged":
        numbers = SystemNumber.objects.filter(system=system.code, number=str(item.get("merged_into") or ""))
        whose = numbers.values_list("volunteer_id", flat=True).first()
    found = _locked(pk for pk in (whose, standing[1] if standing else None) if pk is not None)
    volunteer = found.get(whose) if whose is not None else None
    return volunteer if volunteer is not None and volunteer.state in _OPEN else None


def _locked(pks: Iterable[int]) -> dict[int, Volunteer]:
    rows = Volunteer.objects.select_for_update(no_key=True).filter(pk__in=list(pks)).order_by("pk")
    return {row.pk: row for row in rows}


def _of_index(index: bytes) -> int | None:
    """Return whose index this is; of a record that was merged the one that it went into."""
    volunteers = VolunteerIndex.objects.filter(octets=index)
    pk, into = volunteers.values_list("volunteer_id", "volunteer__merged_into_id").first() or (None, None)
    while into is not None:
        pk, into = Volunteer.objects.values_list("pk", "merged_into_id").get(pk=into)
    return pk


def _volunteer(kept: ExchangeItem, volunteer: Volunteer | None, item: Mapping[str, Any], outcome: str) -> str:
    """Keep by which number the system knows a volunteer; whom it merged by the other number, who left it by none."""
    state = str(item.get("state") or "active")
    kept.volunteer, kept.content = volunteer, {"state": state, "merged_into": str(item.get("merged_into") or "")}
    numbers = SystemNumber.objects.filter(system=kept.system.code, number=kept.number)
    if state == "left" or volunteer is None:
        if state != "active":
            numbers.delete()
        return outcome if state != "active" else rules.KEPT
    if not numbers.filter(volunteer=volunteer).exists():
        SystemNumber.objects.update_or_create(
            system=kept.system.code, number=kept.number, defaults={"volunteer": volunteer, "since": timezone.now()}
        )
    return outcome


def _team(item: Mapping[str, Any]) -> Team | None:
    """Return the team here of the same unified code: it is tied to the other system's, and not changed."""
    code = str(item.get("uscc") or "")
    if not code:
        return None
    return (
        Team.objects.filter(organisation__uscc=code, state=TeamState.ACTIVE, parent__isnull=True).order_by("pk").first()
    )


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
        exchange_compare.passed(system, step)


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
