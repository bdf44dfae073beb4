"""One-search: every part of a name finds it, errors are forgiven, both ways through the index find the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shetong.core.pinyin import transliterate
from shetong.core.search_tokens import tokens
from shetong.core.text import key
from shetong.registry import jobs
from shetong.registry.models import AttributeCode, Organisation, SearchEntry
from shetong.registry.queries.search import (
    Filters,
    Match,
    Result,
    SearchPage,
    SearchRequest,
    Sort,
    literal,
    search,
    suggest,
)
from shetong.registry.queries.search.frequencies import Frequencies, forget
from shetong.registry.queries.search.fuzzy import halves, likeness
from shetong.registry.queries.search.literal import Question, find
from shetong.registry.queries.search.page import _torn
from shetong.registry.queries.search.request import Cursor
from shetong.registry.queries.search.terms import terms
from shetong.registry.services import filings, search_index
from tests.registry.factories import deregistered_organisation, register_organisation, rename

pytestmark = pytest.mark.django_db
NAME = "北京市春晖助学研究会"
OTHERS = ("北京市长青环境保护协会", "北京市音乐家协会", "北京市ABC国际交流协会", "北京市残疾人福利基金会")
LENIENT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CHARACTERS = st.sampled_from("会协心学中国市县区人社教育文化服务爱生健康乐天明和平安春秋")


@pytest.fixture(autouse=True)
def _known_anew() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def register() -> list[str]:
    """A small register; returns its names."""
    register_organisation(name=NAME, legal_representative="张示范")
    for name in OTHERS:
        kind = "FD" if name.endswith("基金会") else "SG"
        register_organisation(name=name, kind=kind)
    return [NAME, *OTHERS]


def names(q: str, **given: object) -> list[str]:
    """Return the names that words find, in order."""
    return [result.name for result in search(SearchRequest(q=q, **given)).results]  # type: ignore[arg-type]


@pytest.mark.usefixtures("register")
@given(st.sampled_from([NAME, *OTHERS]), st.data())
@LENIENT
def test_every_fragment_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    page = search(SearchRequest(q=name[start:end]))
    found = {result.name: result for result in page.results}
    assert name in found
    assert not page.similar
    shown = found[name]
    marked = "".join(shown.name[first:last] for first, last in shown.highlights)
    assert key(name[start:end]) in key(marked)


@pytest.mark.usefixtures("register")
@given(st.sampled_from([NAME, OTHERS[0], OTHERS[3]]), st.data())
@LENIENT
def test_initials_and_full_pinyin_of_any_part_find_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    spelling = transliterate(key(name))
    syllables = spelling.pinyin.split()[start:end]
    assert name in names(spelling.initials[start:end])
    assert name in names("".join(syllables))
    assert name in names(" ".join(syllables))


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    "q",
    [
        "北京市春暉助學研究會",  # traditional
        "北京市(春晖)助学研究会",
        "北京市 春晖 助学",  # spaces
        "助学 春晖",  # words in another order
        "ｃｈｚｘ",  # full width
        "春晖助学研究会",  # no division
        "北京春晖助学研究会",  # short division
        "北京市春晖助学会",  # a shorter form
        "北京市春辉助学研究会",  # the same sound
        "北京市春晖助学研就会",
        "北京市春晖助研究会",  # missing
        "北京市春晖晖助学研究会",  # doubled
        "北京市晖春助学研究会",  # swapped
        "北京市春秋助学研究会",  # wrong
        "chunhuizhuxueyanjiuhui",
        "beijingshichunhuizhuxueyanjuhui",  # an error in pinyin
    ],
)
def test_errors_and_variants_are_forgiven(q: str) -> None:
    assert names(q)[:1] == [NAME]


@pytest.mark.usefixtures("register")
@given(st.integers(0, 9), CHARACTERS, st.sampled_from(["missing", "wrong", "added"]))
@LENIENT
def test_one_error_anywhere_is_forgiven(place: int, other: str, error: str) -> None:
    rest = NAME[place:] if error == "added" else NAME[place + 1 :]
    assert NAME in names(NAME[:place] + ("" if error == "missing" else other) + rest)


@given(
    st.text("北京上海市县春晖助学研究会协促进中心", min_size=7, max_size=16),
    st.data(),
    CHARACTERS,
    st.sampled_from(["missing", "wrong", "added"]),
)
@LENIENT
@example("北京市春晖助学研究会", None, "秋", "wrong")
def test_a_name_with_one_error_keeps_a_half_and_a_pair(
    name: str, data: st.DataObject | None, other: str, error: str
) -> None:
    place = data.draw(st.integers(0, len(name) - 1)) if data else 4
    rest = name[place:] if error == "added" else name[place + 1 :]
    query = name[:place] + ("" if error == "missing" else other) + rest
    has = [token for token in tokens(name, "") if token]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(array_to_tsvector(%s::text[]) @@ q::tsquery) FROM unnest(%s::text[]) q",
            [has, halves(query, Frequencies())[1]],
        )
        assert cursor.fetchone()[0]


def test_a_former_name_finds_its_bearer_once() -> None:
    organisation = register_organisation(name=NAME)
    rename(organisation, "北京市春晖教育研究会", effective_on=date(2020, 1, 1))
    by_former = search(SearchRequest(q="助学")).results
    assert [(each.name, each.former_name, each.match) for each in by_former] == [
        ("北京市春晖教育研究会", NAME, Match.FORMER_NAME)
    ]
    # Where both names fit, the present one stands for the body.
    assert [(each.name, each.former_name) for each in search(SearchRequest(q="春晖")).results] == [
        ("北京市春晖教育研究会", "")
    ]


def test_the_whole_name_comes_before_names_that_contain_it_and_the_living_before_the_ended() -> None:
    deregistered_organisation(name="北京市春晖协会", effective_on=date(2019, 1, 1))
    for name in ("北京市春晖协会促进会", "北京市新春晖协会"):
        register_organisation(name=name)
    assert names("北京市春晖协会")[0] == "北京市春晖协会"
    assert names("春晖协会") == ["北京市新春晖协会", "北京市春晖协会", "北京市春晖协会促进会"]


@pytest.mark.usefixtures("register")
def test_codes_and_their_beginnings_are_found_in_their_order() -> None:
    codes = sorted(code for code in Organisation.objects.values_list("uscc", flat=True) if code)
    assert [each.code for each in search(SearchRequest(q="51 1-1")).results] == [c for c in codes if c[:3] == "511"]
    whole = search(SearchRequest(q=codes[0].lower())).results
    assert [(each.code, each.match) for each in whole] == [(codes[0], Match.CODE)]


@pytest.mark.usefixtures("register")
def test_a_person_leads_to_the_organisations_they_represent() -> None:
    page = search(SearchRequest(q="张示范"))
    assert page.representative is not None
    assert [each.name for each in page.representative.results] == [NAME]
    listed = search(SearchRequest(representative="张示范")).results
    assert [(each.name, each.match) for each in listed] == [(NAME, Match.REPRESENTATIVE)]


@pytest.mark.usefixtures("register")
def test_filters_restrict_every_way_of_finding() -> None:
    foundations = Filters(kinds=("FD",))
    assert names("北京市", filters=foundations) == ["北京市残疾人福利基金会"]
    assert names("bj", filters=foundations) == ["北京市残疾人福利基金会"]
    assert names("北京市残疾人福利基金会汇", filters=foundations) == ["北京市残疾人福利基金会"]
    assert names(NAME, filters=foundations) == []
    assert names("张示范", filters=Filters(division="310000")) == []
    assert len(names("", filters=Filters(founded_from=2015, founded_to=2015))) == 5


def test_filters_that_no_token_meets_find_what_a_short_walk_passed_by(
    register: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(literal, "_LONGEST_WALK", 1)
    monkeypatch.setattr(literal, "frequencies", lambda: Frequencies(rows=100))
    common = Filters(kinds=("SG",), founded_from=1990, founded_to=2020)
    assert set(names("", filters=common)) == {name for name in register if not name.endswith("基金会")}
    assert search(SearchRequest(filters=common)).total == len(register) - 1


def test_what_sounds_right_comes_before_what_looks_right() -> None:
    for name in ("青神县茶叶产业促进会", "青田县茶叶产业促进会"):
        register_organisation(name=name)
    assert names("青天县茶叶产业促进会") == ["青田县茶叶产业促进会", "青神县茶叶产业促进会"]


def test_lists_by_date_begin_with_the_newest_or_the_oldest() -> None:
    for year in (2001, 2011, 2006):
        register_organisation(name=f"北京市{year}届校友研究会", effective_on=date(year, 5, 1))
    newest = [name[3:7] for name in names("校友", sort=Sort.NEWEST)]
    assert (newest, [name[3:7] for name in names("校友", sort=Sort.OLDEST)]) == (newest, newest[::-1])
    assert newest == ["2011", "2006", "2001"]


@pytest.mark.parametrize("walk_from", [0, 10**9])
@pytest.mark.parametrize("most_gathered", [1, 1_000])
@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("q", ["会", "北京", "bj", "研究会", "北京市音乐家协会", ""])
def test_both_ways_through_the_index_name_everything_once(
    register: list[str], walk_from: int, most_gathered: int, sort: Sort, q: str
) -> None:
    asked = terms(q)
    expected = {name for name in register if q in name or q in ("bj", "")}
    cursor: Cursor | None = None
    seen: list[int] = []
    for _ in range(10):
        question = Question(asked, Filters(), sort, cursor, 2)
        found = find(question, walk_from=walk_from, most_gathered=most_gathered)
        page = found.hits[:2]
        seen += [hit.entry_id for hit in page]
        if len(found.hits) <= 2:
            break
        cursor = Cursor(found.path, *max(hit.keys for hit in page))
    entries = SearchEntry.objects.in_bulk(seen)
    assert len(seen) == len(set(seen))
    assert {entries[each].organisation.name for each in seen} == expected


@pytest.mark.usefixtures("register")
def test_what_is_typed_so_far_is_completed() -> None:
    for q in ("春", "春晖", "ch", "chunh", "北京市春晖助", "春暉"):
        assert suggest(q)[0].name == NAME, q
    assert suggest("") == suggest("？") == []


def test_a_word_torn_out_of_a_division_may_have_lost_a_character() -> None:
    def found(name: str, at: int) -> SearchPage:
        result = Result(
            1, "x", name, "SG", "normal", "320681", "", None, "", False, False, False, Match.NAME,
            highlights=((at, len(name)),),
        )  # fmt: skip
        return SearchPage(SearchRequest(q=name[at:]), (result,), 1)

    assert _torn(found("启东市门球协会", 1))
    assert not _torn(found("启东市门球协会", 0))
    assert not _torn(found("启东市门球协会", 3))
    assert not _torn(found("合肥市瑶海区门球协会", 3))


@given(st.text("春晖助学研究会", min_size=1, max_size=12), st.text("春晖助学研究会", max_size=12))
def test_likeness_is_a_share_and_best_for_the_same(query: str, text: str) -> None:
    assert 0 <= likeness(query, text) <= 1
    assert likeness(query, query) == pytest.approx(1)


def test_a_qualification_that_lapses_by_time_leaves_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = register_organisation(name=NAME)
    filings.grant_attribute(
        organisation_id=organisation.pk,
        code=AttributeCode.CHARITY,
        basis="慈善组织认定书",
        effective_on=date(2020, 1, 1),
        valid_to=date(2023, 1, 1),
        actor=None,
    )
    search_index.refresh([organisation.pk], today=date(2022, 12, 31))
    assert names("", filters=Filters(charity=True)) == [NAME]
    monkeypatch.setattr("shetong.registry.jobs.timezone.localdate", lambda: date(2023, 1, 4))
    assert jobs.renew_search_index(timestamp=0) == 1
    assert names("", filters=Filters(charity=True)) == []
    assert jobs.renew_search_index(timestamp=0) == 1


def test_the_index_follows_the_register_and_can_be_built_anew(register: list[str]) -> None:
    before = list(SearchEntry.objects.order_by("text").values_list("text", "initials", "pinyin", "facets", "rank"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_index, "settle", lambda: None)  # VACUUM cannot run in the test's transaction
        assert search_index.rebuild() == len(register)
    after = list(SearchEntry.objects.order_by("text").values_list("text", "initials", "pinyin", "facets", "rank"))
    assert before == after
