"""The office: my work, several cases at once, opinions of supervising bodies, checks, notes, phrases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.queries.permissions import grants_of
from shetong.casework.models import Case, CaseEvent, CaseNote, Mention, Opinion, Phrase, Procedure, SiteCheck, WaitsFor
from shetong.casework.queries import desk
from shetong.casework.queries.todo import Wanted, asked_opinions, besides, export, todo
from shetong.casework.services import archives, assignment, batch, checks, notes, opinions, phrases, review
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def supervisor(division: str = factories.DISTRICT) -> User:
    """Return an officer of a supervising body."""
    return registry.official("supervisor", division)


def totals(user: User, **wanted: str) -> dict[str, int]:
    """Return the totals of somebody's work by tab."""
    return {tab.name: tab.total for tab in todo(user, grants_of(user), Wanted(**wanted)).tabs}


class TestTodo:
    def test_each_tab_counts_exactly_and_shows_what_it_counts(self) -> None:
        clerk, today = factories.registrar(), timezone.localdate()
        cases = [factories.submitted() for _ in range(4)]
        for case, day in zip(cases, (-1, 0, 2, 30), strict=True):
            Case.objects.filter(pk=case.pk).update(next_on=today + timedelta(days=day))
        assignment.take(case_id=cases[0].pk, actor=clerk)
        grants = grants_of(clerk)
        for name, expected in {"overdue": 0, "today": 1, "soon": 2, "mine": 0}.items():
            page = todo(clerk, grants, Wanted(tab=name))
            assert [case.pk for case in page.cases] == [cases[expected].pk]
            assert page.total == 1
        assert totals(clerk)["new"] == 4

    def test_a_list_takes_two_queries(self, django_assert_num_queries: Any) -> None:
        clerk = factories.registrar()
        factories.submitted()
        grants = grants_of(clerk)
        with django_assert_num_queries(2):
            assert list(todo(clerk, grants, Wanted(text="邻里", sort="newest")).cases)

    @pytest.mark.parametrize("sort", ["due", "newest", "oldest"])
    def test_pages_hold_every_case_once(self, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shetong.casework.queries.todo.PAGE", 2)
        clerk = factories.registrar()
        made = {factories.submitted().pk for _ in range(5)}
        Case.objects.filter(pk=min(made)).update(next_on=None)
        seen: list[int] = []
        cursor = ""
        while True:
            page = todo(clerk, grants_of(clerk), Wanted(sort=sort, cursor=cursor))
            seen += [case.pk for case in page.cases]
            cursor = page.next_cursor
            if not cursor:
                break
        assert sorted(seen) == sorted(made)

    def test_filters_narrow_totals_and_rows_alike(self) -> None:
        clerk = factories.registrar()
        one, other = factories.submitted(), factories.submitted()
        assignment.take(case_id=one.pk, actor=clerk)
        assert totals(clerk, text=one.subject_name)["all"] == 1
        assert totals(clerk, text=str(other.number))["all"] == 1
        assert totals(clerk, holder="none")["all"] == 1
        assert totals(clerk, holder=str(clerk.pk))["all"] == 1
        assert totals(clerk, matter="SO-CHG")["all"] == 0
        assert totals(clerk, division="110000")["all"] == 2
        assert totals(clerk, division="310000")["all"] == 2, "a foreign division narrows nothing and shows nothing"
        assert {case.pk for case in export(clerk, grants_of(clerk), Wanted())} == {one.pk, other.pk}

    def test_another_jurisdiction_sees_nothing(self) -> None:
        factories.submitted()
        far = factories.registrar("440100")
        assert set(totals(far).values()) == {0}
        assert totals(far, division=factories.DISTRICT)["all"] == 0


class TestBatch:
    def test_each_case_is_judged_by_itself(self) -> None:
        clerk, far = factories.registrar(), factories.registrar("440100")
        fresh, running = factories.submitted(), factories.accepted()
        results = batch.accept(case_ids=[fresh.pk, running.pk], actor=clerk)
        by_case = {result.case_id: result for result in results}
        checked = by_case[fresh.pk]
        assert checked.done or "系统核查" in checked.message
        assert not by_case[running.pk].done
        assert batch.accept(case_ids=[fresh.pk], actor=far) == []

    def test_findings_keep_a_case_from_being_accepted_unseen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from shetong.core.findings import Finding, Severity

        clean, doubtful = factories.submitted(), factories.submitted()
        grave = {doubtful.pk: [Finding("x", Severity.WARN, "负责人任职过多。")]}
        monkeypatch.setattr(batch.submission, "check", lambda case, _matter: grave.get(case.pk, []))
        results = {
            one.case_id: one for one in batch.accept(case_ids=[clean.pk, doubtful.pk], actor=factories.registrar())
        }
        assert results[clean.pk].done
        assert not results[doubtful.pk].done
        assert "负责人任职过多" in results[doubtful.pk].message
        doubtful.refresh_from_db()
        assert doubtful.state == "submitted"

    def test_work_is_given_away_with_a_word(self) -> None:
        chief, clerk = factories.chief(), factories.registrar()
        cases = [factories.submitted(), factories.submitted()]
        results = batch.assign(case_ids=[case.pk for case in cases], actor=chief, to=clerk, note="请先看章程。")
        assert all(result.done for result in results)
        assert Case.objects.filter(holder=clerk).count() == 2
        assert Mention.objects.filter(user=clerk, seen_at=None).count() == 2
        stranger = factories.registrar("440100")
        assert not batch.assign(case_ids=[cases[0].pk], actor=chief, to=stranger)[0].done

    @pytest.mark.parametrize("many", [0, batch.MOST + 1])
    def test_none_and_too_many_are_refused(self, many: int) -> None:
        with pytest.raises(InvalidInputError):
            batch.take(case_ids=list(range(1, many + 1)), actor=factories.registrar())


class TestOpinions:
    def test_a_supervising_body_is_asked_and_answers_in_its_own_work(self) -> None:
        clerk = factories.registrar()
        case = factories.accepted(clerk)
        body = supervisor("110101")
        opinion = opinions.ask(
            case_id=case.pk, actor=clerk, asked_of="示范主管单位", question="是否同意？", asked_division="110101"
        )
        case.refresh_from_db()
        assert case.waits_for == WaitsFor.OPINION
        assert list(asked_opinions(grants_of(body))) == [opinion]
        assert besides(body, grants_of(body)).opinions == 1
        assert desk.asked_about(grants_of(body), case)
        opinions.give(opinion_id=opinion.pk, actor=body, agrees=True, answer="同意。")
        case.refresh_from_db()
        opinion.refresh_from_db()
        assert (case.waits_for, opinion.answered_by, opinion.agrees) == ("", body.get_full_name(), True)
        assert CaseEvent.objects.get(case=case, act="give-opinion").actor == body
        assert AuditEvent.objects.filter(action="case.give-opinion").count() == 1

    def test_nobody_else_answers_for_it_and_nobody_twice(self) -> None:
        clerk = factories.registrar()
        case = factories.accepted(clerk)
        asked = {"case_id": case.pk, "actor": clerk, "asked_of": "示范主管单位", "question": "是否同意？"}
        with pytest.raises(InvalidInputError):
            opinions.ask(asked_division="110101", **asked)
        body = supervisor("110101")
        opinion = opinions.ask(asked_division="110101", **asked)
        with pytest.raises(ForbiddenError):
            opinions.give(opinion_id=opinion.pk, actor=supervisor("310101"), agrees=True, answer="同意。")
        assert desk.for_body(grants_of(supervisor("310101")), opinion.pk) is None
        opinions.give(opinion_id=opinion.pk, actor=body, agrees=False, answer="不同意。")
        with pytest.raises(ConflictError):
            opinions.give(opinion_id=opinion.pk, actor=supervisor("110101"), agrees=True, answer="同意。")
        with pytest.raises(NotFoundError):
            opinions.give(opinion_id=0, actor=clerk, agrees=True, answer="同意。")
        with pytest.raises(InvalidInputError):
            opinions.ask(case_id=case.pk, actor=clerk, asked_of="", question="")
        assert Opinion.objects.count() == 1

    def test_one_that_stays_silent_online_is_entered_by_the_authority(self) -> None:
        clerk = factories.registrar()
        case = factories.accepted(clerk)
        supervisor("110101")
        other = supervisor("110102")
        asked = {"case_id": case.pk, "actor": clerk, "asked_of": "示范主管单位", "question": "是否同意？"}
        opinion = opinions.ask(asked_division="110101", **asked)
        opinions.ask(asked_division="110102", **asked)
        # A body that was asked something else does not answer for it.
        with pytest.raises(ForbiddenError):
            opinions.give(opinion_id=opinion.pk, actor=other, agrees=True, answer="同意。")
        review.suspend(case_id=case.pk, actor=clerk, procedure=Procedure.EXPERTS, days=10, reason="专家评审。")
        desk, where = signed_in(clerk), reverse("casework:opinion-entered", args=[case.pk, opinion.pk])
        assert "录入反馈" in desk.get(reverse("casework:desk-case", args=[case.pk])).content.decode()
        desk.post(where, {"agrees": "1", "answer": "同意。"})
        opinion.refresh_from_db()
        assert opinion.answered_at is None
        desk.post(where, {"agrees": "1", "answer": "同意。", "answered_by": "示范主管单位来函"})
        opinion.refresh_from_db()
        assert (opinion.answered_by, opinion.agrees) == ("示范主管单位来函", True)


class TestChecks:
    def order(self, case: Case, actor: User, officers: list[User]) -> SiteCheck:
        return checks.order(
            case_id=case.pk,
            actor=actor,
            kind="on-site",
            purpose="核实住所。",
            planned_on=timezone.localdate(),
            officers=officers,
            place="示范路1号",
        )

    def test_two_officers_go_and_one_of_them_records(self) -> None:
        clerk, other = factories.registrar(), factories.registrar()
        case = factories.accepted(clerk)
        check = self.order(case, clerk, [clerk, other])
        case.refresh_from_db()
        assert case.waits_for == WaitsFor.CHECK
        assert besides(other, grants_of(other)).checks == (check,)
        with pytest.raises(ForbiddenError, match="参加核查"):
            checks.note_down(
                check_id=check.pk, actor=factories.registrar(), done_on=timezone.localdate(), conclusion="agrees",
                record="属实。",
            )  # fmt: skip
        done = checks.note_down(
            check_id=check.pk, actor=other, done_on=timezone.localdate(), conclusion="agrees", record="住所属实。"
        )
        case.refresh_from_db()
        assert (case.waits_for, done.record) == ("", "住所属实。")
        event = CaseEvent.objects.get(case=case, act="record-check")
        assert event.detail["officers"] == [clerk.get_full_name(), other.get_full_name()]
        with pytest.raises(ConflictError):
            checks.note_down(
                check_id=check.pk, actor=other, done_on=timezone.localdate(), conclusion="differs", record="不符。"
            )

    def test_one_officer_is_not_enough_for_the_service_nor_for_the_database(self) -> None:
        clerk, other = factories.registrar(), factories.registrar()
        case = factories.accepted(clerk)
        with pytest.raises(InvalidInputError, match="核查安排有误") as refused:
            self.order(case, clerk, [clerk, clerk])
        assert "第三十四条" in refused.value.provision
        with pytest.raises(ForbiddenError):
            self.order(case, clerk, [clerk, factories.registrar("440100")])
        check = self.order(case, clerk, [clerk, other])
        with pytest.raises(DatabaseError), transaction.atomic():
            SiteCheck.objects.filter(pk=check.pk).update(officers=[clerk.pk])


class TestNotes:
    def test_a_named_colleague_finds_the_note_until_he_has_seen_it(self) -> None:
        clerk, other = factories.registrar(), factories.registrar()
        User.objects.filter(pk=other.pk).update(display_name="李示范甲")
        case = factories.accepted(clerk)
        note = notes.write(case_id=case.pk, actor=clerk, text="@李示范甲 请看第三条。")
        assert [one.note for one in besides(other, grants_of(other)).mentions] == [note]
        assert notes.seen(case_id=case.pk, user=other) == 1
        assert besides(other, grants_of(other)).mentions == ()
        assert AuditEvent.objects.get(action="case.note").detail["mentions"] == [other.pk]

    def test_a_name_that_nobody_has_is_refused_and_strangers_write_nothing(self) -> None:
        case = factories.accepted()
        with pytest.raises(InvalidInputError, match="没有叫"):
            notes.write(case_id=case.pk, actor=factories.registrar(), text="@无此人 你好")
        with pytest.raises(ForbiddenError):
            notes.write(case_id=case.pk, actor=factories.registrar("440100"), text="你好")
        with pytest.raises(InvalidInputError):
            notes.write(case_id=case.pk, actor=factories.registrar(), text=" ")
        assert not CaseNote.objects.exists()

    def test_notes_stay_as_written_and_out_of_the_archive(self) -> None:
        clerk = factories.registrar()
        case = factories.approved()
        notes.write(case_id=case.pk, actor=clerk, text="内部意见，不外传。")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE casework_casenote SET text = 'x'")
        payload = archives._payload(case, archives.matters.in_force(case.matter, ""), {"档号": "1", "题名": "x"})
        assert all("不外传".encode() not in content for content in payload.values())


class TestPhrases:
    def test_own_ones_and_those_of_the_authority(self) -> None:
        clerk, chief, far = factories.registrar(), factories.chief(), factories.registrar("440100")
        phrases.add(actor=clerk, title="齐全", text="材料齐全，符合法定形式。")
        phrases.add(actor=chief, title="准予", text="符合条件，准予登记。", division_code=factories.DISTRICT)
        assert {one.title for one in desk.phrases(clerk, [factories.DISTRICT])} == {"齐全", "准予"}
        assert {one.title for one in desk.phrases(chief, [factories.DISTRICT])} == {"准予"}
        assert not desk.phrases(far, ["440100"]).exists()
        with pytest.raises(ForbiddenError):
            phrases.add(actor=clerk, title="全局", text="x", division_code=factories.DISTRICT)
        with pytest.raises(ConflictError):
            phrases.add(actor=clerk, title="齐全", text="又一条")
        with pytest.raises(InvalidInputError):
            phrases.add(actor=clerk, title="", text="")

    def test_only_the_owner_or_the_chief_deletes(self) -> None:
        clerk, other = factories.registrar(), factories.registrar()
        phrase = phrases.add(actor=clerk, title="齐全", text="材料齐全。")
        with pytest.raises(ForbiddenError):
            phrases.remove(phrase_id=phrase.pk, actor=other)
        phrases.remove(phrase_id=phrase.pk, actor=clerk)
        assert not Phrase.objects.exists()
        assert AuditEvent.objects.filter(action__startswith="phrase.").count() == 2
