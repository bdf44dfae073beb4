"""Releases of the open data: what is in them, that they are whole, that a killed run leaves nothing behind."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from shetong.core.metadata import Sharing
from shetong.exchange.elements import OPEN_DATA
from shetong.exchange.jobs import publish_open_data
from shetong.exchange.models import OpenDataRelease
from shetong.exchange.services import open_data
from shetong.exchange.services.open_data import AlreadyRunningError, publish
from shetong.registry.elements import ORGANISATION
from shetong.registry.models import AttributeCode, Organisation
from shetong.registry.services import filings
from tests.registry import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Any) -> Path:
    settings.OPEN_DATA_ROOT = tmp_path / "open-data"
    return settings.OPEN_DATA_ROOT


def folder(release: OpenDataRelease) -> Path:
    return Path(django_settings.OPEN_DATA_ROOT) / release.directory


def csv_rows(release: OpenDataRelease) -> list[dict[str, str]]:
    data = (folder(release) / "organisations.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def json_rows(release: OpenDataRelease) -> list[dict[str, Any]]:
    with gzip.open(folder(release) / "organisations.jsonl.gz", "rt", encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def parquet_rows(release: OpenDataRelease) -> list[dict[str, Any]]:
    return pq.read_table(folder(release) / "organisations.parquet").to_pylist()


def charity(name: str = "北京市晨光公益基金会") -> Organisation:
    body = factories.register_organisation(kind="FD", name=name)
    filings.grant_attribute(
        organisation_id=body.pk,
        code=AttributeCode.CHARITY,
        basis="京民慈认〔2017〕1号",
        effective_on=date(2017, 5, 1),
        actor=None,
    )
    body.refresh_from_db()
    return body


class TestContent:
    def test_every_format_tells_the_same(self) -> None:
        body = charity()
        filings.grant_attribute(
            organisation_id=body.pk,
            code=AttributeCode.EVALUATION,
            value="4A",
            basis="公告",
            effective_on=date(2024, 1, 1),
            actor=None,
        )
        factories.rename(body, "北京市晨曦公益基金会", effective_on=date(2020, 1, 1))
        release = publish()
        (row,), (record,), (typed,) = csv_rows(release), json_rows(release), parquet_rows(release)
        assert row["统一社会信用代码"] == record["uscc"] == typed["uscc"] == body.uscc
        assert row["社会组织名称"] == record["name"] == typed["name"] == "北京市晨曦公益基金会"
        assert row["曾用名"] == "北京市晨光公益基金会"
        assert record["former_names"] == typed["former_names"] == ["北京市晨光公益基金会"]
        assert (row["社会组织类型"], record["kind"], typed["kind"]) == ("基金会", "FD", "FD")
        assert (row["登记状态"], record["status"]) == ("正常", "normal")
        assert (row["注册资金"], record["registered_funds"]) == ("4000000.00", "4000000.00")
        assert str(typed["registered_funds"]) == "4000000.00"
        assert (row["成立登记日期"], record["founded_on"], typed["founded_on"]) == (
            "2015-03-02",
            "2015-03-02",
            date(2015, 3, 2),
        )
        assert (row["慈善组织登记（认定）日期"], record["charity_since"]) == ("2017-05-01", "2017-05-01")
        assert row["住所行政区划"] == record["division_name"] == "北京市东城区"
        assert row["资格与标识"] == "慈善组织2017-05-01起；评估等级（4A）2024-01-01起"
        assert record["attributes"][1] == {"code": "EVAL", "value": "4A", "valid_from": "2024-01-01"}
        assert typed["attributes"][1]["valid_from"] == date(2024, 1, 1)
        assert (row["直接登记"], record["direct_registration"]) == ("否", False)
        assert (row["登记管理机关"], row["演示数据"]) == ("北京市民政局", "否")

    def test_the_columns_are_the_open_elements_and_nothing_else(self) -> None:
        factories.register_organisation()
        release = publish()
        (row,), (record,) = csv_rows(release), json_rows(release)
        assert list(row) == [element.name_zh for element in OPEN_DATA]
        assert list(record) == [element.name for element in OPEN_DATA]
        closed = {element.name for element in ORGANISATION if element.sharing is not Sharing.OPEN}
        assert closed.isdisjoint(record)

    def test_an_attribute_that_ended_is_not_current(self) -> None:
        body = charity()
        filings.end_attribute(
            organisation_id=body.pk,
            code=AttributeCode.CHARITY,
            basis="决定",
            effective_on=timezone.localdate() - timedelta(days=1),
            actor=None,
        )
        (record,) = json_rows(publish())
        assert record["attributes"] == []
        assert record["charity_since"] is None

    def test_branches_name_their_parent_and_ended_bodies_are_there(self) -> None:
        parent = factories.register_organisation()
        factories.register_branch(parent)
        factories.deregistered_organisation(effective_on=date(2022, 2, 2))
        rows = json_rows(publish())
        assert [row["parent"] for row in rows] == [None, parent.uscc, None]
        assert [row["uscc"] is None for row in rows] == [False, True, False]
        assert [row["status"] for row in rows] == ["normal", "normal", "deregistered"]

    def test_demo_records_are_marked_and_counted(self) -> None:
        factories.register_organisation(demo=True)
        factories.register_organisation()
        release = publish()
        assert [row["演示数据"] for row in csv_rows(release)] == ["是", "否"]
        assert (release.rows, release.demo_rows) == (2, 1)
        assert "其中 1 条为程序生成的演示数据" in (folder(release) / "README.txt").read_text("utf-8")

    @pytest.mark.parametrize("evil", ["=1+1", "+86", "-5", "@SUM(A1)", "＝HYPERLINK(1)", "'=1", "  =1", "\t=1"])
    def test_text_like_a_formula_is_inert_in_csv_and_unchanged_elsewhere(self, evil: str) -> None:
        body = factories.register_organisation()
        Organisation.objects.filter(pk=body.pk).update(domicile=evil)
        release = publish()
        (row,) = csv_rows(release)
        assert row["住所"] == "'" + evil
        assert json_rows(release)[0]["domicile"] == evil

    @pytest.mark.parametrize(
        "text", ['引号"逗号,', "换\n行", "甲\r\n乙", "😀𠮷", "\ufeffx", "a;b；c", "\\N", "NULL", "nan"]
    )
    def test_difficult_text_survives_every_format(self, text: str) -> None:
        body = factories.register_organisation()
        Organisation.objects.filter(pk=body.pk).update(business_scope=text)
        release = publish()
        assert json_rows(release)[0]["business_scope"] == text
        assert parquet_rows(release)[0]["business_scope"] == text
        assert csv_rows(release)[0]["业务范围"] == text

    def test_an_empty_register_gives_files_with_headings_only(self) -> None:
        release = publish()
        assert csv_rows(release) == json_rows(release) == parquet_rows(release) == []
        assert pq.read_schema(folder(release) / "organisations.parquet").names == [e.name for e in OPEN_DATA]


class TestRelease:
    def test_checksums_sizes_and_notes(self) -> None:
        factories.register_organisation()
        release = publish()
        names = set()
        for file in release.files.all():
            data = (folder(release) / file.name).read_bytes()
            assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
            names.add(file.name)
        assert names == {path.name for path in folder(release).iterdir()}
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder(release), check=False
        )
        assert done.returncode == 0
        licence = (folder(release) / "LICENCE.txt").read_text("utf-8")
        assert release.licence in licence
        assert release.licence_url in licence
        plain = (folder(release) / "organisations.csv").read_bytes()
        assert gzip.decompress((folder(release) / "organisations.csv.gz").read_bytes()) == plain

    def test_the_same_register_gives_the_same_bytes(self) -> None:
        factories.register_organisation()
        first, second = publish(), publish()
        data = [f.sha256 for f in first.files.filter(name__startswith="organisations").order_by("name")]
        assert data == [f.sha256 for f in second.files.filter(name__startswith="organisations").order_by("name")]

    def test_old_releases_go(self, settings: Any, root: Path) -> None:
        settings.OPEN_DATA_KEEP = 2
        releases = [publish() for _ in range(3)]
        assert list(OpenDataRelease.objects.order_by("pk")) == releases[1:]
        assert {path.name for path in root.iterdir()} == {release.directory for release in releases[1:]}

    def test_foreign_folders_are_left_alone(self, root: Path) -> None:
        (root / "lost+found").mkdir(parents=True)
        publish()
        assert (root / "lost+found").exists()

    def test_progress_counts_rows(self) -> None:
        factories.register_organisation()
        seen: list[int] = []
        publish(progress=seen.append)
        assert seen == [1]

    def test_the_job_makes_a_release(self) -> None:
        number = publish_open_data(timestamp=0)
        assert OpenDataRelease.objects.get().pk == number

    def test_it_can_be_imported_again(self, tmp_path: Path) -> None:
        """The headings of the CSV file are those that the importer recognises."""
        recognised = ORGANISATION.recognise([element.name_zh for element in OPEN_DATA])
        assert {element.name for element in recognised.values()} >= {element.name for element in ORGANISATION}


class TestConsistency:
    def test_what_is_written_meanwhile_is_not_in_the_snapshot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two organisations that change together are never seen half-changed."""
        monkeypatch.setattr("shetong.exchange.queries.snapshot.CHUNK", 1)
        first, second = factories.register_organisation(), factories.register_organisation()

        def rename_both(rows: int) -> None:
            if rows == 1:
                with psycopg.connect(**parameters()) as other:
                    other.execute("UPDATE registry_organisation SET name = '改名' || id")

        release = publish(progress=rename_both)
        assert [row["name"] for row in json_rows(release)] == [first.name, second.name]
        assert {row["name"] for row in json_rows(publish())} == {f"改名{first.pk}", f"改名{second.pk}"}

    def test_only_one_at_a_time(self) -> None:
        refused: list[BaseException] = []

        def again() -> None:
            try:
                publish()
            except AlreadyRunningError as error:
                refused.append(error)
            finally:
                connection.close()

        def meanwhile(_rows: int) -> None:
            thread = threading.Thread(target=again)
            thread.start()
            thread.join()

        factories.register_organisation()
        publish(progress=meanwhile)
        assert len(refused) == 1
        assert "正在生成" in str(refused[0])
        assert OpenDataRelease.objects.count() == 1
        publish()  # the lock is free again

    def test_a_failure_leaves_nothing(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        factories.register_organisation()

        def full(_rows: int) -> None:
            raise OSError(28, "No space left on device")

        with pytest.raises(OSError, match="No space"):
            publish(progress=full)
        assert list(root.iterdir()) == []
        assert publish().rows == 1
        assert OpenDataRelease.objects.count() == 1


KILLED_WHILE_WRITING = "open_data.publish(progress=lambda rows: os.kill(os.getpid(), signal.SIGKILL))"
KILLED_BEFORE_SHOWING = """
from pathlib import Path
name = Path.rename
def rename_and_die(self, target):
    name(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.rename = rename_and_die
open_data.publish()
"""


@pytest.mark.parametrize("death", [KILLED_WHILE_WRITING, KILLED_BEFORE_SHOWING])
def test_a_killed_run_shows_nothing_and_the_next_one_ends_as_if_it_had_not_been(death: str, root: Path) -> None:
    for _ in range(3):
        factories.register_organisation()
    before = publish()
    script = "import os, signal, django\ndjango.setup()\nfrom shetong.exchange.services import open_data\n" + death
    url = "postgresql:///{dbname}?host={host}&user={user}&port={port}".format(**{"port": 5432, **parameters()})
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shetong.conf.development",
        "DATABASE_URL": url,
        "OPEN_DATA_ROOT": str(root),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert OpenDataRelease.objects.filter(finished_at=None).count() == 1
    assert len(list(root.iterdir())) == 2
    after = publish()
    assert list(OpenDataRelease.objects.order_by("pk")) == [before, after]
    assert {path.name for path in root.iterdir()} == {before.directory, after.directory}
    assert json_rows(after) == json_rows(before)


def parameters() -> dict[str, Any]:
    """How another connection reaches the test database."""
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "host", "port") if given.get(name)}


def test_open_data_is_reachable_from_the_job_queue() -> None:
    from procrastinate.contrib.django import app

    assert "exchange.publish_open_data" in app.tasks
    assert open_data.publish is publish
