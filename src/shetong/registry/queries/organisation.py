"""One organisation: its public page, its state on any day, its course of events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from shetong.accounts.queries.permissions import Viewer, may
from shetong.accounts.rules import Permission
from shetong.core import divisions
from shetong.core.identifiers import tidy
from shetong.registry.models import (
    Certificate,
    Filing,
    Officer,
    Organisation,
    OrganisationAttribute,
    OrganisationName,
    PenaltyRecord,
    PermitRecord,
    Status,
)
from shetong.registry.queries.filings import entry_of
from shetong.registry.queries.timeline import TimelineEntry, entries, timeline
from shetong.registry.rules import history
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, OFFICER_PREFIX, Standing, State
from shetong.registry.rules.values import ELEMENT_NAMES, IN_COLUMNS, column, empty
from shetong.registry.rules.visibility import Sight

__all__ = ["OrganisationPage", "by_code", "find", "state_on", "timeline"]

MOST_BRANCHES = 200


@dataclass(frozen=True, slots=True)
class Reference:
    """Another organisation: its public code, name and status."""

    code: str
    name: str
    status: str
    status_label: str


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name borne until ``valid_to`` (exclusive); dates are ``None`` where the register does not know them."""

    name: str
    valid_from: date | None
    valid_to: date | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class HeldAttribute:
    """A qualification or mark held from ``valid_from`` to ``valid_to`` (exclusive; ``None``: still)."""

    code: str
    label: str
    value: str
    valid_from: date
    valid_to: date | None
    basis_document: str
    granted_by: str
    published_at: date | None


@dataclass(frozen=True, slots=True)
class PublicOfficer:
    """A person's name and post; nothing else of a person is public."""

    name: str
    role: str
    role_label: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Permit:
    """An administrative permit decision."""

    document_number: str
    title: str
    decided_on: date
    valid_from: date | None
    valid_to: date | None
    authority_name: str


@dataclass(frozen=True, slots=True)
class Penalty:
    """An administrative penalty decision, as long as it is public."""

    document_number: str
    facts: str
    basis: str
    penalty: str
    decided_on: date
    authority_name: str
    public_until: date | None


@dataclass(frozen=True, slots=True)
class CertificateSummary:
    """A certificate that was issued: its number, when, and whether it is still good."""

    serial: str
    issued_at: datetime
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """Everything that the viewer may see of an organisation, and nothing else. Money in fen.

    ``on``: the day in the past whose facts these are, ``None`` for today; of a day that the register knows nothing of
    (``known`` is false) only the identity is given. ``etag`` changes whenever anything shown changes, and with the
    language.
    """

    id: int
    code: str
    uscc: str | None
    name: str
    kind: str
    kind_label: str
    status: str
    status_label: str
    status_since: date | None
    legal_representative: str
    domicile: str
    division_code: str
    division_name: str
    founded_on: date | None
    registered_funds: int | None
    business_scope: str
    activity_area: str
    authority: str
    authority_division: str
    supervising_body: str
    direct_registration: bool
    certificate_valid_from: date | None
    certificate_valid_to: date | None
    former_certificate_number: str
    field: str
    charity_since: date | None
    public_fundraising_since: date | None
    demo: bool
    updated_at: datetime
    parent: Reference | None
    former_names: tuple[FormerName, ...]
    attributes: tuple[HeldAttribute, ...]
    past_attributes: tuple[HeldAttribute, ...]
    officers: tuple[PublicOfficer, ...]
    past_officers: tuple[PublicOfficer, ...]
    branches: tuple[Reference, ...]
    permits: tuple[Permit, ...]
    penalties: tuple[Penalty, ...]
    certificates: tuple[CertificateSummary, ...]
    timeline: tuple[TimelineEntry, ...]
    on: date | None = None
    known: bool = True
    etag: str = ""


def find(code: str) -> Organisation | None:
    """Return the organisation of a public code, however it is typed: unified code, or ``BR`` and a number."""
    wanted = tidy(code[:40])
    organisations = Organisation.objects.select_related("authority", "parent")
    if wanted.startswith("BR"):
        digits = wanted[2:]
        known = digits.isascii() and digits.isdigit() and len(digits) <= 18
        return organisations.filter(pk=int(digits), uscc__isnull=True).first() if known else None
    return organisations.filter(uscc=wanted).first() if len(wanted) == 18 and wanted.isascii() else None


