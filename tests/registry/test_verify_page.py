"""The verification page in a real browser: from the QR code on the paper to the words on the phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from shetong.core import cose
from shetong.registry.models import Certificate, Organisation
from shetong.registry.rules import certificate_tokens
from shetong.registry.services import certificates, signing_keys
from tests.registry import factories
from tests.registry.test_certificate_documents import qr_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACTOR = "system:test"


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone's page that fails the test on any script error or policy violation."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert errors == []


Issue = Callable[..., Certificate]


@pytest.fixture
def issue(live_server: Any, settings: Any) -> Issue:
    settings.PUBLIC_URL = live_server.url

    def issued(**values: Any) -> Certificate:
        return certificates.issue(factories.register_organisation(**values).pk, actor=ACTOR)

    return issued


def scan(page: Page, link: str) -> None:
    """Open what the phone's camera reads."""
    page.goto(link)
    expect(page.locator("[data-verdict]")).to_be_visible()


def verdict(page: Page) -> str:
    return page.locator("[data-verdict] h2").inner_text()


def link_of(certificate: Certificate, token: bytes | None = None) -> str:
    from django.conf import settings

    return certificate_tokens.link(
        token or bytes(certificate.token), serial=certificate.serial, public_url=settings.PUBLIC_URL
    )


def test_from_the_paper_to_the_phone(phone: Page, issue: Issue) -> None:
    certificate = issue(name="北京市扫码核验研究会", certificate_valid_to=date(2099, 1, 1))
    scan(phone, qr_of(certificate))
    assert verdict(phone) == "真实有效"
    body = phone.locator("#verify-result").inner_text()
    for expected in (
        "北京市扫码核验研究会",
        "活动资金",
        "人民币5万元",
        "2099年1月1日",
        "学术交流、培训咨询",
        "由您的浏览器核验签名",
    ):
        assert expected in body
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_altered(phone: Page, issue: Issue) -> None:
    certificate = issue(name="北京市改字研究会")
    scan(phone, link_of(certificate, bytes(certificate.token).replace("改字".encode(), "假冒".encode())))
    assert verdict(phone) == "签名无效（伪造或被改动）"
    assert "假冒" not in phone.locator("#verify-result").inner_text()


def test_forged_with_a_key_of_ones_own(phone: Page, issue: Issue) -> None:
    certificate = issue()
    private, _ = cose.generate_key()
    scan(
        phone, link_of(certificate, cose.sign1(cose.parse_sign1(bytes(certificate.token)).payload, private_key=private))
    )
    assert verdict(phone) == "密钥不明"


def test_replaced_shows_what_changed(phone: Page, issue: Issue) -> None:
    certificate = issue()
    factories.rename(certificate.organisation, "北京市新名称研究会", effective_on=timezone.localdate())
    scan(phone, link_of(certificate))
    assert verdict(phone) == "已换发"
    assert "北京市新名称研究会" in phone.locator(".st-verify__differences").inner_text()


def test_revoked_tells_the_reason(phone: Page, issue: Issue) -> None:
    certificate = issue()
    certificates.revoke(certificate.serial, reason="证书遗失声明作废", actor=ACTOR)
    scan(phone, link_of(certificate))
    assert verdict(phone) == "已废止"
    assert "证书遗失声明作废" in phone.locator("[data-verdict]").inner_text()


def test_changed_shows_both_values(phone: Page, issue: Issue) -> None:
    certificate = issue()
    Organisation.objects.filter(pk=certificate.organisation_id).update(domicile="北京市西城区新址2号")
    scan(phone, link_of(certificate))
    assert verdict(phone) == "登记事项已变更"
    row = phone.locator(".st-verify__differences tbody tr").inner_text()
    for expected in ("住所", "北京市东城区示范路1号", "北京市西城区新址2号"):
        assert expected in row


def test_in_english_too(phone: Page, issue: Issue, live_server: Any) -> None:
    """Words are translated, what the certificate says stays as it is printed; so it is with and without scripts."""
    phone.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    certificate = issue()
    Organisation.objects.filter(pk=certificate.organisation_id).update(registered_funds=7_000_000)
    certificates.revoke(certificate.serial, reason="遗失", actor=ACTOR)
    scan(phone, link_of(certificate))
    assert verdict(phone) == "Revoked"
    shown = [phone.locator("#verify-result").inner_text()]
    with phone.expect_navigation():
        phone.fill("#link", f"{certificate.serial[:4]} {certificate.serial[4:]}")
        phone.click("#verify-form button")
    shown.append(phone.locator("#verify-result").inner_text())
    for text in shown:
        for expected in ("Reason: 遗失 (", "Items that have changed", "Operating funds", "人民币7万元", "Social group"):
            assert expected in text
        for chinese in ("活动资金", "业务范围", "社会团体\n", "（", "："):
            assert chinese not in text
    phone.fill("#link", "2026 I1B2C 3D4E5 F")
    phone.click("#verify-form button")
    expect(phone.locator("#link-error")).to_contain_text("characters that are never used")


