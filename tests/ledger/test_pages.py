"""The pages about the logs in a real browser, which verifies by itself and remembers what it saw."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from shetong.ledger.queries import tree
from shetong.ledger.services import witnesses
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import Certificate
from shetong.registry.services import certificates
from tests.ledger.peers import witness
from tests.ledger.tampering import forget_everything_signed, tamper
from tests.ledger.test_log import write
from tests.registry import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone's page that fails the test on any script error or policy violation."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", device_scale_factor=3)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert errors == []


def more(count: int = 1) -> None:
    for _ in range(count):
        certificates.issue(factories.register_organisation().pk, actor="system:test")
    for log in ("registry", "certificates"):
        sequence(log=log)


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """A site whose logs have a few entries."""
    settings.PUBLIC_URL = live_server.url
    more(5)  # what the tests below count
    return str(live_server.url)


def newest() -> str:
    return f"issued-{Certificate.objects.latest('pk').serial}"


def verdict(page: Page) -> str:
    expect(page.locator("[data-verdict]")).to_be_visible()
    return page.locator("[data-verdict]").get_attribute("data-verdict") or ""


def photograph(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look, where ``SHETONG_PICTURES`` names a folder."""
    if folder := os.environ.get("SHETONG_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_the_browser_itself_verifies_a_receipt_and_draws_its_path(site: str, phone: Page) -> None:
    phone.goto(f"{site}/log/certificates/receipts/{newest()}/")
    assert verdict(phone) == "good"
    expect(phone.locator("svg.st-tree")).to_have_attribute(
        "aria-label", "示意图：这条记录经过 1 步与其余 4 条记录合成一个指纹，并由日志签名。"
    )
    assert Certificate.objects.latest("pk").serial in phone.locator("dl").inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    violations = Axe().run(phone).response["violations"]
    assert [violation["id"] for violation in violations] == []
    photograph(phone, "receipt-390")
    phone.set_viewport_size({"width": 1280, "height": 900})
    photograph(phone, "receipt-1280")


def test_a_long_path_stays_readable(site: str, phone: Page) -> None:
    write(3_000, log="charity")
    sequence(log="charity")
    phone.goto(f"{site}/log/charity/receipts/act-1234/")
    assert verdict(phone) == "good"
    words = phone.locator("svg.st-tree .st-tree__word").all_text_contents()
    assert sum(int(word.split(" ")[1].replace(",", "")) for word in words) == 2_999
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    photograph(phone, "path-390")


def test_growth_since_the_last_visit_is_proven(site: str, phone: Page) -> None:
    phone.goto(f"{site}/log/")
    expect(phone.locator("[data-growth=certificates][data-kind=first_visit]")).to_be_visible()
    more(3)
    phone.reload()
    grown = phone.locator("[data-growth=certificates][data-kind=grown]")
    expect(grown).to_contain_text("有 5 条，现在有 8 条")
    phone.reload()
    expect(phone.locator("[data-growth=certificates][data-kind=same]")).to_be_visible()
    photograph(phone, "overview-390")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert [violation["id"] for violation in Axe().run(phone).response["violations"]] == []
    photograph(phone, "overview-390")
    phone.set_viewport_size({"width": 1280, "height": 900})
    photograph(phone, "overview-1280")


def test_a_past_rewritten_under_the_true_key_alarms_who_was_here_before(site: str, phone: Page) -> None:
    phone.goto(f"{site}/log/")
    expect(phone.locator("[data-growth=certificates][data-kind=first_visit]")).to_be_visible()
    forget_everything_signed()
    first = Certificate.objects.earliest("pk").serial
    tamper("UPDATE ledger_entry SET data = '{}' WHERE reference = %s", parameters=(f"issued-{first}",))
    more(1)
    phone.reload()
    alarm = phone.locator("[data-growth=certificates][data-kind=rewritten]")
    expect(alarm).to_contain_text("警告")
    photograph(phone, "alarm-390")
    phone.reload()
    expect(alarm).to_be_visible()


def test_a_rollback_alarms_who_was_here_before(site: str, phone: Page) -> None:
    more(2)
    phone.goto(f"{site}/log/")
    expect(phone.locator("[data-growth=certificates][data-kind=first_visit]")).to_be_visible()
    tamper(
        "DELETE FROM ledger_entry WHERE id IN (SELECT entry_id FROM ledger_place WHERE index > 3)",
        "DELETE FROM ledger_place WHERE index > 3",
    )
    forget_everything_signed()
    for log in ("registry", "certificates"):
        sequence(log=log)
    phone.reload()
    expect(phone.locator("[data-growth=certificates][data-kind=shrunk]")).to_contain_text("警告")


def test_the_qr_code_alone_carries_the_whole_proof(site: str, phone: Page, client: Client) -> None:
    phone.goto(f"{site}/log/certificates/receipts/{newest()}/")
    # The verdict pushes the code down: what is photographed must stand still.
    assert verdict(phone) == "good"
    picture = phone.locator(".st-log__qr")
    expect(picture).to_be_visible()
    phone.wait_for_function("document.querySelector('.st-log__qr').naturalWidth > 0")
    image = Image.open(io.BytesIO(picture.screenshot()))
    drawn = image.resize((image.width * 3, image.height * 3))
    scanned = zxingcpp.read_barcodes(drawn)
    assert scanned, "the code cannot be read from the screen"
    phone.goto("about:blank")
    phone.goto(scanned[0].text)
    assert verdict(phone) == "good"
    altered = scanned[0].text[:-1] + ("1" if scanned[0].text[-1] != "1" else "2")
    phone.goto("about:blank")
    phone.goto(altered)
    assert verdict(phone) == "bad"


def test_an_altered_receipt_is_refused(site: str, phone: Page) -> None:
    document = tree.receipt(tree.log_named("certificates"), newest()).as_json()
    altered = {
        "entry": base64.b64encode(b'{"reference":"x","type":"x","version":1}').decode(),
        "proof": [base64.b64encode(bytes(32)).decode()],
        "checkpoint": str(document["checkpoint"]).replace("\n5\n", "\n6\n"),
        "index": 3,
    }
    for part, value in altered.items():
        phone.goto(f"{site}/log/verify/")
        phone.fill("#log-text", json.dumps({**document, part: value}))
        phone.click("#log-form button")
        assert (part, verdict(phone)) == (part, "bad")


def test_garbage_gets_a_sentence(site: str, phone: Page) -> None:
    for garbage in ("", "{}", "#", "#12", "你好", '{"format":"shetong-receipt/1"}', "#0" + "9" * 7000):
        phone.goto(f"{site}/log/verify/")
        phone.fill("#log-text", garbage)
        phone.click("#log-form button")
        assert verdict(phone) == "bad"
        assert "不是一份完整的回执" in phone.locator("[data-verdict]").inner_text()


def test_witnesses_are_told(site: str, phone: Page, tmp_path: Path, settings: Any) -> None:
    with witness(tmp_path, *tree.verifiers(tree.log_named("certificates"))) as running:
        settings.LEDGER_WITNESSES = [running.setting]
        witnesses.collect(log="certificates")
    phone.goto(f"{site}/log/certificates/receipts/{newest()}/")
    assert verdict(phone) == "good"
    expect(phone.locator(".st-log__checks")).to_contain_text("witness.example 也在同一检查点上签名")


def test_receipts_are_found_by_the_number_on_the_certificate(site: str, client: Client) -> None:
    serial = Certificate.objects.latest("pk").serial
    found = client.get("/log/", {"q": f"{serial[:4]} {serial[4:]}".lower()})
    assert found["Location"] == f"/log/certificates/receipts/issued-{serial}/"
    missing = client.get("/log/", {"q": "<script>"})
    assert (missing.status_code, "日志里没有这个编号" in missing.content.decode()) == (200, True)
    assert client.get("/log/certificates/receipts/issued-nothing/").status_code == 404
    assert client.get("/log/types.json").json()["certificate.issued/1"]["additionalProperties"] is False
