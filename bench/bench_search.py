"""Benchmark of the search: 2,000 fixed queries over the API through the real server.

``make bench-search SCALE=national``. The last line is a JSON object:

``rps``, ``p50_ms``, ``p99_ms`` at 16 connections (Granian, two workers of two threads); ``sql_rps``: the very
statements of the same queries sent by as many Python processes directly, the better of one and of four threads each, in
the same run; ``ratio`` of the two; ``hit5_…``: share of queries made from an organisation (its name, its name with one
character missing or wrong, its short name or its name without division, its pinyin) that have this organisation among
the first five, ``hit5_typo`` of 2,000 such queries and ``hit5_typo_mix`` of the 250 of the mix; ``two_char_p95_ms``:
fragments of two characters over one connection; ``rss_mb``: resident memory of all server processes after the run,
shared pages counted in each.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import installation
import load

SCALE = os.environ.get("SCALE", "small")
SECONDS = float(os.environ.get("BENCH_SECONDS", "12"))
CONNECTIONS, WORKERS, THREADS = 16, 2, 4
# Of the server: the fewer questions are answered at once on two processors, the less the dear ones delay the others.
SERVER_THREADS = 2
LEAST_ORGANISATIONS = {"small": 1_000, "national": 900_000}
HITS = {
    "exact": "hit5_exact",
    "more": "hit5_typo",
    "typo": "hit5_typo_mix",
    "short": "hit5_short",
    "pinyin": "hit5_pinyin",
}

Statements = list[tuple[str, Any]]


def main() -> None:
    """Measure and print."""
    env = {**installation.environment(SCALE), "API_RATE_PUBLIC": "10000000", "THREADS": str(SERVER_THREADS)}
    os.environ.update(env)
    mix, more = prepare(env)
    report(f"{len(mix)} queries")
    figures: dict[str, object] = {"scale": SCALE}
    with installation.server(env, workers=WORKERS) as address:
        host = f"{address[0]}:{address[1]}"
        requests = [load.request(query.path, host=host, accept="application/json") for query in mix]
        figures |= hits(address, mix, requests, more)
        two = [request for query, request in zip(mix, requests, strict=True) if query.kind == "fragment-2"]
        alone = load.run(address, two, connections=1, seconds=SECONDS / 4)
        load.run(address, requests, connections=CONNECTIONS, seconds=SECONDS / 4)
        measured = load.run(address, requests, connections=CONNECTIONS, seconds=SECONDS)
        if measured.failures or alone.failures:
            raise SystemExit(f"{measured.failures + alone.failures} answers were not 200")
        figures["rss_mb"] = round(resident_megabytes(address[1]))
    statements = captured(mix)
    sql_rps = max(direct(statements, threads) for threads in (1, THREADS))
    figures |= {
        "rps": round(measured.rps, 1),
        "p50_ms": round(measured.percentile(0.5), 2),
        "p99_ms": round(measured.percentile(0.99), 2),
        "sql_rps": round(sql_rps, 1),
        "ratio": round(measured.rps / sql_rps, 3),
        "two_char_p95_ms": round(alone.percentile(0.95), 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def report(text: str) -> None:
    """Say something about the run on standard error."""
    sys.stderr.write(text + "\n")


def prepare(env: dict[str, str]) -> tuple[list[Any], list[Any]]:
    """Make the installation with its data unless it stands already, and draw the queries from it."""
    installation.command("assets", env=env)
    installation.command("migrate", env=env)
    import django

    django.setup()
    from search_mix import queries, typos
    from shetong.registry.models import Organisation
    from shetong.registry.services import search_index

    if Organisation.objects.count() < LEAST_ORGANISATIONS[SCALE]:
        installation.command("demo", "--scale", SCALE, env=env)
    search_index.settle()
    return queries(), typos()


def hits(
    address: tuple[str, int], mix: Sequence[Any], requests: Sequence[bytes], more: Sequence[Any]
) -> dict[str, float]:
    """Ask every query once (and ``more`` with typing errors), check the first five and report the times by kind."""
    found: dict[str, list[bool]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    for query, request in zip(mix, requests, strict=True):
        started = time.perf_counter()
        codes = [item["code"] for item in json.loads(load.once(address, request))["items"][:5]]
        times[query.kind].append((time.perf_counter() - started) * 1000)
        if query.wanted:
            found[query.kind].append(query.wanted in codes)
            if query.wanted not in codes:
                report(f"not found by {query.kind}: {dict(query.parameters)}")
    for query in more:
        asked = load.request(query.path, host=f"{address[0]}:{address[1]}", accept="application/json")
        found["more"].append(
            query.wanted in [item["code"] for item in json.loads(load.once(address, asked))["items"][:5]]
        )
    for kind, took in sorted(times.items()):
        took.sort()
        report(f"{kind:12} {len(took):4} median {took[len(took) // 2]:6.2f} p99 {took[int(len(took) * 0.99)]:6.2f} ms")
    return {name: round(sum(found[kind]) / len(found[kind]), 4) for kind, name in HITS.items()}


def captured(mix: Sequence[Any]) -> list[Statements]:
    """Return the statements that each query's answer takes, with their parameters."""
    from django.db import connection
    from django.http import QueryDict

    from shetong.registry.queries.search import SearchRequest, search

    found: list[Statements] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found[-1].append((sql, params))
        return execute(sql, params, many, context)

    search(SearchRequest(q="协会"))  # reads the token frequencies, as a server did before
    with connection.execute_wrapper(record):
        for query in mix:
            found.append([])
            search(SearchRequest.from_parameters(QueryDict(query.path.partition("?")[2])))
    connection.close()
    return found


def direct(statements: list[Statements], threads: int) -> float:
    """Return how many queries a second ``WORKERS`` processes get through when they send the statements themselves."""
    context = multiprocessing.get_context("fork")
    counts = context.Array("q", WORKERS)
    ready = context.Barrier(WORKERS + 1)
    processes = [
        context.Process(target=_work, args=(number, statements, threads, counts, ready)) for number in range(WORKERS)
    ]
    for process in processes:
        process.start()
    ready.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - started
    report(f"direct, {WORKERS} x {threads}: {sum(counts) / seconds:.0f}/s")
    return sum(counts) / seconds


def _work(number: int, statements: list[Statements], threads: int, counts: Any, ready: Any) -> None:
    from django.db import connection

    done = [0] * threads

    def send(thread: int) -> None:
        at = (number * threads + thread) * len(statements) // (WORKERS * threads)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            if thread == 0:
                ready.wait()
            started = time.perf_counter()
            while time.perf_counter() - started < SECONDS:
                for sql, params in statements[at % len(statements)]:
                    cursor.execute(sql, params)
                    cursor.fetchall()
                at += 1
                done[thread] += 1
        connection.close()

    workers = [threading.Thread(target=send, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    counts[number] = sum(done)


def resident_megabytes(port: int) -> float:
    """Return the resident memory of the server's processes: that which listens on ``port`` and its family."""
    family = installation.server_processes(port)
    total = 0
    for process in family:
        with open(f"/proc/{process}/status", encoding="ascii") as status:
            total += next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    report(f"server processes: {len(family)}")
    return total / 1024


if __name__ == "__main__":
    main()
