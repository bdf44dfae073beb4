"""The API of the register: found, checked in batches, told apart from errors, and only what is public."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from shetong.registry.services import api_rates
from tests.registry.factories import (
    appoint,
    deregistered_organisation,
    identity_number,
    register_branch,
    register_organisation,
    rename,
)

pytestmark = pytest.mark.django_db
SEARCH, LOOKUP = "/api/v1/organisations", "/api/v1/organisations/lookup"


@pytest.fixture(autouse=True)
def _unspent(settings: Any) -> Iterator[None]:
    settings.API_RATE_PUBLIC = 100_000
    api_rates.forget()
    yield
    api_rates.forget()


def found(client: Client, **parameters: object) -> list[str]:
    """Return the names that a search finds."""
    answer = client.get(SEARCH, parameters)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def looked_up(client: Client, *queries: str, near: bool = True) -> list[dict[str, Any]]:
    """Return the answers to names and codes."""
    answer = client.post(LOOKUP, {"queries": queries, "near": near}, content_type="application/json")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["results"])


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    """Hold an answer to RFC 9457 and return it."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content[:300]
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("/api/#problem-")
    assert any("\u4e00" <= character <= "\u9fff" for character in body["detail"])
    assert answer["Access-Control-Allow-Origin"] == "*"
    return body


