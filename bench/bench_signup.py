"""Benchmark of signing up under rush: ``make bench-signup SCALE=national``. The last line is a JSON object.

20,000 volunteers press over HTTP, 200 connections at once, for 50 places of one shift and for the shifts of 2,000
other activities, many of which overlap. ``answers_per_s``, ``p50_s``, ``p99_s``: every answer, refusals included;
``hot_answers_per_s``: of a run of requests for another shift of 50 places alone; ``sql_hot_row_per_s``: how many times
a second as many connections as the server has carry out the bare statements on one hot row (conditional UPDATE and
INSERT under a unique key, one statement), in the same run; ``ratio``: of these two; ``oversold``: places given beyond
those there are; ``double_booked``: pairs of overlapping places of one person; ``lost``: sign-ups acknowledged over HTTP
and not in the database as acknowledged, a worker having been killed (SIGKILL) in the middle.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import installation

SCALE = os.environ.get("SCALE", "small")
PEOPLE, ACTIVITIES, CONNECTIONS = {"small": (2_000, 200, 50), "national": (20_000, 2_000, 200)}[SCALE]
HOT_PLACES, WAITING = 50, 100_000
WORKERS, THREADS = 2, int(os.environ.get("BENCH_THREADS", "4"))
SQL_SECONDS = 8.0
ANSWER_SECONDS = 30


def main() -> None:
    """Measure and print."""
    env = {**installation.environment(f"signup-{SCALE}"), "THREADS": str(THREADS)}
    os.environ.update(env)
    installation.command("assets", env=env)
    installation.command("migrate", env=env)
    import django

    django.setup()
    world = prepare()
    asked = requests(world)
    figures: dict[str, object] = {"scale": SCALE, "people": PEOPLE, "requests": len(asked)}
    with installation.server(env, workers=WORKERS) as address:
        run = Rush(address, asked, kill=True)
        run.go()
        report(f"rush: {len(run.times)} answers in {run.seconds:.1f} s, {run.broken} connections broken by the kill")
        hot = Rush(address, hot_requests(world), kill=False)
        hot.go()
    figures |= {
        "answers_per_s": round(len(run.times) / run.seconds, 1),
        "p50_s": round(percentile(run.times, 0.5), 3),
        "p99_s": round(percentile(run.times, 0.99), 3),
        "failures": run.failures + hot.failures,
        **checks(world, {**run.acknowledged, **hot.acknowledged}),
        "hot_answers_per_s": round(len(hot.times) / hot.seconds, 1),
        "hot_p99_s": round(percentile(hot.times, 0.99), 3),
        "sql_hot_row_per_s": round(sql_hot_row(), 1),
    }
    figures["ratio"] = round(len(hot.times) / hot.seconds / float(str(figures["sql_hot_row_per_s"])), 3)
    sys.stdout.write(json.dumps(figures) + "\n")


def report(text: str) -> None:
    """Say something about the run on standard error."""
    sys.stderr.write(text + "\n")


def percentile(times: list[float], share: float) -> float:
    """Return the time that ``share`` of the answers did not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class World:
    """What was prepared: tokens by volunteer, the shift for which everybody races, the others."""

    tokens: dict[int, str]
    hot: list[int]
    others: list[int]


def prepare() -> World:
    """Make people, activities and shifts anew; sign-ups are kept for ever, so each run has shifts of its own."""
    from shetong.volunteering.models import Volunteer
    from shetong.volunteering.services import tokens
    from volunteering_world import activities, volunteers

    people = volunteers(PEOPLE)
    hot = activities(2, places=HOT_PLACES, waiting_limit=WAITING, spread=False)
    others = activities(ACTIVITIES, places=8, waiting_limit=20, spread=True)
    issued = {pk: tokens.issue(Volunteer(pk=pk, token_epoch=0)) for pk in people}
    return World(issued, hot, others)


def requests(world: World) -> list[tuple[int, int, bytes]]:
    """Everybody asks for the hot shift and for two others, in an order that one seed gives."""
    draw = random.Random(20)
    asked = []
    for volunteer, token in world.tokens.items():
        for shift in (world.hot[0], *draw.sample(world.others, 2)):
            asked.append((volunteer, shift, post(shift, token)))
    draw.shuffle(asked)
    return asked


def hot_requests(world: World) -> list[tuple[int, int, bytes]]:
    """Everybody asks for the second hot shift."""
    return [(volunteer, world.hot[1], post(world.hot[1], token)) for volunteer, token in world.tokens.items()]


def post(shift: int, token: str) -> bytes:
    """Return a sign-up as a program sends it."""
    lines = (
        f"POST /api/v1/volunteering/shifts/{shift}/signups HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


@dataclass
class Open:
    """One connection and what it waits for."""

    socket: socket.socket
    asked: tuple[int, int, bytes] = (0, 0, b"")
    sent_at: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)


