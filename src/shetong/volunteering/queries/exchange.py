"""The exchange as its readers see it: the feed of a system, where its test stands, whose key this is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db.models import Q, QuerySet

from shetong.accounts.models import ApiKey
from shetong.volunteering.models import (
    COUNTED,
    Activity,
    Consent,
    ConsentPurpose,
    ExchangeChange,
    ExchangeItem,
    ExchangeKind,
    ServiceRecord,
    SystemKey,
    Team,
    TeamState,
    Volunteer,
    VolunteerIndex,
    VolunteerState,
    VolunteerSystem,
)
from shetong.volunteering.queries.activities import PUBLIC
from shetong.volunteering.rules.exchange import STEPS, Step

LARGEST_PAGE = 500
_FOR_ALL = (ExchangeKind.ORGANISATIONS, ExchangeKind.ACTIVITIES)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the feed: items, the cursor behind the last of them, and whether more follows."""

    items: list[dict[str, Any]]
    cursor: int
    more: bool


def key_of(api_key: ApiKey) -> SystemKey | None:
    """Return the registered key of a system that is designated today, by the API key that was shown."""
    return (
        SystemKey.objects.select_related("system__organisation")
        .filter(api_key=api_key, revoked_at__isnull=True, system__ended_on__isnull=True)
        .first()
    )


def feed(system: VolunteerSystem, kind: ExchangeKind, *, after: int, limit: int) -> Page:
    """Return what changed behind a cursor, in the order of changes, each object once in its present version.

    The version is the number of its last change in the page. What the system may not read (any more) is left out.
    """
    reader = None if kind in _FOR_ALL else system
    rows = ExchangeChange.objects.filter(kind=kind, system=reader, pk__gt=after)
    found = list(rows.order_by("pk").values_list("pk", "object_id")[: limit + 1])
    more, page = len(found) > limit, found[:limit]
    versions = {object_id: position for position, object_id in page}
    shown = _READERS[kind](versions)
    items = [
        {**shown[object_id], "version": position}
        for object_id, position in sorted(versions.items(), key=lambda pair: pair[1])
        if object_id in shown
    ]
    return Page(items, page[-1][0] if page else after, more)


def passed_steps(system: VolunteerSystem) -> set[str]:
    """Return the codes of the steps that a system has passed."""
    return set(system.rehearsal_steps.values_list("step", flat=True))


def missing_steps(system: VolunteerSystem) -> list[Step]:
    """Return the steps that a system has not passed yet."""
    done = passed_steps(system)
    return [step for step in STEPS if step.code not in done]


def elsewhere(*, text: str = "", field: str = "", division: str = "") -> QuerySet[ExchangeItem]:
    """Return the activities of other systems that recruit, the newest first. ``division``: beginning of its code."""
    rows = ExchangeItem.objects.filter(
        kind=ExchangeKind.ACTIVITIES, rehearsal=False, system__ended_on__isnull=True, content__state="recruiting"
    )
    if text:
        rows = rows.filter(content__title__contains=text)
    if field:
        rows = rows.filter(content__field=field)
    if division:
        rows = rows.filter(content__division_code__startswith=division)
    return rows.select_related("system").order_by("-received_at", "-pk")


def said_to_be_one(people: Q, *, limit: int = 50) -> list[tuple[str, Volunteer, Volunteer]]:
    """Return what other systems merged and is two records here: system, which one stays there, which one went.

    ``people``: condition on a volunteer; both records meet it.
    """
    items = ExchangeItem.objects.filter(
        kind=ExchangeKind.VOLUNTEERS, rehearsal=False, content__state="merged", volunteer__isnull=False,
        index__isnull=False,
    ).select_related("system").order_by("-pk")  # fmt: skip
    owners = VolunteerIndex.objects.filter(octets__in=[item.index for item in items[: 10 * limit]])
    gone = {bytes(row.octets): row.volunteer_id for row in owners}
    pairs = [
        (item.system.name, item.volunteer_id or 0, gone.get(bytes(item.index or b""), 0))
        for item in items[: 10 * limit]
    ]
    wanted = {pk for _, kept, other in pairs if other not in (0, kept) for pk in (kept, other)}
    found = Volunteer.objects.filter(people, pk__in=wanted).exclude(
        state__in=(VolunteerState.MERGED, VolunteerState.ERASED)
    )
    known = {row.pk: row for row in found}
    return [
        (name, known[kept], known[other])
        for name, kept, other in pairs
        if kept != other and kept in known and other in known
    ][:limit]


