"""Several cases at once: each judged and changed by itself, with a result of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.casework.models import Case, State
from shetong.casework.queries import matters
from shetong.casework.services import assignment, intake, submission
from shetong.core.errors import DomainError, InvalidInputError, WrongStateError
from shetong.core.findings import Severity

MOST = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case: done, or why not."""

    case_id: int
    number: str
    name: str
    done: bool
    message: str


def accept(*, case_ids: Sequence[int], actor: User) -> list[Result]:
    """Accept those in which the system's checks find nothing to look at; the others stay as they are, with the reason.

    Raises :class:`InvalidInputError` for none or too many.
    """

    def one(case: Case) -> str:
        if case.state == State.SUBMITTED:
            matter = matters.of(case)
            grave = [found for found in submission.check(case, matter) if found.severity is not Severity.NOTE]
            if grave:
                raise WrongStateError(
                    gettext("系统核查有需要核对的事项，请打开逐件办理：%(message)s") % {"message": grave[0].message}
                )
        intake.accept(case_id=case.pk, actor=actor)
        return gettext("已受理。")

    return _each(case_ids, actor, one)


def assign(*, case_ids: Sequence[int], actor: User, to: User, note: str = "") -> list[Result]:
    """Give several cases to a colleague."""

    def one(case: Case) -> str:
        assignment.assign(case_id=case.pk, actor=actor, to=to, note=note)
        return gettext("已交给%(name)s。") % {"name": to.get_full_name()}

    return _each(case_ids, actor, one)


def take(*, case_ids: Sequence[int], actor: User) -> list[Result]:
    """Take several cases that nobody holds."""

    def one(case: Case) -> str:
        assignment.take(case_id=case.pk, actor=actor)
        return gettext("已领取。")

    return _each(case_ids, actor, one)


def _each(case_ids: Sequence[int], actor: User, act: Callable[[Case], str]) -> list[Result]:
    wanted = list(dict.fromkeys(case_ids))
    if not wanted or len(wanted) > MOST:
        raise InvalidInputError(gettext("请勾选办件，一次最多%(most)s件。") % {"most": MOST})
    grants = permissions.grants_of(actor)
    results = []
    for case in Case.objects.filter(pk__in=wanted).exclude(state=State.DRAFT).order_by("pk"):
        if not grants.may(Permission.CASE_VIEW, case.authority_division):
            continue
        try:
            message, done = act(case), True
        except DomainError as error:
            message, done = error.message, False
        results.append(Result(case.pk, case.number or "", case.subject_name, done, message))
    return results
