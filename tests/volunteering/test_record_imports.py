"""Records of other systems by the thousand: batches through the interface, files that the office looks at first."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shetong.volunteering.models import Consent, RecordUpload, ServiceRecord
from tests.casework.factories import chief
from tests.volunteering.exchange_program import SHARED, Program, index_of, known, record, system
from tests.volunteering.test_pages import good, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shared_key(settings: Any) -> None:
    settings.VOLUNTEER_EXCHANGE_KEY = SHARED


@pytest.fixture
def program() -> Iterator[Program]:
    return Program(system())


def test_records_come_by_the_batch_once(program: Program) -> None:
    who = known()
    program.send("volunteers", {"number": "p1", "version": 1, "index": index_of(who)})
    row = {name: value for name, value in record(who, "b1").items() if name not in ("version", "index")}
    row["division_code"] = "110105"
    silent = known(transfers=False)
    program.send("volunteers", {"number": "p2", "version": 1, "index": index_of(silent)})
    people = {"b1": "p1", "b2": "p9", "b3": "p2"}
    rows = [{**row, "number": number, "volunteer": person} for number, person in people.items()]
    body = {"batch": "2026-11", "confirmer": "示范平台 赵示范", "records": rows}
    answer = program.ask("POST", "record-batches", body)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["new"], told["counted"], told["faults"]) == (
        True, 1, {"b2": "unknown-volunteer", "b3": "no-consent"},
    )  # fmt: skip
    Consent.objects.filter(volunteer=who).update(withdrawn_at=timezone.now())
    assert program.ask("POST", "record-batches", body).json()["new"] is False
    Consent.objects.filter(volunteer=who).update(withdrawn_at=None)
    assert program.ask("POST", "record-batches", {**body, "confirmer": "x"}).status_code == 422
    # A later version of one that came by batch replaces it.
    assert program.send("records", record(who, "b1", 2, minutes=90)) == ["updated"]
    assert who.total.minutes == 90
    rehearsing = Program(system("demo-youth", certified=False))
    assert rehearsing.ask("POST", "record-batches", body).status_code == 409


def test_the_office_looks_at_a_file_before_it_takes_it_in(program: Program) -> None:
    who = known()
    program.send("volunteers", {"number": "p1", "version": 1, "index": index_of(who)})
    client, page = logged_in(chief("100000")), "/office/volunteering/imports/"
    heading = client.get(f"{page}table.csv").content.decode("utf-8-sig").strip()
    day = timezone.localdate() - timedelta(days=6)
    rows = [
        f"r1,p1,,{day} 09:00,{day} 11:00,120,社区服务,110105,社区中心,清理河道",
        f"r2,p9,,{day} 09:00,{day} 11:00,120,社区服务,110105,,",
        f"r3,p1,,{day} 13:00,{day} 12:00,60,社区服务,110105,,",
        f"r4,p1,,{day} 13:00,{day} 14:00,60,社区服务,999999,,",
        f"=r5,p1,,{day} 15:00,{day} 16:00,61,社区服务,110105,,",
    ]
    text = "\n".join([heading, *rows])

    def bring(content: bytes) -> Any:
        file = SimpleUploadedFile("records.csv", content)
        return client.post(page, {"system": "demo-city", "confirmer": "示范平台 赵示范", "file": file})

    assert "缺少：" in good(bring("记录编号,开始时间\n1,2".encode()), 422)
    answer = bring(text.encode("gb18030"))
    assert answer.status_code == 302, answer.content.decode()
    shown = good(client.get(answer.url))
    assert "核对结果" in shown
    assert all(
        reason in shown for reason in ("还没有这位志愿者", "没有这个行政区划代码", "结束晚于开始", "时长为整数分钟")
    )
    assert not ServiceRecord.objects.exists()
    assert "'=r5" in client.get(f"{answer.url}faults.csv").content.decode()
    upload = RecordUpload.objects.get()
    assert (upload.rows, upload.counted, [line for line, _, _ in upload.faults]) == (5, 1, [3, 4, 5, 6])
    client.post(answer.url, {"do": "bring"})
    assert "导入结果" in good(client.get(answer.url))
    assert ServiceRecord.objects.get().source_number == "r1"
    upload.refresh_from_db()
    assert (upload.file_digest, upload.batch.counted) == ("", 1)
    client.post(answer.url, {"do": "bring"})
    assert ServiceRecord.objects.count() == 1
    again = bring(workbook(heading.split(","), [row.split(",") for row in rows[:1]]))
    assert "早已导入" in good(client.get(again.url))
    client.post(again.url, {"do": "drop"})
    assert RecordUpload.objects.count() == 1
    assert logged_in(chief("310000")).get(answer.url).status_code == 404


def workbook(*rows: Any) -> bytes:
    """Return a workbook with a heading and rows of texts."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate([rows[0], *rows[1]]):
        sheet.write_row(line, 0, row)
    book.close()
    return target.getvalue()
