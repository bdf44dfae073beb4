"""The table of statuses: any course of acts stays inside it, and the docs show it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shetong.core.errors import WrongStateError
from shetong.registry import states
from shetong.registry.models.choices import Status
from shetong.registry.rules.history import Standing
from shetong.registry.states import TRANSITIONS, Act, next_status

ROOT = Path(__file__).parents[2]
_FILED = {
    Act.REGISTER: ("registration", {"status": "normal"}),
    Act.CHANGE: ("change", {"name": "乙"}),
    Act.CANCEL_CHANGE: ("order", {"name": "甲"}),
    Act.GRANT_ATTRIBUTE: ("attribute", {"attributes.CHARITY": {"valid_from": "2020-01-01"}}),
    Act.END_ATTRIBUTE: ("attribute", {"attributes.CHARITY": None}),
    Act.APPOINT_OFFICER: ("officers", {"officers.director.1": {"valid_from": "2020-01-01"}}),
    Act.END_OFFICER: ("officers", {"officers.director.1": None}),
    Act.SUSPEND: ("order", {"status": "suspended"}),
    Act.RESUME: ("order", {"status": "normal"}),
    Act.OPEN_LIQUIDATION: ("deregistration", {"status": "liquidating"}),
    Act.DEREGISTER: ("deregistration", {"status": "deregistered"}),
    Act.CANCEL: ("order", {"status": "cancelled"}),
    Act.REVOKE: ("order", {"status": "revoked"}),
}


class Life(RuleBasedStateMachine):
    """A body to which any act is tried in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.status: Status | None = None
        self.was: list[Status] = []
        self.stands: list[Standing] = []

    @rule(act=st.sampled_from(sorted(_FILED)))
    def try_an_act(self, act: Act) -> None:
        kind, after = _FILED[act]
        stand = Standing(len(self.stands) + 1, kind, date(2020, 1, 1), after)
        assert states.act_of(kind, after, branch=False) == act
        if (self.status, act) not in TRANSITIONS:
            with pytest.raises(WrongStateError):
                next_status(self.status, act)
            failed = states.replay([*self.stands, stand], branch=False)
            assert failed is not None
            assert failed[0] == stand
            return
        self.status = next_status(self.status, act)
        self.was.append(self.status)
        self.stands.append(stand)

    @invariant()
    def what_was_done_can_be_walked_again(self) -> None:
        assert states.replay(self.stands, branch=False) is None

    @invariant()
    def the_end_is_the_end(self) -> None:
        if Status.DEREGISTERED in self.was:
            assert set(self.was[self.was.index(Status.DEREGISTERED) :]) == {Status.DEREGISTERED}
        ended = {Status.CANCELLED, Status.REVOKED}
        if ended & set(self.was):
            assert self.status in ended | {Status.DEREGISTERED}


TestLife = Life.TestCase


@given(st.sampled_from([None, *Status]), st.sampled_from(list(Act)))
def test_every_pair_of_status_and_act_leads_somewhere_or_is_refused_in_chinese(status: Status | None, act: Act) -> None:
    if (status, act) in TRANSITIONS:
        assert isinstance(next_status(status, act), Status)
    else:
        with pytest.raises(WrongStateError) as caught:
            next_status(status, act)
        assert states.ACT_NAMES[act] in caught.value.message


def test_every_status_can_be_reached_and_only_the_last_cannot_be_left() -> None:
    assert {transition.to for transition in TRANSITIONS.values()} == set(Status)
    left = {status for (status, _), transition in TRANSITIONS.items() if status and transition.to != status}
    assert set(Status) - left == {Status.DEREGISTERED}


def test_the_docs_show_the_table() -> None:
    assert (ROOT / "docs" / "registry-states.md").read_text(encoding="utf-8") == states.as_markdown()
