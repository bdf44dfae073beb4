"""One organisation as everybody may see it: today, or on a day in the past, with its history.

What is not public is not read: of people only names and posts, of penalties only those still within their publicity
period. Identity papers, telephone numbers and who filed what stay out of these values altogether.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from shetong.core.errors import NotFoundError
from shetong.registry.elements import ORGANISATION
from shetong.registry.models import (
    Certificate,
    Filing,
    FilingKind,
    Officer,
    Organisation,
    OrganisationAttribute,
    OrganisationKind,
    OrganisationName,
    PenaltyRecord,
    PermitRecord,
)
from shetong.registry.rules import history
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, OFFICER_PREFIX, Entry, Json, Standing, State

# A page lists so many branch bodies; the rest is counted.
MOST_BRANCHES = 100


@dataclass(frozen=True, slots=True)
class Reference:
    """Another organisation that the page names."""

    code: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A qualification or mark held from ``valid_from`` to ``valid_to`` (exclusive; ``None``: still)."""

    code: str
    value: str
    valid_from: date
    valid_to: date | None
    basis_document: str
    granted_by: str

    def held_on(self, day: date) -> bool:
        """Whether it was held on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name borne until ``valid_to`` (exclusive); dates are ``None`` where an imported list did not say them."""

    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PublicOfficer:
    """Who holds a post: the name and the post are public, nothing else."""

    name: str
    role: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Permit:
    """An administrative permit (行政许可) of the 双公示."""

    document_number: str
    title: str
    decided_on: date
    authority_name: str
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Penalty:
    """An administrative penalty (行政处罚) within its publicity period."""

    document_number: str
    facts: str
    basis: str
    penalty: str
    decided_on: date
    authority_name: str


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """An issued certificate: its number, when it was issued, whether it still holds."""

    serial: str
    issued_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Change:
    """One item that a filing changed; ``key`` is an element's name, ``attributes.CODE`` or ``officers.ROLE``."""

    key: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Event:
    """A filing in the history: what, with effect from when, recorded when, on what basis.

    ``corrected``: a later filing corrects this one, or takes it back.
    """

    kind: str
    effective_on: date
    recorded_at: datetime
    basis: str
    changes: tuple[Change, ...]
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """Everything public of one organisation.

    ``on``: the day of which ``values``, attributes and officers speak (``None``: now). ``values`` maps element names
    (:data:`shetong.registry.elements.ORGANISATION`) to Python values, money in integer fen; empty where the register
    knows nothing of that day.
    """

    id: int
    code: str
    name: str
    kind: str
    status: str
    status_since: date | None
    demo: bool
    updated_at: datetime
    on: date | None
    values: Mapping[str, Any]
    parent: Reference | None
    attributes: tuple[Attribute, ...]
    former_names: tuple[FormerName, ...]
    officers: tuple[PublicOfficer, ...]
    branches: tuple[Reference, ...]
    branches_beyond: int
    permits: tuple[Permit, ...]
    penalties: tuple[Penalty, ...]
    certificates: tuple[CertificateLine, ...]
    timeline: tuple[Event, ...]


def by_code(code: str, *, on: date | None = None) -> OrganisationPage:
    """Return what everybody may see of the organisation with this public code; ten queries.

    ``code``: the unified code, or ``BR`` and a number for a branch body, in any case. ``on``: a day in the past.
    Raises :class:`NotFoundError`.
    """
    organisation = find(code)
    today = timezone.localdate()
    entries = _entries(organisation.pk)
    officers = _officers(organisation.pk)
    values = _values(organisation) if on is None else _python(_state(entries, on))
    day = on or today
    branches, beyond = _branches(organisation)
    return OrganisationPage(
        id=organisation.pk,
        code=organisation.public_code,
        name=str(values.get("name") or organisation.name),
        kind=organisation.kind,
        status=str(values.get("status") or organisation.status) if values else organisation.status,
        status_since=organisation.status_since if on is None else None,
        demo=organisation.demo,
        updated_at=organisation.updated_at,
        on=on,
        values=values,
        parent=_reference(organisation.parent) if organisation.parent else None,
        attributes=tuple(a for a in _attributes(organisation.pk) if on is None or a.held_on(day)),
        former_names=_former_names(organisation.pk, day),
        officers=tuple(o for o in officers if o.valid_from <= day and (o.valid_to is None or day < o.valid_to)),
        branches=branches,
        branches_beyond=beyond,
        permits=_permits(organisation.pk, day),
        penalties=_penalties(organisation.pk, day, today),
        certificates=_certificates(organisation.pk),
        timeline=_events(entries, _names_of_people(organisation.pk), day if on else None),
    )


