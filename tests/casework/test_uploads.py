"""Uploads that are cut and resumed: over the protocol tus 1.0.0, into the same checks as any other file."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.casework import jobs
from shetong.casework.models import Case, CaseMaterial, Upload
from shetong.casework.rules import tus
from shetong.casework.services import storage, stores, uploads
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.casework.test_races import at_once

PATCH = "application/offset+octet-stream"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def ask(client: Client, method: str, url: str, content: bytes = b"", **headers: str) -> Any:
    """Send one request of the protocol."""
    sent = {"Tus-Resumable": "1.0.0", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.generic(method, url, content, content_type=PATCH, headers=sent)


def begun(client: Client, case: Case, content: bytes, material: str = "consent") -> str:
    """Begin an upload and return its address."""
    said = f"filename {encoded('同意书.pdf')},material {encoded(material)}"
    where = reverse("casework:uploads", args=[case.pk])
    answer = ask(client, "POST", where, Upload_Length=str(len(content)), Upload_Metadata=said)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer["Location"])


def long_pdf() -> bytes:
    return factories.pdf("长" * 2_000_000)


@pytest.mark.django_db
class TestProtocol:
    def test_cut_at_ninety_percent_it_resumes_and_is_the_same_file(self) -> None:
        case, content = factories.draft(), long_pdf()
        hall = signed_in(case.applicant)
        where = begun(hall, case, content)
        cut = len(content) * 9 // 10
        assert ask(hall, "PATCH", where, content[:cut], Upload_Offset="0")["Upload-Offset"] == str(cut)
        later = signed_in(case.applicant)
        standing = ask(later, "HEAD", where)
        assert (standing["Upload-Offset"], standing["Upload-Length"]) == (str(cut), str(len(content)))
        assert "no-store" in standing["Cache-Control"]
        done = ask(later, "PATCH", where, content[cut:], Upload_Offset=str(cut))
        assert (done.status_code, done["Upload-Offset"]) == (204, str(len(content)))
        upload = Upload.objects.get()
        assert upload.material.name == "同意书.pdf"
        assert storage.read(upload.material.file_id) == content
        assert not stores.store().exists(f"uploads/{upload.pk}/0")

    def test_of_two_tabs_that_send_the_same_piece_one_advances(self) -> None:
        case, content = factories.draft(), factories.pdf()
        one, other = signed_in(case.applicant), signed_in(case.applicant)
        where = begun(one, case, content)
        assert ask(one, "PATCH", where, content[:100], Upload_Offset="0").status_code == 204
        refused = ask(other, "PATCH", where, content[:100], Upload_Offset="0")
        assert (refused.status_code, refused.json()["code"]) == (409, "upload-offset")
        assert ask(other, "PATCH", where, content[100:], Upload_Offset="100").status_code == 204
        assert storage.read(Upload.objects.get().material.file_id) == content

    def test_too_large_is_refused_before_the_first_octet(self) -> None:
        case = factories.draft()
        said = f"filename {encoded('大.pdf')},material {encoded('consent')}"
        answer = ask(
            signed_in(case.applicant), "POST", reverse("casework:uploads", args=[case.pk]),
            Upload_Length=str(200 * 1_048_576), Upload_Metadata=said,
        )  # fmt: skip
        assert answer.status_code == 413
        assert "200.0 MB" in answer.json()["message"]
        assert not Upload.objects.exists()

    def test_more_than_was_announced_is_refused(self) -> None:
        case, content = factories.draft(), factories.pdf()
        hall = signed_in(case.applicant)
        where = begun(hall, case, content)
        assert ask(hall, "PATCH", where, content + b"x", Upload_Offset="0").status_code == 413

    def test_a_checksum_that_does_not_fit_keeps_nothing(self) -> None:
        case, content = factories.draft(), factories.pdf()
        hall = signed_in(case.applicant)
        where = begun(hall, case, content)
        right = base64.b64encode(hashlib.sha256(content).digest()).decode()
        broken = ask(hall, "PATCH", where, content[:-1] + b"x", Upload_Offset="0", Upload_Checksum=f"sha256 {right}")
        assert broken.status_code == 460
        assert ask(hall, "HEAD", where)["Upload-Offset"] == "0"
        whole = ask(hall, "PATCH", where, content, Upload_Offset="0", Upload_Checksum=f"sha256 {right}")
        assert whole.status_code == 204
        unknown = ask(hall, "PATCH", where, b"x", Upload_Offset="0", Upload_Checksum=f"md4 {right}")
        assert unknown.json()["code"] == "upload-checksum-algorithm"

    def test_what_is_whole_meets_the_same_checks(self) -> None:
        case = factories.draft()
        hall = signed_in(case.applicant)
        content = b"MZ\x90\x00 a program named .pdf"
        where = begun(hall, case, content)
        refused = ask(hall, "PATCH", where, content, Upload_Offset="0")
        assert (refused.status_code, refused.json()["code"]) == (422, "file-type")
        assert ask(hall, "HEAD", where).status_code == 422
        assert Upload.objects.get().material is None

    def test_a_server_that_died_before_the_check_makes_it_good(self) -> None:
        case, content = factories.draft(), factories.pdf("重启")
        where = begun(signed_in(case.applicant), case, content)
        key = where.rstrip("/").rsplit("/", 1)[1]
        uploads.append(upload_id=key, actor=case.applicant, offset=0, piece=content)
        assert Upload.objects.get().material is None
        assert ask(signed_in(case.applicant), "HEAD", where).status_code == 200
        assert storage.read(Upload.objects.get().material.file_id) == content

    def test_given_up_and_swept_ones_leave_nothing(self) -> None:
        case, content = factories.draft(), factories.pdf()
        hall = signed_in(case.applicant)
        first, second = begun(hall, case, content), begun(hall, case, content)
        for where in (first, second):
            ask(hall, "PATCH", where, content[:50], Upload_Offset="0")
        keys = [f"uploads/{pk}/0" for pk in Upload.objects.values_list("pk", flat=True)]
        assert ask(hall, "DELETE", first).status_code == 204
        assert jobs.sweep_uploads(0) == 0
        Upload.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        assert ask(hall, "HEAD", second).status_code == 410
        assert jobs.sweep_uploads(0) == 1
        assert ask(hall, "HEAD", second).status_code == 404
        assert not any(stores.store().exists(key) for key in keys)

    def test_others_neither_see_nor_continue_nor_delete_it(self) -> None:
        case, content = factories.draft(), factories.pdf()
        where = begun(signed_in(case.applicant), case, content)
        stranger = signed_in(factories.applicant())
        for method in ("HEAD", "PATCH", "DELETE"):
            assert ask(stranger, method, where, b"x", Upload_Offset="0").status_code == 404
        said = f"filename {encoded('a.pdf')},material {encoded('consent')}"
        begin = reverse("casework:uploads", args=[case.pk])
        assert ask(stranger, "POST", begin, Upload_Length="9", Upload_Metadata=said).status_code == 403
        assert ask(Client(), "HEAD", where).status_code == 401

    def test_the_protocol_is_told_and_kept(self) -> None:
        case = factories.draft()
        hall, where = signed_in(case.applicant), reverse("casework:uploads", args=[case.pk])
        told = hall.options(where)
        assert (told.status_code, told["Tus-Version"]) == (204, "1.0.0")
        assert set(told["Tus-Extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
        assert hall.post(where).status_code == 412
        upload = begun(hall, case, factories.pdf())
        wrong = hall.generic("PATCH", upload, b"x", content_type="text/plain", headers={"Tus-Resumable": "1.0.0"})
        assert wrong.status_code == 415
        assert ask(hall, "PATCH", upload, b"x", Upload_Offset="minus one").status_code == 422

    def test_pieces_lie_sealed(self) -> None:
        case, content = factories.draft(), factories.pdf("身份证")
        hall = signed_in(case.applicant)
        ask(hall, "PATCH", begun(hall, case, content), content[:300], Upload_Offset="0")
        assert content[:300] not in stores.folder().path(f"uploads/{Upload.objects.get().pk}/0").read_bytes()


@pytest.mark.django_db
class TestService:
    def test_only_for_materials_of_an_open_application(self) -> None:
        case = factories.submitted()
        with pytest.raises(WrongStateError, match="已经提交"):
            uploads.begin(case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", length=10)
        draft = factories.draft()
        with pytest.raises(InvalidInputError):
            uploads.begin(case_id=draft.pk, actor=draft.applicant, material="nothing", name="a.pdf", length=10)
        with pytest.raises(InvalidInputError, match="空"):
            uploads.begin(case_id=draft.pk, actor=draft.applicant, material="consent", name="a.pdf", length=0)

    def test_so_many_at_once(self) -> None:
        case = factories.draft()
        for _ in range(uploads.MOST_OPEN):
            uploads.begin(case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", length=10)
        with pytest.raises(ConflictError, match="最多"):
            uploads.begin(case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", length=10)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_send_the_same_piece_at_once_one_advances() -> None:
    case, content = factories.draft(), factories.pdf()
    upload = uploads.begin(case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", length=len(content))
    results = at_once([lambda: uploads.append(upload_id=upload.pk, actor=case.applicant, offset=0, piece=content)] * 8)
    assert sum(isinstance(result, Upload) for result in results) == 1
    upload.refresh_from_db()
    assert (upload.offset, upload.pieces) == (len(content), [len(content)])
    made = at_once([lambda: uploads.finish(upload_id=upload.pk, actor=case.applicant)] * 4)
    assert CaseMaterial.objects.filter(case=case, file__size=len(content), code="consent", name="a.pdf").count() == 1
    assert not any(isinstance(one, NotFoundError) for one in made)


@given(st.text(max_size=80))
def test_headers_of_strangers_are_read_or_refused(text: str) -> None:
    for read in (tus.number, tus.metadata, lambda said: tus.checksum_holds(said, b"x")):
        with contextlib.suppress(InvalidInputError):
            read(text)
