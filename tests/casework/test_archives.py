"""Archives: packed once, judged by an independent tool, and no change to them goes unnoticed."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from shetong.accounts.models import AuditEvent
from shetong.casework import jobs
from shetong.casework.models import Archive, Case, CaseMaterial, Notice, State
from shetong.casework.rules import bags
from shetong.casework.services import archives, closing, notices, storage
from shetong.store.each import SomeFailedError
from tests.casework import factories

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and name == name.strip()
)


def archived() -> Archive:
    case = factories.approved()
    for notice in Notice.objects.filter(case=case):
        jobs.deliver_notice(notice_id=notice.pk)
    found = archives.archive(case_id=case.pk)
    assert found is not None
    return found


@pytest.mark.django_db
class TestArchives:
    def test_an_independent_tool_finds_the_package_valid(self, tmp_path: Path) -> None:
        archive = archived()
        with zipfile.ZipFile(io.BytesIO(storage.read(archive.file_id))) as package:
            package.extractall(tmp_path)
        bag = bagit.Bag(str(tmp_path / archive.number))
        bag.validate()
        assert bag.info["External-Identifier"] == archive.number

    def test_it_says_by_itself_what_it_is(self) -> None:
        archive = archived()
        payload = bags.verify(storage.read(archive.file_id))
        metadata = json.loads(payload["metadata.json"])
        assert metadata["办件编号"] == archive.case.number
        assert len(metadata["materials"]) == 6
        assert {path.split("/")[0] for path in payload if "/" in path} == {"materials", "documents", "signatures"}
        assert [event["act"] for event in json.loads(payload["events.json"])][-1] == "archive"
        assert all(item["passed"] for items in json.loads(payload["checks.json"]).values() for item in items)
        assert "孙示范" in payload["form.txt"].decode()
        catalogue = payload["catalogue.txt"].decode()
        assert "1\t收件回执\t" in catalogue
        listed = [*metadata["materials"], *metadata["documents"]]
        assert all(one["path"] in catalogue for one in listed)

    def test_packing_again_changes_nothing(self) -> None:
        archive = archived()
        assert archives.archive(case_id=archive.case_id) is None
        assert Case.objects.get(pk=archive.case_id).state == State.ARCHIVED
        assert Archive.objects.count() == 1

    def test_a_withdrawn_case_is_archived_too_but_an_open_one_is_not(self) -> None:
        case = factories.submitted()
        assert archives.archive(case_id=case.pk) is None
        closing.withdraw(case_id=case.pk, actor=case.applicant)
        assert archives.archive(case_id=case.pk).retention == "30-years"

    def test_closed_cases_are_archived_by_themselves(self) -> None:
        withdrawn = factories.submitted()
        closing.withdraw(case_id=withdrawn.pk, actor=withdrawn.applicant)
        tasks = ProcrastinateJob.objects.filter(task_name=closing.ARCHIVE_TASK)
        assert tasks.filter(args={"case_id": withdrawn.pk}).count() == 1
        ended = factories.at_decision()
        closing.terminate(case_id=ended.pk, actor=factories.chief(), reason="申请人已经不存在。")
        for notice in Notice.objects.filter(case=ended):
            jobs.deliver_notice(notice_id=notice.pk)
        assert tasks.filter(args={"case_id": ended.pk}).count() == 1
        # What a lost job left lying is found by the hour.
        assert jobs.archive_waiting(0) == 0
        Case.objects.update(updated_at=timezone.now() - timedelta(hours=2))
        assert jobs.archive_waiting(0) == 2
        assert set(Case.objects.values_list("state", flat=True)) == {State.ARCHIVED}

    def test_one_case_that_cannot_be_packed_keeps_no_other_waiting(self) -> None:
        lame, sound = factories.submitted(), factories.submitted()
        for case in (lame, sound):
            closing.withdraw(case_id=case.pk, actor=case.applicant)
        own = storage.keep(factories.pdf("只有这一件有"), media_type="application/pdf")
        CaseMaterial.objects.filter(case=lame).update(file=own)
        storage.place(own.pk).unlink()
        Case.objects.update(updated_at=timezone.now() - timedelta(hours=2))
        with pytest.raises(SomeFailedError, match="1 failed, 1 done"):
            jobs.archive_waiting(0)
        assert Archive.objects.get().case_id == sound.pk

    def test_an_archive_of_new_years_morning_bears_the_new_year(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case = factories.submitted()
        closing.withdraw(case_id=case.pk, actor=case.applicant)
        morning = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
        monkeypatch.setattr("shetong.casework.services.archives.timezone.now", lambda: morning)
        assert archives.archive(case_id=case.pk).number.endswith("-2027-000001")

    def test_what_a_lost_delivery_left_lying_is_found_by_the_hour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lost, opened = factories.submitted(), factories.at_decision()
        closing.terminate(case_id=opened.pk, actor=factories.chief(), reason="申请人已经不存在。")
        for notice in Notice.objects.filter(case=opened):
            notices.receive(notice_id=notice.pk, actor=opened.applicant)
        again = ProcrastinateJob.objects.filter(task_name=notices.DELIVER_TASK, args__notice_id=notice.pk)
        assert again.count() == 2
        assert jobs.deliver_waiting(0) == 0
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE casework_notice SET issued_at = issued_at - interval '2 hours'")
            cursor.execute("UPDATE casework_case SET updated_at = updated_at - interval '2 hours'")
            cursor.execute("SET LOCAL session_replication_role = origin")
        # A document that cannot be made now keeps no other case from its end, and the job tells of it.
        with monkeypatch.context() as broken:
            broken.setattr(notices, "deliver", lambda **_: 1 / 0)
            with pytest.raises(SomeFailedError, match="1 failed, 1 done"):
                jobs.deliver_waiting(0)
        opened.refresh_from_db()
        assert opened.state == State.DELIVERED
        assert jobs.deliver_waiting(0) == 1
        assert not Notice.objects.filter(case=lost, delivered_at__isnull=True).exists()

    def test_the_nightly_check_finds_what_was_altered_or_lost(self) -> None:
        archive = archived()
        assert jobs.check_archives(0) == 0
        lying = storage.place(archive.file_id)
        content = lying.read_bytes()
        lying.write_bytes(content[:-3] + b"xyz")
        assert jobs.check_archives(0) == 1
        lying.unlink()
        assert jobs.check_archives(0) == 1
        archive.refresh_from_db()
        assert (archive.sound, archive.fault) == (False, "档案包不在存储中")
        assert AuditEvent.objects.filter(action="archive.fault").count() == 2

    def test_the_package_lies_sealed_on_the_disk(self) -> None:
        archive = archived()
        assert "孙示范".encode() not in storage.place(archive.file_id).read_bytes()


@given(st.dictionaries(NAMES, st.binary(max_size=50), min_size=1, max_size=6))
def test_what_was_packed_is_what_is_found(payload: dict[str, bytes]) -> None:
    package = bags.pack(payload, {"Title": "甲\n乙"}, name="bag")
    assert bags.verify(package) == payload
    assert package == bags.pack(payload, {"Title": "甲\n乙"}, name="bag")


@given(st.data())
def test_no_change_of_any_octet_of_a_file_passes(data: st.DataObject) -> None:
    package = bags.pack({"a.txt": b"first", "b.txt": b"second"}, {}, name="bag")
    at = data.draw(st.integers(0, len(package) - 1))
    changed = bytearray(package)
    changed[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(bags.BagError):
        assert bags.verify(bytes(changed)) == {"a.txt": b"first", "b.txt": b"second"}


@pytest.mark.parametrize("fault", ["missing", "more", "altered", "no manifest", "not a zip"])
def test_each_fault_is_named(fault: str) -> None:
    package = bags.pack({"a.txt": b"first", "b.txt": b"second"}, {}, name="bag")
    if fault == "not a zip":
        with pytest.raises(bags.BagError, match="ZIP"):
            bags.verify(package[:40])
        return
    files = {}
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    if fault == "missing":
        del files["bag/data/a.txt"]
    elif fault == "more":
        files["bag/data/c.exe"] = b"MZ"
    elif fault == "altered":
        files["bag/data/a.txt"] = b"other"
    else:
        del files["bag/manifest-sha256.txt"]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with pytest.raises(bags.BagError, match={"no manifest": "missing", "more": "not listed"}.get(fault, fault)):
        bags.verify(target.getvalue())
