"""A platform's donations of one day, found through its batches: no index over all donations is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shetong.charity.models.choices import DiscrepancyKind
from shetong.charity.rules.reconciliation import Difference, Sums
from shetong.store import rows

# Numbers of one batch lie between its first and last; batches that were written at the same time may lie between too,
# so platform and day are asked again. Refunds change nothing: what was given was given.
_OF_DAY = """
SELECT donation.platform_order, donation.amount
FROM (
    SELECT DISTINCT batch.id, batch.first, batch.last FROM charity_platformday AS day
    JOIN charity_platformbatch AS batch ON batch.id = day.batch_id WHERE day.platform_id = %s AND day.day = %s
) AS batch
JOIN charity_donation AS donation ON donation.id BETWEEN batch.first AND batch.last
WHERE donation.platform_id = %s AND (donation.donated_at AT TIME ZONE 'Asia/Shanghai')::date = %s
"""


def amounts(platform: int, day: date) -> dict[str, int]:
    """Fen by the platform's number, of the donations given on a day."""
    return dict(rows.fetch(_OF_DAY, [platform, day, platform, day]))


def sums(platform: int, day: date) -> Sums:
    """Number, sum and hash of a day's donations, as :func:`shetong.charity.rules.reconciliation.sums` makes them.

    The database adds up and hashes, so that a day of a million donations is one row here.
    """
    ((count, amount, digest),) = rows.fetch(
        f"""
        SELECT count(*), coalesce(sum(amount), 0)::bigint, encode(sha256(convert_to(coalesce(string_agg(
            platform_order || ',' || amount || chr(10), '' ORDER BY platform_order COLLATE "C"), ''), 'UTF8')), 'hex')
        FROM ({_OF_DAY}) AS given
        """,  # noqa: S608 - put together from constants
        [platform, day, platform, day],
    )
    return Sums(count, amount, digest)


def differences(platform: int, day: date, theirs: Mapping[str, int]) -> list[Difference]:
    """Where a platform's list of a day differs from our rows, by number; only what differs leaves the database."""
    found = rows.fetch(
        f"""
        SELECT coalesce(said.number, given.platform_order) AS number, said.amount, given.amount
        FROM unnest(%s::text[], %s::bigint[]) AS said (number, amount)
        FULL JOIN ({_OF_DAY}) AS given ON given.platform_order = said.number
        WHERE said.amount IS DISTINCT FROM given.amount ORDER BY 1
        """,  # noqa: S608 - put together from constants
        [list(theirs), list(theirs.values()), platform, day, platform, day],
    )
    return [Difference(_kind(said, given), number, said, given) for number, said, given in found]


def _kind(said: int | None, given: int | None) -> DiscrepancyKind:
    if given is None:
        return DiscrepancyKind.MISSING_HERE
    return DiscrepancyKind.MISSING_THERE if said is None else DiscrepancyKind.AMOUNT


def organisations(platform: int, numbers: list[str]) -> dict[str, int]:
    """The organisation of each donation, by the platform's number."""
    found = rows.fetch(
        "SELECT donation.platform_order, pool.organisation_id FROM charity_donation AS donation"
        " JOIN charity_pool AS pool ON pool.id = donation.pool_id"
        " WHERE donation.platform_id = %s AND donation.platform_order = ANY(%s)",
        [platform, numbers],
    )
    return dict(found)


def refusals(platform: int, numbers: list[str]) -> dict[str, str]:
    """Why donations were not taken, by number, of those that were refused and not settled since."""
    found = rows.fetch(
        "SELECT number, code FROM charity_platformrefusal WHERE platform_id = %s AND kind = 'donation'"
        " AND settled_at IS NULL AND number = ANY(%s)",
        [platform, numbers],
    )
    return dict(found)
