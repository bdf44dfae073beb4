"""What records of service say in the public log: written when something happens, derived again by every audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from django.db import connection

from shetong.core.canonical_json import Json, canonical
from shetong.ledger.queries.sources import Projection, Row, Source
from shetong.ledger.rules.commitments import Personal
from shetong.volunteering.entry_types import BATCH, HOURS
from shetong.volunteering.models import HoursAct, HoursEvent, RecordBatch, ServiceRecord
from shetong.volunteering.rules.hours import day_of

LOG = "volunteering"
VOLUNTEER = "volunteer"
CHUNK = 2_000
# Whether a record counts after an act. What keeps it as it was is told by the events before.
_COUNTS: dict[str, bool] = {
    HoursAct.RECORD: False, HoursAct.CONFIRM: True, HoursAct.ANNOUNCE: False, HoursAct.FLAG: False,
    HoursAct.OBJECT: True, HoursAct.KEEP: True, HoursAct.CORRECT: False, HoursAct.VOID: False,
}  # fmt: skip


def subject(volunteer_number: str) -> str:
    """By what the salt of a volunteer is found."""
    return f"volunteer:{volunteer_number}"


def reference(event: HoursEvent) -> str:
    """The reference of an event's entry."""
    return f"hours-{event.record_id}-{event.number}"


def hours_body(event: HoursEvent, record: ServiceRecord) -> dict[str, Json]:
    """The entry of an event; select the record's team and activity with it."""
    return {
        "record": record.pk,
        "number": event.number,
        "act": event.act,
        "counted": _COUNTS[event.act],
        "minutes": record.minutes,
        "served_on": day_of(record.during.lower).isoformat(),
        "field": record.field,
        "evidence": record.evidence,
        "team": record.team.number if record.team else None,
        "activity": record.activity.number if record.activity else None,
        "replaces": record.replaces_id,
        "happened_at": event.recorded_at.astimezone(UTC).isoformat(),
    }


def hours_people(event: HoursEvent) -> dict[str, Personal]:
    """What an event's entry commits to; nothing where the volunteer was erased before."""
    if not event.volunteer_number:
        return {}
    said = canonical({"number": event.volunteer_number, "reason": event.reason}).decode()
    return {VOLUNTEER: Personal(subject(event.volunteer_number), said)}


def batch_body(batch: RecordBatch) -> dict[str, Json]:
    """The entry of a batch."""
    return {
        "source": batch.source,
        "batch": batch.number,
        "records": batch.records,
        "counted": batch.counted,
        "minutes": batch.minutes,
        "digest": bytes(batch.digest).hex(),
        "happened_at": batch.received_at.astimezone(UTC).isoformat(),
    }


def _hours_rows(references: Sequence[str]) -> Mapping[str, Row]:
    numbers = {int(parts[1]) for one in references if len(parts := one.split("-")) == 3}
    events = HoursEvent.objects.filter(record__in=numbers).select_related("record__team", "record__activity")
    asked = set(references)
    return {
        reference(event): Row(f"hours event {event.pk}", hours_body(event, event.record), hours_people(event))
        for event in events
        if reference(event) in asked
    }


def _hours_references() -> Iterator[list[str]]:
    found: list[str] = []
    for record, number in HoursEvent.objects.order_by("pk").values_list("record_id", "number").iterator(CHUNK):
        found.append(f"hours-{record}-{number}")
        if len(found) == CHUNK:
            yield found
            found = []
    yield found


def _batch_rows(references: Sequence[str]) -> Mapping[str, Row]:
    numbers = [int(one.removeprefix("hours-batch-")) for one in references]
    batches = RecordBatch.objects.filter(pk__in=numbers)
    return {f"hours-batch-{batch.pk}": Row(f"batch {batch.pk}", batch_body(batch)) for batch in batches}


def _batch_references() -> Iterator[list[str]]:
    yield [f"hours-batch-{pk}" for pk in RecordBatch.objects.order_by("pk").values_list("pk", flat=True)]


def _wrong_totals() -> Iterator[str]:
    """Name the volunteers whose total is not the sum of the records that count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(t.volunteer_id, s.volunteer_id) FROM volunteering_volunteertotal t FULL JOIN"
            " (SELECT volunteer_id, sum(minutes) AS minutes, count(*) AS records FROM volunteering_servicerecord"
            " WHERE state IN ('confirmed', 'objected') GROUP BY 1) AS s USING (volunteer_id)"
            " WHERE (coalesce(t.minutes, 0), coalesce(t.records, 0))"
            " IS DISTINCT FROM (coalesce(s.minutes, 0), coalesce(s.records, 0)) ORDER BY 1"
        )
        for (volunteer,) in cursor.fetchall():
            yield f"total of volunteer {volunteer}"


SOURCES = (
    Source(LOG, HOURS.name, HOURS.version, _hours_rows, _hours_references),
    Source(LOG, BATCH.name, BATCH.version, _batch_rows, _batch_references),
    Projection(LOG, "volunteering.totals", _wrong_totals),
)
