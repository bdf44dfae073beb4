"""Photos and papers of a check: brought by its officers, shown with the case, kept in its archive."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from shetong.accounts.models import User
from shetong.casework import jobs
from shetong.casework.models import CheckFile, Notice, SiteCheck, Upload
from shetong.casework.rules import archive_checks, bags
from shetong.casework.services import archives, checks, closing, review, storage
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.casework.test_uploads import ask, encoded
from tests.pages import faults

pytestmark = pytest.mark.django_db


def ordered() -> tuple[SiteCheck, User]:
    """Return a check to be made, and one of its two officers."""
    clerk, other = factories.registrar(), factories.registrar()
    case = factories.accepted(clerk)
    check = checks.order(
        case_id=case.pk, actor=clerk, kind="on-site", purpose="核实住所。", planned_on=timezone.localdate(),
        officers=[clerk, other],
    )  # fmt: skip
    return check, clerk


def photo(colour: str = "green") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(target, "JPEG")
    return target.getvalue()


def record(check: SiteCheck, actor: User) -> None:
    today = timezone.localdate()
    checks.note_down(check_id=check.pk, actor=actor, done_on=today, conclusion="agrees", record="属实。")


def test_a_photo_comes_through_a_resumable_upload_and_is_seen_with_the_case() -> None:
    check, officer = ordered()
    desk, content = signed_in(officer), photo()
    where = reverse("casework:check-uploads", args=[check.pk])
    said = {"Upload_Length": str(len(content)), "Upload_Metadata": f"filename {encoded('门口.jpg')}"}
    begun = ask(desk, "POST", where, **said)
    assert begun.status_code == 201
    half = len(content) // 2
    ask(desk, "PATCH", begun["Location"], content[:half], Upload_Offset="0")
    assert ask(desk, "PATCH", begun["Location"], content[half:], Upload_Offset=str(half)).status_code == 204
    made = CheckFile.objects.get()
    assert (made.name, Upload.objects.get().check_file, storage.read(made.file_id)) == ("门口.jpg", made, content)
    page = desk.get(reverse("casework:desk-case", args=[check.case_id])).content.decode()
    assert "门口.jpg" in page
    assert faults(page) == []
    assert desk.get(reverse("casework:check-file", args=[made.pk])).content == content
    assert desk.get(reverse("casework:check-file-picture", args=[made.pk])).status_code == 200
    stranger = signed_in(factories.registrar("440100"))
    assert stranger.get(reverse("casework:check-file", args=[made.pk])).status_code == 404
    assert ask(stranger, "POST", where, **said).status_code == 403
    applicant = signed_in(check.case.applicant)
    assert "门口.jpg" not in applicant.get(reverse("casework:case", args=[check.case_id])).content.decode()


def test_without_a_script_files_are_added_and_taken_back() -> None:
    check, officer = ordered()
    desk, where = signed_in(officer), reverse("casework:check-files", args=[check.case_id, check.pk])
    desk.post(where, {"file": SimpleUploadedFile("a.pdf", factories.pdf())})
    desk.post(where, {"file": SimpleUploadedFile("b.jpg", b"MZ no picture")})
    (made,) = CheckFile.objects.all()
    assert made.name == "a.pdf"
    assert desk.get(reverse("casework:check-file-picture", args=[made.pk])).status_code == 404
    desk.post(where, {"remove": str(made.pk)})
    made.refresh_from_db()
    assert made.removed_by == officer
    assert desk.post(where, {}).status_code == 302
    assert desk.post(where, {"remove": str(made.pk + 1)}).status_code == 404


def test_only_its_officers_before_the_record_and_the_same_file_once() -> None:
    check, officer = ordered()
    brought = {"check_id": check.pk, "name": "门口.jpg", "content": photo()}
    with pytest.raises(ForbiddenError):
        checks.attach(actor=factories.registrar(), **brought)
    with pytest.raises(InvalidInputError):
        checks.attach(check_id=check.pk, actor=officer, name="x.jpg", content=b"MZ" * 100)
    made = checks.attach(actor=officer, **brought)
    assert checks.attach(actor=officer, **brought) == made
    record(check, officer)
    with pytest.raises(ConflictError):
        checks.attach(check_id=check.pk, actor=officer, name="x.jpg", content=photo("red"))
    with pytest.raises(ConflictError):
        checks.detach(file_id=made.pk, actor=officer)
    with pytest.raises(NotFoundError):
        checks.detach(file_id=made.pk + 1, actor=officer)
    assert check.case.events.get(act="record-check").detail["files"] == 1


def test_it_is_recorded_by_its_officers_at_whatever_step_the_case_is_meanwhile() -> None:
    check, officer = ordered()
    for _ in range(2):
        review.forward(case_id=check.case_id, actor=officer, opinion="同意。")
    chief = factories.chief()
    with pytest.raises(ForbiddenError):
        record(check, chief)
    record(check, officer)
    check.case.refresh_from_db()
    assert (check.case.step, check.case.waits_for) == ("decision", "")
    # One that is ordered there is too; whom no check names does not record.
    later = checks.order(
        case_id=check.case_id, actor=chief, kind="expert", purpose="论证。", planned_on=timezone.localdate(),
        officers=[officer, factories.registrar()],
    )  # fmt: skip
    record(later, officer)


def test_the_archive_holds_record_and_photos() -> None:
    check, officer = ordered()
    content = photo()
    checks.attach(check_id=check.pk, actor=officer, name="门口.jpg", content=content)
    record(check, officer)
    closing.withdraw(case_id=check.case_id, actor=check.case.applicant)
    for notice in Notice.objects.filter(case=check.case_id):
        jobs.deliver_notice(notice_id=notice.pk)
    archive = archives.archive(case_id=check.case_id)
    assert archive is not None
    payload = bags.verify(storage.read(archive.file_id))
    (told,) = json.loads(payload[archive_checks.CHECKS])
    assert (told["record"], payload[told["files"][0]]) == ("属实。", content)
    assert archive_checks.check(payload).passed
    assert not archive_checks.check({**payload, told["files"][0]: photo("red")}).passed
