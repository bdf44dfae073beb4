"""The law changes while a case runs: the case keeps the rule of the day on which it was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from shetong.casework.models import Case, MatterVariant, Procedure
from shetong.casework.queries import clocks, matters
from shetong.casework.services import intake, review
from shetong.core import statutes
from tests.casework import factories

pytestmark = pytest.mark.django_db

CHINA = ZoneInfo("Asia/Shanghai")
# From April the time for deciding is half of what it was.
CHANGED = """
[decision_social_group]
title = "测试期限"
unit = "day"
values = [
    { value = 60, to = 2026-04-01 },
    { value = 30, from = 2026-04-01 },
]
"""


@pytest.fixture(autouse=True)
def changing_law(tmp_path: Path, settings: Any) -> Iterator[None]:
    (tmp_path / "own.toml").write_text(CHANGED, "utf-8")
    settings.STATUTES_FILE = str(tmp_path / "own.toml")
    statutes.parameters.cache_clear()
    yield
    statutes.parameters.cache_clear()


def stand(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let it be ten in the morning of a day."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(day.year, day.month, day.day, 10, tzinfo=CHINA))


def length(case: Case) -> int:
    """Return the number of days that the running limit of a case has by law."""
    running = clocks.of(case, matters.in_force(case.matter, case.authority_division, case.rules_on))
    assert running is not None
    return running.period.number


def test_a_running_case_keeps_the_limit_of_its_acceptance(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, date(2026, 3, 20))
    clerk = factories.registrar()
    before, waiting = factories.accepted(clerk), factories.submitted()
    due = before.due_on
    stand(monkeypatch, date(2026, 4, 10))
    after = intake.accept(case_id=waiting.pk, actor=clerk)
    assert (length(before), length(after)) == (60, 30)
    # Every later act derives the dates anew: by the law of the acceptance still.
    review.suspend(case_id=before.pk, actor=clerk, procedure=Procedure.EXPERTS, days=3, reason="专家评审")
    review.resume(case_id=before.pk, actor=clerk)
    before.refresh_from_db()
    assert length(before) == 60
    assert before.due_on > due
    assert before.rules_on == date(2026, 3, 20)


def test_a_case_that_waits_through_the_change_by_silence_has_the_law_of_its_receipt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand(monkeypatch, date(2026, 3, 30))
    case = factories.submitted()
    stand(monkeypatch, date(2026, 4, 20))
    accepted = intake.deem_accepted(case_id=case.pk)
    assert accepted is not None
    assert (accepted.rules_on, length(accepted)) == (date(2026, 3, 30), 60)


def test_a_region_that_shortens_its_promise_or_drops_a_step_leaves_running_cases_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand(monkeypatch, date(2026, 3, 20))
    clerk = factories.registrar()
    case, waiting = factories.accepted(clerk), factories.submitted()
    stand(monkeypatch, date(2026, 4, 10))
    MatterVariant.objects.create(
        matter="SO-SG-EST", division_code="110105", valid_from=date(2026, 4, 1), promised_number=1,
        promised_unit="working_day", without_steps=["second-review"], basis="示范", recorded_at=timezone.now(),
    )  # fmt: skip
    review.forward(case_id=case.pk, actor=clerk, opinion="同意")
    case.refresh_from_db()
    assert case.step == "second-review"
    new = intake.accept(case_id=waiting.pk, actor=clerk)
    assert review.forward(case_id=new.pk, actor=clerk, opinion="同意").step == "decision"
    assert new.next_on == date(2026, 4, 13)
