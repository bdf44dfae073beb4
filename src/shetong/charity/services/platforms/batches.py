"""Batches of donations from platforms: judged, told apart, and all that is new written in one go.

Nothing is written twice: the key (platform, platform's number) is unique in the database, and a batch that meets a
donation which another one wrote in the meantime is judged anew. What can be done before the pools are locked is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.charity.models import PlatformBatch
from shetong.charity.queries.platforms import standing
from shetong.charity.queries.public_log import CHARITY
from shetong.charity.rules import donation_lines, log_content
from shetong.charity.rules.donation_lines import Target
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_records import Given, doubles, judge
from shetong.charity.services import locks
from shetong.charity.services.books import Code, Line, book
from shetong.charity.services.platforms import aftermath
from shetong.charity.services.platforms.access import Caller
from shetong.core import pii
from shetong.ledger.services.entries import append_encoded
from shetong.store import rows

TRIES = 4
SAMPLE = 16
_COPY = f"COPY charity_donation ({', '.join(donation_lines.COLUMNS)}) FROM STDIN (FORMAT BINARY)"
Interval = tuple[int, int]


@dataclass(slots=True)
class Outcome:
    """What became of a batch. ``codes``: of each record, empty where it was simply taken; ``late`` ones were taken."""

    codes: list[str]
    batch: int = 0
    taken: int = 0
    amount: int = 0
    late: int = 0
    refunds: int = 0
    numbers: dict[int, int] = field(default_factory=dict)  # donation by place, of those that repeat a taken one

    def count(self, *wanted: str) -> int:
        """How many records have one of these codes."""
        return sum(code in wanted for code in self.codes)


def take(caller: Caller, records: Sequence[Given | None]) -> Outcome:
    """Take what is new and lawful among ``records`` (``None``: not of their form); must be in a transaction.

    Raises :class:`PlatformError` ``busy`` where others keep writing the same donations.
    """
    now = timezone.now()
    pages, targets = standing.facts(caller.platform, {one.page for one in records if one is not None})
    judged = judge(records, pages, now=now)
    doubles(records, judged)
    targets = aftermath.open_earmarks(caller.platform, records, judged, targets)
    good = {one.number: one for one, code in zip(records, judged, strict=True) if one is not None and not code}
    awaited = aftermath.awaited(caller.platform, list(good))
    # Refunds that wait may be paid out of general pools: all are locked at once and in order.
    payers = locks.payers(targets[good[number].page, good[number].earmark].pool for number in awaited)
    for attempt in range(TRIES):
        outcome = Outcome(list(judged))
        _mark_known(caller, records, outcome, all_of_them=attempt > 0)
        new = [index for index, code in enumerate(outcome.codes) if not code]
        try:
            # A savepoint: what another batch wrote in the meantime undoes this try alone.
            with transaction.atomic():
                first, last = _write(caller, [records[index] for index in new], targets, payers, now)  # type: ignore[misc]
        except IntegrityError as error:
            if "donation_once_a_platform" not in str(error):
                raise
            continue
        _count(caller, records, new, outcome, (first, last), now)
        taken = {one.number for index in new if (one := records[index])}
        outcome.refunds = aftermath.refund_waiting(caller, [number for number in awaited if number in taken])
        return outcome
    raise PlatformError("busy")


def _known(caller: Caller, numbers: list[str]) -> list[rows.Row]:
    return rows.fetch(
        "SELECT donation.platform_order, donation.id, donation.amount, donation.donated_at, donation.currency,"
        " donation.original_amount, donation.activity_id FROM charity_donation AS donation"
        " WHERE platform_id = %s AND platform_order = ANY(%s)",
        [caller.platform, numbers],
    )


def _mark_known(caller: Caller, records: Sequence[Given | None], outcome: Outcome, *, all_of_them: bool) -> None:
    """Tell what was taken before from what was not, and same content from other.

    What is sent again is mostly sent again as a whole: a sample shows it. Where one misses the sample, writing meets
    it, and the batch comes here again with ``all_of_them``.
    """
    places = {one.number: index for index, one in enumerate(records) if one is not None and not outcome.codes[index]}
    if not places:
        return
    numbers = list(places)
    if not all_of_them and len(numbers) > 2 * SAMPLE:
        sample = [*numbers[:: len(numbers) // SAMPLE], numbers[-1]]
        if not _known(caller, sample):
            return
    found = _known(caller, numbers)
    activities = aftermath.activities(caller.platform, records) if found else {}
    for order, number, amount, donated_at, currency, original, activity in found:
        index = places[order]
        one = records[index]
        same = one is not None and (amount, donated_at, currency, original, activity) == (
            one.amount,
            one.donated_at,
            one.currency,
            one.original_amount,
            activities.get(one.page),
        )
        outcome.codes[index] = "duplicate" if same else "number-conflict"
        outcome.numbers[index] = number


def _write(
    caller: Caller,
    records: Sequence[Given],
    targets: dict[tuple[str, str], Target],
    payers: Sequence[int],
    now: datetime,
) -> Interval:
    """Write donations with books and log entries; return the least and greatest number (``(0, 0)``: none).

    ``payers``: pools to be locked beside those of the donations.
    """
    if not records:
        return 0, 0
    aims = [targets[one.page, one.earmark] for one in records]
    numbers = [number for (number,) in rows.fetch(
        "SELECT nextval('charity_donation_id_seq') FROM generate_series(1, %s)", [len(records)]
    )]  # fmt: skip
    salts, particulars = donation_lines.secrets(records)
    sealed = pii.seal_all(particulars, context=log_content.CONTEXT)
    prepared = donation_lines.prepare(
        records, aims, numbers, salts, sealed, log=CHARITY, platform=caller.platform, code=caller.code, now=now
    )
    into = {aim.pool for aim in aims}
    locked = locks.ends((*into, *payers))
    pools = {number: locked[number] for number in into}
    places, sums = _places(records, aims, pools)
    journals = _book(caller, sums, {number: organisation for number, (organisation, _) in pools.items()})
    copied, entries = donation_lines.placed(prepared, places, [journals[pools[aim.pool][0]] for aim in aims])
    # The copying itself speaks to the driver, past Django: its errors are translated here.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        copy.write(copied)
    append_encoded(
        log=CHARITY,
        entries=[(f"donation-{number}", entry) for number, entry in zip(numbers, entries, strict=True)],
    )
    return min(numbers), max(numbers)


def _places(
    records: Sequence[Given], aims: Sequence[Target], pools: dict[int, tuple[int, int]]
) -> tuple[list[Interval], dict[int, int]]:
    """Give every donation the next positions of its pool; return them and what comes into each pool."""
    ends = {number: end for number, (_, end) in pools.items()}
    places = []
    for one, aim in zip(records, aims, strict=True):
        start = ends[aim.pool]
        ends[aim.pool] = end = start + one.amount
        places.append((start, end))
    return places, {number: ends[number] - end for number, (_, end) in pools.items()}


def _book(caller: Caller, sums: dict[int, int], organisations: dict[int, int]) -> dict[int, int]:
    """Write one entry in the books of each organisation; return its number by organisation."""
    by_organisation: dict[int, dict[int, int]] = {}
    for pool, amount in sorted(sums.items()):
        by_organisation.setdefault(organisations[pool], {})[pool] = amount
    today = timezone.localdate()
    return {
        organisation: book(
            organisation=organisation,
            booked_on=today,
            summary=f"{caller.name}捐赠",
            lines=[
                Line(Code.BANK, sum(amounts.values())),
                *(Line(Code.DONATIONS, -amount, pool) for pool, amount in amounts.items()),
            ],
        ).pk
        for organisation, amounts in sorted(by_organisation.items())
    }


def _count(
    caller: Caller,
    records: Sequence[Given | None],
    new: Sequence[int],
    outcome: Outcome,
    numbers: Interval,
    now: datetime,
) -> None:
    """Keep what the batch held, refusals and findings included, and tell what came late."""
    reported = now.timestamp()
    latest = reported - settings.PLATFORM_REPORT_HOURS * 3_600
    delay = 0.0
    for index in new:
        one = records[index]
        if one is None:
            continue
        outcome.amount += one.amount
        given_at = one.donated_at.timestamp()
        delay += max(0.0, reported - given_at)
        if given_at < latest:
            outcome.codes[index] = "late"
    outcome.taken = len(new)
    outcome.late = outcome.count("late")
    duplicates = outcome.count("duplicate")
    batch = PlatformBatch.objects.create(
        platform_id=caller.platform,
        first=numbers[0] or None,
        last=numbers[1] or None,
        taken=outcome.taken,
        amount=outcome.amount,
        duplicates=duplicates,
        refused=len(records) - outcome.taken - duplicates,
        late=outcome.late,
        delay=int(delay),
        received_at=now,
    )
    outcome.batch = batch.pk
    aftermath.settle(caller, batch, records, new, outcome.codes, now)
    audit.record(
        actor=f"platform:{caller.client_id}",
        action="platform.donations",
        target=batch,
        detail={"taken": outcome.taken, "amount": outcome.amount},
    )
