"""Two records of one person made one, and made two again within a window where that was wrong.

What the record that goes holds of the person is emptied at once; sealed it waits in a row of its own until the window
closes (``VOLUNTEER_MERGE_UNDO_DAYS``), then it is deleted. Both records are locked in the order of their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.volunteering.models import (
    COUNTED,
    DoubtKind,
    DoubtState,
    HoursAct,
    MembershipState,
    Merge,
    MergeHold,
    MergeUndo,
    RecordState,
    ServiceCertificateState,
    Signup,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.services import doubts, record_events
from shetong.volunteering.services.erasure import emptied

HOLD = "volunteer.merge_hold"
_OPEN = (VolunteerState.ACTIVE, VolunteerState.PENDING, VolunteerState.SUSPENDED)
_OCTETS = ("name_sealed", "identity_sealed", "identity_index", "phone_sealed", "emergency_sealed")
_PLAIN = (
    "state", "user_id", "name_masked", "wishes", "longitude", "latitude", "skills", "languages", "fields", "female",
)  # fmt: skip
# What belongs to a person and simply changes hands.
_SIMPLE = ("system_numbers", "trainings")
# Doubts that come from the records of the other one.
_OF_OTHERS = (DoubtKind.OVERLAP, DoubtKind.SPEED, DoubtKind.DAY)


@transaction.atomic
def merge(*, kept_id: int, gone_id: int, actor: User, reason: str) -> Merge:
    """Make one of two records of one person; who proved the identity keeps theirs. Only for the guiding authority.

    Counted records of service that overlap with those of the kept record are flagged for somebody to judge. Raises
    :class:`ForbiddenError`, :class:`NotFoundError`, :class:`InvalidInputError`.
    """
    if kept_id == gone_id or len(reason.strip()) < 4:
        raise InvalidInputError(gettext("请选择两个不同的记录，并写明合并的理由。"))
    found = _locked((kept_id, gone_id))
    if len(found) != 2 or any(each.state not in _OPEN for each in found.values()):
        raise NotFoundError(gettext("没有找到可以合并的记录。"))
    kept, gone = found[kept_id], found[gone_id]
    for each in (kept, gone):
        permissions.require(actor, Permission.VOLUNTEERING_MANAGE, each.division_code)
    held = _held(gone)
    moved = _move(kept, gone, actor)
    if kept.user_id is None and gone.user_id is not None:
        user, gone.user = gone.user, None
        gone.save(update_fields=["user"])
        kept.user = user
        kept.save(update_fields=["user"])
        moved["user"] = [user.pk] if user else []
    emptied(gone, VolunteerState.MERGED)
    gone.merged_into = kept
    gone.save()
    now = timezone.now()
    done = Merge.objects.create(
        kept=kept, gone=gone, moved=moved, reason=reason.strip()[:300], actor_name=actor.get_full_name(),
        recorded_at=now,
    )  # fmt: skip
    MergeHold.objects.create(
        merge=done, content_sealed=pii.seal(held, context=HOLD),
        until=now + timedelta(days=settings.VOLUNTEER_MERGE_UNDO_DAYS),
    )  # fmt: skip
    audit.record(
        actor=actor, action="volunteer.merge", target=kept, jurisdiction=kept.division_code,
        detail={"gone": gone.number, "moved": {name: len(ids) for name, ids in moved.items()}},
    )  # fmt: skip
    return done


@transaction.atomic
def undo(*, merge_id: int, actor: User, reason: str) -> MergeUndo:
    """Make two records of one again: what was moved goes back, the record that went gets its person back.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError` where
    the window is over or somebody registered anew under that identity.
    """
    done = Merge.objects.filter(pk=merge_id).first()
    if done is None:
        raise NotFoundError(gettext("没有找到这次合并。"))
    found = _locked((done.kept_id, done.gone_id))
    kept, gone = found[done.kept_id], found[done.gone_id]
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, kept.division_code)
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("撤销合并须写明理由。"), fields={"reason": gettext("请写明理由。")})
    hold = MergeHold.objects.select_for_update().filter(merge=done, until__gt=timezone.now()).first()
    if hold is None or MergeUndo.objects.filter(merge=done).exists() or kept.state not in _OPEN:
        raise WrongStateError(gettext("已过撤销期限，或者已经撤销，不能再撤销这次合并。"))
    held = json.loads(pii.open_sealed(bytes(hold.content_sealed), context=HOLD))
    _put_back(kept, gone, held, taken_user=bool(done.moved.get("user")))
    _move_back(kept, gone, done.moved, actor)
    hold.delete()
    undone = MergeUndo.objects.create(
        merge=done, reason=reason.strip()[:300], actor_name=actor.get_full_name(), recorded_at=timezone.now()
    )
    audit.record(
        actor=actor, action="volunteer.unmerge", target=kept, jurisdiction=kept.division_code,
        detail={"back": gone.number},
    )  # fmt: skip
    return undone


def forget_holds() -> int:
    """Delete what waited for merges that cannot be undone any more; return how many."""
    return MergeHold.objects.filter(until__lte=timezone.now()).delete()[0]


def _locked(pks: Iterable[int]) -> dict[int, Volunteer]:
    return {each.pk: each for each in Volunteer.objects.select_for_update().filter(pk__in=pks).order_by("pk")}


def _held(gone: Volunteer) -> str:
    octets = {name: bytes(value).hex() if (value := getattr(gone, name)) is not None else None for name in _OCTETS}
    plain = {name: getattr(gone, name) for name in _PLAIN}
    return json.dumps({**octets, **plain, "born_on": gone.born_on.isoformat() if gone.born_on else None})


def _put_back(kept: Volunteer, gone: Volunteer, held: dict[str, Any], *, taken_user: bool) -> None:
    if taken_user:
        kept.user = None
        kept.save(update_fields=["user"])
    for name in _OCTETS:
        setattr(gone, name, bytes.fromhex(held[name]) if held[name] is not None else None)
    for name in _PLAIN:
        setattr(gone, name, held[name])
    gone.born_on = date.fromisoformat(held["born_on"]) if held["born_on"] else None
    gone.merged_into, gone.updated_at = None, timezone.now()
    try:
        with transaction.atomic():
            gone.save()
    except IntegrityError as error:
        raise WrongStateError(gettext("此人后来又重新注册，不能撤销这次合并。")) from error


def _move(kept: Volunteer, gone: Volunteer, actor: User) -> dict[str, list[int]]:
    """Move what belongs to a person; return the numbers of what was moved and of what was flagged or left."""
    moved: dict[str, list[int]] = {}
    for name in _SIMPLE:
        rows = getattr(gone, name)
        moved[name] = list(rows.values_list("pk", flat=True))
        rows.update(volunteer=kept)
    counted = list(kept.records.filter(state__in=COUNTED).values_list("during", flat=True))
    doubtful = [
        record.pk
        for record in gone.records.filter(state__in=COUNTED)
        if any(record.during.lower < other.upper and other.lower < record.during.upper for other in counted)
    ]
    for record_id in doubtful:
        record_events.step(record_events.locked(record_id), HoursAct.FLAG, actor=actor, reason=gettext("合并记录"))
    moved["flagged"] = doubtful
    moved["records"] = list(gone.records.values_list("pk", flat=True))
    gone.records.update(volunteer=kept)
    for record_id in doubtful:
        doubts.look(record_events.locked(record_id))
    moved["signups"] = [signup.pk for signup in gone.signups.all() if _moves(signup, kept)]
    live = (MembershipState.APPLIED, MembershipState.MEMBER)
    teams = set(kept.memberships.filter(state__in=live).values_list("team_id", flat=True))
    memberships = gone.memberships.exclude(state__in=live, team_id__in=teams)
    moved["memberships"] = list(memberships.values_list("pk", flat=True))
    memberships.update(volunteer=kept)
    # One that is valid for the same team and days stays with the record that went.
    standing = set(kept.service_certificates.filter(state=ServiceCertificateState.VALID).values_list(*_PERIOD))
    certificates = [
        pk for pk, *period in gone.service_certificates.values_list("pk", *_PERIOD) if tuple(period) not in standing
    ]
    gone.service_certificates.filter(pk__in=certificates).update(volunteer=kept)
    moved["certificates"] = certificates
    return moved


_PERIOD = ("team_id", "covers_from", "covers_to")


def _move_back(kept: Volunteer, gone: Volunteer, moved: dict[str, list[int]], actor: User) -> None:
    for name in (*_SIMPLE, "records", "memberships"):
        getattr(kept, name).filter(pk__in=moved.get(name, [])).update(volunteer=gone)
    kept.service_certificates.filter(pk__in=moved.get("certificates", [])).update(volunteer=gone)
    kept.signups.filter(pk__in=moved.get("signups", [])).update(volunteer=gone)
    # Nothing overlaps any more but what somebody recorded or judged since; that stays as it is.
    for record_id in sorted(moved.get("flagged", [])):
        _count_again(record_id, actor)


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