class Rush:
    """Sends every request once over so many connections; what a killed worker leaves unanswered is sent again."""

    def __init__(self, address: tuple[str, int], asked: list[tuple[int, int, bytes]], *, kill: bool) -> None:
        self.address, self.kill = address, kill
        self.waiting = list(reversed(asked))
        self.total = len(asked)
        self.times: list[float] = []
        self.acknowledged: dict[tuple[int, int], str] = {}
        self.failures = self.broken = 0
        self.seconds = 0.0
        self.selector = selectors.DefaultSelector()

    def go(self) -> None:
        """Run until everything is answered."""
        for _ in range(min(CONNECTIONS, self.total)):
            self._connect()
        started = time.perf_counter()
        killed = not self.kill
        while len(self.times) < self.total:
            if not killed and len(self.times) > self.total // 2:
                killed = True
                self._kill_worker()
            ready = self.selector.select(timeout=ANSWER_SECONDS)
            if not ready:
                raise SystemExit(f"no answer for {ANSWER_SECONDS} s with {self.total - len(self.times)} missing")
            for key, _ in ready:
                self._receive(key.data)
        self.seconds = time.perf_counter() - started
        for key in list(self.selector.get_map().values()):
            key.data.socket.close()

    def _connect(self, asked: tuple[int, int, bytes] | None = None) -> None:
        while True:
            with contextlib.suppress(OSError):
                opened = Open(socket.create_connection(self.address))
                break
            time.sleep(0.02)
        opened.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(opened.socket, selectors.EVENT_READ, opened)
        self._send(opened, asked)

    def _send(self, connection: Open, asked: tuple[int, int, bytes] | None = None) -> None:
        if asked is None:
            if not self.waiting:
                self.selector.unregister(connection.socket)
                connection.socket.close()
                return
            asked = self.waiting.pop()
            connection.sent_at = time.perf_counter()
        connection.asked = asked
        connection.buffer.clear()
        with contextlib.suppress(OSError):  # told by the next read
            connection.socket.sendall(asked[2])

    def _receive(self, connection: Open) -> None:
        try:
            received = connection.socket.recv(65536)
        except OSError:
            received = b""
        if not received:
            self.broken += 1
            self.selector.unregister(connection.socket)
            connection.socket.close()
            sent_at = connection.sent_at
            self._connect(connection.asked)
            list(self.selector.get_map().values())[-1].data.sent_at = sent_at
            return
        connection.buffer += received
        head, found, body = bytes(connection.buffer).partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self.times.append(time.perf_counter() - connection.sent_at)
        status = int(head[9:12])
        if status == 200:
            self.acknowledged[connection.asked[0], connection.asked[1]] = json.loads(body)["state"]
        elif status != 409:
            self.failures += 1
            if self.failures < 4:
                report(f"{status}: {body[:200].decode('utf-8', 'replace')}")
        self._send(connection)

    def _kill_worker(self) -> None:
        # Of the processes of the server: its parent first, then workers; the last is one of these.
        worker = installation.server_processes(self.address[1])[-1]
        os.kill(worker, signal.SIGKILL)
        report(f"killed worker {worker}")


def checks(world: World, acknowledged: dict[tuple[int, int], str]) -> dict[str, int]:
    """Return what must be zero, read from the database."""
    from django.db import connection

    shifts = [*world.hot, *world.others]
    with connection.cursor() as cursor:
        holding = "('offered', 'held', 'present', 'done', 'recorded', 'absent')"
        cursor.execute(
            "SELECT coalesce(sum(greatest(0, n - h.places)), 0) FROM volunteering_shift h"
            " JOIN (SELECT shift_id, count(*)"
            f" AS n FROM volunteering_signup WHERE state IN {holding} GROUP BY 1) AS c ON c.shift_id = h.id"
            " WHERE h.id = ANY(%s)", [shifts],
        )  # fmt: skip
        oversold = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT count(*) FROM volunteering_signup a JOIN volunteering_signup b ON b.volunteer_id = a.volunteer_id"
            f" AND b.id > a.id AND a.during && b.during WHERE a.state IN {holding} AND b.state IN {holding}"
            " AND a.shift_id = ANY(%s)", [shifts],
        )  # fmt: skip
        double = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT volunteer_id, shift_id, state FROM volunteering_signup WHERE shift_id = ANY(%s)", [shifts]
        )
        kept = {(volunteer, shift): state for volunteer, shift, state in cursor.fetchall()}
    lost = sum(kept.get(key) != state for key, state in acknowledged.items())
    held = sum(state == "held" for (_, shift), state in kept.items() if shift == world.hot[0])
    report(f"{len(kept)} sign-ups kept, {held} places of the hot shift")
    return {"oversold": oversold, "double_booked": double, "lost": lost}


def sql_hot_row() -> float:
    """Return how often a second the bare statements succeed on one hot row, from as many connections as the server."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_hot, bench_place")
        cursor.execute("CREATE TABLE bench_hot (id int PRIMARY KEY, taken int, places int) WITH (fillfactor = 40)")
        cursor.execute(
            "CREATE TABLE bench_place (id bigserial PRIMARY KEY, hot int, person bigint, UNIQUE (hot, person))"
        )
        cursor.execute("INSERT INTO bench_hot VALUES (1, 0, 1000000000)")
    connection.close()
    context = multiprocessing.get_context("fork")
    counts = context.Array("q", WORKERS * THREADS)
    processes = [context.Process(target=_hot, args=(number, counts)) for number in range(WORKERS * THREADS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_hot, bench_place")
    return sum(counts) / SQL_SECONDS


def _hot(number: int, counts: Any) -> None:
    from django.db import connection

    connection.ensure_connection()
    raw: Any = connection.connection
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < SQL_SECONDS:
        person = number * 1_000_000_000 + done
        raw.execute(
            "WITH won AS (UPDATE bench_hot SET taken = taken + 1 WHERE id = 1 AND taken < places RETURNING id)"
            " INSERT INTO bench_place (hot, person) SELECT id, %s FROM won", [person],
        )  # fmt: skip
        done += 1
    counts[number] = done


if __name__ == "__main__":
    main()
