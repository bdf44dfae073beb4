"""Records of service that another system sends one by one: written, replaced by a later version, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from shetong.volunteering.models import (
    Consent,
    ConsentPurpose,
    Evidence,
    ExchangeItem,
    ExchangeKind,
    HoursAct,
    RecordState,
    ServiceRecord,
    Team,
    Volunteer,
    VolunteerSystem,
)
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import doubts, record_events
from shetong.volunteering.services.record_events import OverlapError

_ENDED = (RecordState.VOID, RecordState.SUPERSEDED)


def known(system: VolunteerSystem, number: str) -> tuple[int, int] | None:
    """Return the record that a system's number stands for here, and its volunteer; it may have come by batch."""
    tied = ExchangeItem.objects.filter(system=system, rehearsal=False, kind=ExchangeKind.RECORDS, number=number)
    pair = tied.filter(record__isnull=False).values_list("record_id", "record__volunteer_id").first()
    if pair is None:
        pair = ServiceRecord.objects.filter(source=system.code, source_number=number).values_list(
            "pk", "volunteer_id"
        ).first()  # fmt: skip
    return pair


def take(
    kept: ExchangeItem, volunteer: Volunteer | None, standing: int | None, item: Mapping[str, Any], outcome: str
) -> str:
    """Write a record, or a later version of the record ``standing``, with the same checks as our own.

    Where it came from may take it back whatever became of the person and of their consent.
    """
    why = f"{kept.system.name}第{kept.version}版"
    if item.get("state") == "void":
        if standing is not None:
            _end(standing, f"{why}撤回")
            kept.record_id = standing
        return outcome
    kept.volunteer = volunteer
    if volunteer is None or not _agreed(volunteer):
        return rules.KEPT
    number = kept.number
    if standing is not None:
        # Of one record each replacement has another number; a plain one is the system's own.
        number = f"{number[:40]}·{_end(standing, f'{why}取代')}"
    start, end = item["start"], item["end"]
    record = ServiceRecord(
        volunteer=volunteer, team=_organiser(kept.system, str(item.get("organisation") or "")),
        during=(start, end), minutes=item["minutes"], field=item["field"],
        division_code=item.get("division_code") or volunteer.division_code or kept.system.organisation.division_code,
        place=str(item.get("place") or "")[:200], content=str(item.get("content") or "")[:500],
        state=RecordState.PENDING, evidence=Evidence.IMPORT, source=kept.system.code, source_number=number,
        recorded_at=timezone.now(), demo=volunteer.demo,
    )  # fmt: skip
    record_events.begin(record, actor=None, reason=why)
    kept.record = record
    if any(doubt.serious for doubt in doubts.look(record)):
        record_events.step(record, HoursAct.FLAG, actor=None)
        return rules.FLAGGED
    record.confirmed_at = timezone.now()
    try:
        record_events.step(record, HoursAct.CONFIRM, actor=None, reason=why)
    except OverlapError:
        record.refresh_from_db(fields=["state"])
        doubts.overlap_anew(record)
        record_events.step(record, HoursAct.FLAG, actor=None)
        return rules.FLAGGED
    return outcome


def _end(record_id: int, reason: str) -> int:
    """Make a record and what corrected it here void; return the newest of them."""
    chain = [record_id]
    stand = ServiceRecord.objects.exclude(state=RecordState.VOID)
    while (later := stand.filter(replaces=chain[-1]).values_list("pk", flat=True).first()) is not None:
        chain.append(later)
    for pk in reversed(chain):
        record = record_events.locked(pk)
        if record.state not in _ENDED:
            record_events.step(record, HoursAct.VOID, actor=None, reason=reason)
    return chain[-1]


def _agreed(volunteer: Volunteer) -> bool:
    rows = Consent.objects.filter(volunteer=volunteer, purpose=ConsentPurpose.TRANSFER, withdrawn_at__isnull=True)
    return rows.exists()


def _organiser(system: VolunteerSystem, number: str) -> Team | None:
    known_ = ExchangeItem.objects.filter(
        system=system, rehearsal=False, kind=ExchangeKind.ORGANISATIONS, number=number
    ).first()
    return known_.team if known_ else None
