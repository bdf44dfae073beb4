"""Ratings: of a matter and authority for everybody, low ones for the authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework import catalogue
from shetong.casework.models import Case, Rating
from shetong.casework.rules import ratings as rules
from shetong.core import divisions


@dataclass(frozen=True, slots=True)
class Summary:
    """What is shown of ratings: how many, the mean of five with one decimal, the satisfied ones (4, 5) in per cent."""

    count: int
    mean: str
    satisfied: int


def summary(*, matter: str, division_code: str = "") -> Summary | None:
    """Return the ratings of a matter, ``None`` where they are too few to be shown. One query."""
    found = Rating.objects.filter(matter=matter)
    if division_code:
        found = found.filter(authority_division=division_code)
    held = found.aggregate(count=Count("pk"), mean=Avg("score"), good=Count("pk", filter=Q(score__gte=4)))
    if held["count"] < rules.LEAST_SHOWN:
        return None
    return Summary(held["count"], f"{held['mean']:.1f}", rules.share(held["good"], held["count"]))


@dataclass(frozen=True, slots=True)
class Standing:
    """The ratings of one matter or authority: its key and name, and its figures; ``None`` where they are too few."""

    key: str
    name: str
    count: int
    summary: Summary | None
    low: int
    followed_up: int


def by_matter(*, division_code: str = "") -> tuple[Standing, ...]:
    """Return the ratings of each matter that has any, within a division and those below it. One query."""
    rows = _counted(_within(division_code), "matter")
    titles = {matter.code: matter.title for matter in catalogue.matters()}
    return tuple(_standing(row, str(row["matter"]), titles.get(str(row["matter"]), str(row["matter"]))) for row in rows)


def by_authority(*, matter: str = "", division_code: str = "") -> tuple[Standing, ...]:
    """Return the ratings of each authority that has any, within a division and those below it. One query."""
    found = _within(division_code)
    rows = _counted(found.filter(matter=matter) if matter else found, "authority_division")
    return tuple(
        _standing(row, code, divisions.full_name(code) or code)
        for row in rows
        for code in [str(row["authority_division"])]
    )


def _within(division_code: str) -> QuerySet[Rating]:
    return Rating.objects.filter(authority_division__startswith=divisions.prefix(division_code or divisions.NATION))


def _counted(found: QuerySet[Rating], key: str) -> QuerySet[Rating, dict[str, Any]]:
    rows: QuerySet[Rating, dict[str, Any]] = (
        found.values(key)
        .annotate(
            count=Count("pk"),
            mean=Avg("score"),
            good=Count("pk", filter=Q(score__gte=4)),
            low=Count("pk", filter=Q(follow_up_by__isnull=False)),
            done=Count("pk", filter=Q(followed_up_at__isnull=False)),
        )
        .order_by(key)
    )
    return rows


def _standing(row: dict[str, Any], key: str, name: str) -> Standing:
    shown = row["count"] >= rules.LEAST_SHOWN
    summary = Summary(row["count"], f"{row['mean']:.1f}", rules.share(row["good"], row["count"])) if shown else None
    return Standing(key, name, row["count"], summary, row["low"], row["done"])


def of_case(case: Case) -> Rating | None:
    """Return the rating of a case."""
    return Rating.objects.filter(case=case).first()


def to_follow_up(grants: Grants, *, done: bool = False) -> QuerySet[Rating]:
    """Return the low ratings of the viewer's authorities, those to be followed up first due first, or the done ones."""
    reach = Q(pk__in=[])
    for jurisdiction in grants.jurisdictions(Permission.CASE_VIEW):
        reach |= Q(authority_division__startswith=divisions.prefix(jurisdiction))
    found = Rating.objects.filter(reach, follow_up_by__isnull=False).select_related("case", "followed_up_by")
    if done:
        return found.filter(followed_up_at__isnull=False).order_by("-followed_up_at")
    return found.filter(followed_up_at__isnull=True).order_by("follow_up_by", "pk")


def late(*, today: date | None = None) -> QuerySet[Rating]:
    """Return the low ratings whose follow-up is overdue."""
    day = today or timezone.localdate()
    return Rating.objects.filter(follow_up_by__lt=day, followed_up_at__isnull=True).select_related("case")