def by_code(code: str, viewer: Viewer = None, *, on: date | None = None) -> OrganisationPage | None:
    """Return the page of the organisation with a public code, or ``None``. Nine queries, however much there is.

    ``on``: as things were on that day, as far as the register knows now (one query more). Officials with the
    permission to see internal data (one query more) also get what is not public any more or yet.
    """
    organisation = find(code)
    if organisation is None:
        return None
    internal = (
        viewer is not None
        and viewer.is_authenticated
        and may(viewer, Permission.REGISTER_VIEW_INTERNAL, organisation.authority.division_code)
    )
    sight = Sight(timezone.localdate(), internal)
    page = _page(organisation, sight)
    if on is not None:
        page = _on_day(page, on, sight)
    return replace(page, etag=hashlib.blake2b(repr(page).encode(), digest_size=16).hexdigest())


def state_on(organisation_id: int, day: date, known_at: datetime | None = None) -> State:
    """Return what was true on ``day`` as known at ``known_at`` (default: now); ``{}`` before the first filing.

    Every data element by name, as filings keep it, with ``attributes`` (code to details) and ``officers`` (a list of
    ``role`` and ``person``, a number).
    """
    return _state(_stands(organisation_id, known_at), day)


def _stands(organisation_id: int, known_at: datetime | None = None) -> list[Standing]:
    return history.standing(map(entry_of, Filing.objects.filter(organisation_id=organisation_id)), known_at)


def _state(stands: Sequence[Standing], day: date) -> State:
    folded = history.fold(stands, day)
    if not folded:
        return {}
    state: State = {name: folded.get(name, empty(name)) for name in sorted(ELEMENT_NAMES)}
    attributes = history.held_on(history.spans(stands, ATTRIBUTE_PREFIX), day)
    posts = history.held_on(history.spans(stands, OFFICER_PREFIX), day)
    by_attribute = {key.removeprefix(ATTRIBUTE_PREFIX): dict(value) for key, value in attributes.items()}
    for element, code in history.SINCE_ELEMENTS.items():
        state[element] = by_attribute.get(code, {}).get("valid_from")
    state["attributes"] = by_attribute
    state["officers"] = [
        {"role": role, "person": int(person), **value}
        for key, value in sorted(posts.items())
        for _, role, person in [key.split(".")]
    ]
    return state


def _on_day(page: OrganisationPage, day: date, sight: Sight) -> OrganisationPage:
    """Return what ``page`` would have shown on ``day``; what lists no past (branches, certificates) is left out."""
    stands = _stands(page.id)
    state = _state(stands, day)
    plain = {name: column(name, state.get(name)) if sight.element(name) else empty(name) for name in IN_COLUMNS}
    identity = {"uscc": page.uscc, "kind": page.kind, "name": plain["name"] or page.name}
    statuses = history.periods(stands, "status", until=day)
    attributes = tuple(held for held in (*page.attributes, *page.past_attributes) if _holds(held, day))
    since = {held.code: held.valid_from for held in attributes}
    status = state.get("status")
    return replace(
        page,
        on=day,
        known=bool(state),
        **{**plain, **identity},
        status_label=Status(status).label if status else "",
        status_since=statuses[-1].start if statuses else None,
        division_name=divisions.full_name(plain["division_code"]) if plain["division_code"] else "",
        authority=state.get("authority") or "",
        charity_since=since.get("CHARITY"),
        public_fundraising_since=since.get("PUBFUND"),
        attributes=attributes,
        past_attributes=tuple(held for held in page.past_attributes if held.valid_to and held.valid_to <= day),
        former_names=tuple(former for former in page.former_names if former.valid_to and former.valid_to <= day),
        officers=tuple(post for post in (*page.officers, *page.past_officers) if _holds(post, day)),
        past_officers=tuple(post for post in page.past_officers if post.valid_to and post.valid_to <= day),
        branches=(),
        certificates=(),
        permits=tuple(permit for permit in page.permits if permit.decided_on <= day),
        penalties=tuple(penalty for penalty in page.penalties if penalty.decided_on <= day),
        timeline=tuple(entry for entry in page.timeline if entry.effective_on <= day),
    )


def _holds(held: HeldAttribute | PublicOfficer, day: date) -> bool:
    return held.valid_from <= day and (held.valid_to is None or day < held.valid_to)


