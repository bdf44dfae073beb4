"""Rating how a case was handled, and what the authority does about low ratings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent, Message
from shetong.casework import jobs
from shetong.casework.models import Case, CaseEvent, Rating
from shetong.casework.queries import ratings as queries
from shetong.casework.rules import ratings as rules
from shetong.casework.services import ratings
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from tests.casework import factories
from tests.casework.test_pages import signed_in

pytestmark = pytest.mark.django_db


def finished() -> Case:
    """Return a case with an outcome, as lists see it."""
    case = factories.submitted()
    Case.objects.filter(pk=case.pk).update(state="archived")
    case.refresh_from_db()
    return case


def test_a_case_is_rated_once_and_amended_for_some_days() -> None:
    case = finished()
    first = ratings.rate(case_id=case.pk, actor=case.applicant, score=5, tags=["quick", "quick"])
    assert first.tags == ["quick"]
    assert first.follow_up_by is None
    second = ratings.rate(case_id=case.pk, actor=case.applicant, score=2, text="问了三次。")
    assert second.pk == first.pk
    assert second.follow_up_by is not None
    assert ratings.rate(case_id=case.pk, actor=case.applicant, score=5).follow_up_by == second.follow_up_by
    assert AuditEvent.objects.filter(action="rating.give").count() == 3
    Rating.objects.update(rated_at=timezone.now() - timedelta(days=11))
    with pytest.raises(WrongStateError):
        ratings.rate(case_id=case.pk, actor=case.applicant, score=5)


@pytest.mark.parametrize(
    "given_", [{"score": 0}, {"score": 6}, {"score": 4, "tags": ["x"]}, {"score": 4, "text": "长" * 501}, {"score": 1}]
)
def test_what_is_no_rating_is_refused(given_: dict[str, Any]) -> None:
    case = finished()
    with pytest.raises(InvalidInputError):
        ratings.rate(case_id=case.pk, actor=case.applicant, **given_)


def test_only_the_applicant_and_only_with_an_outcome() -> None:
    case = factories.submitted()
    with pytest.raises(WrongStateError):
        ratings.rate(case_id=case.pk, actor=case.applicant, score=5)
    with pytest.raises(ForbiddenError):
        ratings.rate(case_id=finished().pk, actor=factories.applicant(), score=5)


def test_a_low_rating_is_followed_up_once_by_somebody_who_did_not_decide() -> None:
    case, clerk, chief = finished(), factories.registrar(), factories.chief()
    CaseEvent.objects.create(
        case=case, number=90, act="approve", from_state="reviewing", to_state="approved", actor=chief,
        actor_name="负责人", recorded_at=timezone.now(),
    )  # fmt: skip
    rating = ratings.rate(case_id=case.pk, actor=case.applicant, score=1, tags=["slow"])
    with pytest.raises(ForbiddenError):
        ratings.follow_up(rating_id=rating.pk, actor=factories.registrar("440100"), result="已联系")
    with pytest.raises(ForbiddenError):
        ratings.follow_up(rating_id=rating.pk, actor=chief, result="已联系")
    with pytest.raises(InvalidInputError):
        ratings.follow_up(rating_id=rating.pk, actor=clerk, result=" ")
    ratings.follow_up(rating_id=rating.pk, actor=clerk, result="已致电说明，申请人表示理解。")
    assert Message.objects.latest("pk").title.startswith("评价已有回复")
    with pytest.raises(ConflictError):
        ratings.follow_up(rating_id=rating.pk, actor=clerk, result="再来一次")
    with pytest.raises(NotFoundError):
        ratings.follow_up(rating_id=rating.pk + 1, actor=clerk, result="已联系")


def test_small_numbers_are_not_shown() -> None:
    case = finished()
    author = case.applicant
    for number in range(rules.LEAST_SHOWN):
        assert queries.summary(matter=case.matter) is None
        another = Case.objects.get(pk=case.pk)
        another.pk, another.number = None, f"R-{number}"
        another.save()
        Rating.objects.create(
            case=another, matter=case.matter, authority_division=case.authority_division,
            score=5 if number else 2, rated_by=author, rated_at=timezone.now(),
        )  # fmt: skip
    shown = queries.summary(matter=case.matter)
    assert shown == queries.Summary(5, "4.4", 80)
    assert queries.summary(matter=case.matter, division_code="310000") is None


def test_the_database_knows_five_scores() -> None:
    case = finished()
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(
            case=case,
            matter="X",
            authority_division="110105",
            score=6,
            rated_by=case.applicant,
            rated_at=timezone.now(),
        )


def test_rating_and_follow_up_on_their_pages() -> None:
    case = finished()
    hall = signed_in(case.applicant)
    page = reverse("casework:case", args=[case.pk])
    assert "评价这次办理" in hall.get(page).content.decode()
    hall.post(reverse("casework:rate", args=[case.pk]), {"score": "2", "tag": ["slow"], "text": "太慢"})
    assert "您在" in hall.get(page).content.decode()
    hall.post(reverse("casework:rate", args=[case.pk]), {"score": "nine"})
    rating = Rating.objects.get()
    assert rating.score == 2
    clerk, far = signed_in(factories.registrar()), signed_in(factories.registrar("440100"))
    listed = reverse("casework:low-ratings")
    assert "太慢" in clerk.get(listed).content.decode()
    assert "太慢" not in far.get(listed).content.decode()
    act = reverse("casework:follow-up", args=[rating.pk])
    assert far.post(act, {}).status_code == 404
    assert clerk.post(act, {f"{rating.pk}-result": ""}).status_code == 422
    assert clerk.post(act, {f"{rating.pk}-result": "已联系"}).status_code == 302
    assert "已联系" in clerk.get(listed, {"show": "done"}).content.decode()
    assert signed_in(factories.applicant()).post(reverse("casework:rate", args=[case.pk]), {}).status_code == 404


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_shares_are_whole_per_cent(part: int, whole: int) -> None:
    part = min(part, whole)
    assert abs(rules.share(part, whole) - 100 * part / whole) <= 0.5


def test_an_authority_is_reminded_of_a_follow_up_that_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    chief, far = factories.chief(), factories.chief("440100")
    case = finished()
    rating = ratings.rate(case_id=case.pk, actor=case.applicant, score=1, text="问了三次。")
    assert rating.follow_up_by is not None
    told = []
    for day in (0, 1, 2, 5, 6, 11, 16, 400):
        morning = timezone.now() + (rating.follow_up_by - timezone.localdate()) + timedelta(days=day)
        with monkeypatch.context() as then:
            then.setattr(timezone, "now", lambda morning=morning: morning)
            told.append(jobs.remind_follow_ups(0))
    assert told == [0, 1, 0, 0, 1, 1, 0, 0]
    assert case.number in Message.objects.filter(recipient=chief).latest("pk").title
    assert not Message.objects.filter(recipient=far).exists()
    ratings.follow_up(rating_id=rating.pk, actor=factories.registrar(), result="已经致歉。")
    assert not queries.late(today=rating.follow_up_by + timedelta(days=500)).exists()
