"""Trying a changed rule on past cases: only what differs is told, and nothing is written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent
from shetong.casework import catalogue
from shetong.casework.models import Act, Case, Trial
from shetong.casework.queries import trials as queries
from shetong.casework.rules import trials as rules
from shetong.casework.rules.clock import Happened
from shetong.casework.rules.matters import Material, Values
from shetong.casework.rules.trials import Change, Outcome, Past
from shetong.casework.services import trials
from shetong.core import statutes
from shetong.core.errors import ForbiddenError, InvalidInputError
from shetong.core.findings import Finding, Severity
from shetong.core.statutes import Unit
from shetong.core.working_days import Period
from tests.casework import factories
from tests.casework.test_pages import signed_in


def past(days: int = 30, *, granted: bool = True, now: Any = (), then: Any = (), events: Any = ()) -> Past:
    """Return a past case that was decided so many days after its acceptance on 2025-03-03."""
    accepted = date(2025, 3, 3)
    decided = accepted + timedelta(days=days)
    return Past(tuple(events), accepted, accepted, decided, granted, frozenset({"charter"}), now, then)


def judged(one: Past, change: Change) -> tuple[Outcome, ...]:
    """Return the outcomes of a past founding of a social group."""
    matter = catalogue.national("SO-SG-EST")
    return rules.judge(one, matter, rules.changed(matter, change), change).outcomes


@pytest.mark.django_db
class TestRules:
    def test_a_shorter_limit_makes_late_and_a_longer_one_in_time(self) -> None:
        assert judged(past(30), Change(decision=Period(20, Unit.DAY))) == (Outcome.LATE,)
        assert judged(past(30), Change(promised=Period(10, Unit.WORKING_DAY))) == (Outcome.LATE,)
        assert judged(past(10), Change(decision=Period(20, Unit.DAY))) == (Outcome.SAME,)
        assert judged(past(90), Change(decision=Period(120, Unit.DAY))) == (Outcome.IN_TIME,)

    def test_what_the_law_excludes_is_excluded_in_the_trial_too(self) -> None:
        events = (
            Happened(Act.SUSPEND, date(2025, 3, 4), {"procedure": "experts"}),
            Happened(Act.RESUME, date(2025, 3, 24), {}),
        )
        assert judged(past(30, events=events), Change(decision=Period(20, Unit.DAY))) == (Outcome.SAME,)

    def test_findings_count_only_where_they_differ(self) -> None:
        refuse, warn = Finding("a", Severity.REFUSE, "不符合"), Finding("b", Severity.WARN, "请核对")
        change = Change(parameters={"x": 1})
        assert judged(past(then=(refuse,)), change) == (Outcome.REFUSED,)
        assert judged(past(granted=False, now=(refuse,)), change) == (Outcome.GRANTED,)
        assert judged(past(then=(warn,)), change) == (Outcome.DOUBTFUL,)
        assert judged(past(now=(refuse, warn), then=(refuse, warn)), change) == (Outcome.SAME,)

    def test_a_material_more_makes_incomplete(self) -> None:
        change = Change(more_materials=(Material("new", "新材料"),))
        assert judged(past(), change) == (Outcome.INCOMPLETE,)

    @given(st.integers(1, 120), st.integers(1, 120), st.integers(0, 150))
    def test_a_longer_limit_is_never_later(self, shorter: int, longer: int, days: int) -> None:
        low, high = sorted((shorter, longer))
        late_high = Outcome.LATE in judged(past(days), Change(decision=Period(high, Unit.DAY)))
        late_low = Outcome.LATE in judged(past(days), Change(decision=Period(low, Unit.DAY)))
        assert late_low or not late_high

    @given(
        st.integers(1, 60), st.sampled_from([Unit.DAY, Unit.WORKING_DAY]), st.dictionaries(st.text("ab"), st.integers())
    )
    def test_a_change_is_stored_and_read_whole(self, number: int, unit: Unit, parameters: dict[str, int]) -> None:
        change = Change(decision=Period(number, unit), without_steps=("second-review",), parameters=parameters)
        assert rules.from_json(change.as_json()) == change


def test_a_parameter_on_trial_holds_within_and_not_after() -> None:
    usual = statutes.value("members_individual", on=date(2025, 3, 3))
    with statutes.trial({"members_individual": usual + 5}):
        assert statutes.value("members_individual", on=date(2025, 3, 3)) == usual + 5
    assert statutes.value("members_individual", on=date(2025, 3, 3)) == usual


@pytest.mark.django_db
class TestRuns:
    def test_past_cases_are_tried_and_nothing_else_is_written(self) -> None:
        case = factories.approved()
        today = timezone.localdate()
        change = Change(parameters={"members_individual": 100})
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            tally = queries.run(queries.past("SO-SG-EST", "110000", today, today), change, trials.open_form)
            transaction.set_rollback(True)
        assert tally.tried == 1
        assert [row.case_id for row in tally.rows] == [case.pk]
        assert Outcome.REFUSED in tally.rows[0].outcomes
        assert queries.run(queries.past("SO-SG-EST", "310000", today, today), change, trials.open_form).tried == 0
        # The figures that checks use are those that are tried; one that they do not read is no result.
        for key, outcome, unread in (
            ("funds_social_group_local", Outcome.REFUSED, []),
            ("funds_social_group_national", Outcome.SAME, ["funds_social_group_national"]),
        ):
            change = Change(parameters={key: 500_000_000})
            tally = queries.run(queries.past("SO-SG-EST", "110000", today, today), change, trials.open_form)
            assert (list(tally.by_outcome), tally.as_json(change)["unread"]) == ([outcome], unread)

    def test_a_job_runs_it_and_tells_how_far_it_is(self) -> None:
        factories.approved()
        chief, today = factories.chief(), timezone.localdate()
        made = trials.ask(
            actor=chief, matter="SO-SG-EST", division_code=factories.DISTRICT, first_day=today, last_day=today,
            change=Change(decision=Period(1, Unit.DAY)),
        )  # fmt: skip
        assert (made.state, made.cases) == ("waiting", 1)
        before = Case.objects.values().get()
        trials.run(made.pk)
        made.refresh_from_db()
        assert (made.state, made.done, made.result["tried"]) == ("done", 1, 1)
        assert Case.objects.values().get() == before
        trials.run(made.pk)
        assert AuditEvent.objects.filter(action="trial.ask").count() == 1

    def test_one_that_fails_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        factories.approved()
        chief, today = factories.chief(), timezone.localdate()
        asked = {"actor": chief, "matter": "SO-SG-EST", "division_code": factories.DISTRICT, "first_day": today,
                 "last_day": today, "change": Change(parameters={"members_individual": 100})}  # fmt: skip

        def broken(_case: Case) -> Values:
            raise KeyError("officers")

        monkeypatch.setattr(trials, "open_form", broken)
        made = trials.ask(**asked)  # type: ignore[arg-type]
        trials.run(made.pk)
        made.refresh_from_db()
        assert (made.state, made.ended_at is not None) == ("failed", True)
        shown = signed_in(chief).get(reverse("casework:trial", args=[made.pk])).content.decode()
        assert "试算没有完成" in shown
        assert f"KeyError，试算{made.pk}号" in shown
        assert AuditEvent.objects.filter(action="trial.fail").count() == 1

        def silent(_case: Case) -> Values:
            raise OperationalError

        monkeypatch.setattr(trials, "open_form", silent)
        again = trials.ask(**asked)  # type: ignore[arg-type]
        with pytest.raises(OperationalError):
            trials.run(again.pk)

    def test_who_may_try_and_what_is_refused(self) -> None:
        today = timezone.localdate()
        asked = {"matter": "SO-SG-EST", "first_day": today, "last_day": today}
        change = Change(decision=Period(1, Unit.DAY))
        for actor in (factories.registrar(), factories.chief("440100")):
            with pytest.raises(ForbiddenError):
                trials.ask(actor=actor, division_code=factories.DISTRICT, change=change, **asked)  # type: ignore[arg-type]
        for wrong in (
            Change(),
            Change(parameters={"nothing": 1}),
            Change(parameters={"trust_filing": 1}),
            Change(without_steps=("decision",)),
        ):
            with pytest.raises(InvalidInputError):
                trials.ask(actor=factories.chief(), division_code=factories.DISTRICT, change=wrong, **asked)  # type: ignore[arg-type]
        assert not Trial.objects.exists()
