"""Finding a matter in plain words and with slips; asking beforehand whether it is the right one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from shetong.casework import catalogue
from shetong.casework.models import Case
from shetong.casework.queries.guide import find
from shetong.casework.rules import eligibility
from shetong.casework.rules.eligibility import Check, Choice


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("我们商会要换会长", "SO-CHG"),
        ("办公室搬到海淀了", "SO-CHG"),
        ("想开一个敬老院", "SO-PN-EST"),
        ("办个民非", "SO-PN-EST"),
        ("成立基今会", "SO-FD-EST"),
        ("zhuxiao", "SO-CAN"),
        ("章成修改", "SO-CHARTER"),
        ("登记证弄丢了", "SO-REISSUE"),
        ("学会不办了", "SO-CAN"),
        ("设立办事处", "SO-BRANCH"),
        ("创办一个研究会", "SO-SG-EST"),
    ],
)
def test_other_words_and_slips_find_the_matter(question: str, code: str) -> None:
    assert find(question)[0].code.startswith(code)


@pytest.mark.parametrize("question", ["今天天气怎么样", "hello", "xyz123"])
def test_what_is_no_matter_finds_none(question: str) -> None:
    assert find(question) == ()


@given(st.text(max_size=100))
def test_any_question_is_answered(question: str) -> None:
    assert set(find(question)) <= set(catalogue.matters())


CHECKS = (
    Check("kind", "什么？", (Choice("yes", "是"), Choice("other", "别的", instead="SO-CAN"))),
    Check("funds", "够吗？", (Choice("yes", "够"), Choice("no", "不够", "资金不足。"))),
)


@given(st.dictionaries(st.sampled_from(["kind", "funds", "x"]), st.sampled_from(["yes", "no", "other", ""])))
def test_one_applies_only_with_every_answer_right(answers: dict[str, str]) -> None:
    verdict = eligibility.judge(CHECKS, answers)
    assert verdict.fits == (answers.get("kind") == "yes" and answers.get("funds") == "yes")
    assert {one.value for one in verdict.refusals} <= {"other", "no"}


def test_what_is_declared_leads_to_matters_that_exist() -> None:
    codes = {matter.code for matter in catalogue.matters()}
    for matter in catalogue.matters():
        for check in matter.eligibility:
            assert {choice.instead for choice in check.choices} <= codes | {""}
            assert any(not choice.refuse and not choice.instead for choice in check.choices), check.name


@pytest.mark.django_db
def test_the_page_says_what_the_answers_decide_and_keeps_nothing(client: Client) -> None:
    page = reverse("casework:eligibility", args=["SO-SG-EST"])
    assert "可以申请" not in client.get(page).content.decode()
    right: dict[str, Any] = {"kind": "members", "nonprofit": "yes", "members": "enough", "funds": "enough"}
    assert "可以申请" in client.get(page, right).content.decode()
    few = client.get(page, {**right, "members": "few"}).content.decode()
    assert "不得少于50个" in few
    assert "民办非企业单位成立登记" in client.get(page, {**right, "kind": "service"}).content.decode()
    assert "还有问题没有回答" in client.get(page, {"kind": "members"}).content.decode()
    assert client.get(reverse("casework:eligibility", args=["CH-PLAN"])).status_code == 404
    assert client.get(reverse("casework:eligibility", args=["NO"])).status_code == 404
    assert not Case.objects.exists()
    assert "先看看能不能办" in client.get(reverse("casework:guide", args=["SO-SG-EST"])).content.decode()
