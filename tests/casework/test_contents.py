"""Uploaded files: what is kept, and what is refused with which reason."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from shetong.casework.models import CaseMaterial, StoredFile
from shetong.casework.rules import contents
from shetong.casework.services import materials, storage
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError
from tests.casework import factories

ALL = (contents.PDF, contents.JPEG, contents.PNG)
LARGEST = 1_048_576


def image(kind: str, size: tuple[int, int] = (20, 20)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size).save(target, kind)
    return target.getvalue()


def pdf_with(change: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    if change == "script":
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    elif change == "attachment":
        writer.add_attachment("x.exe", b"MZ")
    elif change == "untyped attachment":
        # What the standard leaves out: the type of the embedded file.
        file = StreamObject()
        file.set_data(b"MZ evil.exe")
        spec = DictionaryObject({NameObject("/F"): TextStringObject("evil.exe"), NameObject("/EF"): DictionaryObject({
            NameObject("/F"): writer._add_object(file)})})  # fmt: skip
        names = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("evil.exe"), spec])})
        writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): names})
    elif change == "password":
        writer.encrypt("geheim")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(factories.pdf(), contents.PDF), (image("JPEG"), contents.JPEG), (image("PNG"), contents.PNG)],
)
def test_what_is_asked_for_is_kept(content: bytes, kind: str) -> None:
    assert contents.check(content, allowed=ALL, largest=LARGEST) == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"MZ\x90\x00 not a pdf", "file-type"),
        (b"PK\x03\x04 a zip archive", "file-type"),
        (b"<html><script>alert(1)</script>", "file-type"),
        (b"%PDF-1.7 nothing that follows", "file-damaged"),
        (image("PNG")[:40], "file-damaged"),
        (b"\xff\xd8\xff" + b"x" * 50, "file-damaged"),
        (b"%PDF-" + b"x" * LARGEST, "file-too-large"),
        (pdf_with("script"), "file-active"),
        (pdf_with("attachment"), "file-active"),
        (pdf_with("untyped attachment"), "file-active"),
        (image("JPEG", (300, 300))[:-400], "file-damaged"),
        (pdf_with("password"), "file-encrypted"),
        (image("PNG", (12_000, 9_000)), "file-too-large"),
    ],
)
def test_everything_else_is_refused_with_the_reason(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        contents.check(content, allowed=ALL, largest=LARGEST)
    assert refused.value.code == code


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([b"%PDF-1.4\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"]), st.binary(max_size=600))
def test_garbage_behind_a_good_beginning_is_refused_not_crashed_on(head: bytes, rest: bytes) -> None:
    with pytest.raises(InvalidInputError):
        contents.check(head + rest, allowed=ALL, largest=LARGEST)


@pytest.mark.django_db
class TestMaterials:
    def test_the_same_file_again_is_the_same_one(self) -> None:
        case = factories.draft()
        one, again = (
            materials.upload(
                case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", content=factories.pdf("同意")
            )
            for _ in range(2)
        )
        assert one.pk == again.pk
        assert storage.read(one.file_id) == factories.pdf("同意")

    def test_a_name_is_only_a_name(self) -> None:
        case = factories.draft()
        kept = materials.upload(
            case_id=case.pk, actor=case.applicant, material="consent", name="../../etc/\u202epasswd.exe",
            content=factories.pdf(),
        )  # fmt: skip
        assert kept.name == "passwd.pdf"

    def test_only_so_many_and_only_of_the_matter_and_only_by_the_applicant(self) -> None:
        case = factories.draft()

        def upload(by: object = None, material: str = "consent", text: str = "一") -> CaseMaterial:
            return materials.upload(
                case_id=case.pk,
                actor=by or case.applicant,
                material=material,
                name="a.pdf",
                content=factories.pdf(text),
            )

        for number in range(4):  # one is there already
            upload(text=str(number))
        with pytest.raises(ConflictError):
            upload(text="第六个")
        with pytest.raises(InvalidInputError):
            upload(material="nothing")
        with pytest.raises(ForbiddenError):
            upload(by=factories.applicant())

    def test_what_was_taken_back_stays_in_the_record(self) -> None:
        case = factories.draft()
        first = CaseMaterial.objects.filter(case=case).first()
        materials.remove(material_id=first.pk, actor=case.applicant)
        assert CaseMaterial.objects.get(pk=first.pk).removed_at is not None
        assert StoredFile.objects.filter(pk=first.file_id).exists()

    def test_a_file_altered_on_disk_is_not_handed_out(self) -> None:
        case = factories.draft()
        kept = materials.upload(
            case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", content=factories.pdf("被改")
        )
        lying = storage.place(kept.file_id)
        assert factories.pdf("被改") not in lying.read_bytes()
        lying.write_bytes(lying.read_bytes()[:-1] + b"x")
        with pytest.raises(storage.AlteredError):
            storage.read(kept.file_id)
        storage.place(kept.file_id).unlink()

    @pytest.mark.parametrize(
        ("answer", "code"), [("stream: Eicar-Signature FOUND", "file-infected"), ("", "file-infected")]
    )
    def test_a_virus_is_refused(self, settings: object, answer: str, code: str) -> None:
        case = factories.draft()
        with scanner(answer) as (address, received):
            settings.CLAMD = address
            with pytest.raises(DomainError) as refused:
                materials.upload(
                    case_id=case.pk,
                    actor=case.applicant,
                    material="consent",
                    name="a.pdf",
                    content=factories.pdf("病毒"),
                )
        assert refused.value.code == code
        assert bytes(received) == factories.pdf("病毒")

    def test_nothing_passes_while_the_scanner_is_down(self, settings: object) -> None:
        case = factories.draft()
        settings.CLAMD = "127.0.0.1:1"
        with pytest.raises(ConflictError, match="稍后"):
            materials.upload(
                case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", content=factories.pdf("等待")
            )


@contextmanager
def scanner(answer: str) -> Iterator[tuple[str, bytearray]]:
    """Listen like clamd, once: read an INSTREAM, keep what came, answer."""
    listener = socket.create_server(("127.0.0.1", 0))
    received = bytearray()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!I", stream.read(4))[0]:
                received.extend(stream.read(size))
            connection.sendall(answer.encode() + b"\0")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        thread.join()
        listener.close()
