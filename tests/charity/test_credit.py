"""Credit of giving: nobody is listed unheard, everything has its dates, people stay unnamed, honours need consent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent, Message, User
from shetong.charity import states
from shetong.charity.models import (
    CreditAct,
    CreditDocument,
    CreditEvent,
    CreditGrade,
    CreditKind,
    CreditRecord,
    CreditState,
    CreditSubject,
    DonorHonour,
)
from shetong.charity.queries import credit as queries
from shetong.charity.queries.bodies import body as known_of
from shetong.charity.rules import credit as rules
from shetong.charity.rules.qualification import until
from shetong.charity.services import credit, honours
from shetong.core.errors import DomainError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.registry.models import Authority, CreditReferral, Organisation, PenaltyRecord
from shetong.registry.services import referrals
from tests.casework import factories as cases
from tests.casework.applications import body

DOCUMENT_ON = date(2026, 5, 1)


class TestTheTable:
    @given(st.lists(st.sampled_from(list(CreditAct)), max_size=20))
    def test_nothing_has_effect_that_was_not_decided_and_what_ended_stays_ended(self, acts: list[CreditAct]) -> None:
        state, decided = CreditState.NOTIFIED, False
        for act in acts:
            following = states.after(state, act)
            if following is None:
                continue
            decided = decided or act is CreditAct.DECIDE
            assert following not in states.EFFECTIVE or decided
            state = following
            if state in (CreditState.DISMISSED, CreditState.CORRECTED, CreditState.REPAIRED, CreditState.EXPIRED):
                assert all(states.after(state, one) is None for one in CreditAct)

    def test_every_state_in_effect_can_be_ended_by_time(self) -> None:
        assert {state for state, act in states.CREDIT if act is CreditAct.EXPIRE} == states.EFFECTIVE

    def test_the_page_of_states_is_what_the_table_says(self) -> None:
        from pathlib import Path

        page = Path(__file__).parents[2] / "docs" / "charity-states.md"
        assert page.read_text(encoding="utf-8") == states.as_markdown()


class TestTimes:
    def test_grades_have_their_least_and_most(self) -> None:
        general = rules.span(CreditGrade.GENERAL, DOCUMENT_ON)
        serious = rules.span(CreditGrade.SERIOUS, DOCUMENT_ON)
        assert (general.least_until, general.expires_on) == (date(2026, 8, 1), date(2027, 5, 1))
        assert (serious.least_until, serious.expires_on) == (date(2027, 5, 1), date(2029, 5, 1))
        assert serious.provision == "《信用修复管理办法》（国家发展改革委令第36号）"

    @given(months=st.integers(1, 60), day=st.dates(date(2026, 4, 1), date(2040, 1, 1)))
    def test_what_is_decided_stays_within_them(self, months: int, day: date) -> None:
        try:
            span = rules.span(CreditGrade.GENERAL, day, months)
        except ValueError:
            assert not 3 < months <= 12
        else:
            assert span.effective_on == day < span.least_until < span.expires_on == until(day, months)

    @given(
        subject=st.sampled_from(list(CreditSubject)),
        grade=st.sampled_from(list(CreditGrade)),
        document=st.sampled_from(list(CreditDocument)),
    )
    def test_nothing_slight_is_published_and_of_people_only_what_is_grave_and_final(
        self, subject: CreditSubject, grade: CreditGrade, document: CreditDocument
    ) -> None:
        shown = rules.public(subject=subject, grade=grade, document=document)
        assert not (shown and grade is CreditGrade.SLIGHT)
        if subject is not CreditSubject.CHARITY:
            assert not shown or (grade is CreditGrade.SERIOUS and document in rules.FINAL)


def clerk() -> User:
    return cases.registrar("110000")


def chief() -> User:
    return cases.chief("110000")


def noticed(organisation: Organisation | None, actor: User | None = None, **values: Any) -> CreditRecord:
    given_: dict[str, Any] = {
        "kind": CreditKind.BREACH,
        "subject": CreditSubject.CHARITY,
        "facts": "两年没有公布项目进展。",
        "provision": "《慈善法》第七十九条",
        "division_code": "110000",
        "today": DOCUMENT_ON,
    }
    return credit.notify(organisation=organisation, actor=actor or clerk(), **{**given_, **values})


def decide(record: CreditRecord, actor: User | None = None, **values: Any) -> CreditRecord:
    given_: dict[str, Any] = {
        "document": CreditDocument.PENALTY,
        "document_number": "京民罚〔2026〕1号",
        "document_on": DOCUMENT_ON,
        "decision_number": "京民信〔2026〕1号",
        "grade": CreditGrade.GENERAL,
        "reason": "事实清楚。",
        "today": record.heard_by + timedelta(days=1),
    }
    return credit.decide(record_id=record.pk, actor=actor or chief(), **{**given_, **values})


@pytest.mark.django_db
class TestDueProcess:
    def test_the_whole_way_from_a_referral_to_repair(self) -> None:
        organisation, agent = body("FD")
        referral = referrals.refer(
            organisation=organisation, source="test/1", ground="未按期公开信息", provision="", facts=[("期限", "x")],
            referred_on=DOCUMENT_ON,
        )  # fmt: skip
        record = noticed(organisation, referral=referral)
        assert (record.state, CreditReferral.objects.get().state) == ("notified", "taken")
        with pytest.raises(WrongStateError):
            decide(record, today=record.heard_by)
        credit.state(record_id=record.pk, statement="工作人员更换，已经补公布。", actor=agent, today=DOCUMENT_ON)
        record = decide(record, today=DOCUMENT_ON)
        assert (record.effective_on, record.expires_on) == (DOCUMENT_ON, date(2027, 5, 1))
        assert known_of(organisation, DOCUMENT_ON).dishonest == ("失信",)
        assert not known_of(organisation, DOCUMENT_ON).listed
        PenaltyRecord.objects.create(
            organisation=organisation, document_number="京民罚〔2026〕1号", facts="某事", basis="某条", penalty="警告",
            decided_on=DOCUMENT_ON, authority_name="某局",
        )  # fmt: skip
        assert known_of(organisation, DOCUMENT_ON).penalised_on == DOCUMENT_ON
        assert [one.name for one in queries.public_records(DOCUMENT_ON)] == [organisation.name]
        credit.raise_objection(record_id=record.pk, reason="程度过重。", actor=agent, today=DOCUMENT_ON)
        credit.answer_objection(record_id=record.pk, upheld=True, reason="维持。", actor=chief(), today=DOCUMENT_ON)
        with pytest.raises(WrongStateError):
            credit.ask_repair(record_id=record.pk, promise="承诺。", actor=agent, today=date(2026, 7, 31))
        for _time in range(2):
            credit.ask_repair(record_id=record.pk, promise="承诺。", actor=agent, today=date(2026, 8, 1))
            credit.answer_repair(
                record_id=record.pk, granted=False, reason="没有整改。", actor=chief(), today=date(2026, 8, 1)
            )
        credit.ask_repair(record_id=record.pk, promise="已经整改，承诺按期公布。", actor=agent, today=date(2026, 8, 1))
        credit.answer_repair(record_id=record.pk, granted=True, reason="属实。", actor=chief(), today=date(2026, 8, 2))
        record.refresh_from_db()
        assert (record.state, queries.public_records(date(2026, 8, 2))) == ("repaired", [])
        assert known_of(organisation, date(2026, 8, 2)).dishonest == ()
        acts = list(CreditEvent.objects.order_by("pk").values_list("act", flat=True))
        refused = ["ask-repair", "refuse-repair"]
        assert acts == ["notify", "state", "decide", "object", "uphold", *refused * 2, "ask-repair", "repair"]
        assert AuditEvent.objects.filter(action__startswith="charity.credit-").count() == len(acts)
        # Each act of the office is told, the same answer to a second request among them.
        assert Message.objects.filter(recipient=agent, topic="charity").count() == 6
        credit.dismiss(record_id=noticed(organisation).pk, reason="证据不足。", actor=chief())
        again = decide(noticed(organisation), today=date(2026, 8, 2))
        credit.correct(record_id=again.pk, reason="认错了。", actor=chief())
        told = " ".join(Message.objects.filter(recipient=agent).values_list("title", flat=True))
        assert ("不予记入" in told, "已经更正" in told) == (True, True)
        with pytest.raises(DatabaseError), transaction.atomic():
            CreditEvent.objects.update(reason="另写")

    def test_who_gave_notice_does_not_decide_and_clerks_do_not_either(self) -> None:
        organisation, _agent = body("FD")
        one = chief()
        record = noticed(organisation, actor=one)
        for actor in (one, clerk(), cases.applicant()):
            with pytest.raises(ForbiddenError):
                decide(record, actor)

    def test_strangers_neither_notify_nor_speak(self) -> None:
        organisation, _agent = body("FD")
        record = noticed(organisation)
        other = body("FD")[1]
        with pytest.raises(ForbiddenError):
            noticed(organisation, actor=cases.registrar("310000"))
        with pytest.raises(ForbiddenError):
            credit.state(record_id=record.pk, statement="不是我。", actor=other)

    def test_a_person_is_recorded_only_on_a_judgment_and_stays_unnamed(self) -> None:
        record = noticed(
            None, subject=CreditSubject.DONOR, kind=CreditKind.FALSE_GIFT, name="孙示范",
            identity_number="110101199001010015",
        )  # fmt: skip
        assert (record.initial, b"\xe5\xad\x99" in bytes(record.name_sealed or b"")) == ("孙", False)
        with pytest.raises(InvalidInputError):
            decide(record)
        decide(record, document=CreditDocument.JUDGMENT, grade=CreditGrade.GENERAL)
        assert queries.public_records(record.heard_by) == []
        other = noticed(None, subject=CreditSubject.IMPOSTOR, kind=CreditKind.FALSE_CLAIM, name="周示范")
        decide(other, document=CreditDocument.POLICE, grade=CreditGrade.SERIOUS)
        assert [one.name for one in queries.public_records(other.heard_by)] == ["周**"]
        # What nobody may see takes no place in the list.
        decide(
            noticed(None, subject=CreditSubject.DONOR, kind=CreditKind.FALSE_GIFT, name="吴示范"),
            document=CreditDocument.JUDGMENT, grade=CreditGrade.GENERAL,
        )  # fmt: skip
        assert [one.name for one in queries.public_records(other.heard_by, most=1)] == ["周**"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"facts": " "}, "facts"), ({"provision": ""}, "provision"), ({"kind": CreditKind.FALSE_GIFT}, "kind"),
            ({"organisation": None}, "organisation"),
        ],
    )  # fmt: skip
    def test_a_notice_says_everything(self, values: dict[str, Any], field: str) -> None:
        organisation, _agent = body("FD")
        with pytest.raises(InvalidInputError) as refused:
            noticed(**{"organisation": organisation, **values})
        assert field in refused.value.fields

    def test_an_objection_comes_in_time_and_may_correct_at_once(self) -> None:
        organisation, agent = body("FD")
        late = decide(noticed(organisation), today=DOCUMENT_ON + timedelta(days=60))
        with pytest.raises(WrongStateError):
            credit.raise_objection(
                record_id=late.pk, reason="不服。", actor=agent, today=DOCUMENT_ON + timedelta(days=120)
            )
        credit.raise_objection(
            record_id=late.pk, reason="认错了。", actor=agent, today=DOCUMENT_ON + timedelta(days=61)
        )
        credit.answer_objection(record_id=late.pk, upheld=False, reason="确有错误。", actor=chief())
        late.refresh_from_db()
        assert (late.state, queries.held_against(organisation, DOCUMENT_ON + timedelta(days=61))) == ("corrected", ())

    def test_it_ends_by_itself_on_its_day(self) -> None:
        organisation, _agent = body("FD")
        record = decide(noticed(organisation), document=CreditDocument.LISTING)
        assert record.expires_on is not None
        assert known_of(organisation, record.heard_by).listed
        assert not known_of(organisation, record.expires_on).listed
        assert credit.expire(today=record.expires_on - timedelta(days=1)) == 0
        assert (credit.expire(today=record.expires_on), credit.expire(today=record.expires_on)) == (1, 0)
        record.refresh_from_db()
        assert record.state == "expired"

    def test_the_database_keeps_that_nothing_has_effect_undecided(self) -> None:
        record = noticed(body("FD")[0])
        with pytest.raises(DatabaseError), transaction.atomic():
            CreditRecord.objects.filter(pk=record.pk).update(state=CreditState.IN_FORCE)


@pytest.mark.django_db
class TestHonours:
    def grant(self, **values: Any) -> DonorHonour:
        given_: dict[str, Any] = {
            "shown": "赵先生", "ground": "连续三年资助山区学生。", "total": 50_000_000, "period_from": date(2023, 1, 1),
            "period_to": date(2025, 12, 31), "document": "京民奖〔2026〕1号", "consented_on": date(2026, 3, 1),
            "actor": chief(), "authority": body()[0].authority,
        }  # fmt: skip
        return honours.grant(**{**given_, **values})

    def test_a_donor_is_honoured_for_two_years_and_it_can_be_taken_back(self) -> None:
        honour = self.grant()
        today = timezone.localdate()
        assert [one.shown for one in queries.honours(today)] == ["赵先生"]
        assert queries.honours(honour.expires_on) == []
        with pytest.raises(InvalidInputError):
            honours.withdraw(honour_id=honour.pk, reason="", actor=chief())
        honours.withdraw(honour_id=honour.pk, reason="捐赠没有兑现。", actor=chief())
        assert queries.honours(today) == []

    @pytest.mark.parametrize(
        "values",
        [{"consented_on": None}, {"total": 0}, {"ground": "电话13800001234"}, {"period_to": date(2022, 1, 1)}],
    )
    def test_without_consent_amount_or_with_numbers_of_people_there_is_none(self, values: dict[str, Any]) -> None:
        with pytest.raises(DomainError):
            self.grant(**values)
        assert not DonorHonour.objects.exists()

    def test_only_who_decides_grants(self) -> None:
        authority: Authority = body()[0].authority
        with pytest.raises(ForbiddenError):
            self.grant(actor=clerk(), authority=authority)