def page_of(item: ExchangeItem) -> str:
    """Return the address of another system's activity there; nothing leads elsewhere than to the system itself."""
    home = item.system.address
    found = urljoin(home, str((item.content or {}).get("url") or ""))
    parts, own = urlsplit(found), urlsplit(home)
    return found if parts.scheme in ("http", "https") and parts.netloc == own.netloc else home


def _volunteers(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = Volunteer.objects.filter(pk__in=list(pks)).select_related("exchange_index", "merged_into")
    agreed = _agreed(pks)
    return {
        row.pk: {
            "number": row.number,
            "index": bytes(row.exchange_index.octets).hex() if hasattr(row, "exchange_index") else "",
            "state": "merged" if row.state == VolunteerState.MERGED
            else "left" if row.state == VolunteerState.ERASED else "active",
            "merged_into": row.merged_into.number if row.merged_into else "",
            "transfers": row.pk in agreed,
        }
        for row in rows
    }  # fmt: skip


def _organisations(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = (
        Team.objects.filter(pk__in=list(pks)).exclude(state=TeamState.PENDING).select_related("organisation", "parent")
    )
    return {
        row.pk: {
            "number": row.number, "name": row.name, "kind": row.kind,
            "state": "closed" if row.state == TeamState.CLOSED else "active",
            "uscc": (row.organisation.uscc or "") if row.organisation else "",
            "parent": row.parent.number if row.parent else "", "division_code": row.division_code,
            "contact_phone": row.contact_phone,
        }
        for row in rows
    }  # fmt: skip


def _activities(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = Activity.objects.filter(pk__in=list(pks), state__in=PUBLIC, published_at__isnull=False).select_related(
        "team"
    )
    return {
        row.pk: {
            "number": row.number, "organisation": row.team.number, "title": row.title, "field": row.field,
            "state": row.state, "division_code": row.division_code, "address": row.address,
            "longitude": row.longitude, "latitude": row.latitude, "content": row.content, "risks": row.risks,
            "url": f"/volunteering/activities/{row.number}/",
        }
        for row in rows
    }  # fmt: skip


def _records(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = ServiceRecord.objects.filter(pk__in=list(pks), source="").select_related(
        "volunteer__exchange_index", "team", "activity"
    )
    agreed = _agreed({row.volunteer_id for row in rows})
    return {
        row.pk: {
            "number": f"R{row.pk}",
            "index": bytes(row.volunteer.exchange_index.octets).hex(),
            "volunteer": row.volunteer.number,
            "organisation": row.team.number if row.team else "",
            "activity": row.activity.number if row.activity else "",
            "start": row.during.lower, "end": row.during.upper, "minutes": row.minutes, "field": row.field,
            "division_code": row.division_code, "place": row.place, "content": row.content,
            "state": "confirmed" if row.state in COUNTED else "void",
        }
        for row in rows
        if row.volunteer_id in agreed and hasattr(row.volunteer, "exchange_index")
    }  # fmt: skip


def _agreed(volunteers: Iterable[int]) -> set[int]:
    rows = Consent.objects.filter(
        volunteer__in=list(volunteers), purpose=ConsentPurpose.TRANSFER, withdrawn_at__isnull=True
    )
    return set(rows.values_list("volunteer_id", flat=True))


_READERS: dict[ExchangeKind, Callable[[Iterable[int]], dict[int, dict[str, Any]]]] = {
    ExchangeKind.VOLUNTEERS: _volunteers, ExchangeKind.ORGANISATIONS: _organisations,
    ExchangeKind.ACTIVITIES: _activities, ExchangeKind.RECORDS: _records,
}  # fmt: skip
