"""The office's pages as officers walk through them, without a script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from shetong.casework import catalogue
from shetong.casework.models import Article, Case, MatterVariant, Opinion, Question, SiteCheck, State, Trial
from shetong.casework.services import phrases
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def desk(case: Case, name: str = "desk-case", *more: object) -> str:
    """Return the address of a case's page in the office."""
    return reverse(f"casework:{name}", args=[case.pk, *more])


def test_a_decision_is_asked_once_more_and_chosen_from_the_provisions() -> None:
    case = factories.at_decision()
    chief = signed_in(factories.chief())
    where = desk(case, "desk-act", "refuse")
    asked = chief.get(where).content.decode()
    assert all(f'<option value="{one}">' in asked for one in catalogue.national(case.matter).basis)
    typed = {"refuse-reason": "不符合条件。", "refuse-chosen": "《社会团体登记管理条例》第十三条"}
    confirm = chief.post(where, typed)
    assert confirm.status_code == 200
    assert "确认不予" in confirm.content.decode()
    case.refresh_from_db()
    assert case.state == State.REVIEWING
    assert chief.post(where, {**typed, "confirmed": "1"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.REFUSED
    assert case.events.get(act="refuse").provision == "《社会团体登记管理条例》第十三条"


def test_a_phrase_goes_behind_what_was_typed_without_a_script() -> None:
    user = factories.registrar()
    case = factories.accepted(user)
    phrase = phrases.add(actor=user, title="齐全", text="材料齐全。")
    answer = signed_in(user).post(
        desk(case, "desk-act", "forward"), {"forward-reason": "已阅。", "phrase": str(phrase.pk), "insert": "1"}
    )
    assert answer.status_code == 200
    assert "已阅。\n材料齐全。" in answer.content.decode()


def test_several_cases_at_once_and_the_list_as_a_table() -> None:
    one, other = factories.submitted(), factories.submitted()
    clerk = signed_in(factories.registrar())
    answer = clerk.post(reverse("casework:batch"), {"case": [one.pk, other.pk], "do": "take", "tab": "new"})
    assert answer.content.decode().count("已领取。") == 2
    assert clerk.post(reverse("casework:batch"), {"do": "take"}).status_code == 302
    table = b"".join(clerk.get(reverse("casework:work-export"), {"tab": "mine"}).streaming_content).decode()
    assert all(str(case.number) in table for case in (one, other))


def test_handing_over_notes_opinions_and_checks() -> None:
    user, other = factories.registrar(), factories.registrar()
    case = factories.accepted(user)
    clerk = signed_in(user)
    today = str(timezone.localdate())
    posted = {
        "order-check-kind": "on-site", "order-check-purpose": "核实住所。", "order-check-planned_on": today,
        "order-check-officers": [user.pk, other.pk],
    }  # fmt: skip
    assert clerk.post(desk(case, "desk-act", "order-check"), posted).status_code == 302
    check = SiteCheck.objects.get(case=case)
    key = f"record-{check.pk}"
    found = {f"{key}-done_on": today, f"{key}-conclusion": "agrees", f"{key}-record": "属实。"}
    assert clerk.post(desk(case, "record-check", check.pk), {**found, f"{key}-record": ""}).status_code == 422
    assert clerk.post(desk(case, "record-check", check.pk), found).status_code == 302
    asked = {"ask-opinion-asked_of": "示范单位", "ask-opinion-question": "是否同意？"}
    assert clerk.post(desk(case, "desk-act", "ask-opinion"), asked).status_code == 302
    entered = {"agrees": "1", "answer": "同意。", "answered_by": "示范单位"}
    assert clerk.post(desk(case, "opinion-entered", Opinion.objects.get().pk), entered).status_code == 302
    assert clerk.post(desk(case, "note"), {"note-text": "请注意第三条。"}).status_code == 302
    assert clerk.post(desk(case, "desk-act", "take")).status_code == 302
    given = {"hand-over-to": other.pk, "hand-over-note": "请接着办。"}
    assert clerk.post(desk(case, "hand-over"), given).status_code == 302
    case.refresh_from_db()
    assert case.holder == other
    shown = signed_in(other).get(desk(case)).content.decode()
    assert all(word in shown for word in ("属实。", "示范单位", "请注意第三条。", "请接着办。"))
    applicant = signed_in(case.applicant).get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "请注意第三条" not in applicant
    assert "请接着办" not in applicant


def test_a_supervising_body_reads_and_answers() -> None:
    user = factories.registrar()
    case = factories.accepted(user)
    clerk = signed_in(user)
    asked = {
        "ask-opinion-asked_of": "示范主管单位", "ask-opinion-question": "是否同意？",
        "ask-opinion-asked_division": "110101",
    }  # fmt: skip
    body, stranger = (signed_in(registry.official("supervisor", code)) for code in ("110101", "310101"))
    clerk.post(desk(case, "desk-act", "ask-opinion"), asked)
    opinion = Opinion.objects.get()
    assert case.subject_name in body.get(reverse("casework:opinions")).content.decode()
    where = reverse("casework:opinion", args=[opinion.pk])
    assert stranger.get(where).status_code == 404
    material = case.materials.first()
    assert material is not None
    assert body.get(reverse("casework:desk-file", args=[material.pk])).status_code == 200
    assert stranger.get(reverse("casework:desk-file", args=[material.pk])).status_code == 404
    assert "促进邻里互助" in body.get(where).content.decode()
    assert body.post(where, {"answer-agrees": "1", "answer-answer": ""}).status_code == 422
    assert body.post(where, {"answer-agrees": "1", "answer-answer": "同意。"}).status_code == 302


def test_an_article_is_written_reviewed_and_shown_in_the_guide() -> None:
    author, chief = signed_in(factories.registrar("100000")), signed_in(factories.chief("100000"))
    typed = {
        "title": "名称怎样核准", "kind": "faq", "division_code": "100000", "body": "# 问\n\n**怎样**核准？",
        "matters": ["SO-SG-EST"], "public": "on", "do": "submit",
    }  # fmt: skip
    assert author.post(reverse("casework:article-new"), {**typed, "body": ""}).status_code == 422
    assert author.post(reverse("casework:article-new"), typed).status_code == 302
    article = Article.objects.get()
    assert chief.get(reverse("casework:article", args=[article.pk]), {"version": "1"}).status_code == 200
    chief.post(reverse("casework:article-act", args=[article.pk, "publish"]))
    guide = author.get(reverse("casework:guide", args=["SO-SG-EST"])).content.decode()
    assert "名称怎样核准" in guide
    public = reverse("casework:article-public", args=[article.pk])
    assert "<strong>怎样</strong>" in author.get(public).content.decode()
    chief.post(reverse("casework:article-act", args=[article.pk, "withdraw"]))
    assert author.get(public).status_code == 404


def test_a_question_goes_up_and_comes_back() -> None:
    user = factories.registrar()
    case = factories.accepted(user)
    clerk, above = signed_in(user), signed_in(factories.chief("110000"))
    where = f"{reverse('casework:question-new')}?case={case.pk}"
    assert clerk.get(where).status_code == 200
    assert clerk.post(where, {"title": "能否跨区", "text": "能否跨区活动？"}).status_code == 302
    question = Question.objects.get()
    assert above.post(reverse("casework:question", args=[question.pk]), {"answer": "不可以。"}).status_code == 302
    assert "不可以。" in clerk.get(reverse("casework:question", args=[question.pk])).content.decode()
    assert above.post(reverse("casework:question-article", args=[question.pk])).status_code == 302


def test_a_difference_is_seen_before_it_is_entered_and_a_trial_is_asked_for() -> None:
    chief = signed_in(factories.chief())
    today = timezone.localdate()
    typed = {
        "division_code": factories.DISTRICT, "promised_number": "10", "promised_unit": "working_day",
        "more_materials": "场地证明", "valid_from": str(today), "basis": "示范文件1号",
    }  # fmt: skip
    where = reverse("casework:variant-new", args=["SO-SG-EST"])
    seen = chief.post(where, {**typed, "do": "preview"})
    assert "场地证明" in seen.content.decode()
    assert not MatterVariant.objects.exists()
    assert chief.post(where, {**typed, "do": "add"}).status_code == 302
    row = MatterVariant.objects.get()
    assert "示范文件1号" in chief.get(reverse("casework:variants")).content.decode()
    ended = {"valid_to": str(today + timedelta(days=9))}
    assert chief.post(reverse("casework:variant-end", args=[row.pk]), ended).status_code == 302
    tried = {
        "division_code": factories.DISTRICT, "first_day": str(today), "last_day": str(today), "decision_number": "1",
        "decision_unit": "day",
    }  # fmt: skip
    assert chief.post(reverse("casework:trial-new", args=["SO-SG-EST"]), tried).status_code == 302
    trial = Trial.objects.get()
    page = reverse("casework:trial", args=[trial.pk])
    assert "0 / 0" in chief.get(page).content.decode()
    from shetong.casework.services import trials

    trials.run(trial.pk)
    assert chief.get(page, {"as": "json"}).json()["tried"] == 0
    assert chief.get(page, {"as": "csv"}).status_code == 200
    assert signed_in(factories.chief("440100")).get(page).status_code == 404


def test_who_acts_for_whom_is_set_and_ended_on_a_page() -> None:
    user, other = factories.registrar(), factories.registrar()
    clerk, today = signed_in(user), timezone.localdate()
    where = reverse("accounts:deputies")
    typed = {
        "principal": user.pk, "deputy": other.pk, "division_code": factories.DISTRICT, "scope": ["case.review"],
        "first_day": str(today), "last_day": str(today), "reason": "外出培训",
    }  # fmt: skip
    assert clerk.post(where, {**typed, "scope": []}).status_code == 422
    assert clerk.post(where, typed).status_code == 302
    assert "外出培训" in clerk.get(where).content.decode()
    deputyship = user.deputies.get()
    assert clerk.post(reverse("accounts:deputy-revoke", args=[deputyship.pk])).status_code == 302
    deputyship.refresh_from_db()
    assert deputyship.revoked_by == user
