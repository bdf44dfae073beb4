"""Officers filed with the registrar: who held which post from when to when (负责人、理事、监事备案)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.registry.models import (
    Filing,
    FilingKind,
    IdentityDocument,
    OfficerRole,
    Organisation,
    OrganisationKind,
    Person,
)
from shetong.registry.rules import history
from shetong.registry.rules.history import OFFICER_PREFIX
from shetong.registry.services import locks, people
from shetong.registry.services.checks import ALIVE, FR_23, SGR_12
from shetong.registry.services.projection import load
from shetong.registry.services.recording import authorise, record
from shetong.store import rows
from shetong.store.transactions import act

_PHONE = re.compile(r"\+?[0-9][0-9\- ]{5,18}[0-9]")


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person for one post; ``valid_to`` exclusive. ``document`` only for papers without a check sign."""

    role: OfficerRole
    name: str
    identity_number: str
    document: IdentityDocument | None = None
    phone: str = ""
    valid_to: date | None = None


def appoint_officer(
    *,
    organisation_id: int,
    role: OfficerRole,
    name: str,
    identity_number: str,
    basis: str,
    effective_on: date,
    actor: User | None,
    document: IdentityDocument | None = None,
    phone: str = "",
    valid_to: date | None = None,
) -> Filing:
    """File that one person holds a post: :func:`appoint_officers` for a single appointment."""
    appointment = Appointment(role, name, identity_number, document, phone, valid_to)
    return appoint_officers(
        organisation_id=organisation_id,
        appointments=[appointment],
        basis=basis,
        effective_on=effective_on,
        actor=actor,
    )


@act
def appoint_officers(
    *,
    organisation_id: int,
    appointments: Sequence[Appointment],
    basis: str,
    effective_on: date,
    actor: User | None,
) -> Filing:
    """File in one filing who holds which posts from ``effective_on``, as after an election (换届), and return it.

    The filing names people by number only. Raises :class:`InvalidInputError`, :class:`ForbiddenError`,
    :class:`WrongStateError`, :class:`ConflictError` (post held already; 法定代表人 elsewhere; not the registered one).
    """
    members = [_read(appointment, effective_on) for appointment in appointments]
    if len({(member.role, member.index) for member in members}) < len(members):
        raise ConflictError(gettext("同一人的同一职务填报了两次，请删去重复的一行。"), code="post-twice")
    locked = locks.take(people={member.index for member in members}, organisations=[organisation_id])
    organisation = locked[organisation_id]
    authorise(actor, Permission.REGISTER_FILE, organisation.authority.division_code)
    past = load(organisation.pk)
    spans = history.spans(past.stands, OFFICER_PREFIX)
    known = people.find_or_create([people.Papers(one.name, one.number, one.document, one.phone) for one in members])
    after: dict[str, dict[str, str]] = {}
    for member in members:
        person = known[member.index]
        _check_post(person, member.role, spans, effective_on, member.valid_to)
        if member.role == OfficerRole.LEGAL_REPRESENTATIVE:
            _check_representative(organisation, person, effective_on, past.stands)
        value = {"valid_from": effective_on.isoformat()}
        if member.valid_to is not None:
            value["valid_to"] = member.valid_to.isoformat()
        key = f"{OFFICER_PREFIX}{member.role}.{person.pk}"
        after[key] = value
        spans = [*spans, history.Span(key, value, effective_on, member.valid_to, 0)]
    return record(
        organisation=organisation,
        kind=FilingKind.OFFICERS,
        after=after,
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.appoint-officer",
        past=past,
    )


@dataclass(frozen=True, slots=True)
class _Member:
    """An appointment as read: names tidy, number normalised, its blind index known."""

    role: OfficerRole
    name: str
    number: str
    document: IdentityDocument
    index: bytes
    phone: str
    valid_to: date | None


def _read(appointment: Appointment, effective_on: date) -> _Member:
    name, phone = appointment.name.strip(), appointment.phone.strip()
    _check_form(name, phone, effective_on, appointment.valid_to)
    number, document = people.read_identity(appointment.identity_number, appointment.document)
    index = people.index_of(number, document)
    return _Member(appointment.role, name, number, document, index, phone, appointment.valid_to)


