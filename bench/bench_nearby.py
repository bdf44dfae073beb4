"""Benchmark of finding activities: ``make bench-nearby SCALE=national``. The last line is a JSON object.

300,000 open activities around the cities of the country; 2,000 questions "the 20 nearest open this weekend with my
skills" over the API through the real server at 16 connections: ``rps``, ``p50_ms``, ``p99_ms``; ``sql_rps``: the very
statements of the same questions sent by two processes directly in the same run; ``ratio`` of the two.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from typing import Any
from urllib.parse import urlencode

import installation
import load

SCALE = os.environ.get("SCALE", "small")
ACTIVITIES = {"small": 5_000, "national": 300_000}[SCALE]
SECONDS = float(os.environ.get("BENCH_SECONDS", "12"))
CONNECTIONS, WORKERS, SERVER_THREADS, QUESTIONS = 16, 2, 2, 2_000


def main() -> None:
    """Measure and print."""
    env = {
        **installation.environment(f"nearby-{SCALE}"),
        "API_RATE_PUBLIC": "10000000",
        "THREADS": str(SERVER_THREADS),
    }
    os.environ.update(env)
    installation.command("assets", env=env)
    installation.command("migrate", env=env)
    import django

    django.setup()
    from volunteering_world import open_activities, places

    there = open_activities(ACTIVITIES)
    if os.environ.get("BENCH_PREPARE"):
        return
    asked = questions(places())
    figures: dict[str, object] = {"scale": SCALE, "activities": there}
    with installation.server(env, workers=WORKERS) as address:
        host = f"{address[0]}:{address[1]}"
        requests = [
            load.request(f"/api/v1/volunteering/activities?{query}", host=host, accept="application/json")
            for query in asked
        ]
        answer = json.loads(load.once(address, requests[0]))
        figures["found"] = len(answer["items"])
        load.run(address, requests, connections=CONNECTIONS, seconds=SECONDS / 4)
        measured = load.run(address, requests, connections=CONNECTIONS, seconds=SECONDS)
        if measured.failures:
            raise SystemExit(f"{measured.failures} answers were not 200")
    sql = direct(asked)
    figures |= {
        "rps": round(measured.rps, 1),
        "p50_ms": round(measured.percentile(0.5), 2),
        "p99_ms": round(measured.percentile(0.99), 2),
        "sql_rps": round(sql, 1),
        "ratio": round(measured.rps / sql, 3),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def questions(around: list[tuple[float, float]]) -> list[str]:
    """Return the queries: a place near some city, this weekend, up to three skills."""
    from shetong.volunteering.models import Skill

    draw = random.Random(7)
    made = []
    for _ in range(QUESTIONS):
        longitude, latitude = draw.choice(around)
        near = f"{longitude + draw.gauss(0, 0.1):.4f},{latitude + draw.gauss(0, 0.1):.4f}"
        skills = [("skill", code) for code in draw.sample(Skill.values, draw.randrange(4))]
        made.append(
            urlencode(
                [("near", near), ("days", "weekend"), ("suits", "1"), ("age", str(draw.randrange(16, 70))), *skills]
            )
        )
    return made


def direct(asked: list[str]) -> float:
    """Return how many questions a second two processes answer with the statements alone."""
    from django.db import connection
    from django.http import QueryDict
    from django.utils import timezone

    from shetong.volunteering.queries import finder
    from shetong.volunteering.rules import criteria

    today = timezone.localdate()
    statements = [finder.statement(criteria.read(QueryDict(query))[0], limit=20, today=today) for query in asked]
    connection.close()
    context = multiprocessing.get_context("fork")
    counts, ready = context.Array("q", WORKERS), context.Barrier(WORKERS)
    processes = [context.Process(target=_work, args=(number, statements, counts, ready)) for number in range(WORKERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(counts) / SECONDS


def _work(number: int, statements: list[Any], counts: Any, ready: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        ready.wait()
        started, at, done = time.perf_counter(), number * len(statements) // WORKERS, 0
        while time.perf_counter() - started < SECONDS:
            cursor.execute(*statements[at % len(statements)])
            cursor.fetchall()
            at += 1
            done += 1
    counts[number] = done


if __name__ == "__main__":
    main()
