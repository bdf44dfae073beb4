"""Files that want to do harm, each refused with its reason; and a real clamd."""

from __future__ import annotations

import io
import os
import shutil
import socket
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from shetong.casework.models import CaseMaterial
from shetong.casework.rules import contents
from shetong.casework.services import materials
from shetong.core.errors import DomainError, InvalidInputError
from tests.casework import factories
from tests.casework.test_contents import image
from tests.casework.test_pages import signed_in

ALL = (contents.PDF, contents.JPEG, contents.PNG)
LARGEST = 30 * 1_048_576
# A signature of our own in a file of our own: nothing that any scanner in the world minds.
SIGNATURE = b"SHETONGTESTSIGNATURETHATONLYTHISTESTKNOWS"


def archive(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", content)
    return target.getvalue()


def pdf_with_action(kind: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(width=100, height=100)
    action = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}"), NameObject("/F"): TextStringObject("cmd.exe")})
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(action)})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf_bomb() -> bytes:
    """A PDF whose cross-reference stream swells to 300 million octets."""
    stream = zlib.compress(b"\0" * 300_000_000, 9)
    head = b"%PDF-1.5\n1 0 obj\n<< /Type /XRef /Size 3 /W [1 2 1] /Root 2 0 R /Filter /FlateDecode /Length "
    return head + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"


def png_bomb() -> bytes:
    """A PNG of 40,000 by 40,000 points in a few octets."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(archive(b"\0" * 50_000_000), "file-type", id="ZIP bomb"),
        pytest.param(b"MZ\x90\x00" + b"\0" * 200, "file-type", id="program named .pdf"),
        pytest.param(b"\x7fELF" + b"\0" * 200, "file-type", id="program of another system"),
        pytest.param(pdf_with_action("Launch"), "file-active", id="PDF that starts a program"),
        pytest.param(pdf_with_action("JavaScript"), "file-active", id="PDF with script on opening a page"),
        pytest.param(pdf_with_action("SubmitForm"), "file-active", id="PDF that sends what is typed"),
        pytest.param(pdf_with_action("ImportData"), "file-active", id="PDF that reads files"),
        pytest.param(pdf_bomb(), "file-damaged", id="PDF bomb"),
        pytest.param(png_bomb(), "file-too-large", id="PNG bomb"),
        pytest.param(factories.pdf() + archive(b"x"), "file-twofold", id="PDF that is an archive too"),
        pytest.param(image("JPEG") + archive(b"x"), "file-twofold", id="picture that is an archive too"),
        pytest.param(image("PNG")[:33] + b"%PDF-1.7" + image("PNG")[33:], "file-twofold", id="picture that is a PDF"),
    ],
)
def test_each_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        contents.check(content, allowed=ALL, largest=LARGEST)
    assert refused.value.code == code


@pytest.mark.django_db
def test_200_megabytes_are_refused_without_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    case = factories.draft()
    monkeypatch.setattr(TemporaryUploadedFile, "read", lambda *_: pytest.fail("read into memory"))
    file = SimpleUploadedFile("大.pdf", b"%PDF-1.7\n" + bytes(200 * 1_048_576 - 9), "application/pdf")
    answer = signed_in(case.applicant).post(
        reverse("casework:materials", args=[case.pk]), {"material": "consent", "file": file}
    )
    assert answer.status_code == 422
    assert "文件有200.0 MB，最大30 MB" in answer.content.decode()
    assert not CaseMaterial.objects.filter(name__startswith="大").exists()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real clamd with one signature of our own; its address."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "own.ndb").write_text(f"Shetong.Test:0:*:{SIGNATURE.hex()}\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f"DatabaseDirectory {folder}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
    (folder / "clamd.conf").write_text(f"{settings}LogFile {folder}/log\nTemporaryDirectory {folder}\n")
    process = subprocess.Popen(
        [program, "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until clamd answers a PING."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                line.sendall(b"zPING\0")
                if line.recv(10) == b"PONG\0":
                    return
        except OSError:
            time.sleep(0.1)
    pytest.skip("clamd does not start here")


@pytest.mark.django_db
def test_a_real_scanner_finds_what_it_knows_and_passes_the_rest(clamd: str, settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = clamd
    case = factories.draft()

    def hand_in(text: str) -> CaseMaterial:
        return materials.upload(
            case_id=case.pk, actor=case.applicant, material="consent", name="a.pdf", content=factories.pdf(text)
        )

    assert hand_in("干净").pk
    with pytest.raises(DomainError) as refused:
        hand_in(SIGNATURE.decode())
    assert (refused.value.code, CaseMaterial.objects.filter(case=case, code="consent", name="a.pdf").count()) == (
        "file-infected", 1,
    )  # fmt: skip