@transaction.atomic
def end_officer(
    *, organisation_id: int, person_id: int, role: OfficerRole, basis: str, effective_on: date, actor: User | None
) -> Filing:
    """File that a person no longer holds a post from ``effective_on`` and return the filing.

    Raises :class:`NotFoundError` where the post is not held on that day, else as :func:`appoint_officer`.
    """
    organisation = locks.take_one(organisation_id)
    authorise(actor, Permission.REGISTER_FILE, organisation.authority.division_code)
    key = f"{OFFICER_PREFIX}{role}.{person_id}"
    held = history.held_on(history.spans(load(organisation.pk).stands, OFFICER_PREFIX), effective_on)
    if key not in held:
        raise NotFoundError(gettext("该人员在这一天没有担任该职务，请核对人员、职务和日期。"))
    return record(
        organisation=organisation,
        kind=FilingKind.OFFICERS,
        after={key: None},
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.end-officer",
    )


def _check_form(name: str, phone: str, effective_on: date, valid_to: date | None) -> None:
    faults = {}
    if not name:
        faults["name"] = gettext("请填写姓名。")
    elif len(name) > 100:
        faults["name"] = gettext("姓名最多100个字，请核对。")
    if phone and not _PHONE.fullmatch(phone):
        faults["phone"] = gettext("联系电话的写法无法识别，请填写手机号码或带区号的固定电话。")
    if valid_to is not None and valid_to <= effective_on:
        faults["valid_to"] = gettext("任期截止日期应晚于开始日期。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)


def _check_post(
    person: Person,
    role: OfficerRole,
    spans: list[history.Span],
    effective_on: date,
    valid_to: date | None,
) -> None:
    for span in spans:
        _, held_role, held_by = span.key.split(".")
        overlaps = (span.end is None or span.end > effective_on) and (valid_to is None or span.start < valid_to)
        if not overlaps or held_role != role:
            continue
        if int(held_by) == person.pk:
            raise ConflictError(
                gettext("该人员在此期间已担任“%(label)s”，不能重复备案。") % {"label": gettext(str(role.label))},
                code="post-held",
            )
        if role == OfficerRole.LEGAL_REPRESENTATIVE:
            raise ConflictError(gettext("该组织在此期间已有法定代表人，请先办理变更登记。"), code="post-held")


def _check_representative(
    organisation: Organisation, person: Person, on: date, stands: Sequence[history.Standing]
) -> None:
    registered = history.fold(stands, on).get("legal_representative")
    if registered != person.name:
        raise ConflictError(
            gettext("法定代表人是登记事项，现登记为“%(registered)s”。请先办理法定代表人变更登记，再备案人员信息。")
            % {"registered": registered or "—"},
            code="representative-differs",
        )
    kinds = list(OrganisationKind.values)
    if organisation.kind == OrganisationKind.SOCIAL_GROUP:
        kinds = [OrganisationKind.SOCIAL_GROUP]
        message, provision = "社会团体的法定代表人不得同时担任其他社会团体的法定代表人", SGR_12
    elif organisation.kind == OrganisationKind.FOUNDATION:
        message, provision = "基金会的法定代表人不得同时担任其他组织的法定代表人", FR_23
    else:
        return
    other = rows.fetch(
        "SELECT body.name FROM registry_officer post JOIN registry_organisation body ON body.id = post.organisation_id"
        " WHERE post.person_id = %s AND post.role = %s AND post.valid_to IS NULL AND body.id <> %s"
        " AND body.status = ANY(%s) AND body.kind = ANY(%s) ORDER BY post.id LIMIT 1",
        [person.pk, OfficerRole.LEGAL_REPRESENTATIVE, organisation.pk, list(ALIVE), kinds],
    )
    if other:
        raise ConflictError(
            gettext("%(message)s。该人员现任“%(name)s”的法定代表人。") % {"message": message, "name": other[0][0]},
            code="representative-elsewhere",
            provision=provision,
        )
