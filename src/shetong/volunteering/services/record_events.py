"""The one place where a record of service changes: its state, its event, the entry in the public log.

Everything locks in one order: the volunteer, the record, then the sign-up and its shift.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core.errors import ConflictError, NotFoundError, WrongStateError
from shetong.ledger.services import entries
from shetong.ledger.services.entries import Act
from shetong.volunteering import states
from shetong.volunteering.entry_types import HOURS
from shetong.volunteering.models import (
    COUNTED,
    HoursAct,
    HoursEvent,
    RecordState,
    ServiceRecord,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.queries import public_log

SYSTEM = "system:volunteering"


class OverlapError(ConflictError):
    """Another record of the same person counts at that time."""

    code = "overlap"


def locked(record_id: int) -> ServiceRecord:
    """Return a record whose volunteer and which itself are locked, in this order. Raises :class:`NotFoundError`."""
    volunteer_id = ServiceRecord.objects.filter(pk=record_id).values_list("volunteer_id", flat=True).first()
    if volunteer_id is None:
        raise NotFoundError(gettext("没有找到这条服务记录。"))
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer_id)
    rows = ServiceRecord.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("volunteer", "team", "activity").get(pk=record_id)


def begin(record: ServiceRecord, *, actor: User | None, reason: str = "") -> ServiceRecord:
    """Write a new record and its first event; the volunteer is locked by the caller."""
    record.save(force_insert=True)
    record.refresh_from_db(fields=["during"])  # as the database's range
    _event(record, HoursAct.RECORD, 0, actor, reason)
    return record


def step(record: ServiceRecord, act: HoursAct, *, actor: User | None, reason: str = "") -> ServiceRecord:
    """Carry out an act on a locked record. Raises :class:`WrongStateError`, :class:`OverlapError`."""
    before, after = RecordState(record.state), states.record_after(record.state, act)
    if after is None:
        raise WrongStateError(
            gettext("这条记录现在是“%(state)s”，不能%(act)s。") % {"state": before.label, "act": act.label}
        )
    record.state = after
    try:
        with transaction.atomic():
            record.save(update_fields=["state", "flags", "notice_until", "confirmed_by", "confirmed_at"])
    except IntegrityError as error:
        record.state = before
        if "record_counted_once" not in str(error):
            raise
        raise OverlapError(gettext("同一时间这位志愿者已有另一条计入的记录，请先更正或者作废那一条。")) from error
    counted = ((after in COUNTED) - (before in COUNTED)) * record.minutes
    _event(record, act, counted, actor, reason)
    return record


def history(record_ids: Iterable[int]) -> dict[int, int]:
    """Return how many events each of these records has."""
    numbers: dict[int, int] = {}
    for record, number in HoursEvent.objects.filter(record__in=list(record_ids)).values_list("record_id", "number"):
        numbers[record] = max(number, numbers.get(record, 0))
    return numbers


def _event(record: ServiceRecord, act: HoursAct, minutes: int, actor: User | None, reason: str) -> None:
    erased = record.volunteer.state == VolunteerState.ERASED
    event = HoursEvent.objects.create(
        record=record, number=history([record.pk]).get(record.pk, 0) + 1, act=act, minutes=minutes,
        volunteer_number="" if erased else record.volunteer.number, actor=actor,
        actor_name=actor.get_full_name() or actor.get_username() if actor else gettext("系统"),
        recorded_at=timezone.now(), reason=reason.strip()[:300],
    )  # fmt: skip
    body, people = public_log.hours_body(event, record), public_log.hours_people(event)
    entries.append(log=public_log.LOG, acts=[Act(public_log.reference(event), HOURS.name, HOURS.version, body, people)])
    audit.record(
        actor=actor or SYSTEM, action=f"hours.{act}", target=record, jurisdiction=record.division_code,
        detail={"minutes": minutes},
    )  # fmt: skip
