"""Benchmark of service time: ``make bench-hours SCALE=national``. The last line is a JSON object.

10 million records of 200,000 volunteers in 2,000 teams. ``total_p99_ms``, ``year_p99_ms``, ``ranking_p99_ms``: a
volunteer's total with its years, a team's table of a year with the 50 who served longest, a page of 50 of a city's
ranking with the names of those who agreed, each 1,000 times for others in turn, over the queries that the pages call.
``import_rows_per_s``: 1 million records of another system in batches of 50,000 by two processes, a twentieth of them
overlapping what counts already; ``flagged``: how many of these were found; ``missed``: those that were not.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from typing import Any

import installation

SCALE = os.environ.get("SCALE", "small")
RECORDS, IMPORTED, ASKED = {"small": (200_000, 40_000, 300), "national": (10_000_000, 1_000_000, 1_000)}[SCALE]
BATCH, PROCESSES = {"small": (10_000, 2), "national": (50_000, 2)}[SCALE]
OVERLAPPING = 20  # every twentieth


def main() -> None:
    """Measure and print."""
    env = installation.environment(f"hours-{SCALE}")
    os.environ.update(env)
    installation.command("migrate", env=env)
    import django

    django.setup()
    from hours_world import ready

    people, teams = ready(RECORDS)
    if os.environ.get("BENCH_PREPARE"):
        return
    figures: dict[str, object] = {"scale": SCALE, "records": RECORDS, "people": people, "teams": teams}
    figures |= questions(people, teams)
    figures |= imports(people)
    sys.stdout.write(json.dumps(figures) + "\n")


def questions(people: int, teams: int) -> dict[str, object]:
    """Ask each question many times and return the percentiles."""
    from shetong.volunteering.models import Team, Volunteer
    from shetong.volunteering.queries import totals
    from volunteering_world import DIVISIONS

    draw = random.Random(11)
    first = Volunteer.objects.filter(verified_through="benchmark").order_by("pk").values_list("pk", flat=True)[0]
    known = list(Team.objects.filter(contact="时长压测").order_by("pk")[:teams])
    asked = {
        "total": lambda: totals.of_volunteer(first + draw.randrange(people)),
        "year": lambda: totals.team_year(draw.choice(known), draw.randrange(2022, 2026)),
        "ranking": lambda: totals.ranking(draw.choice(DIVISIONS)[:4], offset=50 * draw.randrange(19)),
    }
    figures: dict[str, object] = {}
    for name, ask in asked.items():
        times = []
        for number in range(ASKED + 20):
            started = time.perf_counter()
            ask()
            if number >= 20:
                times.append((time.perf_counter() - started) * 1000)
        times.sort()
        figures[f"{name}_p50_ms"] = round(times[len(times) // 2], 2)
        figures[f"{name}_p99_ms"] = round(times[int(len(times) * 0.99)], 2)
    return figures


def columns(run: str, start: int, count: int, people: int) -> Any:
    """Return a batch: records of 2027 on days of their own, every twentieth at the time of one that counts."""
    from shetong.volunteering.services.foreign import Columns

    numbers, volunteers, starts, minutes = [], [], [], []
    day, base = 86_400, 1_641_002_400  # 2022-01-01 02:00 UTC, an hour into what counts
    # Records go round the people, so that a person's come far from each other, on days before what counts.
    for n in range(start, start + count):
        rank, turn = n % people, n // people
        numbers.append(f"{run}-{n}")
        volunteers.append(f"V{rank + 1:013}")
        if n % OVERLAPPING == 0:
            starts.append(base + (29 + (rank + 1) % 29) * day)
        else:
            starts.append(base - (400 + turn) * day)
        minutes.append(60 + n % 60)
    same = len(numbers)
    return Columns(
        numbers, volunteers, [""] * same, starts, [at + 7_200 for at in starts], minutes, ["care"] * same,
        ["330106"] * same, ["示范路2号"] * same, ["演示服务"] * same,
    )  # fmt: skip


def imports(people: int) -> dict[str, object]:
    """Import and return the rate and what was found; what is imported stays, so each run has numbers of its own."""
    from django.db import connection

    run = f"r{time.time_ns()}"
    clear()
    connection.close()
    context = multiprocessing.get_context("fork")
    results, ready = context.Queue(), context.Barrier(PROCESSES + 1)
    share = IMPORTED // PROCESSES
    workers = [
        context.Process(target=_import, args=(run, number * share, share, people, results, ready))
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    started = time.perf_counter()
    sums = [results.get() for _ in workers]
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    counted, flagged, faults = (sum(column) for column in zip(*sums, strict=True))
    overlapping = len(range(0, IMPORTED, OVERLAPPING))
    return {
        "import_rows_per_s": round(IMPORTED / seconds, 1), "imported": IMPORTED, "counted": counted,
        "flagged": flagged, "missed": overlapping - flagged, "faults": faults,
    }  # fmt: skip


def clear() -> None:
    """Take away what earlier runs imported; only a benchmark's own database is ever treated so."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM volunteering_recordbatch WHERE source = 'bench')")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM volunteering_doubt")
        cursor.execute("DELETE FROM volunteering_servicerecord WHERE source = 'bench'")
        cursor.execute("DELETE FROM volunteering_recordbatch WHERE source = 'bench'")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(
            "UPDATE volunteering_volunteertotal t SET minutes = s.minutes, records = s.n FROM (SELECT volunteer_id,"
            " sum(minutes) AS minutes, count(*) AS n FROM volunteering_servicerecord GROUP BY 1) AS s"
            " WHERE s.volunteer_id = t.volunteer_id AND t.records <> s.n"
        )
        cursor.execute("VACUUM ANALYZE volunteering_servicerecord")


def _import(run: str, start: int, count: int, people: int, results: Any, ready: Any) -> None:
    from shetong.volunteering.services import foreign

    ready.wait()
    counted = flagged = faults = 0
    for at in range(start, start + count, BATCH):
        size = min(BATCH, start + count - at)
        done = foreign.take_in(
            actor="system:benchmark", source="bench", batch=f"{run}-{at}", confirmer="压测",
            columns=columns(run, at, size, people), demo=True,
        )  # fmt: skip
        counted += done.batch.counted
        flagged += done.batch.flagged
        faults += len(done.faults) + len(done.changed)
    results.put((counted, flagged, faults))


if __name__ == "__main__":
    main()
