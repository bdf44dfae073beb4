"""Tracing donations: ``make bench-trace`` prints one JSON object.

``forward_p99_ms``: from a donation's number to the whole of its path. ``reverse_p99_ms``: from a disbursement's number
to whose money paid it, the first 100 contributions as a page shows them; ``reverse_all_p99_ms``: all of them. The rows
are written past the services, in bulk, and then checked as every audit does: counters, intervals and books must agree.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from random import Random
from typing import Any

DONATIONS = {"small": 1_000_000, "national": 20_000_000}
DISBURSEMENTS = {"small": 20_000, "national": 200_000}
POOLS = 200
REFUNDS_EACH = 100  # of a pool
LOOKUPS = 3_000
PAGE = 100

# A pool's donations, one after the other: amounts between 0.01 and 1,000 yuan, small ones far more frequent.
_DONATIONS = """
INSERT INTO charity_donation (pool_id, pool_from, pool_to, quantity, amount, refunded, channel, platform_id,
    platform_order, currency, donor_kind, shown, particulars_sealed, journal_id, donated_at, recorded_at)
SELECT %(pool)s, upto - amount, upto, amount, amount, 0, 'platform', %(platform)s, 'P' || %(pool)s || 'N' || number,
    'CNY', 'person', '赵**',
    sha256(number::text::bytea) || sha256(('b' || number)::bytea) || sha256(('c' || number)::bytea),
    %(journal)s, timestamptz '2025-01-01' + number * interval '3 seconds', now()
FROM (SELECT number, amount, sum(amount) OVER (ORDER BY number)::bigint AS upto FROM (
    SELECT number, 1 + (power((hashint8(number * 7919 + %(pool)s) & 65535) / 65536.0, 6) * 99999)::bigint AS amount
    FROM generate_series(1, %(count)s) AS number) AS drawn) AS placed
