"""Seals: set under documents, judged by this site and by programs of others, renewed, imported, declared void."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from shetong.accounts.models import AuditEvent, Message
from shetong.casework import jobs
from shetong.casework.models import Notice, Seal, SealIssuer
from shetong.casework.queries import seals as queries
from shetong.casework.queries.seals import Verdict
from shetong.casework.rules import seal_certificates, sealed_pdfs
from shetong.casework.rules.sealed_pdfs import State
from shetong.casework.services import documents, notices, reminders, seals
from shetong.core import pii
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.pages import faults
from tests.registry.factories import official

NAME, DIVISION = "北京市朝阳区民政局", "110105"


def issued() -> Notice:
    """Return the receipt of an application that was handed in, delivered."""
    notice = Notice.objects.get(case=factories.submitted())
    jobs.deliver_notice(notice_id=notice.pk)
    notice.refresh_from_db()
    return notice


def sealed() -> bytes:
    return documents.sealed(issued().pk)


def pair() -> seal_certificates.Pair:
    now = timezone.now()
    return seal_certificates.issue(NAME, DIVISION, seal_certificates.make_issuer("某签发机构", at=now), at=now)


def file_of(made: seal_certificates.Pair, password: str = "geheim") -> bytes:
    key = serialization.load_der_private_key(made.private_key, None)
    above = x509.load_pem_x509_certificates(made.chain.encode())
    kind = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"seal", key, made.parsed, above, kind)


@pytest.mark.django_db
class TestSealedDocuments:
    def test_a_delivered_notice_bears_the_authoritys_seal_and_stays_the_same(self) -> None:
        notice = issued()
        pdf = documents.sealed(notice.pk)
        assert documents.sealed(notice.pk) == pdf
        checked = queries.check(pdf)
        assert (checked.verdict, checked.notice) == (Verdict.VALID, notice)
        assert checked.seal.authority_name == notice.content["authority"]
        assert checked.seal.demo

    def test_pyhanko_finds_it_trusted_and_covering_the_whole_file(self) -> None:
        pdf = sealed()
        roots = load_certs_from_pemder_data(SealIssuer.objects.get().certificate.encode())
        embedded = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
        status = sealed_pdfs.without_loop(
            lambda: validate_pdf_signature(embedded, ValidationContext(trust_roots=list(roots)))
        )
        assert status.bottom_line
        assert status.coverage.name == "ENTIRE_FILE"

    @pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs pdfsig (poppler-utils)")
    def test_a_program_of_others_says_the_same(self, tmp_path: Path) -> None:
        pdf, file = sealed(), tmp_path / "notice.pdf"
        at = pdf.index(b"/Title")
        for content, answer in ((pdf, "Signature is Valid"), (pdf[:at] + b"/Tutle" + pdf[at + 6 :], "Digest Mismatch")):
            file.write_bytes(content)
            said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
            assert answer in said
            assert "Total document signed" in said or "Not total" in said

    def test_one_changed_octet_anywhere_is_seen(self) -> None:
        pdf = sealed()
        start = pdf.rindex(b"/Contents <")
        for at in (*range(200, start, 997), *range(pdf.index(b"/ByteRange", start), len(pdf), 97)):
            changed = bytearray(pdf)
            changed[at] ^= 1
            assert queries.check(bytes(changed)).verdict in (Verdict.ALTERED, Verdict.UNSEALED, Verdict.UNKNOWN_SEAL)

    def test_what_is_added_behind_is_seen(self) -> None:
        assert queries.check(sealed() + b"\n% more").verdict == Verdict.EXTENDED

    def test_a_time_stamp_proves_when_it_was_sealed(self, time_stamping: tuple[str, Path], settings: Any) -> None:
        settings.SEALS_TSA_URL, settings.SEALS_TSA_ROOTS = time_stamping[0], str(time_stamping[1])
        pdf = sealed()
        checked = queries.check(pdf)
        assert checked.verdict == Verdict.VALID
        assert abs(checked.stamped_at - timezone.now()) < timedelta(minutes=2)
        settings.SEALS_TSA_ROOTS = ""
        assert queries.check(pdf).stamped_at is None

    def test_a_silent_time_stamping_authority_holds_nothing_up(self, settings: Any) -> None:
        settings.SEALS_TSA_URL = "http://127.0.0.1:1/"
        assert queries.check(sealed()).verdict == Verdict.VALID

    def test_without_a_seal_nothing_is_pretended(self) -> None:
        notice = issued()
        assert queries.check(documents.render(notice)).verdict == Verdict.UNSEALED

    def test_a_seal_of_somebody_else_is_not_believed(self) -> None:
        pdf = sealed_pdfs.seal(documents.render(issued()), pair(), authority=NAME, reason="冒充")
        checked = queries.check(pdf)
        assert checked.verdict == Verdict.UNKNOWN_SEAL
        assert checked.seal is None

    def test_real_documents_of_an_authority_without_a_seal_stay_without_one(self, settings: Any) -> None:
        settings.SEALS_AUTOMATIC = False
        assert queries.check(sealed()).verdict == Verdict.UNSEALED
        assert not Seal.objects.exists()

    def test_where_the_seal_ran_out_documents_wait_for_the_next(self) -> None:
        given = {"authority_name": NAME, "division_code": DIVISION, "actor": "system:test"}
        seals.create(**given)
        Seal.objects.update(valid_to=timezone.now() - timedelta(minutes=1))
        notice = Notice.objects.get(case=factories.submitted())
        hall = signed_in(notice.case.applicant)
        with pytest.raises(seals.SealRunOutError):
            jobs.deliver_notice(notice_id=notice.pk)
        # Nor does opening it make one without a seal, or a receipt of what nobody saw.
        assert hall.get(reverse("casework:notice-pdf", args=[notice.pk])).status_code == 503
        notice.refresh_from_db()
        assert (notice.pdf_digest, notice.received_at) == ("", None)
        operator = official("operator", "100000")
        today = timezone.localdate()
        assert (reminders.seals(today=today), reminders.seals(today=today)) == (1, 0)
        assert NAME in Message.objects.get(recipient=operator.pk).title
        seals.create(**given)
        jobs.deliver_notice(notice_id=notice.pk)
        assert queries.check(documents.sealed(notice.pk)).verdict == Verdict.VALID

    def test_the_first_opening_seals_and_delivers_where_the_job_has_not_run(self) -> None:
        notice = Notice.objects.get(case=factories.submitted())
        notices.receive(notice_id=notice.pk, actor=notice.case.applicant)
        assert queries.check(documents.sealed(notice.pk)).verdict == Verdict.VALID
        assert AuditEvent.objects.filter(action="notice.receive").count() == 1


@pytest.mark.django_db
class TestComingAndGoing:
    def test_a_registered_seal_takes_the_place_of_the_demonstration_one(self) -> None:
        real = seals.create(authority_name=NAME, division_code=DIVISION, actor="system:test")
        with transaction.atomic():
            assert seals.hold(NAME, DIVISION, demo=False).seal == real
            assert seals.hold(NAME, DIVISION, demo=True).seal.demo

    def test_renewal_ends_the_old_key_but_not_what_it_sealed(self) -> None:
        first = seals.create(authority_name=NAME, division_code=DIVISION, actor="system:test")
        with transaction.atomic():
            held = seals.hold(NAME, DIVISION, demo=False)
        pdf = documents.under_seal(factories.pdf(), held, reason="换章前")
        second = seals.create(authority_name=NAME, division_code=DIVISION, actor="system:test")
        first.refresh_from_db()
        assert (first.use, bytes(first.private_key_sealed)) == ("retired", b"")
        assert second.use == "active"
        assert queries.check(pdf).verdict == Verdict.VALID
        assert AuditEvent.objects.filter(action="seal.create").count() == 2

    def test_an_imported_seal_seals(self) -> None:
        made = pair()
        seal = seals.import_pkcs12(
            authority_name=NAME, division_code=DIVISION, content=file_of(made), password="geheim", actor="system:test"
        )
        assert seal.imported
        with transaction.atomic():
            held = seals.hold(NAME, DIVISION, demo=False)
        checked = queries.check(documents.under_seal(factories.pdf(), held, reason="外来印章"))
        assert (checked.verdict, checked.seal) == (Verdict.VALID, seal)
        with pytest.raises(WrongStateError):
            seals.import_pkcs12(
                authority_name=NAME, division_code=DIVISION, content=file_of(made), password="geheim", actor="system:t"
            )

    @pytest.mark.parametrize(
        ("content", "password", "code"),
        [
            (b"rubbish", "geheim", "seal-unreadable"),
            (None, "wrong", "seal-unreadable"),
            ("old", "geheim", "seal-expired"),
        ],
    )
    def test_what_cannot_seal_is_refused_with_the_reason(self, content: Any, password: str, code: str) -> None:
        if content == "old":
            past = timezone.now() - timedelta(days=30 * 365)
            issuer = seal_certificates.make_issuer("旧机构", at=past)
            content = file_of(seal_certificates.issue(NAME, DIVISION, issuer, at=past))
        with pytest.raises(InvalidInputError) as refused:
            seals.import_pkcs12(
                authority_name=NAME, division_code=DIVISION, content=content or file_of(pair()), password=password,
                actor="system:test",
            )  # fmt: skip
        assert refused.value.code == code

    def test_a_void_seal_is_believed_only_for_what_the_records_know(self) -> None:
        notice = issued()
        pdf = documents.sealed(notice.pk)
        seal = Seal.objects.get()
        with transaction.atomic():
            held = seals.hold(seal.authority_name, seal.division_code, demo=True)
        forged = documents.under_seal(factories.pdf(), held, reason="盗用")
        seals.compromise(fingerprint=seal.fingerprint[:12], reason="私钥泄露", actor="system:test")
        assert queries.check(pdf).verdict == Verdict.VALID
        assert queries.check(forged).verdict == Verdict.COMPROMISED
        with pytest.raises(WrongStateError):
            seals.compromise(fingerprint=seal.fingerprint[:12], reason="再次", actor="system:test")
        with pytest.raises(NotFoundError):
            seals.compromise(fingerprint="ab", reason="太短", actor="system:test")

    def test_only_who_looks_after_keys_may(self) -> None:
        with pytest.raises(ForbiddenError):
            seals.create(authority_name=NAME, division_code=DIVISION, actor=factories.chief())

    def test_the_private_key_lies_sealed_and_the_row_is_kept(self) -> None:
        seal = seals.create(authority_name=NAME, division_code=DIVISION, actor="system:test")
        assert b"PRIVATE" not in bytes(seal.private_key_sealed)
        with pytest.raises(pii.SealError):
            pii.ring().open_content(bytes(seal.private_key_sealed), context=seals.ISSUER_CONTEXT)
        for change in (lambda: seal.delete(), lambda: Seal.objects.update(authority_name="别的机关")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


class TestOctets:
    @given(st.binary(max_size=300))
    def test_rubbish_is_told_not_crashed_on(self, rubbish: bytes) -> None:
        pdf = b"%PDF-1.7\n/ByteRange [0 10 40 60] " + rubbish
        assert sealed_pdfs.inspect(pdf).state in (State.ALTERED, State.UNSEALED)

    @hypothesis_settings(max_examples=30, deadline=None)
    @given(st.data())
    def test_no_change_of_the_signature_makes_it_somebody_elses(self, data: st.DataObject) -> None:
        pdf = _SIGNED
        start = pdf.index(b"/Contents <") + 11
        at = data.draw(st.integers(start, start + 1000))
        changed = bytearray(pdf)
        changed[at] = data.draw(st.sampled_from(b"0123456789abcdefzZ>< "))
        finding = sealed_pdfs.inspect(bytes(changed))
        # The signature is not part of what is signed, and has room behind it; what holds is made with the same key.
        if finding.state == State.INTACT:
            assert finding.certificate.public_key() == _PAIR.parsed.public_key()


_PAIR = pair()
_SIGNED = sealed_pdfs.seal(factories.pdf(), _PAIR, authority=NAME, reason="测试")


@pytest.mark.django_db
class TestPage:
    def test_anybody_checks_a_file(self, client: Client) -> None:
        where = reverse("casework:verify-document")
        assert faults(client.get(where).content.decode()) == []
        pdf = sealed()
        answer = client.post(where, {"file": SimpleUploadedFile("a.pdf", pdf)})
        page = answer.content.decode()
        assert faults(page) == []
        assert 'data-verdict="valid"' in page
        assert "朝阳区民政局" in page
        assert "演示印章" in page
        altered = pdf.replace(b"/Title", b"/Tutle", 1)
        assert (
            'data-verdict="altered"' in client.post(where, {"file": SimpleUploadedFile("a", altered)}).content.decode()
        )

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a pdf"])
    def test_what_is_no_pdf_is_said(self, client: Client, content: bytes) -> None:
        answer = client.post(reverse("casework:verify-document"), {"file": SimpleUploadedFile("a.pdf", content)})
        assert answer.status_code == 422
        assert client.post(reverse("casework:verify-document")).status_code == 422

    def test_the_certificates_are_published_without_any_key(self, client: Client) -> None:
        sealed()
        text = client.get(reverse("casework:seal-certificates")).content.decode()
        assert len(x509.load_pem_x509_certificates(text.encode())) == 2
        assert "PRIVATE" not in text


def test_a_process_that_has_read_a_seal_can_still_set_one() -> None:
    script = (
        "import shetong.casework.rules.sealed_pdfs; from asn1crypto import cms;"
        "cms.CMSAttributeType('content_type').dump(); import pyhanko.sign.signers;"
        "cms.CMSAttributeType('signing_certificate_v2').dump()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
