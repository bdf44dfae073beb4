"""Liquidation, deregistration and the administrative orders that stop, cancel or revoke a registration."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import InvalidInputError
from shetong.registry.models import Filing, FilingKind, Organisation, Status
from shetong.registry.rules import history
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, State
from shetong.registry.services import locks, permits
from shetong.registry.services.projection import load
from shetong.registry.services.recording import authorise, record

_ENDINGS = frozenset({Status.DEREGISTERED, Status.CANCELLED, Status.REVOKED})


def open_liquidation(*, organisation_id: int, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Record that liquidation began: from then only liquidation acts are allowed."""
    return _file(organisation_id, Status.LIQUIDATING, FilingKind.DEREGISTRATION, basis, effective_on, actor)


def deregister(*, organisation_id: int, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Strike a body off after its liquidation (注销登记), its branch bodies with it; branch bodies need none."""
    return _file(organisation_id, Status.DEREGISTERED, FilingKind.DEREGISTRATION, basis, effective_on, actor)


def suspend(*, organisation_id: int, until: date, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Order a body to stop its activities until a day (责令限期停止活动)."""
    if until <= effective_on:
        raise InvalidInputError(
            gettext("停止活动的截止日期应晚于开始日期。"), fields={"until": gettext("应晚于开始日期。")}
        )
    extra = {"suspended_until": until.isoformat()}
    return _file(organisation_id, Status.SUSPENDED, FilingKind.ORDER, basis, effective_on, actor, extra)


def resume(*, organisation_id: int, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Record that a suspended body may act again."""
    extra = {"suspended_until": None}
    return _file(organisation_id, Status.NORMAL, FilingKind.ORDER, basis, effective_on, actor, extra)


@transaction.atomic
def cancel(*, organisation_id: int, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Cancel a registration (撤销登记): obtained by fraud, no activity for a year, grave breach.

    The permits that were published of it are withdrawn.
    """
    filing = _file(organisation_id, Status.CANCELLED, FilingKind.ORDER, basis, effective_on, actor)
    registered = (
        Filing.objects.filter(organisation=organisation_id, kind=FilingKind.REGISTRATION).order_by("pk").first()
    )
    if registered is not None:
        permits.withdraw(filing.organisation, registered.basis, reason=f"撤销登记：{basis}", actor=actor)
    return filing


def revoke(*, organisation_id: int, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Revoke the registration certificate (吊销登记证书) under the Charity Law."""
    return _file(organisation_id, Status.REVOKED, FilingKind.ORDER, basis, effective_on, actor)


@transaction.atomic
def _file(
    organisation_id: int,
    status: Status,
    kind: FilingKind,
    basis: str,
    effective_on: date,
    actor: User | None,
    extra: State | None = None,
) -> Filing:
    """Record a change of status; with the end of a body its qualifications and branch bodies end.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    branch_ids: list[int] = []
    if status in _ENDINGS:
        branch_ids = _living_branches(organisation_id)
    locked = locks.take(organisations=[organisation_id, *branch_ids])
    # Under the parent's lock none is set up any more; those that were while we waited for it end too.
    while status in _ENDINGS and (later := set(_living_branches(organisation_id)) - set(locked)):
        locked |= locks.take(organisations=later)
        branch_ids += later
    organisation = locked[organisation_id]
    authorise(actor, Permission.REGISTER_FILE, organisation.authority.division_code)
    after: State = {"status": str(status), **(extra or {})}
    if status in _ENDINGS:
        after |= _qualifications_ended(organisation, effective_on)
    filing = record(
        organisation=organisation,
        kind=kind,
        after=after,
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action=f"registry.{status}",
    )
    for branch_id in sorted(branch_ids):
        record(
            organisation=locked[branch_id],
            kind=FilingKind.DEREGISTRATION,
            after={"status": str(Status.DEREGISTERED), **_qualifications_ended(locked[branch_id], effective_on)},
            basis=f"所属社会组织{status.label}：{basis.strip()}"[:300],
            effective_on=effective_on,
            actor=actor,
            action="registry.close-branch",
        )
    return filing


def _living_branches(organisation_id: int) -> list[int]:
    living = Organisation.objects.filter(parent=organisation_id).exclude(status__in=_ENDINGS)
    return list(living.values_list("pk", flat=True))


def _qualifications_ended(organisation: Organisation, on: date) -> State:
    held = history.held_on(history.spans(load(organisation.pk).stands, ATTRIBUTE_PREFIX), on)
    return dict.fromkeys(held)