def find(code: str) -> Organisation:
    """Return the organisation of a public code; raises :class:`NotFoundError`."""
    wanted = code.strip().upper()
    rows = Organisation.objects.select_related("authority", "parent")
    found = None
    if wanted.startswith("BR") and wanted[2:].isascii() and wanted[2:].isdigit() and len(wanted) <= 20:
        found = rows.filter(pk=int(wanted[2:]), kind=OrganisationKind.BRANCH, uscc=None).first()
    elif wanted.isascii() and "\0" not in wanted:
        found = rows.filter(uscc=wanted).first()
    if found is None:
        raise NotFoundError("登记册里没有这个代码的社会组织，请核对代码。")
    return found


def state_on(organisation_id: int, day: date, known_at: datetime | None = None) -> dict[str, Any]:
    """Return what was true on ``day``, as far as the register knew at ``known_at`` (``None``: now), by element name.

    Empty where the register knew nothing of that day. One query.
    """
    return _python(_state(_entries(organisation_id), day, known_at))


def timeline(organisation_id: int) -> tuple[Event, ...]:
    """Return the history of an organisation, latest effect first. Two queries."""
    return _events(_entries(organisation_id), _names_of_people(organisation_id), None)


def _entries(organisation_id: int) -> list[Filing]:
    return list(Filing.objects.filter(organisation_id=organisation_id).order_by("pk"))


def _standing(filings: Iterable[Filing], known_at: datetime | None = None) -> list[Standing]:
    entries = [Entry(f.pk, f.kind, f.effective_on, f.recorded_at, f.after, f.corrects_id) for f in filings]
    return history.standing(entries, known_at)


def _state(filings: Iterable[Filing], day: date, known_at: datetime | None = None) -> State:
    return history.fold(_standing(filings, known_at), day)


def _python(state: Mapping[str, Json]) -> dict[str, Any]:
    """Return the elements in a state, dates as dates; holdings of attributes and posts are left out."""
    found: dict[str, Any] = {}
    for element in ORGANISATION:
        value = state.get(element.name)
        if value is not None and element.name in state:
            found[element.name] = date.fromisoformat(value) if element.type == "date" and value else value
    return found


def _values(organisation: Organisation) -> dict[str, Any]:
    columns = {element.name for element in ORGANISATION} - {
        "former_names", "charity_since", "public_fundraising_since", "authority", "parent",
    }  # fmt: skip
    values = {name: getattr(organisation, name) for name in columns}
    values["authority"] = organisation.authority.name
    values["parent"] = organisation.parent.uscc if organisation.parent else None
    return values


def _reference(organisation: Organisation) -> Reference:
    return Reference(organisation.public_code, organisation.name, organisation.status)


def _attributes(organisation_id: int) -> tuple[Attribute, ...]:
    rows = OrganisationAttribute.objects.filter(organisation_id=organisation_id).order_by("valid_from", "code")
    return tuple(
        Attribute(row.code, row.value, row.valid_from, row.valid_to, row.basis_document, row.granted_by) for row in rows
    )


def _former_names(organisation_id: int, day: date) -> tuple[FormerName, ...]:
    rows = OrganisationName.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__lte=day), organisation_id=organisation_id
    ).order_by(F("valid_to").desc(nulls_last=True), "pk")
    return tuple(FormerName(row.name, row.valid_from, row.valid_to) for row in rows)


