"""The certificate as PDF and the pages around it: what is printed, what the QR code says, what answers programs get."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pymupdf
import pytest
import zxingcpp
from django.test import Client
from django.utils import timezone
from pycose.keys import OKPKey
from pycose.messages import Sign1Message

from shetong.casework.queries import seals
from shetong.casework.queries.seals import Verdict
from shetong.casework.services import seals as seal_services
from shetong.registry.models import Certificate, CertificateFile
from shetong.registry.rules.certificate_tokens import token_in
from shetong.registry.services import certificates, filings, signing_keys
from tests.registry import factories

pytestmark = pytest.mark.django_db
ACTOR = "system:test"


def issued(**values: Any) -> Certificate:
    return certificates.issue(factories.register_organisation(**values).pk, actor=ACTOR)


def pdf_of(certificate: Certificate) -> pymupdf.Document:
    return pymupdf.open(stream=certificates.render_pdf(certificate))


def text_of(certificate: Certificate) -> str:
    return "".join("".join(page.get_text() for page in pdf_of(certificate)).split())


def qr_of(certificate: Certificate, dpi: int = 150) -> str:
    picture = pdf_of(certificate)[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    view = memoryview(picture.samples).cast("B", (picture.height, picture.width))
    (found,) = zxingcpp.read_barcodes(view)
    return found.text


class TestThePdf:
    @pytest.mark.parametrize(
        ("kind", "title", "funds"),
        [
            ("SG", "社会团体法人登记证书", "活动资金"),
            ("PN", "民办非企业单位登记证书（法人）", "开办资金"),
            ("FD", "基金会法人登记证书", "原始基金数额"),
        ],
    )
    def test_title_and_items_fit_the_kind(self, kind: str, title: str, funds: str) -> None:
        certificate = issued(kind=kind)
        text = text_of(certificate)
        for expected in (title, funds, certificate.snapshot["name"], certificate.snapshot["uscc"], "业务主管单位"):
            assert expected in text
        assert certificate.serial in text
        assert "演示" not in text

    def test_demonstration_data_are_marked(self) -> None:
        certificate = issued(demo=True)
        assert "演示数据，非有效证书" in text_of(certificate)
        assert text_of(certificate).count("演示") > 3  # the watermark

    def test_metadata_and_language_for_readers(self) -> None:
        certificate = issued()
        document = pdf_of(certificate)
        assert document.metadata["title"].startswith("社会团体法人登记证书")
        catalogue = document.xref_object(document.pdf_catalog())
        assert "/Lang (zh" in catalogue
        assert "/StructTreeRoot" in catalogue
        assert "pdfuaid:part" in document.get_xml_metadata()

    def test_the_same_certificate_gives_the_same_octets(self) -> None:
        certificate = issued()
        assert certificates.render_pdf(certificate) == certificates.render_pdf(certificate)

    def test_text_is_never_markup(self) -> None:
        hostile = '#panic("x") *a* $x$ ] [ \\ <b> @ref `code` // = 1 #{1+1}""'
        certificate = issued(domicile=hostile, business_scope=hostile * 3)
        text = text_of(certificate)
        assert '#panic("x")*a*$x$][' in text
        assert "#{1+1}" in text

    def test_a_very_long_scope_goes_on_in_full_overleaf(self) -> None:
        scope = "".join(f"第{number}项：开展学术交流、业务培训与咨询服务；" for number in range(150))
        certificate = issued(business_scope=scope)
        assert len(pdf_of(certificate)) > 1
        text = text_of(certificate)
        assert "全文见附页" in text
        assert "第149项" in text

    def test_the_longest_of_everything_keeps_page_one_and_the_code(self) -> None:
        certificate = issued(
            domicile="北京市" + "某" * 290, supervising_body="某" * 190, legal_representative="某" * 90
        )
        page = pdf_of(certificate)[0]
        for block in page.get_text("blocks"):
            assert block[3] <= page.rect.height - 28  # nothing runs into the frame
        assert certificates.verify_text(qr_of(certificate, dpi=250)).verdict == "valid"


class TestTheSeal:
    def test_it_is_sealed_once_and_kept(self, client: Client) -> None:
        certificate = issued(demo=True)
        where = f"/organisations/{certificate.snapshot['uscc']}/certificate.pdf"
        pdf = client.get(where).content
        checked = seals.check(pdf)
        assert checked.verdict == Verdict.VALID
        assert checked.seal.authority_name == certificate.snapshot["authority"]
        again = client.get(where)
        assert again.content == pdf
        assert client.get(where, headers={"If-None-Match": again["ETag"]}).status_code == 304

    @pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs pdfsig (poppler-utils)")
    def test_a_program_of_others_finds_it_whole(self, tmp_path: Path) -> None:
        file = tmp_path / "certificate.pdf"
        file.write_bytes(certificates.sealed(issued(demo=True).pk))
        said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said

    def test_one_whose_seal_is_no_longer_believed_is_sealed_anew(self) -> None:
        certificate = issued(demo=True)
        before = certificates.sealed(certificate.pk)
        seal_services.compromise(
            fingerprint=certificate.document.seal.fingerprint, reason="私钥外泄", actor="system:tests"
        )
        after = certificates.sealed(certificate.pk)
        assert (seals.check(before).verdict, seals.check(after).verdict) == (Verdict.COMPROMISED, Verdict.VALID)

    def test_an_authority_without_a_seal_hands_out_the_bare_document(self, settings: Any) -> None:
        settings.SEALS_AUTOMATIC = False
        certificate = issued()
        assert certificates.sealed(certificate.pk) == certificates.render_pdf(certificate)
        assert not CertificateFile.objects.exists()


class TestTheCode:
    @pytest.mark.parametrize("dpi", [110, 200])
    def test_it_reads_from_the_page_and_verifies(self, dpi: int) -> None:
        certificate = issued()
        link = qr_of(certificate, dpi)
        assert link.startswith(f"HTTP://127.0.0.1:8000/V/{certificate.serial}#")
        assert certificates.verify_text(link).verdict == "valid"

    def test_another_implementation_verifies_it_with_the_published_keys(self, client: Client) -> None:
        """pycose, which shares no code with ours, knows only the QR code and what is published."""
        certificate = issued(name="北京市独立核验研究会")
        message = Sign1Message.from_cose_obj(cbor2.loads(token_in(qr_of(certificate))[1:]), True)
        keys = {key[2]: key for key in cbor2.loads(client.get("/.well-known/shetong-keys").content)}
        message.key = OKPKey.from_dict({1: 1, -1: 6, -2: keys[_key_id(message)][-2]})
        assert message.verify_signature()
        claims = cbor2.loads(message.payload)
        assert claims[2] == certificate.snapshot["uscc"]
        assert claims[-65537][1] == "北京市独立核验研究会"
        assert claims[7].decode() == certificate.serial


def _key_id(message: Sign1Message) -> bytes:
    return cbor2.loads(message.phdr_encoded)[4]


class TestDownload:
    def test_the_file_is_named_after_the_body(self, client: Client) -> None:
        certificate = issued(name="北京市文件名研究会")
        response = client.get(f"/organisations/{certificate.snapshot['uscc']}/certificate.pdf?download")
        assert response.status_code == 200
        assert response.content.startswith(b"%PDF-")
        assert response["Content-Type"] == "application/pdf"
        assert "attachment; filename*=utf-8''%E5%8C%97" in response["Content-Disposition"]

    def test_unchanged_is_not_sent_again(self, client: Client) -> None:
        certificate = issued()
        address = f"/organisations/{certificate.snapshot['uscc']}/certificate.pdf"
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        certificates.issue(certificate.organisation_id, actor=ACTOR)
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200

    def test_without_a_certificate_the_page_says_why(self, client: Client) -> None:
        body = factories.register_organisation()
        response = client.get(f"/organisations/{body.uscc}/certificate.pdf")
        assert response.status_code == 404
        assert "尚未为该组织签发" in response.content.decode()

    def test_an_ended_body_has_none(self, client: Client) -> None:
        certificate = issued()
        body, today = certificate.organisation, timezone.localdate()
        filings.open_liquidation(organisation_id=body.pk, basis="决议", effective_on=today, actor=None)
        filings.deregister(organisation_id=body.pk, basis="决定书", effective_on=today, actor=None)
        response = client.get(f"/organisations/{body.uscc}/certificate.pdf")
        assert response.status_code == 404
        assert "注销" in response.content.decode()

    def test_an_unknown_code(self, client: Client) -> None:
        assert client.get("/organisations/51100000500000015P/certificate.pdf").status_code == 404


class TestPublishedKeys:
    def test_both_forms_hold_the_same_keys(self, client: Client) -> None:
        signing_keys.rotate(actor=ACTOR)
        signing_keys.rotate(actor=ACTOR)
        binary = cbor2.loads(client.get("/.well-known/shetong-keys").content)
        written = client.get("/.well-known/shetong-keys.json").json()
        assert [key[2].hex() for key in binary] == [key["kid"] for key in written["keys"]]
        assert [set(key[-65537]) for key in binary] == [{1, 2}, {1}]
        assert ["exp" in key for key in written["keys"]] == [True, False]

    def test_a_compromised_key_is_no_longer_in_the_sets(self, client: Client) -> None:
        key = signing_keys.rotate(actor=ACTOR)
        before = client.get("/.well-known/shetong-keys.json")
        signing_keys.compromise(key_id=str(key), reason="失窃", actor=ACTOR)
        after = client.get("/.well-known/shetong-keys.json", headers={"If-None-Match": before["ETag"]})
        assert after.status_code == 200
        assert str(key) not in [entry["kid"] for entry in after.json()["keys"]]
        assert [entry["kid"] for entry in after.json()["revoked_keys"]] == [str(key)]
        binary = cbor2.loads(client.get("/.well-known/shetong-keys").content)
        assert bytes(key.key_id) not in [entry[2] for entry in binary]

    def test_everybody_may_read_and_keep_them_for_five_minutes(self, client: Client) -> None:
        signing_keys.rotate(actor=ACTOR)
        response = client.get("/.well-known/shetong-keys")
        assert response["Cache-Control"] == "public, max-age=300"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Content-Type"] == "application/cose-key-set"
        assert client.get("/.well-known/shetong-keys", headers={"If-None-Match": response["ETag"]}).status_code == 304

    def test_no_private_half_leaves_the_house(self, client: Client) -> None:
        signing_keys.rotate(actor=ACTOR)
        for key in client.get("/.well-known/shetong-keys.json").json()["keys"]:
            assert "d" not in key
        for binary in cbor2.loads(client.get("/.well-known/shetong-keys").content):
            assert -4 not in binary


class TestStatusForPrograms:
    def test_in_force(self, client: Client) -> None:
        certificate = issued()
        answer = client.get(f"/api/v1/certificates/{certificate.serial}").json()
        assert (answer["state"], answer["differences"]) == ("valid", [])
        assert answer["token_sha256"] == hashlib.sha256(bytes(certificate.token)).hexdigest()
        assert answer["certified"]["name"] == certificate.snapshot["name"]

    def test_replaced_says_what_changed(self, client: Client) -> None:
        certificate = issued()
        factories.rename(certificate.organisation, "北京市新名称研究会", effective_on=timezone.localdate())
        answer = client.get(f"/api/v1/certificates/{certificate.serial}").json()
        assert answer["state"] == "replaced"
        assert answer["differences"][0]["registered"] == "北京市新名称研究会"

    @pytest.mark.parametrize(("serial", "status"), [("2026", 422), ("2026" + "0" * 11, 422), ("x" * 300, 422)])
    def test_other_numbers(self, client: Client, serial: str, status: int) -> None:
        response = client.get(f"/api/v1/certificates/{serial}")
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
        assert "请核对" in json.loads(response.content)["detail"]

    def test_a_sound_number_that_was_never_issued(self, client: Client) -> None:
        from shetong.registry.rules.certificate_serials import new_serial

        assert client.get(f"/api/v1/certificates/{new_serial(2026)}").status_code == 404


class TestWithoutScripts:
    def _post(self, client: Client, link: str) -> str:
        response = client.post("/v/", {"link": link})
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        return response.content.decode()

    def test_the_server_verifies_what_is_posted(self, client: Client) -> None:
        certificate = issued()
        page = self._post(client, qr_of(certificate))
        assert 'data-verdict="valid"' in page
        assert certificate.snapshot["name"] in page

    def test_forged_expired_revoked_and_changed_say_so(self, client: Client) -> None:
        certificate = issued(name="北京市改字研究会")
        link = qr_of(certificate)
        number = int(link.partition("#")[2])
        assert "签名无效（伪造或被改动）" in self._post(client, f"x#{number ^ 1}")
        certificates.revoke(certificate.serial, reason="证书遗失", actor=ACTOR)
        page = self._post(client, link)
        assert "已废止" in page
        assert "证书遗失" in page

    def test_a_number_alone_shows_the_record(self, client: Client) -> None:
        certificate = issued()
        page = self._post(client, f"{certificate.serial[:4]} {certificate.serial[4:]}")
        assert "登记管理机关的记录" in page
        assert "还没有核验二维码中的签名" in page

    @pytest.mark.parametrize("prefix", ["/V/", "/v/"])
    def test_a_scanner_that_drops_the_fragment_still_gets_the_record(self, client: Client, prefix: str) -> None:
        certificate = issued()
        assert certificate.snapshot["name"] in client.get(f"{prefix}{certificate.serial}").content.decode()

    @pytest.mark.parametrize("text", ["", " ", "abc", "<script>alert(1)</script>", "9" * 9000])
    def test_garbage_gets_a_sentence(self, client: Client, text: str) -> None:
        page = self._post(client, text)
        assert "格式不对" in page or "请粘贴" in page
        assert "<script>alert" not in page

    def test_nothing_of_a_check_is_kept_in_caches(self, client: Client) -> None:
        assert "no-store" in client.get("/v/")["Cache-Control"]


def test_expired_is_told_on_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = issued(certificate_valid_from=date(2020, 1, 1), certificate_valid_to=timezone.localdate())
    link = qr_of(certificate)
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("shetong.registry.queries.certificates.timezone.now", lambda: later)
    assert "已过有效期" in client.post("/v/", {"link": link}).content.decode()
