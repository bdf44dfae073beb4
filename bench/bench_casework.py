"""Benchmark of casework: whole lifecycles, the to-do among a million cases, a case with 500 documents, one decision.

``make bench-casework SCALE=national``. Prints as its last line a JSON object: ``lifecycles_per_s`` (draft, submit,
accept, two reviews, decision with filing and certificate, through the services), ``todo_p50_ms`` and
``todo_p99_ms`` (an officer's authorised to-do with exact totals, through the server), ``open_case_p99_ms`` (a case with
500 files, through the server) and ``decisions_of_32`` (32 who decide at once).
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import installation

SCALE = os.environ.get("SCALE", "small")
CASES = {"small": 20_000, "national": 1_000_000}
OPEN_SHARE = 5  # one of five is open
SECONDS = {"small": 5.0, "national": 20.0}
# A server has more threads than processors: while one waits for the disk another works.
PROCESSES = int(os.environ.get("PROCESSES", "4"))
COUNTIES = 8  # for which each process works
WARM = 60
FILES = 500


def main() -> None:
    """Measure and print."""
    env = installation.environment(SCALE)
    os.environ.update(env)
    installation.command("assets", env=env)
    installation.command("migrate", env=env)
    import django

    django.setup()
    from django.db import connection

    fill(CASES[SCALE])
    figures: dict[str, object] = {"scale": SCALE, "cases": CASES[SCALE], "open": CASES[SCALE] // OPEN_SHARE}
    figures["decisions_of_32"] = decisions_of(32)
    warm_up(WARM)
    connection.close()
    with get_context("spawn").Pool(PROCESSES) as pool:
        done = pool.map(lifecycles, [SECONDS[SCALE]] * PROCESSES)
    figures["lifecycles_per_s"] = round(sum(count / seconds for count, seconds in done), 1)
    figures |= pages(env)
    sys.stdout.write(json.dumps(figures) + "\n")


def fill(wanted: int) -> None:
    """Make the register of cases up to ``wanted`` rows, spread over all counties, one of five open."""
    from django.db import connection

    from shetong.accounts.models import User
    from shetong.casework.models import Case
    from shetong.core import divisions

    missing = wanted - Case.objects.exclude(number=None).count()
    if missing <= 0:
        return
    applicant = User.objects.get_or_create(username="bench-applicant", defaults={"demo": True})[0]
    counties = [one.code for one in divisions.descendants(divisions.NATION) if not one.code.endswith("00")]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO casework_case (number, matter, state, step, title, applicant_id, founds, subject_code,
                subject_name, authority_name, authority_division, form, sealed, form_version, rules_on, submitted_at,
                accepted_on, due_on, next_on, decided_on, closed_at, event_count, demo, created_at, updated_at)
            SELECT 'B' || n, 'SO-CHG', CASE WHEN n %% %(share)s = 0 THEN 'reviewing' ELSE 'archived' END,
                   'first-review', '', %(applicant)s, false, '', '示例组织' || n, '示例民政局',
                   (%(counties)s::text[])[1 + n %% array_length(%(counties)s::text[], 1)], '{}', '', 1,
                   current_date, now(), current_date, current_date + (n %% 60)::int - 5,
                   current_date + (n %% 60)::int - 5,
                   CASE WHEN n %% %(share)s = 0 THEN NULL ELSE current_date END, NULL, 2, true, now(), now()
            FROM generate_series(%(first)s, %(last)s) n
            """,
            {
                "share": OPEN_SHARE,
                "applicant": applicant.pk,
                "counties": counties,
                "first": wanted - missing + 1,
                "last": wanted,
            },
        )
        cursor.execute("ANALYZE casework_case")


def lifecycles(seconds: float) -> tuple[int, float]:
    """Run whole lives of applications for ``seconds``; return how many and the time that it took."""
    import django

    django.setup()
    from casework_lives import Lives, directly
    from shetong.accounts.services import audit

    lives = Lives(f"{os.getpid()}-{time.time_ns()}", COUNTIES)
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        lives.life(directly)
        count += 1
    audit.chain_pending()  # what the last acts left to the thread behind belongs to their lives
    return count, time.perf_counter() - begun


def warm_up(many: int) -> None:
    """Run some lives and let the planner know the register, as a database that has run for a day does."""
    from django.db import connection

    from casework_lives import Lives, directly

    lives = Lives(f"warm-{time.time_ns()}", COUNTIES)
    for _ in range(many):
        lives.life(directly)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def decisions_of(many: int) -> int:
    """Let ``many`` officers decide one case at the same moment; return how many decisions there are."""
    from django.db import connection

    from casework_lives import Lives
    from shetong.casework.models import CaseEvent
    from shetong.casework.services import decision
    from shetong.core.errors import DomainError

    case, chiefs = Lives(f"decide-{time.time_ns()}", 1).waiting(many)

    def decide(chief: Any) -> None:
        try:
            decision.approve(case_id=case.pk, actor=chief, reason="同意。")
        except DomainError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(decide, chiefs))
    return CaseEvent.objects.filter(case=case, act="approve").count()


def registrar(name: str, division: str) -> Any:
    """Return a registrar of a division, made where missing."""
    from shetong.accounts.models import User
    from shetong.accounts.services import roles

    user, made = User.objects.get_or_create(username=f"bench-{name}", defaults={"demo": True})
    if made:
        roles.grant(user=user, role="registrar", division_code=division, reason="测量", actor=None)
    return user


def pages(env: dict[str, str]) -> dict[str, float]:
    """Ask the real server for a county's and a province's to-do and for a case with many files, one after another."""
    from django.conf import settings
    from django.test import Client

    import load

    case_id = case_with_files(FILES)
    clerk = registrar("pages", "110105")
    client = Client()
    client.force_login(clerk)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    figures = {}
    with installation.server(env) as address:
        for name, path in (("todo", "/office/cases/"), ("open_case", f"/office/cases/{case_id}/")):
            asked = load.request(path, host=f"{address[0]}:{address[1]}").replace(
                b"\r\n\r\n", f"\r\nCookie: {cookie}\r\n\r\n".encode()
            )
            load.run(address, [asked], connections=1, seconds=2)
            measured = load.run(address, [asked], connections=1, seconds=10)
            if measured.failures:
                raise SystemExit(f"{path}: {measured.failures} answers were not 200")
            figures[f"{name}_p50_ms"] = round(measured.percentile(0.5), 1)
            figures[f"{name}_p99_ms"] = round(measured.percentile(0.99), 1)
    return figures


def case_with_files(many: int) -> int:
    """Return a case in review with ``many`` files; one that an earlier run made serves again."""
    from django.db.models import Count
    from django.utils import timezone

    from shetong.casework.models import Case, CaseMaterial, StoredFile

    found = Case.objects.filter(state="reviewing", authority_division="110105")
    ready = found.annotate(files=Count("materials")).filter(files__gte=many).first()
    if ready is not None:
        return ready.pk
    case = found.filter(demo=True).first()
    if case is None:
        raise SystemExit("there is no open case in 110105")
    now = timezone.now()
    kept = {"size": 1000, "media_type": "application/pdf", "stored_at": now}
    files = [StoredFile(digest=f"{number:064x}", **kept) for number in range(many)]
    StoredFile.objects.bulk_create(files, ignore_conflicts=True)
    CaseMaterial.objects.bulk_create(
        CaseMaterial(
            case=case, code="minutes", file=file, name=f"材料{n}.pdf", uploaded_by=case.applicant, uploaded_at=now
        )
        for n, file in enumerate(files)
    )
    return case.pk


if __name__ == "__main__":
    main()