"""


def quantiles(times: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def fill(donations: int, disbursements: int) -> None:
    """Write pools, donations, refunds, disbursements and their books in bulk."""
    from django.db import connection
    from django.utils import timezone
    from tests.registry.factories import register_organisation

    from shetong.charity.models import Platform
    from shetong.charity.services import pools, projects

    chance = Random(2)
    organisation = register_organisation(kind="FD")
    platform = Platform.objects.create(
        code="bench", name="bench", operator_name="bench", designated_on=timezone.localdate()
    )
    numbers = []
    for number in range(POOLS):
        project = projects.open_project(
            organisation=organisation,
            name=f"bench {number}",
            summary="bench",
            purpose="bench",
            area="bench",
            beneficiaries="bench",
            starts_on=timezone.localdate(),
            actor="system:bench",
        )
        numbers.append(pools.open_pool(organisation=organisation, project=project).pk)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for number in numbers:
            _fill_pool(cursor, chance, number, organisation.pk, platform.pk, donations // POOLS, disbursements // POOLS)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE charity_donation")
        cursor.execute("VACUUM ANALYZE charity_disbursement")
        cursor.execute("VACUUM ANALYZE charity_donationreversal")
        cursor.execute("CHECKPOINT")


def _fill_pool(
    cursor: Any, chance: Random, pool: int, organisation: int, platform: int, donations: int, disbursements: int
) -> None:
    from django.utils import timezone

    from shetong.charity.services.books import Code, Line, book

    today = timezone.localdate()
    journal = book(
        organisation=organisation,
        booked_on=today,
        summary="bench",
        lines=[Line(Code.BANK, 1), Line(Code.DONATIONS, -1)],
    )
    cursor.execute(_DONATIONS, {"pool": pool, "platform": platform, "journal": journal.pk, "count": donations})
    cursor.execute("SELECT max(pool_to), sum(amount), count(*) FROM charity_donation WHERE pool_id = %s", [pool])
    received, donated, count = map(int, cursor.fetchone())
    cursor.execute(
        "WITH chosen AS (SELECT id, pool_to, (quantity + 1) / 2 AS back FROM charity_donation WHERE pool_id = %s"
        " ORDER BY hashint8(id) LIMIT %s), told AS (INSERT INTO charity_donationreversal (donation_id, kind, quantity,"
        " amount, pool_id, hole_from, hole_to, platform_refund, reason, journal_id, reversed_at, recorded_at)"
        " SELECT id, 'refund', back, back, %s, pool_to - back, pool_to, '', 'bench', %s, now(), now() FROM chosen)"
        " UPDATE charity_donation AS donation SET refunded = back FROM chosen WHERE donation.id = chosen.id",
        [pool, REFUNDS_EACH, pool, journal.pk],
    )
    cursor.execute(
        "SELECT hole_from, hole_to FROM charity_donationreversal WHERE pool_id = %s ORDER BY hole_from", [pool]
    )
    holes = cursor.fetchall()
    refunded = sum(end - start for start, end in holes)
    spent, frontier = _spend(cursor, chance, pool, journal.pk, disbursements, (donated - refunded) * 9 // 10, holes)
    cursor.execute(
        "UPDATE charity_pool SET received = %s, donated = %s, donations = %s, refunded = %s, spent = %s, frontier = %s,"
        " held = %s WHERE id = %s",
        [received, donated, count, refunded, spent, frontier, donated - refunded - spent, pool],
    )
    balance = donated - refunded - spent
    book(
        organisation=organisation,
        booked_on=today,
        summary="bench",
        lines=[Line(Code.BANK, balance), Line(Code.DONATIONS, -balance, pool)],
    )


def _spend(
    cursor: Any, chance: Random, pool: int, journal: int, count: int, budget: int, holes: list[tuple[int, int]]
) -> tuple[int, int]:
    """Write disbursements of a pool for ``budget`` fen together; return what was spent and the frontier."""
    from shetong.charity.rules.tracing import advance

    cuts = sorted(chance.sample(range(1, budget), count - 1))
    frontier, at = 0, 0
    statement = (
        "COPY charity_disbursement (pool_id, pool_from, pool_to, quantity, amount, kind, purpose, payee, reached_final,"
        " sub_disbursed, returned, journal_id, spent_on, recorded_at) FROM STDIN"
    )
    now = time.strftime("%Y-%m-%d %H:%M:%S+00")
    with cursor.copy(statement) as copy:
        for start, end in zip([0, *cuts], [*cuts, budget], strict=True):
            while at < len(holes) and holes[at][0] < frontier:
                at += 1
            stop = advance(frontier, end - start, islice(holes, at, None))
            copy.write_row(
                (pool, frontier, stop, end - start, end - start, "service", "bench", "", False, 0, 0, journal, now, now)
            )
            frontier = stop
    return budget, frontier


def measure(act: Callable[[int], int], numbers: list[int]) -> tuple[float, float, float]:
    """Median and 99th percentile in ms of ``act`` over ``numbers``, and the mean of what it returned."""
    times, sizes = [], []
    for number in numbers:
        began = time.perf_counter()
        sizes.append(act(number))
        times.append((time.perf_counter() - began) * 1_000)
    p50, p99 = quantiles(times)
    return round(p50, 2), round(p99, 2), round(statistics.mean(sizes), 1)


def lookups(donations: int, disbursements: int) -> dict[str, Any]:
    """Both questions about random donations and disbursements."""
    from shetong.charity.models import Disbursement, Donation
    from shetong.charity.queries import tracing

    chance = Random(3)

    def forward(number: int) -> int:
        donation = Donation.objects.get(pk=number)
        legs = tracing.path_of(donation)
        if sum(leg.quantity for leg in legs) != donation.quantity:
            raise SystemExit(f"donation {number} is not whole")
        return len(legs)

    def reverse(number: int) -> int:
        return len(list(islice(tracing.contributions(Disbursement.objects.get(pk=number)), PAGE)))

    def reverse_all(number: int) -> int:
        row = Disbursement.objects.get(pk=number)
        found = list(tracing.contributions(row))
        if sum(one.quantity for one in found) != row.quantity:
            raise SystemExit(f"disbursement {number} is not whole")
        return len(found)

    gifts = [chance.randint(1, donations) for _ in range(LOOKUPS)]
    bills = [chance.randint(1, disbursements) for _ in range(LOOKUPS)]
    figures: dict[str, Any] = {}
    for name, act, numbers in (
        ("forward", forward, gifts),
        ("reverse", reverse, bills),
        ("reverse_all", reverse_all, bills),
    ):
        figures[f"{name}_p50_ms"], figures[f"{name}_p99_ms"], figures[f"{name}_rows"] = measure(act, numbers)
    return figures


@contextmanager
def database() -> Iterator[None]:
    """A database of its own, dropped at the end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "shetong.conf.testing"
    os.environ["SHETONG_TEST_RUN"] = "bench_trace"
    os.environ["LOG_LEVEL"] = "error"
    sys.path.insert(0, os.getcwd())
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


def main() -> None:
    """Fill, check, measure; print one JSON object."""
    scale = os.environ.get("SCALE", "small")
    donations, disbursements = DONATIONS[scale], DISBURSEMENTS[scale]
    with database():
        from shetong.charity.queries.public_log import pools_against_rows

        began = time.perf_counter()
        fill(donations, disbursements)
        print(f"filled: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        if wrong := list(pools_against_rows()):
            raise SystemExit(f"the rows contradict each other: {wrong[:5]}")
        print(f"checked: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        figures = lookups(donations, disbursements)
        print(json.dumps({"scale": scale, "donations": donations, "disbursements": disbursements, **figures}))


if __name__ == "__main__":
    main()
