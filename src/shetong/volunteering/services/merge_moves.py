"""What changes hands when two records of one person are merged, and what goes back where that was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.volunteering.models import (
    COUNTED,
    DoubtKind,
    DoubtState,
    HoursAct,
    MembershipState,
    RecordState,
    RedemptionState,
    ServiceCertificateState,
    ServiceRecord,
    Signup,
    StarState,
    Volunteer,
)
from shetong.volunteering.services import certificates, doubts, record_events, stars

# What belongs to a person and simply changes hands.
_SIMPLE = ("system_numbers", "devices", "disclosures")
# Doubts that come from the records of the other one.
_OF_OTHERS = (DoubtKind.OVERLAP, DoubtKind.SPEED, DoubtKind.DAY)
_SPENT = (RedemptionState.HELD, RedemptionState.USED)
Moved = dict[str, list[int]]


def _is_valid_certificate(row: Any) -> bool:
    return bool(row.state == ServiceCertificateState.VALID)


def _is_member(row: Any) -> bool:
    return row.state in (MembershipState.APPLIED, MembershipState.MEMBER)


# What one person has once: of two that stand, the one of the record that goes stays with it, out of every count.
# Relation, what makes two of them the same, whether one stands.
_ONCE: tuple[tuple[str, tuple[str, ...], Callable[[Any], bool]], ...] = (
    ("memberships", ("team_id",), _is_member),
    ("trainings", ("team_id", "title", "held_on"), lambda row: row.withdrawn_at is None),
    ("stars", ("star",), lambda row: row.state != StarState.WITHDRAWN),
    ("honours", ("title", "grantor", "granted_on"), lambda row: row.revoked_at is None),
    ("service_certificates", ("team_id", "covers_from", "covers_to"), _is_valid_certificate),
    ("certificate_requests", ("team_id",), lambda row: row.state == "requested"),
    ("saved_searches", ("title",), lambda _row: True),
)


def move(kept: Volunteer, gone: Volunteer, actor: User) -> Moved:
    """Move what belongs to a person; return the numbers of what was moved and of what was flagged."""
    moved: Moved = {}
    for name in _SIMPLE:
        rows = getattr(gone, name)
        moved[name] = list(rows.values_list("pk", flat=True))
        rows.update(volunteer=kept)
    moved |= _move_records(kept, gone, actor)
    moved["signups"] = [signup.pk for signup in gone.signups.all() if _moves(signup, kept)]
    for name, same, stands in _ONCE:
        has = {_key(row, same) for row in getattr(kept, name).all() if stands(row)}
        rows = [row.pk for row in getattr(gone, name).all() if not (stands(row) and _key(row, same) in has)]
        getattr(gone, name).filter(pk__in=rows).update(volunteer=kept)
        moved[name] = rows
    return moved | _move_redemptions(kept, gone)


def move_back(kept: Volunteer, gone: Volunteer, moved: Moved, actor: User, *, since: datetime) -> None:
    """Give back what was moved at ``since``, with the corrections made meanwhile of records that go back."""
    # Merges of earlier releases named certificates otherwise.
    given = {**moved, "service_certificates": moved.get("service_certificates", moved.get("certificates", []))}
    for name in (*_SIMPLE, "signups", *(name for name, _, _ in _ONCE)):
        getattr(kept, name).filter(pk__in=given.get(name, [])).update(volunteer=gone)
    for pk, ordinal in zip(given.get("redemptions", []), given.get("ordinals", []), strict=True):
        kept.redemptions.filter(pk=pk).update(volunteer=gone, ordinal=ordinal)
    back = _with_corrections(kept, given.get("records", []))
    kept.records.filter(pk__in=back).update(volunteer=gone)
    # Nothing overlaps any more but what somebody recorded or judged since; that stays as it is.
    for record_id in sorted(given.get("flagged", [])):
        _count_again(record_id, actor)
    teams = set(ServiceRecord.objects.filter(pk__in=back).values_list("team_id", flat=True))
    certificates.end_mistaken(volunteer=kept, team_ids=teams, since=since, reason="两个人的记录曾被误并，所载时长有误")
    for each in (kept, gone):
        stars.settle(each.pk)


def _key(row: models.Model, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _move_records(kept: Volunteer, gone: Volunteer, actor: User) -> Moved:
    counted = list(kept.records.filter(state__in=COUNTED).values_list("during", flat=True))
    doubtful = [
        record.pk
        for record in gone.records.filter(state__in=COUNTED)
        if any(record.during.lower < other.upper and other.lower < record.during.upper for other in counted)
    ]
    for record_id in doubtful:
        record_events.step(record_events.locked(record_id), HoursAct.FLAG, actor=actor, reason=gettext("合并记录"))
    records = list(gone.records.values_list("pk", flat=True))
    gone.records.update(volunteer=kept)
    for record_id in doubtful:
        doubts.look(record_events.locked(record_id))
    return {"flagged": doubtful, "records": records}


def _move_redemptions(kept: Volunteer, gone: Volunteer) -> Moved:
    """Move what was taken, so that the same minutes are not spent again; each with a free ordinal, the old one kept."""
    taken = set(kept.redemptions.filter(state__in=_SPENT).values_list("benefit_id", "ordinal"))
    moved: Moved = {"redemptions": [], "ordinals": []}
    for one in gone.redemptions.select_for_update().order_by("pk"):
        ordinal = one.ordinal
        while one.state in _SPENT and (one.benefit_id, ordinal) in taken:
            ordinal += 1
        taken.add((one.benefit_id, ordinal))
        gone.redemptions.filter(pk=one.pk).update(volunteer=kept, ordinal=ordinal)
        moved["redemptions"].append(one.pk)
        moved["ordinals"].append(one.ordinal)
    return moved


def _with_corrections(kept: Volunteer, records: list[int]) -> list[int]:
    """Return records with those that replace them, and those that replace these."""
    back = set(records)
    latest = back
    while latest:
        latest = set(kept.records.filter(replaces__in=latest).values_list("pk", flat=True)) - back
        back |= latest
    return sorted(back)


def _count_again(record_id: int, actor: User) -> None:
    record, reason = record_events.locked(record_id), gettext("撤销合并")
    if record.state != RecordState.FLAGGED:
        return
    record.doubts.filter(state=DoubtState.OPEN, kind__in=_OF_OTHERS).update(
        state=DoubtState.DISMISSED, judged_by=actor, judged_at=timezone.now(), reason=reason
    )
    if not any(doubt.serious for doubt in doubts.look(record)):
        record_events.step(record, HoursAct.CONFIRM, actor=actor, reason=reason)


def _moves(signup: Signup, kept: Volunteer) -> bool:
    try:
        with transaction.atomic():
            Signup.objects.filter(pk=signup.pk).update(volunteer=kept)
    except IntegrityError:
        return False  # the kept record has the same shift, or another place at that time
    return True
