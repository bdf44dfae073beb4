"""Servers and workers that are killed: what was decided is delivered once, by whoever comes after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from shetong.accounts.models import AuditEvent
from shetong.casework.models import Case, CaseEvent, Notice, State
from shetong.store import rows
from tests.casework import factories

pytestmark = pytest.mark.django_db(transaction=True)

DECIDES = """
import os, signal, sys, django
django.setup()
from shetong.accounts.models import User
from shetong.casework.services import decision
decision.approve(case_id=int(sys.argv[1]), actor=User.objects.get(pk=int(sys.argv[2])), reason="符合法定条件。")
os.kill(os.getpid(), signal.SIGKILL)
"""
DECIDES_HALF = DECIDES.replace(
    "decision.approve",
    "from shetong.casework.services import notices\n"
    "notices.issue = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
    "decision.approve",
)
# A worker that dies when it has put the notice into the hall, before it could say that its job is done.
DIES_DELIVERING = """
import os, signal, sys
from shetong.cli import manage
manage.load_django()
from shetong.casework.services import closing
closing.delivered = lambda **k: os.kill(os.getpid(), signal.SIGKILL)
from shetong.cli.worker import worker
worker.main(["--once", "--queue", "casework"], standalone_mode=False)
"""


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process that works on the tests' database and files."""
    given: dict[str, Any] = connection.get_connection_params()
    url = f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}&port={given.get('port') or 5432}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shetong.conf.testing",
        "DATABASE_URL": url,
        "FILES_ROOT": str(folder),
    }


def run(script: str, *arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own to its end."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment(folder), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def work(folder: Path) -> None:
    """Let a real worker do what waits, and what the dead left."""
    # The dead worker was last heard of long ago.
    rows.run("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    # The time of every next try has come.
    rows.run("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    done = subprocess.run(
        [str(Path(sys.executable).parent / "shetong"), "worker", "--once", "--queue", "casework"],
        env=environment(folder), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def deliveries(case: Case) -> list[str]:
    """Return the acts of delivery that the audit trail knows of a case's decision."""
    notice = Notice.objects.get(case=case, kind="approval")
    return list(AuditEvent.objects.filter(target=f"notice:{notice.pk}").values_list("action", flat=True))


def test_a_server_killed_after_the_decision_has_its_notice_delivered_once(tmp_path: Path, settings: Any) -> None:
    settings.FILES_ROOT = tmp_path
    case, chief = factories.at_decision(), factories.chief()
    died = run(DECIDES, case.pk, chief.pk, folder=tmp_path)
    assert died.returncode == -signal.SIGKILL, died.stderr
    case.refresh_from_db()
    assert case.state == State.APPROVED
    assert Notice.objects.get(case=case, kind="approval").delivered_at is None
    for _ in range(2):
        work(tmp_path)
    case.refresh_from_db()
    assert case.state == State.ARCHIVED
    assert deliveries(case) == ["notice.deliver"]
    assert CaseEvent.objects.filter(case=case, act="deliver").count() == 1


def test_a_server_killed_within_the_decision_has_decided_nothing(tmp_path: Path, settings: Any) -> None:
    settings.FILES_ROOT = tmp_path
    case, chief = factories.at_decision(), factories.chief()
    died = run(DECIDES_HALF, case.pk, chief.pk, folder=tmp_path)
    assert died.returncode == -signal.SIGKILL, died.stderr
    case.refresh_from_db()
    assert (case.state, case.step) == (State.REVIEWING, "decision")
    assert not Notice.objects.filter(case=case, kind="approval").exists()
    assert not rows.exists("FROM registry_organisation WHERE name = %s", [case.subject_name])
    assert run(DECIDES, case.pk, chief.pk, folder=tmp_path).returncode == -signal.SIGKILL
    assert rows.exists("FROM registry_organisation WHERE name = %s", [case.subject_name])


def test_a_worker_killed_while_it_delivers_is_followed_by_one_that_ends_the_work(tmp_path: Path, settings: Any) -> None:
    settings.FILES_ROOT = tmp_path
    case = factories.approved()
    died = run(DIES_DELIVERING, folder=tmp_path)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert ProcrastinateJob.objects.filter(status="doing").exists()
    for _ in range(2):  # the first may end before its last job has put the archive's into the queue
        work(tmp_path)
    case.refresh_from_db()
    assert case.state == State.ARCHIVED
    assert deliveries(case) == ["notice.deliver"]
    assert not ProcrastinateJob.objects.filter(queue_name="casework", status__in=("todo", "doing")).exists()
