"""Platforms reporting donations: ``make bench-donations`` prints one JSON object.

``rows_per_s``: donations taken over HTTP by 8 clients in batches of 5,000 (packed NDJSON, signed, each with its
idempotency key): validated, booked, given their places, sealed, in the log; on top of the donations of ``bench_trace``,
while the sequencer places the entries. ``copy_rows_per_s``: the same rows by bare COPY into a table of the same columns
without indexes, in the same run; ``ratio``: of the two. The server's workers are killed (SIGKILL) three times, the last
time the whole server with its parent, which is then started anew; clients send again what was not answered. ``lost``:
donations acknowledged and not in the database, or in it and not in the log; ``doubled``: more than once.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench_trace
import installation

SCALE = os.environ.get("SCALE", "small")
SECONDS = float(os.environ.get("BENCH_SECONDS", {"small": "20", "national": "60"}[SCALE]))
CLIENTS, BATCH, PAGES = 8, 5_000, 25
MOST_PER_S = 40_000  # for which batches are prepared beforehand
KILLS = (0.2, 0.45, 0.7)  # of the run


@dataclass
class Platform:
    """A platform's program: credentials, and where its batches lie, packed beforehand."""

    code: str
    client_id: str
    secret: str
    key: str
    pages: list[str]
    folder: Path


def main() -> None:
    """Fill, run, check; print one JSON object."""
    env = installation.environment(f"donations-{SCALE}") | {"THREADS": os.environ.get("BENCH_THREADS", "4")}
    os.environ.update(env)
    os.environ["LOG_LEVEL"] = "error"
    sys.path.insert(0, os.getcwd())
    installation.command("migrate", env=env)
    import django

    django.setup()
    world(bench_trace.DONATIONS[SCALE])
    programs = platforms(Path(env["SHETONG_VAR"]) / "batches")
    before = counted()
    report(f"{before['donations']} donations are there; packing batches")
    with multiprocessing.Pool(2) as pool:
        pool.map(pack, programs)
    figures: dict[str, Any] = {"scale": SCALE, "existing": before["donations"], "seconds": SECONDS}
    acknowledged, seconds = run(programs, env)
    figures |= check(programs, acknowledged, seconds, before)
    sys.stdout.write(json.dumps(figures) + "\n")


def report(text: str) -> None:
    """Say something about the run on standard error."""
    sys.stderr.write(text + "\n")


def world(donations: int) -> None:
    """Fill the database once, as ``bench_trace`` does; plans for its projects."""
    from shetong.charity.models import FundraisingActivity, FundraisingPlan, PlanVersion, Project

    if not Project.objects.filter(name="bench 0").exists():
        bench_trace.fill(donations, bench_trace.DISBURSEMENTS[SCALE])
    from datetime import date, timedelta

    from django.utils import timezone

    today = timezone.localdate()
    for number, project in enumerate(Project.objects.filter(name__startswith="bench ").order_by("pk")):
        if FundraisingActivity.objects.filter(project=project).exists():
            continue
        plan = FundraisingPlan.objects.create(
            organisation=project.organisation,
            number=f"{project.organisation.public_code}A26{number:03}",
            name=project.name,
            starts_on=date(2020, 1, 1),
            ends_on=today + timedelta(days=365),
            authority_name="bench",
            filed_on=date(2020, 1, 1),
        )
        PlanVersion.objects.create(
            plan=plan, number=1, kind="original", content={"starts_on": "2020-01-01", "ends_on": "2030-01-01"},
            digest="0" * 64, filed_on=plan.filed_on, recorded_at=timezone.now(),
        )  # fmt: skip
        FundraisingActivity.objects.create(plan=plan, project=project, opened_at=timezone.now())


