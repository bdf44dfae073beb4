"""A platform's donations of one day, found through its batches: no index over all donations is needed for it."""

from __future__ import annotations

from datetime import date

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