def test_an_organisation_is_found_by_name_code_pinyin_and_filters(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    register_organisation(name="北京市长青环保协会", kind="SG")
    for parameters in ({"q": "春晖"}, {"q": organisation.uscc}, {"q": "chzx"}, {"q": "bjschzxyjh"}, {"q": "春輝助學"}):
        assert found(client, **parameters) == ["北京市春晖助学研究会"], parameters
    assert len(found(client, division="110000", kind="SG", status="normal")) == 2
    assert found(client, q="春晖", kind="FD") == []


def test_the_place_of_the_words_is_told(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会")
    item = client.get(SEARCH, {"q": "助学"}).json()["items"][0]
    assert [item["name"][start:end] for start, end in item["highlights"]] == ["助学"]


def test_a_page_after_the_other_names_every_organisation_once(client: Client) -> None:
    names = {register_organisation(name=f"北京市第{number}领域研究会").name for number in range(7)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(SEARCH, {"q": "领域", "limit": 3, "cursor": cursor}).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == 7
    assert set(seen) == names


@pytest.mark.parametrize(
    ("parameters", "wrong"),
    [
        ({"division": "999999"}, "division"),
        ({"division": "一一"}, "division"),
        ({"kind": "XX"}, "kind"),
        ({"status": "x"}, "status"),
        ({"charity": "maybe"}, "charity"),
        ({"founded_from": "12"}, "founded_from"),
        ({"limit": "0"}, "limit"),
        ({"limit": "9x"}, "limit"),
        ({"limit": "1000"}, "limit"),
        ({"sort": "name"}, "sort"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WyJnIiwxLDIsOTk5OTk5OTk5OTk5OTk5OTk5XQ"}, "cursor"),
    ],
)
def test_a_wrong_parameter_is_named(client: Client, parameters: dict[str, str], wrong: str) -> None:
    assert list(assert_problem(client.get(SEARCH, parameters), 422)["errors"]) == [wrong]


@pytest.mark.parametrize(
    "q", ["\x00", "%", "_", "\\", "'", '"', "🀄" * 80, "a" * 5_000, "𠮷", "\u202e会", "''&|!:*<->()", " "]
)
def test_odd_words_are_answered_not_failed(client: Client, q: str) -> None:
    register_organisation(name="北京市春晖助学研究会")
    assert client.get(SEARCH, {"q": q}).status_code == 200
    assert client.get(f"{SEARCH}/suggest", {"q": q}).status_code == 200
    for address in (f"{SEARCH}/%00", "/api/v1/cases/%00", "/api/v1/matters/%00", "/organisations/%00/"):
        assert client.get(address, {"matter": q, "on": ""}).status_code in (401, 404)


def test_an_empty_register_says_so(client: Client) -> None:
    assert client.get(SEARCH, {"limit": "９９"}).json()["total"] == 0


def test_suggestions_complete_what_is_typed(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    suggestion = client.get(f"{SEARCH}/suggest", {"q": "chun"}).json()[0]
    assert (suggestion["text"], suggestion["code"]) == ("北京市春晖助学研究会", organisation.uscc)


def test_the_detail_has_what_is_public_and_nothing_else(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    number = identity_number()
    appoint(organisation, name="李示范", identity_number=number)
    answer = client.get(f"{SEARCH}/{organisation.uscc}")
    body = answer.json()
    assert body["name"] == "北京市春晖助学研究会"
    assert body["values"]["registered_funds"] == "50000.00"
    assert body["timeline"][0]["effective_on"] == "2015-03-02"
    assert number not in answer.text
    # Certificates, permits and penalties change without the organisation's row: no time of the last change is told.
    assert "Last-Modified" not in answer


def test_the_detail_of_a_day_tells_the_name_of_that_day(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    rename(organisation, "北京市长青助学研究会", effective_on=date(2020, 1, 1))
    address = f"{SEARCH}/{organisation.uscc}"
    assert client.get(address, {"on": "2019-12-31"}).json()["name"] == "北京市春晖助学研究会"
    assert client.get(address, {"on": "2020-01-01"}).json()["name"] == "北京市长青助学研究会"
    for day in ("2019-02-30", "9999-01-01", "x", "1800-01-01"):
        assert list(assert_problem(client.get(address, {"on": day}), 422)["errors"]) == ["on"]


def test_a_branch_has_its_own_address(client: Client) -> None:
    branch = register_branch(register_organisation(name="北京市春晖助学研究会"))
    item = client.get(SEARCH, {"q": "青年专业委员会"}).json()["items"][0]
    detail = client.get(f"{SEARCH}/{item['code']}").json()
    assert detail["name"] == branch.name
    assert detail["parent"]["name"] == "北京市春晖助学研究会"


@pytest.mark.parametrize("code", ["51100000500000015P", "x", "BR", "BR99999999999999999999", "%00", "..", "a" * 300])
def test_an_unknown_code_is_a_problem(client: Client, code: str) -> None:
    assert client.get(f"{SEARCH}/{code}").status_code in (404, 422)
    assert_problem(client.get(f"{SEARCH}/{code}"), client.get(f"{SEARCH}/{code}").status_code)


def test_unknown_addresses_and_methods_are_problems_too(client: Client) -> None:
    assert_problem(client.get("/api/v1/nothing/here"), 404)
    assert assert_problem(client.delete(SEARCH), 405)
    assert "POST" in client.get(LOOKUP)["Allow"]


def test_a_look_up_tells_lawful_ended_former_near_and_none_apart(client: Client) -> None:
    lawful = register_organisation(name="北京市春晖助学研究会")
    ended = deregistered_organisation(name="北京市旧日文史研究会", effective_on=date(2021, 6, 1))
    renamed = register_organisation(name="北京市晨光环保协会")
    rename(renamed, "北京市朝阳光伏协会", effective_on=date(2020, 1, 1))
    answers = looked_up(
        client,
        "北京市春晖助学研究会",
        str(lawful.uscc).lower(),
        "北京市（春暉）助學研究會",
        "北京市旧日文史研究会",
        "北京市晨光环保协会",
        "北京市春晖助孝研究会",
        "火星探测爱好者联盟",
        "",
    )
    assert [answer["verdict"] for answer in answers] == [
        "registered", "registered", "registered", "ended", "former", "near", "none", "none",
    ]  # fmt: skip
    assert {answer["matches"][0]["code"] for answer in answers[:3]} == {lawful.uscc}
    assert answers[3]["matches"][0]["code"] == ended.uscc
    assert answers[4]["matches"][0]["name"] == "北京市朝阳光伏协会"
    assert answers[5]["near"][0]["code"] == lawful.uscc
    assert answers[5]["matches"] == []


def test_a_name_borne_by_a_living_and_an_ended_body_is_lawful_with_both_shown(client: Client) -> None:
    deregistered_organisation(name="北京市春晖助学研究会", effective_on=date(2016, 1, 1))
    living = register_organisation(name="北京市春晖助学研究会", effective_on=date(2022, 1, 1))
    answer = looked_up(client, "北京市春晖助学研究会")[0]
    assert answer["verdict"] == "registered"
    assert answer["matches"][0]["code"] == living.uscc
    assert len(answer["matches"]) == 2


def test_near_names_may_be_left_out(client: Client) -> None:
    register_organisation(name="北京市春晖助学研究会")
    assert looked_up(client, "北京市春晖助孝研究会", near=False)[0]["verdict"] == "none"


def test_a_thousand_names_take_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    register_organisation(name="北京市春晖助学研究会")
    names = [f"北京市第{number}号并不存在的协会" for number in range(999)]
    with django_assert_max_num_queries(20):
        answers = looked_up(client, "北京市春晖助学研究会", *names)
    assert len(answers) == 1_000
    assert answers[0]["verdict"] == "registered"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"queries": "x"}',
        b'{"queries": []}',
        b'{"queries": [1, null]}',
        b'{"queries": [["x"]]}',
        b'{"queries": ["x"], "near": "perhaps"}',
        b'{"queries": ["x"], "surprise": 1}',
        json.dumps({"queries": ["x"] * 1_001}).encode(),
        json.dumps({"queries": ["x" * 501]}).encode(),
        b"[" * 100_000,
        b'{"queries": ["\xff\xfe"]}',
        '{"queries": ["北"]}'.encode("gb18030"),
        b'{"queries": ["' + b"x" * 3_000_000 + b'"]}',
        b'{"queries": [1e999]}',
    ],
    ids=range(17),
)
def test_a_body_that_is_none_is_refused_in_words(client: Client, body: bytes) -> None:
    answer = client.generic("POST", LOOKUP, body, content_type="application/json")
    assert answer.status_code in (400, 413, 422)
    assert_problem(answer, answer.status_code)


@pytest.mark.parametrize("query", ["\\u0000", "\\ud800", "a\\udfff", "\\ud83d\\ude00", "  ", "\\u202e"])
def test_odd_names_are_answered(client: Client, query: str) -> None:
    register_organisation(name="北京市春晖助学研究会")
    answer = client.generic("POST", LOOKUP, f'{{"queries": ["{query}"]}}'.encode(), content_type="application/json")
    assert answer.status_code in (200, 400, 422)
    if answer.status_code == 200:
        assert answer.json()["results"][0]["verdict"] == "none"


def test_who_has_the_answer_gets_none(client: Client) -> None:
    organisation = register_organisation(name="北京市春晖助学研究会")
    for address in (f"{SEARCH}/{organisation.uscc}", f"{SEARCH}?q=春晖", f"{SEARCH}/suggest?q=春晖"):
        tag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    detail = f"{SEARCH}/{organisation.uscc}"
    tag, modified = client.get(detail)["ETag"], http_date(timezone.now().timestamp())
    assert client.get(detail, headers={"If-Modified-Since": modified}).status_code == 200
    rename(organisation, "北京市长青助学研究会", effective_on=date(2020, 1, 1))
    assert client.get(detail, headers={"If-None-Match": tag}).status_code == 200


def test_scripts_of_other_sites_may_ask(client: Client) -> None:
    asked = client.options(LOOKUP, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert "POST" in asked["Access-Control-Allow-Methods"]
    answer = client.get(SEARCH, headers={"Origin": "https://example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies
