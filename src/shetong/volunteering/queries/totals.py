"""Counted time: a volunteer's total, a team's year table, a city's ranking, all from totals that the database keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext

from shetong.core import pii
from shetong.core.errors import InvalidInputError
from shetong.volunteering.models import ConsentPurpose, Field, Team, TeamMonth, TeamYear, VolunteerTotal

NAME = "volunteer.name"
PAGE = 50
DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class Total:
    """What counts of a volunteer, in minutes; ``years``: (year, minutes, records), the latest first."""

    minutes: int
    records: int
    years: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class YearTable:
    """A team's year.

    ``months``: (month, minutes, records); ``fields``: (label, minutes); ``people``: how many served; ``volunteers``:
    (number, masked name, minutes, records) of those who served longest.
    """

    year: int
    months: tuple[tuple[int, int, int], ...]
    fields: tuple[tuple[str, int], ...]
    people: int
    volunteers: tuple[tuple[str, str, int, int], ...]

    @property
    def minutes(self) -> int:
        """All of the year."""
        return sum(minutes for _, minutes, _ in self.months)

    @property
    def records(self) -> int:
        """All of the year."""
        return sum(records for _, _, records in self.months)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in a ranking. ``name`` is empty for who did not agree to be named."""

    place: int
    name: str
    minutes: int
    records: int


def of_volunteer(volunteer_id: int) -> Total:
    """Return what counts of a volunteer, by year of China."""
    held = VolunteerTotal.objects.filter(pk=volunteer_id).values_list("minutes", "records").first()
    if held is None:
        return Total(0, 0, ())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(year FROM lower(during) AT TIME ZONE 'Asia/Shanghai')::int, sum(minutes), count(*)"
            " FROM volunteering_servicerecord WHERE volunteer_id = %s AND state IN ('confirmed', 'objected')"
            " GROUP BY 1 ORDER BY 1 DESC", [volunteer_id],
        )  # fmt: skip
        years = tuple((int(year), int(minutes), int(records)) for year, minutes, records in cursor.fetchall())
    return Total(held[0], held[1], years)


def team_year(team: Team, year: int, *, limit: int = PAGE) -> YearTable:
    """Return a team's table of a year; ``limit`` volunteers are listed."""
    months: dict[int, list[int]] = {}
    fields: dict[str, int] = {}
    rows = TeamMonth.objects.filter(team=team, month__range=(date(year, 1, 1), date(year, 12, 31)), records__gt=0)
    for month, field, minutes, records in rows.values_list("month", "field", "minutes", "records"):
        sums = months.setdefault(month.month, [0, 0])
        sums[0] += minutes
        sums[1] += records
        fields[field] = fields.get(field, 0) + minutes
    served = TeamYear.objects.filter(team=team, year=year, records__gt=0)
    first = served.order_by("-minutes", "volunteer_id")[:limit]
    listed = first.values_list("volunteer__number", "volunteer__name_masked", "minutes", "records")
    return YearTable(
        year, tuple((month, *sums) for month, sums in sorted(months.items())),  # type: ignore[misc]
        tuple((str(Field(code).label), minutes) for code, minutes in sorted(fields.items(), key=lambda one: -one[1])),
        served.count(), tuple(listed),
    )  # fmt: skip


def years_of(team: Team) -> list[int]:
    """Return the years in which a team has counted time, the latest first."""
    rows = TeamMonth.objects.filter(team=team).values_list("month__year").annotate(all=Sum("records"))
    return sorted((year for year, records in rows if records), reverse=True)


def ranking(city: str, *, limit: int = PAGE, offset: int = 0) -> list[Ranked]:
    """Return the volunteers of a city (four digits of its division) who served longest.

    Whoever agreed to be named publicly is (《志愿服务条例》第二十条), everybody else keeps the place without a name.
    Raises :class:`InvalidInputError` beyond :data:`DEEPEST`.
    """
    if offset + limit > DEEPEST:
        raise InvalidInputError(gettext("排行只显示前%(most)d名。") % {"most": DEEPEST})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.minutes, t.records, v.name_sealed, c.id IS NOT NULL FROM ("
            " SELECT volunteer_id, minutes, records FROM volunteering_volunteertotal"
            " WHERE city = %s AND minutes > 0 ORDER BY minutes DESC LIMIT %s OFFSET %s) AS t"
            " JOIN volunteering_volunteer v ON v.id = t.volunteer_id"
            " LEFT JOIN volunteering_consent c ON c.volunteer_id = t.volunteer_id AND c.purpose = %s"
            " AND c.withdrawn_at IS NULL ORDER BY t.minutes DESC, t.volunteer_id",
            [city, limit, offset, ConsentPurpose.PUBLISH.value],
        )  # fmt: skip
        rows = cursor.fetchall()
    return [
        Ranked(
            offset + place, pii.open_sealed(bytes(sealed), context=NAME) if agreed and sealed else "", minutes, records
        )
        for place, (minutes, records, sealed, agreed) in enumerate(rows, start=1)
    ]
