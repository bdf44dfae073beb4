"""Stars, honours, benefits and texts as their readers see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from shetong.core import divisions, pii
from shetong.volunteering.models import (
    Benefit,
    BenefitState,
    Consent,
    ConsentPurpose,
    Honour,
    PartnerState,
    Redemption,
    RedemptionState,
    StarAward,
    StarState,
    Story,
    StoryState,
    Volunteer,
    VolunteerState,
    VolunteerTotal,
)
from shetong.volunteering.rules import stars

# Under which a volunteer's name is sealed.
NAME_CONTEXT = "volunteer.name"
# Nobody is shown any more who left, and nobody twice.
_GONE = (VolunteerState.ERASED, VolunteerState.MERGED)
# Volunteers whose stars are not what their confirmed hours say, as minutes of the thresholds are given.
_OUT_OF_STEP = """
SELECT t.volunteer_id
FROM volunteering_volunteertotal t
JOIN volunteering_volunteer v ON v.id = t.volunteer_id AND v.state IN ('active', 'suspended')
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.star <= r.highest AND s.state <> 'review') AS right_ones,
           count(*) FILTER (WHERE s.star <= r.highest AND s.state = 'review') AS doubted,
           count(*) FILTER (WHERE s.star > r.highest AND s.state = 'held') AS too_high
    FROM (SELECT count(*) AS highest FROM unnest(%(least)s::bigint[]) AS least WHERE t.minutes >= least) AS r
    LEFT JOIN volunteering_staraward s ON s.volunteer_id = t.volunteer_id AND s.state <> 'withdrawn'
) AS has ON true
WHERE (t.minutes >= %(first)s OR has.too_high > 0)
  AND (has.too_high > 0 OR has.doubted > 0
       OR has.right_ones <> (SELECT count(*) FROM unnest(%(least)s::bigint[]) AS least WHERE t.minutes >= least))
ORDER BY t.volunteer_id
"""


def confirmed_minutes(volunteer_id: int) -> int:
    """Return the minutes that count of a volunteer."""
    return VolunteerTotal.objects.filter(pk=volunteer_id).values_list("minutes", flat=True).first() or 0


def out_of_step(on: date) -> list[int]:
    """Return the volunteers whose stars do not fit their confirmed hours."""
    least = sorted(stars.thresholds(on).values())
    with connection.cursor() as cursor:
        cursor.execute(_OUT_OF_STEP, {"least": least, "first": least[0]})
        return [row[0] for row in cursor.fetchall()]


def highest_star(volunteer: Volunteer) -> StarAward | None:
    """Return the highest star that a volunteer holds."""
    return volunteer.stars.filter(state=StarState.HELD).order_by("-star").first()


def star_name(volunteer: Volunteer) -> str:
    """Return the name of the highest star that a volunteer holds, empty without one."""
    held = highest_star(volunteer)
    return stars.NAMES[held.star] if held else ""


def announced() -> QuerySet[StarAward]:
    """Return the stars that everybody may see, the latest first."""
    rows = StarAward.objects.filter(state=StarState.HELD).exclude(volunteer__state__in=_GONE)
    return rows.select_related("volunteer").order_by("-awarded_at", "-star", "-pk")


def public_names(people: Iterable[Volunteer]) -> dict[int, str]:
    """Return the names of volunteers for everybody: whole of who agreed to that, masked of all others."""
    chosen = {person.pk: person for person in people}
    agreed_ = set(
        Consent.objects.filter(
            volunteer__in=chosen, purpose=ConsentPurpose.PUBLISH, withdrawn_at__isnull=True
        ).values_list("volunteer_id", flat=True)
    )
    return {
        pk: pii.open_sealed(bytes(person.name_sealed), context=NAME_CONTEXT)
        if pk in agreed_ and person.name_sealed
        else person.name_masked or person.number
        for pk, person in chosen.items()
    }


def honours() -> QuerySet[Honour]:
    """Return the honours that stand, the latest first."""
    gone = Q(volunteer__isnull=False, volunteer__state__in=_GONE)
    rows = Honour.objects.filter(revoked_at__isnull=True).exclude(gone).select_related("volunteer", "team")
    return rows.order_by("-granted_on", "-id")


def offered(volunteer: Volunteer | None = None) -> QuerySet[Benefit]:
    """Return the benefits that can be taken today, those of one's province first."""
    today = timezone.localdate()
    rows = Benefit.objects.filter(
        state=BenefitState.OFFERED, partner__state=PartnerState.ACTIVE, from_day__lte=today, to_day__gte=today
    ).select_related("partner")
    if volunteer is not None and volunteer.division_code:
        near = Q(partner__division_code__startswith=volunteer.division_code[:2])
        rows = rows.annotate(near=near).order_by("-near", "-id")
    else:
        rows = rows.order_by("-id")
    return rows


def spent_minutes(volunteer_id: int) -> int:
    """Return the minutes that were spent on benefits, taken or used."""
    rows = Redemption.objects.filter(volunteer_id=volunteer_id, state__in=(RedemptionState.HELD, RedemptionState.USED))
    return rows.aggregate(total=Sum("minutes"))["total"] or 0


def published(*, kind: str = "") -> QuerySet[Story]:
    """Return the published texts, the latest first."""
    rows = Story.objects.filter(state=StoryState.PUBLISHED).select_related("team").order_by("-decided_at", "-pk")
    return rows.filter(kind=kind) if kind else rows


def within(codes: Any, field: str = "division_code") -> Q:
    """Return the condition of lying in one of several jurisdictions."""
    found = Q(pk__in=[])
    for code in codes:
        found |= Q(**{f"{field}__startswith": divisions.prefix(code)})
    return found
