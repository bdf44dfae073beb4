"""What is kept of a case: the four checks, archives in the office, proofs of receipt, files and their versions."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from shetong.accounts.models import AuditEvent
from shetong.casework import jobs
from shetong.casework.models import Archive, Case, CaseMaterial, Notice, Retention
from shetong.casework.queries import archives as queries
from shetong.casework.queries import seals
from shetong.casework.queries.seals import Verdict
from shetong.casework.rules import archive_checks, bags
from shetong.casework.services import drafts, intake, materials, receipts, storage, submission
from shetong.cli import main
from shetong.web.observability.metrics import ArchiveCollector
from tests.casework import factories
from tests.casework.test_archives import archived
from tests.casework.test_pages import signed_in
from tests.pages import faults

WHY = {"purpose": "supervision", "reason": "核查2026年第1号"}


def payload_of(archive: Archive) -> dict[str, bytes]:
    return bags.verify(storage.read(archive.file_id))


@pytest.mark.django_db
class TestFourChecks:
    def test_a_package_passes_and_says_so_itself(self) -> None:
        payload = payload_of(archived())
        report = archive_checks.check(payload)
        assert report.faults == ()
        assert tuple(report.items) == archive_checks.PROPERTIES
        assert json.loads(payload["checks.json"]) == report.as_dict()
        metadata = json.loads(payload["metadata.json"])
        assert metadata["保管期限"] == "永久"
        assert metadata["页数"] >= len(metadata["materials"])
        assert b"BEGIN CERTIFICATE" in payload["signatures/seals.pem"]

    @pytest.mark.parametrize(
        ("path", "content", "fault"),
        [
            ("metadata.json", b"{}", "真实性"),
            ("metadata.json", b"rubbish", "可用性"),
            ("events.json", b"[]", "完整性"),
            ("opinions.json", None, "完整性"),
            ("signatures/seals.pem", None, "真实性"),
            ("run.exe", b"MZ", "安全性"),
            ("materials/999-x.pdf", b"%PDF-1.4 broken", "可用性"),
        ],
    )
    def test_each_fault_is_found(self, path: str, content: bytes | None, fault: str) -> None:
        payload = payload_of(archived())
        if content is None:
            del payload[path]
        else:
            payload[path] = content
        report = archive_checks.check(payload)
        assert not report.passed
        assert any(line.startswith(fault) for line in report.faults)

    def test_a_document_that_was_altered_is_found_though_the_manifest_was_mended(self) -> None:
        payload = payload_of(archived())
        path = next(path for path in payload if path.startswith("documents/"))
        payload[path] = payload[path].replace(b"/Title", b"/Tutle", 1)
        faults_found = archive_checks.check(payload).faults
        assert any("电子印章" in line for line in faults_found)
        assert any("摘要" in line for line in faults_found)

    def test_anybody_verifies_a_package_without_a_database(self, tmp_path: Path) -> None:
        archive = archived()
        file = tmp_path / "a.zip"
        file.write_bytes(storage.read(archive.file_id))
        done = CliRunner().invoke(main, ["archive", "verify", str(file), "--json"])
        assert (done.exit_code, json.loads(done.output)["sound"]) == (0, True)
        file.write_bytes(file.read_bytes().replace(b"Internal-Sender", b"Internal-Sander", 1))
        assert CliRunner().invoke(main, ["archive", "verify", str(file)]).exit_code == 5


@given(st.dictionaries(st.sampled_from([*archive_checks.RECORDS, "documents/a.pdf"]), st.binary(max_size=40)))
def test_whatever_lies_in_a_package_is_reported_not_crashed_on(payload: dict[str, bytes]) -> None:
    assert not archive_checks.check(payload).passed


@pytest.mark.django_db
class TestOffice:
    def test_archives_are_found_by_number_name_code_matter_and_year(self) -> None:
        archive = archived()
        clerk = signed_in(factories.registrar())
        year = str(archive.archived_at.year)
        for given_ in (
            {"q": archive.number}, {"q": archive.case.number}, {"q": archive.case.subject_code},
            {"q": archive.case.subject_name[3:9]}, {"matter": archive.case.matter}, {"year": year},
        ):  # fmt: skip
            page = clerk.get(reverse("casework:archives"), given_).content.decode()
            assert archive.number in page
            assert faults(page) == []
        for given_ in ({"q": "没有"}, {"matter": "SO-CAN"}, {"year": "1999"}, {"tab": "faults"}, {"tab": "ending"}):
            assert archive.number not in clerk.get(reverse("casework:archives"), given_).content.decode()

    def test_only_within_the_jurisdiction(self) -> None:
        archive = archived()
        far = signed_in(factories.registrar("440100"))
        assert archive.number not in far.get(reverse("casework:archives")).content.decode()
        assert far.get(reverse("casework:archive", args=[archive.pk])).status_code == 404
        assert far.post(reverse("casework:archive-download", args=[archive.pk]), WHY).status_code == 404

    def test_one_is_opened_checked_and_taken_away_with_a_trace(self, settings: Any) -> None:
        archive = archived()
        clerk = signed_in(factories.registrar())
        page = clerk.get(reverse("casework:archive", args=[archive.pk])).content.decode()
        assert faults(page) == []
        assert "真实性" in page
        assert "不通过" not in page
        assert clerk.post(reverse("casework:archive-check", args=[archive.pk])).status_code == 302
        archive.refresh_from_db()
        assert archive.sound
        download = reverse("casework:archive-download", args=[archive.pk])
        unreasoned = clerk.post(download, {"purpose": "supervision", "reason": ""})
        assert (unreasoned.status_code, faults(unreasoned.content.decode())) == (422, [])
        assert bags.verify(clerk.post(download, WHY).content)
        assert AuditEvent.objects.filter(action="archive.download").count() == 1
        # The whole form lies in it: it counts among the readings of personal data, and ends with their limit.
        assert AuditEvent.objects.get(action="personal-data.read").purpose == "supervision"
        settings.PERSONAL_DATA_DAILY_LIMIT = 1
        assert clerk.post(download, WHY).status_code == 422

    def test_what_the_night_finds_stands_on_the_list_with_its_cause_and_in_the_metrics(self) -> None:
        archive = archived()
        storage.place(archive.file_id).unlink()
        assert jobs.check_archives(0) == 1
        clerk = signed_in(factories.registrar())
        page = clerk.get(reverse("casework:archives"), {"tab": "faults"}).content.decode()
        assert "档案包不在存储中" in page
        assert clerk.get(reverse("casework:archive", args=[archive.pk])).status_code == 200
        assert clerk.post(reverse("casework:archive-download", args=[archive.pk]), WHY).status_code == 302
        assert not AuditEvent.objects.filter(action="personal-data.read").exists()
        assert [sample.value for metric in ArchiveCollector().collect() for sample in metric.samples] == [1]

    def test_those_whose_time_ends_are_listed(self) -> None:
        archive = archived()
        assert queries.ends_on(archive) is None
        Archive.objects.update(retention=Retention.TEN_YEARS)
        archive.refresh_from_db()
        assert queries.ends_on(archive).year == archive.archived_at.year + 11
        assert not queries.ending(Archive.objects.all()).exists()
        Archive.objects.update(archived_at=archive.archived_at.replace(year=archive.archived_at.year - 10, day=1))
        assert queries.ending(Archive.objects.all()).exists()


@pytest.mark.django_db
class TestReceipts:
    def test_the_record_says_who_opened_it_when_and_is_sealed(self) -> None:
        case = factories.submitted()
        notice = Notice.objects.get(case=case)
        hall, clerk = signed_in(case.applicant), signed_in(factories.registrar())
        where = reverse("casework:receipt-pdf", args=[notice.pk])
        assert hall.get(where).status_code == 404
        jobs.deliver_notice(notice_id=notice.pk)
        page = clerk.get(reverse("casework:desk-case", args=[case.pk])).content.decode()
        assert "尚未打开" in page
        hall.get(reverse("casework:notice-pdf", args=[notice.pk]))
        page = clerk.get(reverse("casework:desk-case", args=[case.pk])).content.decode()
        assert "由陈示范打开签收" in page
        pdf = clerk.get(reverse("casework:desk-receipt-pdf", args=[notice.pk])).content
        assert seals.check(pdf).verdict == Verdict.VALID
        assert "陈示范" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert hall.get(where).status_code == 200
        assert signed_in(factories.applicant()).get(where).status_code == 404
        assert receipts.render(notice.pk) != pdf


@pytest.mark.django_db
class TestViewing:
    def test_a_replaced_file_shows_old_and_new_with_who_and_when(self) -> None:
        case = factories.submitted()
        intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=["请换章程"])
        old = CaseMaterial.objects.filter(case=case).first()
        materials.remove(material_id=old.pk, actor=case.applicant)

        def add(text: str) -> CaseMaterial:
            return materials.upload(
                case_id=case.pk, actor=case.applicant, material=old.code, name="新.pdf", content=factories.pdf(text)
            )

        never = add("从未提交")
        materials.remove(material_id=never.pk, actor=case.applicant)
        new = add("补正后")
        case = submission.submit(case_id=case.pk, actor=case.applicant)
        clerk = signed_in(factories.registrar())
        page = clerk.get(reverse("casework:desk-file-view", args=[new.pk])).content.decode()
        assert faults(page) == []
        assert "旧版" in page
        assert "陈示范撤下" in page
        assert clerk.get(reverse("casework:desk-file-view", args=[old.pk])).status_code == 200
        assert clerk.get(reverse("casework:desk-file-view", args=[never.pk])).status_code == 404
        hall = signed_in(case.applicant).get(reverse("casework:file-view", args=[new.pk]))
        assert faults(hall.content.decode()) == []
        assert signed_in(factories.applicant()).get(reverse("casework:file-view", args=[new.pk])).status_code == 404
        # Whatever an officer has before him leaves a trace: the page, the file in it, the documents.
        clerk.get(reverse("casework:desk-file", args=[new.pk]))
        seen = Notice.objects.filter(case=case).first()
        clerk.get(reverse("casework:desk-notice-pdf", args=[seen.pk]))
        traces = AuditEvent.objects.filter(action="case.file", jurisdiction=case.authority_division)
        assert list(traces.order_by("pk").values_list("target", flat=True)) == [
            f"material:{new.pk}", f"material:{old.pk}", f"material:{never.pk}", f"material:{new.pk}",
            f"notice:{seen.pk}",
        ]  # fmt: skip

    def test_a_picture_is_made_anew_and_loses_what_is_hidden_in_it(self) -> None:
        case = factories.draft()
        picture = Image.new("RGB", (3000, 20), "red")
        exif = picture.getexif()
        exif[0x010F] = "SECRET-MAKER"
        target = io.BytesIO()
        picture.save(target, "JPEG", exif=exif)
        code = next(iter(CaseMaterial.objects.filter(case=case))).code
        kept = materials.upload(
            case_id=case.pk, actor=case.applicant, material=code, name="a.jpg", content=target.getvalue()
        )
        answer = signed_in(case.applicant).get(reverse("casework:file-picture", args=[kept.pk]))
        assert b"SECRET-MAKER" in target.getvalue()
        assert b"SECRET-MAKER" not in answer.content
        assert Image.open(io.BytesIO(answer.content)).size == (2400, 16)
        pdf = CaseMaterial.objects.filter(case=case, file__media_type="application/pdf").first()
        assert signed_in(case.applicant).get(reverse("casework:file-picture", args=[pdf.pk])).status_code == 404


@pytest.mark.django_db
class TestPapersOfWhatWasGivenUp:
    @pytest.fixture
    def forget(self, django_capture_on_commit_callbacks: Any) -> Callable[[Case], int]:
        def one(case: Case) -> int:
            with django_capture_on_commit_callbacks(execute=True):
                return jobs.forget_papers(case_id=case.pk)

        return one

    def test_they_go_with_the_draft_but_what_another_application_has_stays(self, forget: Callable[[Case], int]) -> None:
        given_up, other = factories.draft(), factories.draft()
        shared, own = factories.pdf("两份申请都有"), factories.pdf("只有这一份有")
        for case, content in ((given_up, shared), (given_up, own), (other, shared)):
            materials.upload(
                case_id=case.pk, actor=case.applicant, material="charter", name="章程.pdf", content=content
            )
        drafts.discard(case_id=given_up.pk, actor=given_up.applicant)
        assert ProcrastinateJob.objects.filter(task_name=drafts.FORGET_TASK, args={"case_id": given_up.pk}).exists()
        gone = storage.place(hashlib.sha256(own).hexdigest())
        assert gone.exists()
        assert forget(given_up) == 1
        assert not gone.exists()
        assert not CaseMaterial.objects.filter(case=given_up).exists()
        kept = hashlib.sha256(shared).hexdigest()
        assert CaseMaterial.objects.filter(case=other, file_id=kept).exists()
        assert storage.read(kept) == shared
        assert forget(given_up) == 0

    def test_an_application_that_is_not_given_up_keeps_its_papers(self, forget: Callable[[Case], int]) -> None:
        case = factories.submitted()
        assert forget(case) == 0
        assert CaseMaterial.objects.filter(case=case).exists()

    def test_the_same_content_can_be_handed_in_again_afterwards(self, forget: Callable[[Case], int]) -> None:
        case = factories.draft()
        content = factories.pdf("再次上传")
        for _ in range(2):
            materials.upload(
                case_id=case.pk, actor=case.applicant, material="charter", name="章程.pdf", content=content
            )
            drafts.discard(case_id=case.pk, actor=case.applicant)
            forget(case)
            case = factories.draft(case.applicant)
        assert not storage.place(hashlib.sha256(content).hexdigest()).exists()
