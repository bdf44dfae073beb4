"""The organisation's page: what the public sees of it, in how many queries, and its state on any day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shetong.registry.models import AttributeCode, Filing, OfficerRole, PenaltyRecord
from shetong.registry.queries.organisation import by_code, find, state_on
from shetong.registry.services import filings
from tests.registry import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def a_full_organisation():
    body = factories.register_organisation(kind="FD", name="北京市远山公益基金会")
    filings.grant_attribute(
        organisation_id=body.pk, code=AttributeCode.CHARITY, basis="京民慈认〔2017〕3号", effective_on=date(2017, 5, 1),
        actor=None,
    )  # fmt: skip
    filings.grant_attribute(
        organisation_id=body.pk, code=AttributeCode.EVALUATION, value="4A", basis="评估公告", actor=None,
        effective_on=date(2016, 1, 1), valid_to=date(2021, 1, 1),
    )  # fmt: skip
    factories.appoint(body, OfficerRole.PRESIDENT, name="赵示范", phone="13800001234")
    factories.rename(body, "北京市青山公益基金会", effective_on=date(2019, 6, 1))
    factories.register_branch(_refreshed(body), ending="教育专项基金管理委员会")
    body.permits.create(
        document_number="许可1号",
        title="成立登记",
        decided_on=date(2015, 3, 2),
        authority_name="北京市民政局",
        published_at=timezone.now(),
    )
    return _refreshed(body)


def _refreshed(body):
    body.refresh_from_db()
    return body


def test_the_page_shows_what_is_public_in_every_section() -> None:
    body = a_full_organisation()
    page = by_code(body.uscc.lower())
    assert page is not None
    assert (page.name, page.kind_label, page.division_name) == ("北京市青山公益基金会", "基金会", "北京市东城区")
    assert [(f.name, f.valid_to) for f in page.former_names] == [("北京市远山公益基金会", date(2019, 6, 1))]
    assert [a.code for a in page.attributes] == ["CHARITY"]
    assert page.charity_since == date(2017, 5, 1)
    assert [(a.code, a.value) for a in page.past_attributes] == [("EVAL", "4A")]
    assert [(o.name, o.role_label) for o in page.officers] == [("赵示范", "理事长（会长）")]
    assert [b.name for b in page.branches] == ["北京市青山公益基金会教育专项基金管理委员会"]
    assert [p.title for p in page.permits] == ["成立登记"]


def test_the_timeline_tells_in_sentences_what_happened() -> None:
    page = by_code(a_full_organisation().uscc)
    told = [sentence for entry in page.timeline for sentence in entry.sentences]
    assert told == [
        "社会组织名称由“北京市远山公益基金会”变更为“北京市青山公益基金会”。",
        "取得“慈善组织”。",
        "取得“评估等级”（4A）。",
        "赵示范任理事长（会长）。",
        "准予成立登记，名称为“北京市远山公益基金会”。",
    ]


def test_nothing_personal_is_anywhere_on_the_page() -> None:
    body = factories.register_organisation()
    number = factories.identity_number()
    factories.appoint(body, identity_number=number, phone="13912345678", name="钱示范")
    everything = (
        repr(asdict(by_code(body.uscc)))
        + repr(state_on(body.pk, TODAY))
        + repr(list(Filing.objects.values_list("after", "before")))
    )
    assert number not in everything
    assert "13912345678" not in everything


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    small = factories.register_organisation()
    large = a_full_organisation()
    for _ in range(3):
        factories.appoint(large)
    for body in (small, large):
        with django_assert_num_queries(9):
            by_code(body.uscc)


def test_a_penalty_disappears_for_the_public_after_its_notice() -> None:
    body = factories.register_organisation()
    for number, until in (("罚1号", TODAY), ("罚2号", TODAY - timedelta(1)), ("罚3号", None)):
        PenaltyRecord.objects.create(
            organisation=body, document_number=number, facts="未按规定办理变更登记", basis="条例", penalty="警告",
            decided_on=date(2024, 1, 1), authority_name="北京市民政局", public_until=until,
        )  # fmt: skip
    assert {p.document_number for p in by_code(body.uscc).penalties} == {"罚1号", "罚3号"}
    inside = by_code(body.uscc, factories.official("registrar"))
    assert {p.document_number for p in inside.penalties} == {"罚1号", "罚2号", "罚3号"}
    elsewhere = by_code(body.uscc, factories.official("registrar", division="440000"))
    assert {p.document_number for p in elsewhere.penalties} == {"罚1号", "罚3号"}


def test_what_takes_effect_tomorrow_is_not_public_today() -> None:
    body = factories.register_organisation(legal_representative="孙示范")
    filings.change(
        organisation_id=body.pk, values={"legal_representative": "周示范"}, basis="批复", actor=None,
        effective_on=TODAY + timedelta(1),
    )  # fmt: skip
    page = by_code(body.uscc)
    assert page.legal_representative == "孙示范"
    assert "周示范" not in repr(page)
    assert by_code(body.uscc, factories.official()).timeline[0].pending


def test_the_etag_follows_what_is_shown() -> None:
    body = factories.register_organisation()
    first = by_code(body.uscc).etag
    assert by_code(body.uscc).etag == first
    factories.appoint(body)
    assert by_code(body.uscc).etag != first


@pytest.mark.parametrize(
    "code", ["", "BR", "BR999999999999999999", "BRx", "不存在", "51110000MJ0000000X", "\x00", "A" * 5000]
)
def test_unknown_codes_find_nothing(code: str) -> None:
    assert find(code) is None
    assert by_code(code) is None


def test_a_branch_is_found_by_its_number_and_names_its_parent() -> None:
    parent = factories.register_organisation()
    branch = factories.register_branch(parent)
    page = by_code(f"br{branch.pk}")
    assert page.parent.code == parent.uscc
    assert (page.uscc, page.code) == (None, f"BR{branch.pk}")
    assert find(f"BR{parent.pk}") is None


def test_the_state_of_a_day_and_what_was_known_then() -> None:
    body = a_full_organisation()
    before_rename = state_on(body.pk, date(2018, 1, 1))
    assert before_rename["name"] == "北京市远山公益基金会"
    assert before_rename["attributes"].keys() == {"CHARITY", "EVAL"}
    assert before_rename["charity_since"] == "2017-05-01"
    assert [post["role"] for post in before_rename["officers"]] == ["president"]
    assert state_on(body.pk, date(2016, 6, 1))["attributes"].keys() == {"EVAL"}
    assert state_on(body.pk, date(2014, 1, 1)) == {}
    assert state_on(body.pk, TODAY, known_at=timezone.now() - timedelta(days=1)) == {}


def test_the_page_of_a_day_in_the_past_shows_that_day() -> None:
    body = a_full_organisation()
    page = by_code(body.uscc, on=date(2018, 1, 1))
    assert (page.name, page.known, page.on) == ("北京市远山公益基金会", True, date(2018, 1, 1))
    assert (page.status_label, page.authority) == ("正常", by_code(body.uscc).authority)
    assert page.founded_on == by_code(body.uscc).founded_on
    assert {held.code for held in page.attributes} == {"CHARITY", "EVAL"}
    assert page.charity_since == date(2017, 5, 1)
    assert [post.name for post in page.officers] == ["赵示范"]
    assert (page.former_names, page.branches) == ((), ())
    assert all(entry.effective_on <= date(2018, 1, 1) for entry in page.timeline)


def test_of_a_day_before_the_record_only_the_identity_is_given() -> None:
    body = a_full_organisation()
    page = by_code(body.uscc, on=date(1990, 1, 1))
    assert (page.known, page.name, page.uscc) == (False, "北京市青山公益基金会", body.uscc)
    assert (page.status, page.authority, page.domicile, page.founded_on) == ("", "", "", None)
    assert (page.attributes, page.officers, page.permits, page.timeline) == ((), (), (), ())
