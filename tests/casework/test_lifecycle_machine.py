"""The whole life of a case as a machine on the real database: whatever is tried in whatever order, the rules hold."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shetong.accounts.models import AuditEvent, User
from shetong.casework.models import Act, Case, CaseEvent, Notice, Procedure, State
from shetong.casework.queries import clocks, matters
from shetong.casework.services import closing, decision, drafts, intake, notices, review, submission
from shetong.casework.states import TRANSITIONS
from shetong.core.errors import DomainError
from shetong.registry.models import Organisation
from shetong.store import rows
from tests.casework import factories

PROVISION = "《社会团体登记管理条例》第十三条"


class Life(RuleBasedStateMachine):
    """One case, its applicant and the officers; every rule is tried whether it is allowed or not."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        connection.run_on_commit.clear()

    @initialize()
    def begin(self) -> None:
        self.case = factories.draft()
        self.people: dict[str, User] = {
            "applicant": self.case.applicant,
            "clerk": factories.registrar(),
            "other": factories.registrar(),
            "chief": factories.chief(),
            "far": factories.chief("440100"),
            "stranger": factories.applicant(),
        }
        self.done: list[Act] = []

    def attempt(self, act: Act, service: Any, **given: Any) -> None:
        """Try an act: it does what the table says or is refused with a sentence and changes nothing."""
        before = Case.objects.get(pk=self.case.pk)
        try:
            service(case_id=before.pk, **given)
        except DomainError:
            after = Case.objects.get(pk=before.pk)
            assert (after.state, after.event_count) == (before.state, before.event_count)
            return
        after = Case.objects.get(pk=before.pk)
        if after.event_count == before.event_count:  # posted twice: as it was
            assert after.state == before.state
            return
        assert TRANSITIONS[State(before.state), act].to == after.state
        self.done.append(act)

    anybody = st.sampled_from(("applicant", "clerk", "other", "chief", "far", "stranger"))

    @rule(who=anybody)
    def submit(self, who: str) -> None:
        self.attempt(Act.SUBMIT, submission.submit, actor=self.people[who])

    @rule(who=anybody)
    def accept(self, who: str) -> None:
        self.attempt(Act.ACCEPT, intake.accept, actor=self.people[who])

    @rule(who=anybody)
    def correct(self, who: str) -> None:
        self.attempt(Act.ASK_CORRECTION, intake.ask_correction, actor=self.people[who], items=["补正章程"])

    @rule(who=anybody)
    def refuse_to_accept(self, who: str) -> None:
        self.attempt(Act.NOT_ACCEPT, intake.refuse_to_accept, actor=self.people[who], reason="不属于许可事项")

    @rule(who=anybody)
    def forward(self, who: str) -> None:
        self.attempt(Act.FORWARD, review.forward, actor=self.people[who], opinion="同意")

    @rule(who=anybody)
    def send_back(self, who: str) -> None:
        self.attempt(Act.SEND_BACK, review.send_back, actor=self.people[who], reason="再核")

    @rule(who=anybody)
    def suspend(self, who: str) -> None:
        given = {"procedure": Procedure.EXPERTS, "days": 10, "reason": "专家评审"}
        self.attempt(Act.SUSPEND, review.suspend, actor=self.people[who], **given)

    @rule(who=anybody)
    def resume(self, who: str) -> None:
        self.attempt(Act.RESUME, review.resume, actor=self.people[who])

    @rule(who=anybody)
    def extend(self, who: str) -> None:
        self.attempt(Act.EXTEND, review.extend, actor=self.people[who], days=5, reason="情况复杂")

    @rule(who=anybody)
    def approve(self, who: str) -> None:
        self.attempt(Act.APPROVE, decision.approve, actor=self.people[who], reason="符合条件")

    @rule(who=anybody)
    def refuse(self, who: str) -> None:
        self.attempt(Act.REFUSE, decision.refuse, actor=self.people[who], reason="不符", provision=PROVISION)

    @rule(who=anybody)
    def withdraw(self, who: str) -> None:
        self.attempt(Act.WITHDRAW, closing.withdraw, actor=self.people[who])

    @rule(who=anybody)
    def terminate(self, who: str) -> None:
        self.attempt(Act.TERMINATE, closing.terminate, actor=self.people[who], reason="对象消失")

    @rule(who=anybody)
    def discard(self, who: str) -> None:
        self.attempt(Act.DISCARD, drafts.discard, actor=self.people[who])

    @precondition(lambda self: Act.SUBMIT in self.done)
    @rule()
    def deliver(self) -> None:
        for number in Notice.objects.filter(case=self.case).values_list("pk", flat=True):
            notices.deliver(notice_id=number)
        self.attempt(Act.DELIVER, closing.delivered)

    @rule()
    def ahead(self) -> None:
        """Go the way that ends in a decision, so that long courses are seen too."""
        case = Case.objects.get(pk=self.case.pk)
        if case.state in (State.DRAFT, State.CORRECTION):
            self.submit("applicant")
        elif case.state == State.SUBMITTED:
            self.accept("clerk")
        elif case.state == State.SUSPENDED:
            self.resume("clerk")
        elif case.state == State.REVIEWING:
            self.approve("chief") if case.step == "decision" else self.forward("other")

    @invariant()
    def the_events_tell_the_whole_course(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        events = list(CaseEvent.objects.filter(case=case).order_by("number"))
        assert [event.number for event in events] == list(range(1, case.event_count + 1))
        assert [event.act for event in events] == self.done
        state = State.DRAFT
        for event in events:
            assert event.from_state == state
            state = TRANSITIONS[state, Act(event.act)].to
        assert case.state == state
        trail = AuditEvent.objects.filter(target=f"case:{case.pk}", action__in=[f"case.{act}" for act in Act.values])
        assert [event.action for event in trail.order_by("pk")] == [f"case.{act}" for act in self.done]

    @invariant()
    def what_lists_sort_by_is_what_the_clock_says(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        running = clocks.of(case, matters.in_force(case.matter, case.authority_division, case.rules_on))
        assert case.due_on == (running.due if running else None)

    @invariant()
    def a_body_is_entered_exactly_when_it_was_approved(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        name = self.case.form["body"]["name"]
        assert rows.exists("FROM registry_organisation WHERE name = %s", [name]) == (Act.APPROVE in self.done)
        if Act.APPROVE in self.done:
            assert Organisation.objects.get(name=name).public_code == case.subject_code

    @invariant()
    def each_act_of_the_authority_has_its_one_notice(self) -> None:
        kinds = list(Notice.objects.filter(case=self.case).values_list("kind", flat=True))
        assert kinds.count("approval") + kinds.count("refusal") <= 1
        assert kinds.count("receipt") == self.done.count(Act.SUBMIT)
        assert self.done.count(Act.ASK_CORRECTION) <= 1
        assert self.done.count(Act.EXTEND) <= 1

    @invariant()
    def nobody_decides_what_they_accepted(self) -> None:
        by = dict(CaseEvent.objects.filter(case=self.case).values_list("act", "actor_id"))
        for act in (Act.APPROVE, Act.REFUSE):
            assert act not in by or by[act] != by.get(Act.ACCEPT)


@pytest.mark.django_db
def test_whatever_is_tried_the_case_stays_lawful() -> None:
    chosen = settings(
        max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Life, settings=chosen)
