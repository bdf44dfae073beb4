"""What everybody sees: where the money came from and went, and that the browser checks it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pymupdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from shetong.charity.models import BeneficiaryCategory, Disbursement, Donation, EvidenceKind, OutflowKind, Project
from shetong.charity.queries import flows
from shetong.charity.rules.capitals import DIGITS, UNITS, capitals
from shetong.charity.rules.receipt_links import donation_of, token
from shetong.charity.services import arrivals, projects, statistics
from shetong.charity.services.donors import erase
from shetong.ledger.services.sequence import sequence
from tests.charity.factories import SYSTEM, foundation, give, pool, project, spend
from tests.ledger.tampering import tamper
from tests.pages import read


@dataclass
class Story:
    """A project that raised and spent money."""

    project: Project
    donations: list[Donation]
    lunch: Disbursement


def tell() -> Story:
    of = project(foundation())
    here = pool(of)
    donations = give(here, 30_000, 50_000, 20_000)
    child = projects.add_beneficiary(
        project=of,
        name="孙示范",
        division_code="530602",
        category=BeneficiaryCategory.CHILD,
        actor=SYSTEM,
        age_from=6,
        age_to=12,
    )
    lunch = spend(here, 60_000, OutflowKind.AID, beneficiary=child, budget_line=of.budget_lines.get(code="lunch"))
    arrivals.prove(
        disbursement=lunch.pk,
        kind=EvidenceKind.DELIVERY,
        title="午餐签收单",
        digest="ab" * 32,
        reached_final=True,
        actor=SYSTEM,
    )
    spend(here, 5_000, OutflowKind.MANAGEMENT)
    sequence(log="charity")
    return Story(of, donations, lunch)


@pytest.mark.django_db
class TestPages:
    """The pages without a browser's help."""

    def test_a_project_shows_its_money_and_shares_well(self, client: Client) -> None:
        story = tell()
        page = client.get(f"/charity/projects/{story.project.number}/").content.decode()
        found = read(page)
        assert found.complaints == []
        for text in ("1,000元", "650元", "350元", "食材", "昭通市"):
            assert text in page
        assert "孙示范" not in page
        shared = {tag["property"]: tag["content"] for tag in found.all("meta") if tag.get("property")}
        assert shared["og:title"] == story.project.name
        assert "1,000元" in str(shared["og:description"])
        assert str(shared["og:image"]).endswith(".png")

    def test_the_streams_balance(self) -> None:
        story = tell()
        streams = flows.streams(flows.pools_of(project=story.project))
        into = sum(stream.amount for stream in streams if stream.target == "pool")
        out = sum(stream.amount for stream in streams if stream.source == "pool")
        assert into == out == 100_000

    def test_a_page_asks_no_more_where_there_is_more(self, client: Client, django_assert_max_num_queries: Any) -> None:
        story = tell()
        here = pool(story.project)
        for _ in range(8):
            spend(here, 100)
        with django_assert_max_num_queries(32):
            client.get(f"/charity/projects/{story.project.number}/")

    def test_a_disbursement_names_who_paid_it_page_by_page(self, client: Client) -> None:
        story = tell()
        page = client.get(f"/charity/spending/{story.lunch.pk}/").content.decode()
        assert story.donations[0].number in page
        assert story.donations[2].number not in page
        assert "ab" * 32 in page
        rest = client.get(f"/charity/spending/{story.lunch.pk}/?unit=30000").content.decode()
        assert story.donations[0].number not in rest
        assert story.donations[1].number in rest

    def test_the_receipt_is_found_by_its_address_alone(self, client: Client) -> None:
        story = tell()
        two = story.donations[1]
        address = f"/charity/receipts/{token(two.pk)}/"
        response = client.get(address)
        page = response.content.decode()
        assert "500元" in page
        assert "300元" in page  # what of it paid the lunch
        assert "赵示范" not in page
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]
        wrong = address.replace(f"/{two.pk}-", f"/{two.pk + 1}-")
        assert client.get(wrong).status_code == 404

    def test_the_receipt_as_pdf_has_what_the_law_asks_for(self, client: Client) -> None:
        story = tell()
        response = client.get(f"/charity/receipts/{token(story.donations[0].pk)}/receipt.pdf")
        text = pymupdf.open(stream=response.content)[0].get_text().replace("\n", "")
        organisation = story.project.organisation
        for said in (organisation.name, "赵**", "300.00元", "叁佰元整", story.donations[0].number, "演示"):
            assert said in text

    def test_an_erased_donor_is_anonymous_everywhere(self, client: Client) -> None:
        story = tell()
        erase(donation=story.donations[0].pk, reason="本人申请", actor=SYSTEM)
        page = client.get(f"/charity/receipts/{token(story.donations[0].pk)}/").content.decode()
        assert "匿名" in page
        assert "赵" not in page

    def test_spending_can_be_taken_along(self, client: Client) -> None:
        story = tell()
        answer = client.get(f"/charity/projects/{story.project.number}/spending.csv")
        text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
        assert text.splitlines()[2].startswith(f"{story.lunch.number},2026-05-06,资助受益人,食材,600.00,")

    def test_overview_and_organisation_add_up(self, client: Client) -> None:
        story = tell()
        statistics.compact()
        for address in ("/charity/", f"/charity/organisations/{story.project.organisation.public_code}/"):
            page = client.get(address).content.decode()
            assert read(page).complaints == []
            assert "1,000元" in page
            assert story.project.name in page

    def test_nothing_is_shown_of_what_does_not_exist(self, client: Client) -> None:
        for address in ("projects/X", "organisations/X", "spending/0", "receipts/1-a"):
            assert client.get(f"/charity/{address}/").status_code == 404
        assert "还没有慈善项目" in client.get("/charity/").content.decode()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Page]:
    """A page that fails the test on any script error or policy violation."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert errors == []


def look(page: Page, name: str) -> None:
    """Keep pictures where somebody wants to see them."""
    if folder := os.environ.get("SHETONG_PICTURES"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_verifies_the_pages_and_notices_an_edited_donation(
    visitor: Page, live_server: Any, settings: Any
) -> None:
    settings.PUBLIC_URL = live_server.url
    story = tell()
    one = story.donations[0]
    for name, address in {
        "overview": "/charity/",
        "project": f"/charity/projects/{story.project.number}/",
        "disbursement": f"/charity/spending/{story.lunch.pk}/",
        "receipt": f"/charity/receipts/{token(one.pk)}/",
        "organisation": f"/charity/organisations/{story.project.organisation.public_code}/",
    }.items():
        visitor.goto(live_server.url + address)
        badges = visitor.locator("[data-proof]")
        for at in range(badges.count()):
            expect(badges.nth(at)).to_have_attribute("data-verdict", "good")
        for width in (1280, 390):
            visitor.set_viewport_size({"width": width, "height": 900})
            assert Axe().run(visitor).response["violations"] == [], name
            assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        look(visitor, name)
    tamper(f"UPDATE charity_donation SET amount = 90000 WHERE id = {one.pk}")
    visitor.goto(f"{live_server.url}/charity/receipts/{token(one.pk)}/")
    badge = visitor.locator("[data-proof]").first
    expect(badge).to_have_attribute("data-verdict", "differs")
    expect(visitor.get_by_role("alert")).to_contain_text("与公开日志不一致")
    look(visitor, "tampered")


class TestCapitals:
    """Amounts in capitals."""

    @pytest.mark.parametrize(
        ("fen", "text"),
        [
            (0, "零元整"),
            (5, "伍分"),
            (10, "壹角整"),
            (105, "壹元零伍分"),
            (102_030, "壹仟零贰拾元叁角整"),
            (1_000_000_00, "壹佰万元整"),
            (10_001_000_00, "壹仟万壹仟元整"),
            (1_0000_0001_00, "壹亿零壹元整"),
            (1_0500_0000_00, "壹亿零伍佰万元整"),
            (1234_5678_9012, "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
        ],
    )
    def test_examples(self, fen: int, text: str) -> None:
        assert capitals(fen) == text

    @given(st.integers(1, 10**15))
    def test_it_reads_back(self, yuan: int) -> None:
        assert value_of(capitals(yuan * 100).removesuffix("元整")) == yuan


def value_of(text: str) -> int:
    """Read a whole number in capitals."""
    for unit, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.partition(unit)
        if found:
            return value_of(head) * size + value_of(tail)
    total, digit = 0, 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        else:
            total += digit * 10 ** UNITS.index(sign)
            digit = 0
    return total + digit


@given(st.integers(1, 10**12), st.integers(0, 30))
def test_a_token_opens_its_own_receipt_only(number: int, place: int) -> None:
    good = token(number)
    assert donation_of(good) == number
    at = place % len(good)
    changed = good[:at] + ("2" if good[at] != "2" else "3") + good[at + 1 :]
    assert donation_of(changed) is None