def platforms(folder: Path) -> list[Platform]:
    """Eight platforms new for this run, each with pages for 25 of the 200 projects, drawn so that they overlap."""
    from django.utils import timezone

    from shetong.charity.models import ActivityPage, FundraisingActivity, PlatformEnvironment
    from shetong.charity.models import Platform as Row
    from shetong.charity.platform_client import new_key, private_key, public_key
    from shetong.charity.services.platforms import access

    run_name = f"{int(time.time()):x}"
    activities = list(FundraisingActivity.objects.order_by("pk"))
    found = []
    for number in range(CLIENTS):
        row = Row.objects.create(
            code=f"b{run_name}-{number}", name="bench", operator_name="bench", designated_on=timezone.localdate()
        )
        key = new_key()
        client, secret = access.create_client(
            platform=row,
            environment=PlatformEnvironment.PRODUCTION,
            public_key=public_key(private_key(key)),
            label="bench",
            actor="system:bench",
        )
        chosen = random.Random(number).sample(activities, PAGES)
        pages = [f"page{index}" for index in range(PAGES)]
        ActivityPage.objects.bulk_create(
            ActivityPage(activity=activity, platform=row, external_id=page, title="bench", published_at=timezone.now())
            for activity, page in zip(chosen, pages, strict=True)
        )
        place = folder / row.code
        place.mkdir(parents=True)
        found.append(Platform(row.code, client.client_id, secret, key, pages, place))
    return found


def pack(program: Platform) -> None:
    """Write a platform's batches: gzip of 5,000 records, a file each."""
    chance = random.Random(program.code)
    now = time.time()
    for batch in range(int(MOST_PER_S * SECONDS / CLIENTS / BATCH) + 1):
        lines = []
        for number in range(BATCH):
            at = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(now + 8 * 3600 - chance.randrange(3_600)))
            amount = 1 + int(chance.random() ** 6 * 99_999)
            lines.append(
                f'{{"number":"N{batch}-{number}","page":"{chance.choice(program.pages)}","amount":{amount},'
                f'"donated_at":"{at}","name":"赵示范","shown":"赵**"}}'
            )
        body = gzip.compress("\n".join(lines).encode(), 6, mtime=0)
        digest = base64.b64encode(hashlib.sha256(body).digest())
        (program.folder / f"{batch}.gz").write_bytes(body)
        (program.folder / f"{batch}.digest").write_bytes(digest)


def report_batches(program: Platform, address: str, until: Any, results: Any) -> None:
    """Be one client: send batch after batch until the time is over, each until it is answered."""
    from shetong.charity.platform_client import Client, private_key

    # Bodies were packed beforehand; what is left to the client is hashing the packed octets and signing the request.
    client = Client(
        f"http://{address}", program.client_id, program.secret, private_key(program.key), tries=200, wait=0.05
    )
    taken, batches, resent = 0, [], 0
    for batch in range(10**6):
        file = program.folder / f"{batch}.gz"
        if time.time() >= until.value or not file.exists():
            break
        body = file.read_bytes()
        headers = {
            "content-type": "application/x-ndjson", "content-encoding": "gzip", "idempotency-key": f"batch-{batch}",
        }  # fmt: skip
        tries = 0

        def make(body: bytes = body, headers: dict[str, str] = headers) -> Any:
            nonlocal tries
            tries += 1
            return client.signed("POST", "/donations", headers, body)

        answer = client._answer(make)
        if answer["taken"] + answer["duplicates"] != BATCH:
            raise SystemExit(f"a batch was not taken: {answer}")
        taken += BATCH
        resent += tries - 1
        batches.append((batch, time.time()))
    results.put((program.code, batches, resent))


