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
    Merge,
    MergeHold,
    MergeUndo,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.services import members, merge_moves, stars
from shetong.volunteering.services.erasure import emptied

HOLD = "volunteer.merge_hold"
_OPEN = (VolunteerState.ACTIVE, VolunteerState.PENDING, VolunteerState.SUSPENDED)
_OCTETS = ("name_sealed", "identity_sealed", "identity_index", "phone_sealed", "emergency_sealed")
_PLAIN = (
    "state", "user_id", "name_masked", "wishes", "longitude", "latitude", "skills", "languages", "fields", "female",
)  # fmt: skip


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
    _require(actor, kept, gone)
    held = _held(gone)
    moved = merge_moves.move(kept, gone, actor)
    if kept.user_id is None and gone.user_id is not None:
        user, gone.user = gone.user, None
        gone.save(update_fields=["user"])
        kept.user = user
        kept.save(update_fields=["user"])
        moved["user"] = [user.pk] if user else []
    emptied(gone, VolunteerState.MERGED)
    gone.merged_into = kept
    gone.save()
    stars.settle(kept.pk)
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
    _require(actor, kept, gone)
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("撤销合并须写明理由。"), fields={"reason": gettext("请写明理由。")})
    hold = MergeHold.objects.select_for_update().filter(merge=done, until__gt=timezone.now()).first()
    if hold is None or MergeUndo.objects.filter(merge=done).exists() or kept.state not in _OPEN:
        raise WrongStateError(gettext("已过撤销期限，或者已经撤销，不能再撤销这次合并。"))
    held = json.loads(pii.open_sealed(bytes(hold.content_sealed), context=HOLD))
    _put_back(kept, gone, held, taken_user=bool(done.moved.get("user")))
    merge_moves.move_back(kept, gone, done.moved, actor, since=done.recorded_at)
    hold.delete()
    undone = MergeUndo.objects.create(
        merge=done, reason=reason.strip()[:300], actor_name=actor.get_full_name(), recorded_at=timezone.now()
    )
    audit.record(
        actor=actor, action="volunteer.unmerge", target=kept, jurisdiction=kept.division_code,
        detail={"back": gone.number},
    )  # fmt: skip
    return undone


def compare(*, actor: User, kept_number: str, gone_number: str) -> tuple[Volunteer, Volunteer]:
    """Return two records to be compared before they are merged; only to the guiding authority of both.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`.
    """
    kept, gone = members.known(kept_number), members.known(gone_number)
    _require(actor, kept, gone)
    return kept, gone


def forget_holds() -> int:
    """Delete what waited for merges that cannot be undone any more; return how many."""
    return MergeHold.objects.filter(until__lte=timezone.now()).delete()[0]


def _require(actor: User, *people: Volunteer) -> None:
    for each in people:
        permissions.require(actor, Permission.VOLUNTEERING_MANAGE, each.division_code)


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