def _officers(organisation_id: int) -> tuple[PublicOfficer, ...]:
    rows = Officer.objects.filter(organisation_id=organisation_id).order_by("valid_from", "pk")
    held = rows.values_list("person__name", "role", "valid_from", "valid_to")
    return tuple(PublicOfficer(*row) for row in held)


def _names_of_people(organisation_id: int) -> dict[str, str]:
    people = Officer.objects.filter(organisation_id=organisation_id).values_list("person_id", "person__name")
    return {str(number): name for number, name in people}


def _branches(organisation: Organisation) -> tuple[tuple[Reference, ...], int]:
    if organisation.kind == OrganisationKind.BRANCH:
        return (), 0
    rows = list(Organisation.objects.filter(parent=organisation).order_by("pk")[: MOST_BRANCHES + 1])
    beyond = (
        Organisation.objects.filter(parent=organisation).count() - MOST_BRANCHES if len(rows) > MOST_BRANCHES else 0
    )
    return tuple(_reference(row) for row in rows[:MOST_BRANCHES]), beyond


def _permits(organisation_id: int, day: date) -> tuple[Permit, ...]:
    rows = PermitRecord.objects.filter(organisation_id=organisation_id, decided_on__lte=day).order_by(
        "-decided_on", "pk"
    )
    return tuple(Permit(r.document_number, r.title, r.decided_on, r.authority_name, r.valid_to) for r in rows)


def _penalties(organisation_id: int, day: date, today: date) -> tuple[Penalty, ...]:
    """Penalties decided by ``day`` that are within their publicity period today, whatever day is looked at."""
    rows = PenaltyRecord.objects.filter(
        Q(public_until__isnull=True) | Q(public_until__gte=today),
        organisation_id=organisation_id,
        decided_on__lte=day,
    ).order_by("-decided_on", "pk")
    return tuple(Penalty(r.document_number, r.facts, r.basis, r.penalty, r.decided_on, r.authority_name) for r in rows)


def _certificates(organisation_id: int) -> tuple[CertificateLine, ...]:
    rows = Certificate.objects.filter(organisation_id=organisation_id).order_by("-issued_at")
    return tuple(CertificateLine(*row) for row in rows.values_list("serial", "issued_at", "state"))


def _events(filings: Sequence[Filing], people: Mapping[str, str], until: date | None) -> tuple[Event, ...]:
    corrected = {filing.corrects_id for filing in filings}
    shown = [f for f in filings if until is None or f.effective_on <= until]
    shown.sort(key=lambda filing: (filing.effective_on, filing.pk), reverse=True)
    return tuple(
        Event(
            kind=filing.kind,
            effective_on=filing.effective_on,
            recorded_at=filing.recorded_at,
            basis=filing.basis,
            changes=_changes(filing, people),
            corrected=filing.pk in corrected,
        )
        for filing in shown
    )


def _changes(filing: Filing, people: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what a filing changed, in the order of the elements; a first entry would repeat the whole record."""
    first = not any(filing.before.values())
    if filing.kind == FilingKind.REGISTRATION or (filing.kind == FilingKind.IMPORT and first):
        return ()
    known = [element.name for element in ORGANISATION if element.name in filing.after]
    found = [Change(name, filing.before.get(name), filing.after[name]) for name in known]
    for key in sorted(set(filing.after) - set(known)):
        before, after = filing.before.get(key), filing.after[key]
        if key.startswith(OFFICER_PREFIX):
            role, _, person = key.removeprefix(OFFICER_PREFIX).rpartition(".")
            name = people.get(person, "")
            found.append(Change(OFFICER_PREFIX + role, name if before else "", name if after else ""))
        elif key.startswith(ATTRIBUTE_PREFIX):
            found.append(Change(key, before, after))
        else:
            # A correction that says the filing never happened.
            found.append(Change(key, None, after))
    return tuple(found)