def _page(organisation: Organisation, sight: Sight) -> OrganisationPage:
    today = sight.today
    held = list(OrganisationAttribute.objects.filter(organisation=organisation).order_by("-valid_from", "code"))
    current = [row for row in held if row.valid_from <= today and (row.valid_to is None or today < row.valid_to)]
    since = {row.code: row.valid_from for row in current}
    posts = list(
        Officer.objects.filter(organisation=organisation).select_related("person").order_by("valid_from", "pk")
    )
    in_post = [post for post in posts if post.valid_from <= today and (post.valid_to is None or today < post.valid_to)]
    authority = organisation.authority
    return OrganisationPage(
        id=organisation.pk,
        code=organisation.public_code,
        kind_label=organisation.get_kind_display(),
        status_label=organisation.get_status_display(),
        status_since=organisation.status_since,
        division_name=divisions.full_name(organisation.division_code),
        authority=authority.name,
        authority_division=authority.division_code,
        charity_since=since.get("CHARITY"),
        public_fundraising_since=since.get("PUBFUND"),
        demo=organisation.demo,
        updated_at=organisation.updated_at,
        parent=_reference(organisation.parent) if organisation.parent else None,
        former_names=_former_names(organisation),
        attributes=tuple(map(_attribute, current)),
        past_attributes=tuple(_attribute(row) for row in held if row.valid_to is not None and row.valid_to <= today),
        officers=_officers(in_post),
        past_officers=_officers(post for post in posts if post.valid_to is not None and post.valid_to <= today),
        branches=_branches(organisation),
        permits=_permits(organisation, sight),
        penalties=_penalties(organisation, sight),
        certificates=_certificates(organisation),
        timeline=entries(
            Filing.objects.filter(organisation=organisation),
            {post.person_id: post.person.name for post in posts},
            sight,
        ),
        **{name: getattr(organisation, name) if sight.element(name) else empty(name) for name in IN_COLUMNS},
    )


def _reference(organisation: Organisation) -> Reference:
    return Reference(
        organisation.public_code, organisation.name, organisation.status, organisation.get_status_display()
    )


def _former_names(organisation: Organisation) -> tuple[FormerName, ...]:
    rows = OrganisationName.objects.filter(organisation=organisation).order_by("-valid_to", "pk")
    return tuple(
        FormerName(row.name, row.valid_from, row.valid_to, row.ended_by)
        for row in rows
        if row.name != organisation.name
    )


def _attribute(row: OrganisationAttribute) -> HeldAttribute:
    return HeldAttribute(
        row.code,
        row.get_code_display(),
        row.value,
        row.valid_from,
        row.valid_to,
        row.basis_document,
        row.granted_by,
        row.published_at,
    )


def _officers(posts: Iterable[Officer]) -> tuple[PublicOfficer, ...]:
    return tuple(
        PublicOfficer(post.person.name, post.role, post.get_role_display(), post.valid_from, post.valid_to)
        for post in sorted(posts, key=lambda post: (_RANK[post.role], post.valid_from, post.pk))
    )


_RANK = {
    role: rank
    for rank, role in enumerate(
        ("legal-representative", "president", "vice-president", "secretary-general", "director", "supervisor")
    )
}


def _branches(organisation: Organisation) -> tuple[Reference, ...]:
    branches = Organisation.objects.filter(parent=organisation).order_by("pk")[:MOST_BRANCHES]
    return tuple(map(_reference, branches))


def _permits(organisation: Organisation, sight: Sight) -> tuple[Permit, ...]:
    rows = PermitRecord.objects.filter(organisation=organisation).order_by("-decided_on", "pk")
    if not sight.internal:
        rows = rows.filter(published_at__isnull=False, withdrawn_at__isnull=True)
    return tuple(
        Permit(row.document_number, row.title, row.decided_on, row.valid_from, row.valid_to, row.authority_name)
        for row in rows
    )


def _penalties(organisation: Organisation, sight: Sight) -> tuple[Penalty, ...]:
    rows = PenaltyRecord.objects.filter(organisation=organisation).order_by("-decided_on", "pk")
    return tuple(
        Penalty(
            row.document_number,
            row.facts,
            row.basis,
            row.penalty,
            row.decided_on,
            row.authority_name,
            row.public_until,
        )
        for row in rows
        if sight.penalty(row.public_until)
    )


def _certificates(organisation: Organisation) -> tuple[CertificateSummary, ...]:
    rows = Certificate.objects.filter(organisation=organisation).defer("snapshot", "token").order_by("-issued_at", "pk")
    return tuple(CertificateSummary(row.serial, row.issued_at, row.state, row.get_state_display()) for row in rows)
