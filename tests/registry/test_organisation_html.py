"""The organisation's page as it is sent: sections, addresses for machines, and nothing that is not public."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pymupdf
import pytest
import zxingcpp
from django.test import Client
from django.utils import timezone

from shetong.registry.models import AttributeCode, OfficerRole, Organisation
from shetong.registry.services import certificates, filings
from tests.pages import faults, read
from tests.registry import factories

pytestmark = pytest.mark.django_db
IDENTITY = factories.identity_number()


@pytest.fixture
def body() -> Organisation:
    """A charity with a former name, a president with a telephone, an expired grade and a penalty."""
    body = factories.register_organisation(kind="FD", name="北京市远山公益基金会")
    filings.grant_attribute(
        organisation_id=body.pk, code=AttributeCode.CHARITY, value="认字3号", basis="京民慈认〔2017〕3号", actor=None,
        effective_on=date(2017, 5, 1),
    )  # fmt: skip
    filings.grant_attribute(
        organisation_id=body.pk, code=AttributeCode.EVALUATION, value="4A", basis="评估公告", actor=None,
        effective_on=date(2016, 1, 1), valid_to=date(2021, 1, 1),
    )  # fmt: skip
    factories.appoint(body, OfficerRole.PRESIDENT, name="赵示范", phone="13800001234", identity_number=IDENTITY)
    factories.rename(body, "北京市青山公益基金会", effective_on=date(2019, 6, 1))
    body.penalties.create(
        document_number="京民罚〔2025〕7号", facts="未按规定公开捐赠财产的使用情况。", penalty="警告",
        basis="《慈善法》", decided_on=date(2025, 8, 1), authority_name="北京市民政局",
        public_until=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    body.refresh_from_db()
    return body


def page_of(client: Client, body: Organisation, **query: str) -> str:
    response = client.get(f"/organisations/{body.uscc}/", query)
    assert response.status_code == 200
    assert faults(response.text) == []
    return response.text


def words(html: str) -> str:
    return re.sub(r"\s+", "", "".join(read(html).text))


def test_every_section_says_what_the_register_holds(client: Client, body: Organisation) -> None:
    text = words(page_of(client, body))
    for expected in (
        "北京市青山公益基金会", "400万元", "北京市远山公益基金会2015-03-022019-06-01", "赵示范", "京民罚〔2025〕7号",
        "未按规定公开捐赠财产的使用情况", "没有行政许可记录", "没有签发过带二维码的登记证书", "登记沿革",
    ):  # fmt: skip
        assert expected in text


def test_an_expired_mark_is_listed_with_its_last_day_but_not_beside_the_name(
    client: Client, body: Organisation
) -> None:
    html = page_of(client, body)
    head = html[html.index("st-organisation__marks") : html.index("st-actions")]
    assert "慈善组织" in head
    assert "认字3号" not in head
    assert "评估等级" not in head
    assert "评估等级4A2016-01-012020-12-31" in words(html)


def test_what_is_not_public_is_not_in_the_page(client: Client, body: Organisation) -> None:
    html = page_of(client, body)
    for secret in (IDENTITY, IDENTITY[6:14], "13800001234"):
        assert secret not in html


def test_machines_find_the_same_facts(client: Client, body: Organisation) -> None:
    page = read(html := page_of(client, body))
    links = {link.get("rel"): link for link in page.all("link")}
    assert client.get(str(links["alternate"]["href"])).json()["name"] == "北京市青山公益基金会"
    assert str(links["canonical"]["href"]).endswith(f"/organisations/{body.uscc}/")
    data = json.loads(html.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert (data["@type"], data["identifier"]["value"]) == ("NGO", body.uscc)
    assert data["alternateName"] == ["北京市远山公益基金会"]
    assert "赵示范" not in json.dumps(data, ensure_ascii=False)


def test_the_qr_code_is_the_address_of_the_page(client: Client, body: Organisation) -> None:
    svg = client.get(f"/organisations/{body.uscc}/qr.svg").content
    picture = pymupdf.open(stream=svg, filetype="svg")[0].get_pixmap(dpi=300, colorspace=pymupdf.csGRAY, alpha=False)
    (found,) = zxingcpp.read_barcodes(memoryview(picture.samples).cast("B", (picture.height, picture.width)))
    assert found.text.endswith(f"/organisations/{body.uscc}/")


def test_a_certificate_in_force_is_offered(client: Client, body: Organisation) -> None:
    assert "certificate.pdf" not in page_of(client, body)
    certificates.issue(body.pk, actor="system:test")
    assert f"/organisations/{body.uscc}/certificate.pdf?download" in page_of(client, body)


def test_a_past_day_says_that_it_is_one_and_carries_no_data_of_today(client: Client, body: Organisation) -> None:
    html = page_of(client, body, on="2018-01-01")
    assert "以下是 2018-01-01 当日的登记情况" in html
    assert "<h1" in html
    assert "北京市远山公益基金会</h1>" in html
    assert "application/ld+json" not in html
    assert "京民罚〔2025〕7号" not in html
    assert 'content="noindex"' in html


def test_of_a_day_before_the_record_nothing_is_claimed(client: Client, body: Organisation) -> None:
    html = page_of(client, body, on="1990-01-01")
    assert "登记册没有 1990-01-01 的记载" in html
    assert "没有行政许可记录" not in html
    assert "没有备案的负责人" not in html


@pytest.mark.parametrize("day", ["2999-01-01", "1900-01-01", "yesterday", "2024-02-30", "' OR 1=1 --", "\0x"])
def test_a_day_that_is_none_gets_a_sentence_and_the_page_of_today(client: Client, body: Organisation, day: str) -> None:
    html = page_of(client, body, on=day)
    assert "govuk-error-message" in html
    assert "北京市青山公益基金会</h1>" in html


def test_an_ended_organisation_warns_first(client: Client) -> None:
    ended = factories.deregistered_organisation(effective_on=date(2024, 5, 1))
    text = words(page_of(client, ended))
    assert "注销（自2024-05-01起）" in text
    assert text.index("请勿参与或捐赠") < text.index("基本信息")


def test_unchanged_is_not_sent_again_until_something_shows(client: Client, body: Organisation) -> None:
    address = f"/organisations/{body.uscc}/"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    client.cookies["mode"] = "elder"
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200
    del client.cookies["mode"]
    certificates.issue(body.pk, actor="system:test")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_small_letters_lead_to_the_one_address(client: Client, body: Organisation) -> None:
    response = client.get(f"/organisations/{str(body.uscc).lower()}/", {"on": "2018-01-01"})
    assert (response.status_code, response["Location"]) == (301, f"/organisations/{body.uscc}/?on=2018-01-01")


@pytest.mark.parametrize("address", ["/organisations/51100000500000015X/", "/nowhere/", "/organisations/x/"])
def test_what_is_not_there_offers_the_search(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert faults(response.text) == []
    assert [field["name"] for field in read(response.text).all("input") if field.get("type") == "search"] == ["q"]
