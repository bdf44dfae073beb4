"""The page of results: found, filtered, explained, and never a dead end."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shetong.registry.queries.search.request import SearchRequest
from shetong.registry.views.search import read_request
from shetong.registry.views.search_filters import chips, groups, sorts
from tests.pages import faults, read
from tests.registry.factories import register_organisation, rename

pytestmark = pytest.mark.django_db


def links(html: str) -> dict[str, str]:
    """Return the addresses of all links by their text, the first of each."""
    import re

    found: dict[str, str] = {}
    for href, inner in re.findall(r'<a[^>]*href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        text = " ".join(re.sub(r"<[^>]+>", " ", inner).split())
        found.setdefault(text, href.replace("&amp;", "&"))
    return found


def test_a_part_of_the_name_is_found_and_marked(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会")
    page = client.get("/search/", {"q": "春晖助学"})
    assert "北京市<mark>春晖助学</mark>研究会" in page.text
    assert "共 1 家" in page.text
    assert faults(page.text) == []


def test_a_former_name_is_said_to_be_one(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    rename(organisation, "北京市长青助学研究会", effective_on=date(2020, 1, 1))
    page = client.get("/search/", {"q": "春晖"})
    assert "曾用名：" in page.text
    assert "北京市<mark>春晖</mark>助学研究会" in page.text
    assert "北京市长青助学研究会" in page.text


def test_pinyin_and_near_misses_say_why_they_are_listed(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会")
    assert "按拼音查到" in client.get("/search/", {"q": "chzx"}).text
    near = client.get("/search/", {"q": "北京市春晕助学研究会"})
    assert "名称近似" in near.text
    assert "请核对是不是要找的组织" in near.text


def test_nothing_found_leads_on(client: Client) -> None:
    page = client.get("/search/", {"q": "霍格沃茨", "division": "330000", "status": "normal", "kind": "FD"})
    ways = links(page.text)
    assert "没有找到符合这些条件的社会组织" in page.text
    assert urlsplit(ways["去掉全部筛选条件再查"]).query == "q=%E9%9C%8D%E6%A0%BC%E6%B2%83%E8%8C%A8"
    assert "division" not in ways["在全国范围内查"]
    assert "status" not in ways["包括所有登记状态"]
    assert faults(page.text) == []


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "zzz"}, {"division": "999999"}, {"kind": "XX"}, {"founded_from": "abc"}, {"cursor": "%%%"},
        {"charity": "perhaps"}, {"limit": "100000"}, {"division": "' OR 1=1 --"}, {"status": "\0x"},
    ],
)  # fmt: skip
def test_what_an_address_asks_wrongly_is_said_and_the_rest_answered(client: Client, query: dict[str, str]) -> None:
    register_organisation(name="北京市春晖助学研究会")
    page = client.get("/search/", {"q": "春晖", **query})
    assert page.status_code == 200
    assert "st-notice--warn" in page.text
    assert "<mark>春晖</mark>" in page.text


@given(
    st.dictionaries(st.sampled_from(["q", "division", "kind", "sort", "cursor", "founded_to"]), st.text(max_size=20))
)
def test_any_parameters_end_in_a_request(parameters: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(parameters)
    asked, problems = read_request(query)
    assert isinstance(asked, SearchRequest)
    assert len(problems) <= len(parameters)


def test_the_tree_of_divisions_goes_down_level_by_level_and_up_again(client: Client) -> None:
    top = links(client.get("/search/").text)
    province = links(client.get(top["浙江"]).text)
    city = links(client.get(province["杭州市"]).text)
    assert parse_qs(urlsplit(city["西湖区"]).query)["division"] == ["330106"]
    assert "division" not in city["‹ 全国"]
    assert parse_qs(urlsplit(city["‹ 浙江省"]).query)["division"] == ["330000"]


def test_each_filter_narrows_and_its_chip_takes_it_away(client: Client) -> None:
    register_organisation(kind="SG", name="北京市春晖助学研究会")
    register_organisation(kind="FD", name="北京市春晖公益基金会")
    page = client.get("/search/", {"q": "春晖", "kind": "FD"})
    assert "春晖</mark>公益基金会" in page.text
    assert "助学研究会" not in page.text
    away = links(page.text)["去掉筛选条件： 基金会 ×"]
    assert "助学研究会" in client.get(away).text


def test_a_new_search_and_a_span_of_years_keep_the_other_filters(client: Client) -> None:
    page = read(client.get("/search/", {"q": "春晖", "kind": "FD", "founded_from": "2010"}).text)
    hidden = [(field["name"], field["value"]) for field in page.all("input") if field.get("type") == "hidden"]
    assert ("founded_from", "2010") in hidden  # of the search box
    assert hidden.count(("kind", "FD")) == 2  # of both forms
    assert ("q", "春晖") in hidden  # of the years


def test_pages_follow_each_other_without_gap_or_repetition(client: Client) -> None:
    wanted = {register_organisation(name=f"北京市春晖{word}研究会").name for word in "甲乙丙丁戊己庚"}
    address, seen = "/search/?q=春晖&limit=3", []
    for _ in range(5):
        page = client.get(address)
        seen += [name for name in wanted if name.replace("春晖", "<mark>春晖</mark>") in page.text]
        following = links(page.text).get("下一页")
        if not following:
            break
        address = following
    assert sorted(seen) == sorted(wanted)
    assert "回到第一页" in page.text


def test_organisations_of_a_person_come_apart_with_a_caution(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会", legal_representative="赵示例")
    page = client.get("/search/", {"q": "赵示例"})
    assert "法定代表人名为“赵示例”的社会组织" in page.text
    assert "同名的未必是同一人" in page.text


def test_generated_rows_are_marked_once_or_each(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会", demo=True)
    page = client.get("/search/", {"q": "春晖"}).text
    assert "以下登记信息由程序生成" in page
    assert page.count("演示数据") == 2  # the banner and its label
    register_organisation(name="北京市春晖公益研究会")
    mixed = client.get("/search/", {"q": "春晖"}).text
    assert "以下登记信息由程序生成" not in mixed
    assert mixed.count("演示数据") == 1  # at the one row


def test_programs_find_the_same_search_at_the_machine_interface(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会")
    page = read(client.get("/search/", {"q": "春晖", "kind": "SG"}).text)
    (address,) = [str(link["href"]) for link in page.all("link") if link.get("rel") == "alternate"]
    assert "北京市春晖助学研究会" in client.get(address).content.decode()


def test_hostile_words_stay_words(client: Client) -> None:
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert faults(page.text) == []


def test_the_number_of_queries_does_not_grow_with_the_results(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        register_organisation()
    client.get("/search/", {"q": "北京"})
    with django_assert_max_num_queries(5):
        client.get("/search/", {"q": "北京"})


def test_every_filter_is_offered_as_a_link_that_reads_back() -> None:
    asked = SearchRequest.from_parameters(QueryDict("q=春晖&division=330100&kind=FD&status=normal&charity=1"))
    for option in [option for group in groups(asked) for option in (*group.trail, *group.options)] + [*sorts(asked)]:
        read_back, problems = read_request(QueryDict(urlsplit(option.url).query))
        assert problems == []
        assert read_back.q == "春晖"
    assert len(chips(asked)) == 4