def run(programs: list[Platform], env: dict[str, str]) -> tuple[dict[str, list[tuple[int, float]]], float]:
    """Serve, sequence, report and kill; return acknowledged batches with their time by platform, and seconds."""
    context = multiprocessing.get_context("spawn")
    until, results = context.Value("d", 0.0), context.Queue()
    worker = subprocess.Popen(
        [str(installation.SHETONG), "worker", "--queue", "ledger", "--concurrency", "1"],
        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    server = Server(env)
    try:
        began = time.time()
        until.value = began + SECONDS
        clients = [
            context.Process(target=report_batches, args=(program, f"127.0.0.1:{server.port}", until, results))
            for program in programs
        ]
        for client in clients:
            client.start()
        for number, share in enumerate(KILLS):
            time.sleep(max(0.0, began + SECONDS * share - time.time()))
            server.kill(whole=number == len(KILLS) - 1)
        found = {}
        resent = 0
        for _ in clients:
            code, batches, again = results.get(timeout=SECONDS + 120)
            found[code] = batches
            resent += again
        for client in clients:
            client.join()
        seconds = time.time() - began
        report(f"{sum(map(len, found.values()))} batches in {seconds:.1f} s, {resent} sent again")
        waited = time.time()
        while waiting() and time.time() < waited + 60:
            time.sleep(0.2)
        report(f"the log was whole {time.time() - waited:.1f} s later")
    finally:
        server.stop()
        worker.terminate()
        worker.wait(timeout=60)
    return found, seconds


class Server:
    """The real server, killed without notice and started anew."""

    def __init__(self, env: dict[str, str]) -> None:
        self._stack = contextlib.ExitStack()
        self._env = env
        _host, self.port = self._stack.enter_context(installation.server(env, workers=2))
        self._again: subprocess.Popen[bytes] | None = None

    def kill(self, *, whole: bool) -> None:
        """Kill all workers, whose parent starts others; or everything, and start it anew."""
        processes = installation.server_processes(self.port)
        parent, workers = processes[0], processes[1:]
        for process in [parent, *workers] if whole else workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if whole:
            self._again = subprocess.Popen(
                [str(installation.SHETONG), "serve", "--port", str(self.port), "--workers", "2"],
                env={**self._env, "PUBLIC_URL": f"http://127.0.0.1:{self.port}"},
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def stop(self) -> None:
        """Stop it."""
        if self._again is not None:
            self._again.terminate()
            self._again.wait(timeout=30)
        self._stack.close()


def waiting() -> int:
    """How many entries have no place yet."""
    return int(one("SELECT count(*) FROM ledger_waiting"))


def one(statement: str, *parameters: Any) -> Any:
    """The one value of a statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def counted() -> dict[str, int]:
    """What there is before and after: donations and entries."""
    return {
        "donations": int(one("SELECT count(*) FROM charity_donation")),
        "entries": int(one("SELECT count(*) FROM ledger_entry")),
        "places": int(one("SELECT count(*) FROM ledger_place")),
    }


def check(
    programs: list[Platform], acknowledged: dict[str, list[tuple[int, float]]], seconds: float, before: dict[str, int]
) -> dict[str, Any]:
    """Count what was acknowledged against what is there, and copy the same rows bare."""
    from shetong.charity.models import Platform as Row
    from shetong.charity.queries.public_log import pools_against_rows

    lost = doubled = 0
    codes = [program.code for program in programs]
    for row in Row.objects.filter(code__in=codes):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT platform_order FROM charity_donation WHERE platform_id = %s", [row.pk])
            there = Counter(order for (order,) in cursor.fetchall())
        expected = {f"N{batch}-{number}" for batch, _ in acknowledged[row.code] for number in range(BATCH)}
        lost += len(expected - there.keys())
        doubled += sum(there.values()) - len(there)
    after = counted()
    written = after["donations"] - before["donations"]
    lost += max(0, written - (after["places"] - before["places"]))
    doubled += max(0, after["entries"] - before["entries"] - written)
    wrong = list(pools_against_rows())
    total = sum(len(batches) for batches in acknowledged.values()) * BATCH
    numbers = tuple(Row.objects.filter(code__in=codes).values_list("pk", flat=True))
    copied = bare_copy(numbers)
    return {
        "rows": total,
        "rows_per_s": round(total / seconds),
        "copy_rows_per_s": round(copied),
        "ratio": round(total / seconds / copied, 4),
        "lost": lost,
        "doubled": doubled,
        "books_wrong": len(wrong),
        "kills": len(KILLS),
    }


def bare_copy(platforms: tuple[int, ...]) -> float:
    """Rows a second of bare COPY of the run's own rows into a table without indexes, keys and checks."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_copy")
        cursor.execute("CREATE TABLE bench_copy (LIKE charity_donation)")
        chosen = "SELECT * FROM charity_donation WHERE platform_id = ANY(%s) LIMIT 500000"
        with cursor.copy(f"COPY ({chosen}) TO STDOUT (FORMAT BINARY)", [list(platforms)]) as out:
            content = b"".join(out)
        began = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN (FORMAT BINARY)") as copy:
            for start in range(0, len(content), 1 << 20):
                copy.write(content[start : start + (1 << 20)])
        seconds = time.perf_counter() - began
        cursor.execute("SELECT count(*) FROM bench_copy")
        rows = int(cursor.fetchone()[0])
        cursor.execute("DROP TABLE bench_copy")
    return rows / seconds


if __name__ == "__main__":
    main()
