"""Who holds a case in the office: taken, assigned, handed over, given back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.models import OPEN_STATES, Case, State
from shetong.casework.queries import mandates, matters
from shetong.casework.services import moves, notes
from shetong.core.errors import ConflictError, ForbiddenError, WrongStateError


@transaction.atomic
def take(*, case_id: int, actor: User) -> Case:
    """Take a case that nobody holds. Raises :class:`ConflictError` naming who was quicker."""
    case = _held(case_id)
    if case.holder is not None and case.holder_id != actor.pk:
        raise ConflictError(gettext("%(name)s已经领取了这个办件。") % {"name": case.holder.get_full_name()})
    return _give(case, to=actor, actor=actor)


@transaction.atomic
def assign(*, case_id: int, actor: User, to: User, note: str = "") -> Case:
    """Give a case to a colleague: by the one who holds it, or by whoever assigns work in the authority.

    ``note``: a word for the colleague, kept among the notes between officers.
    """
    case = _held(case_id)
    if not _is_own(case, actor):
        permissions.require(actor, Permission.CASE_ASSIGN, case.authority_division)
    _give(case, to=to, actor=actor)
    if note.strip():
        notes.write_to(case, author=actor, to=to, text=note)
    return case


@transaction.atomic
def give_back(*, case_id: int, actor: User) -> Case:
    """Put a case back to those that wait for anybody."""
    case = _held(case_id)
    if not _is_own(case, actor):
        permissions.require(actor, Permission.CASE_ASSIGN, case.authority_division)
    return _give(case, to=None, actor=actor)


def _is_own(case: Case, actor: User) -> bool:
    """Whether the actor holds the case, or acts for the absent colleague who does."""
    if case.holder_id == actor.pk:
        return True
    lent = permissions.grants_of(actor).lent
    return any(one.principal == case.holder_id and one.allows(_needed(case), case.authority_division) for one in lent)


def _needed(case: Case) -> Permission:
    matter = matters.of(case)
    return matter.step(case.step).permission if case.step else Permission.CASE_ACCEPT


def _held(case_id: int) -> Case:
    case = moves.lock(case_id)
    if case.state not in OPEN_STATES:
        raise WrongStateError(gettext("办件%(label)s，不再分派。") % {"label": gettext(str(State(case.state).label))})
    return case


def _give(case: Case, *, to: User | None, actor: User) -> Case:
    if to is not None:
        if not permissions.may(to, _needed(case), case.authority_division):
            raise ForbiddenError(gettext("%(name)s没有办理这个环节的权限。") % {"name": to.get_full_name()})
        if mandates.sides_with(case, {to.pk}):
            raise ForbiddenError(moves.own_side())
    before, case.holder = case.holder_id, to
    case.updated_at = timezone.now()
    case.save(update_fields=["holder", "updated_at"])
    audit.record(
        actor=actor,
        action="case.assign",
        target=case,
        jurisdiction=case.authority_division,
        detail={"number": case.number or "", "from": before, "to": to.pk if to else None},
    )
    return case