def test_expired(phone: Page, issue: Issue) -> None:
    certificate = issue(certificate_valid_from=date(2020, 1, 1), certificate_valid_to=timezone.localdate())
    phone.clock.set_fixed_time(timezone.now() + timedelta(days=2))
    scan(phone, link_of(certificate))
    assert verdict(phone) == "已过有效期"


def test_signed_with_a_key_declared_compromised(phone: Page, issue: Issue) -> None:
    certificate = issue()
    signing_keys.compromise(key_id=str(certificate.signing_key), reason="失窃", actor=ACTOR)
    scan(phone, link_of(certificate))
    assert verdict(phone) == "密钥已失效"


def test_never_recorded(phone: Page, issue: Issue) -> None:
    from django.db import transaction

    from shetong.registry.rules.certificate_serials import new_serial

    certificate = issue()
    with transaction.atomic():
        signer = signing_keys.signer()
    payload = certificate_tokens.payload(
        certificate.snapshot, issuer="x", serial=new_serial(2026), issued_at=timezone.now(), demo=False
    )
    scan(phone, link_of(certificate, signer.sign(payload)))
    assert verdict(phone) == "查无此证"


@pytest.mark.parametrize("digits", ["1" * 300, "0" * 300, "9" * 3699])
def test_other_content(phone: Page, live_server: Any, digits: str) -> None:
    scan(phone, f"{live_server.url}/v/#{digits}")
    assert verdict(phone) == "格式不对"


def test_offline_the_signature_is_still_checked(phone: Page, issue: Issue, live_server: Any) -> None:
    certificate = issue()
    with phone.expect_response("**/.well-known/shetong-keys.json"):
        phone.goto(f"{live_server.url}/v/")
    phone.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    phone.fill("#link", link_of(certificate))
    phone.click("#verify-form button")
    expect(phone.locator("[data-verdict]")).to_be_visible()
    assert verdict(phone) == "离线：签名有效，未能联网核对现状"


def test_a_browser_without_webcrypto_uses_the_library(phone: Page, issue: Issue) -> None:
    """Plain http in a house network, or an older browser."""
    phone.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})")
    certificate = issue()
    scan(phone, link_of(certificate))
    assert verdict(phone) == "真实有效"
    altered = bytearray(certificate.token)
    altered[-1] ^= 1
    phone.goto("about:blank")
    scan(phone, link_of(certificate, bytes(altered)))
    assert verdict(phone) == "签名无效（伪造或被改动）"


def test_the_pdf_file_itself_can_be_handed_in(phone: Page, issue: Issue, live_server: Any, tmp_path: Path) -> None:
    certificate = issue()
    file = tmp_path / "证书.pdf"
    file.write_bytes(certificates.render_pdf(certificate))
    phone.goto(f"{live_server.url}/v/")
    phone.set_input_files("#verify-file", file)
    expect(phone.locator("[data-verdict]")).to_be_visible(timeout=20_000)
    assert verdict(phone) == "真实有效"


def test_a_photograph_can_be_handed_in(phone: Page, issue: Issue, live_server: Any, tmp_path: Path) -> None:
    import pymupdf

    certificate = issue()
    file = tmp_path / "photo.png"
    pymupdf.open(stream=certificates.render_pdf(certificate))[0].get_pixmap(dpi=170).save(file)
    phone.goto(f"{live_server.url}/v/")
    phone.set_input_files("#verify-file", file)
    expect(phone.locator("[data-verdict]")).to_be_visible(timeout=20_000)
    assert verdict(phone) == "真实有效"


def test_a_file_of_another_kind_gets_a_sentence(phone: Page, live_server: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"no picture")
    phone.goto(f"{live_server.url}/v/")
    phone.set_input_files("#verify-file", file)
    expect(phone.locator("#verify-result")).to_contain_text("无法读取这个文件")


def test_without_scripts_the_form_does_it(chromium: Browser, issue: Issue, live_server: Any) -> None:
    certificate = issue()
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(link_of(certificate))
    assert "登记管理机关的记录" in page.locator("#verify-result").inner_text()
    page.fill("#link", link_of(certificate))
    page.click("#verify-form button")
    assert verdict(page) == "真实有效"
    context.close()


def test_everybody_can_use_the_page(phone: Page, issue: Issue) -> None:
    certificate = issue(demo=True)
    Organisation.objects.filter(pk=certificate.organisation_id).update(domicile="北京市西城区新址2号")
    scan(phone, link_of(certificate))
    assert "演示数据" in phone.locator("#verify-result").inner_text()
    assert phone.evaluate("document.activeElement.id") == "verify-result"
    found = Axe().run(phone)
    assert found.violations_count == 0, found.generate_report()
