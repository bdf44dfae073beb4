"""Acting for an absent colleague: who may grant it, what it reaches, how it is recorded, and four eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shetong.accounts.models import AuditEvent, Deputyship, User
from shetong.accounts.queries.permissions import grants_of
from shetong.accounts.rules import LENDABLE, Permission
from shetong.accounts.services import deputies
from shetong.casework.models import CaseEvent
from shetong.casework.services import assignment, decision, intake, review
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError
from tests.casework import factories

pytestmark = pytest.mark.django_db


def appoint(principal: User, deputy: User, *, actor: User | None = None, **given: object) -> Deputyship:
    """Let somebody act for somebody for a week."""
    today = timezone.localdate()
    values: dict[str, object] = {
        "division_code": factories.DISTRICT,
        "scope": [str(Permission.CASE_REVIEW), str(Permission.CASE_ACCEPT)],
        "first_day": today,
        "last_day": today + timedelta(days=6),
        "reason": "外出培训",
    }
    return deputies.appoint(principal=principal, deputy=deputy, actor=actor or principal, **{**values, **given})  # type: ignore[arg-type]


def test_what_is_done_for_a_colleague_says_so() -> None:
    absent, deputy = factories.registrar(), factories.registrar()
    case = factories.submitted()
    assignment.take(case_id=case.pk, actor=absent)
    appoint(absent, deputy)
    intake.accept(case_id=case.pk, actor=deputy)
    event = CaseEvent.objects.get(case=case, act="accept")
    assert event.actor_name == f"{deputy.get_full_name()} 代 {absent.get_full_name()}"
    assert (event.actor, event.acting_for) == (deputy, absent)
    assert AuditEvent.objects.get(action="case.accept").detail["for"] == absent.pk


def test_a_deputy_reaches_what_his_own_roles_do_not() -> None:
    chief, deputy = factories.chief(), factories.registrar()
    case = factories.at_decision()
    with pytest.raises(ForbiddenError):
        decision.approve(case_id=case.pk, actor=deputy, reason="同意。")
    appoint(chief, deputy, scope=[str(Permission.CASE_DECIDE)])
    assert grants_of(deputy).may(Permission.CASE_DECIDE, factories.DISTRICT)
    decision.approve(case_id=case.pk, actor=deputy, reason="同意。")
    assert CaseEvent.objects.get(case=case, act="approve").acting_for == chief


@pytest.mark.parametrize("acceptor", ["deputy", "principal"])
def test_four_eyes_hold_for_both(acceptor: str) -> None:
    chief, deputy = factories.chief(), factories.registrar()
    case = factories.accepted(deputy if acceptor == "deputy" else chief)
    for _ in range(2):
        review.forward(case_id=case.pk, actor=factories.registrar(), opinion="同意。")
    appoint(chief, deputy, scope=[str(Permission.CASE_DECIDE)])
    with pytest.raises(ForbiddenError, match="受理人不能同时作出决定"):
        decision.approve(case_id=case.pk, actor=deputy, reason="同意。")


def test_the_applicant_decides_nothing_through_a_deputy() -> None:
    chief, deputy = factories.chief(), factories.registrar()
    case = factories.accepted(by=chief)
    for _ in range(2):
        review.forward(case_id=case.pk, actor=factories.registrar(), opinion="同意。")
    appoint(chief, deputy, scope=[str(Permission.CASE_DECIDE)])
    with pytest.raises(ForbiddenError, match="本人提交的申请"):
        decision.approve(case_id=case.pk, actor=deputy, reason="同意。")


def test_it_begins_and_ends_with_its_days_and_its_revocation() -> None:
    chief, deputy, today = factories.chief(), factories.registrar(), timezone.localdate()
    scope = [str(Permission.CASE_DECIDE)]
    later = appoint(chief, deputy, scope=scope, first_day=today + timedelta(days=1), last_day=today + timedelta(days=2))
    assert not grants_of(deputy).may(Permission.CASE_DECIDE, factories.DISTRICT)
    assert grants_of(deputy, timezone.now() + timedelta(days=1)).may(Permission.CASE_DECIDE, factories.DISTRICT)
    assert not grants_of(deputy, timezone.now() + timedelta(days=3)).may(Permission.CASE_DECIDE, factories.DISTRICT)
    deputies.revoke(deputyship_id=later.pk, actor=deputy)
    assert not grants_of(deputy, timezone.now() + timedelta(days=1)).may(Permission.CASE_DECIDE, factories.DISTRICT)
    with pytest.raises(WrongStateError):
        deputies.revoke(deputyship_id=later.pk, actor=deputy)
    assert AuditEvent.objects.filter(action="deputy.revoke").count() == 1


def test_what_is_lent_stays_within_its_division_and_is_not_lent_on() -> None:
    chief, deputy, third = factories.chief("110000"), factories.registrar("110000"), factories.registrar()
    appoint(chief, deputy, scope=[str(Permission.CASE_DECIDE)])
    assert grants_of(deputy).may(Permission.CASE_DECIDE, factories.DISTRICT)
    assert not grants_of(deputy).may(Permission.CASE_DECIDE, "110106")
    assert grants_of(deputy).jurisdictions(Permission.CASE_DECIDE) == (factories.DISTRICT,)
    with pytest.raises(InvalidInputError, match="不能委托"):
        appoint(deputy, third, scope=[str(Permission.CASE_DECIDE)])


def test_who_may_appoint() -> None:
    absent, deputy, chief = factories.registrar(), factories.registrar(), factories.chief()
    with pytest.raises(ForbiddenError):
        appoint(absent, deputy, actor=deputy)
    appoint(absent, deputy, actor=chief)
    with pytest.raises(ConflictError):
        appoint(absent, deputy)
    with pytest.raises(ForbiddenError):
        appoint(absent, chief, actor=chief)
    with pytest.raises(ForbiddenError):
        deputies.revoke(deputyship_id=Deputyship.objects.get().pk, actor=factories.registrar())
    with pytest.raises(InvalidInputError, match="同事"):
        appoint(absent, factories.registrar("440100"))


def test_accounts_keys_and_personal_data_are_never_lent() -> None:
    assert all(permission.startswith(("case.", "opinion.")) for permission in LENDABLE)
    with pytest.raises(InvalidInputError):
        appoint(factories.registrar(), factories.registrar(), scope=[str(Permission.PERSONAL_DATA_REVEAL)])


def test_permissions_still_take_one_query(django_assert_num_queries: object) -> None:
    chief, deputy = factories.chief(), factories.registrar()
    appoint(chief, deputy, scope=[str(Permission.CASE_DECIDE)])
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(grants_of(deputy).lent) == 1
