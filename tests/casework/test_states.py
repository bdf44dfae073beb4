"""The table of a case's states: complete, without traps, as documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from shetong.casework import states
from shetong.casework.models import OPEN_STATES, Act, State
from shetong.casework.states import TRANSITIONS, Who
from shetong.core.errors import WrongStateError


def test_the_document_is_the_table() -> None:
    written = Path(__file__).parents[2] / "docs" / "case-states.md"
    assert written.read_text("utf-8") == states.as_markdown()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_what_is_not_listed_is_refused_with_a_sentence(state: State, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert states.transition(state, act).who
        return
    with pytest.raises(WrongStateError, match="不能"):
        states.transition(state, act)


def test_every_state_is_reached_and_every_open_one_can_end() -> None:
    reached = {State.DRAFT}
    while True:
        more = {step.to for (state, _), step in TRANSITIONS.items() if state in reached} | reached
        if more == reached:
            break
        reached = more
    assert reached == set(State)
    ends = {State.ARCHIVED, State.DISCARDED}
    for state in OPEN_STATES:
        seen, waiting = {state}, [state]
        while waiting:
            here = waiting.pop()
            for (before, _), step in TRANSITIONS.items():
                if before == here and step.to not in seen:
                    seen.add(step.to)
                    waiting.append(step.to)
        assert seen & ends


def test_only_deciders_decide_and_only_applicants_apply() -> None:
    for (_, act), step in TRANSITIONS.items():
        if act in (Act.APPROVE, Act.REFUSE, Act.TERMINATE, Act.EXTEND):
            assert step.who == (Who.DECIDER,)
        if act in (Act.SUBMIT, Act.WITHDRAW, Act.DISCARD):
            assert step.who == (Who.APPLICANT,)


def test_no_act_of_the_office_stops_the_case_but_special_procedures() -> None:
    stopping = {act for (was, act), step in TRANSITIONS.items() if step.to is State.SUSPENDED and was is not step.to}
    assert stopping == {Act.SUSPEND}
