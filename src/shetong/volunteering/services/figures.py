"""Statistics of service time, counted by a job: months in which nothing changed are left as they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from shetong.volunteering.models import HoursFigure
from shetong.volunteering.queries.figures import AGES

# A transaction that was open while the last count ran may have written before it.
_BACK = timedelta(hours=1)
_SERVED = "(lower(r.during) AT TIME ZONE 'Asia/Shanghai')"
_CHANGED = f"""
SELECT date_trunc('month', {_SERVED})::date FROM volunteering_servicerecord r
WHERE r.id IN (SELECT record_id FROM volunteering_hoursevent WHERE recorded_at >= %s)
UNION
SELECT date_trunc('month', {_SERVED})::date FROM volunteering_servicerecord r
WHERE r.batch_id IN (SELECT id FROM volunteering_recordbatch WHERE received_at >= %s)
"""  # noqa: S608 - constant pieces
_COUNT = f"""
INSERT INTO volunteering_hoursfigure (month, division_code, field, age, people, records, minutes, counted_at)
SELECT %s::date, r.division_code, r.field,
    (SELECT max(least) FROM unnest(%s::int[]) AS band (least)
     WHERE least <= extract(year FROM age({_SERVED}, v.born_on::timestamp))),
    count(DISTINCT r.volunteer_id), count(*), sum(r.minutes), %s
FROM volunteering_servicerecord r JOIN volunteering_volunteer v ON v.id = r.volunteer_id
WHERE r.state IN ('confirmed', 'objected') AND lower(r.during) >= %s::timestamp AT TIME ZONE 'Asia/Shanghai'
    AND lower(r.during) < (%s::timestamp + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - constant pieces


@transaction.atomic
def count() -> list[date]:
    """Count the months in which anything changed since the last count; return them."""
    last: datetime | None = HoursFigure.objects.aggregate(last=Max("counted_at"))["last"]
    since = last - _BACK if last else datetime(1970, 1, 1, tzinfo=timezone.get_default_timezone())
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [since, since])
        months = sorted(month for (month,) in cursor.fetchall())
        HoursFigure.objects.filter(month__in=months).delete()
        # Month by month, so that the database knows how little of the records one is.
        for month in months:
            cursor.execute(_COUNT, [month, list(AGES), timezone.now(), month, month])
    return months
