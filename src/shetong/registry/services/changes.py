"""Change of registered items (变更登记), and the order that cancels one (撤销变更登记)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.core.text import key
from shetong.registry.models import Filing, FilingKind, OfficerRole, Organisation
from shetong.registry.rules import history
from shetong.registry.rules.history import OFFICER_PREFIX, State
from shetong.registry.rules.values import CHANGEABLE, clean
from shetong.registry.services import checks, locks, names, permits
from shetong.registry.services.projection import authority_named, load
from shetong.registry.services.recording import authorise, record

# Items whose change is checked against the conditions of registration anew.
_CONDITIONED = ("registered_funds", "legal_representative", "division_code")


@transaction.atomic
def change(
    *, organisation_id: int, values: Mapping[str, Any], basis: str, effective_on: date, actor: User | None
) -> Filing:
    """Change registered items from ``effective_on`` (past, today or future) and return the filing.

    ``values``: changeable data elements by name. A new legal representative ends the post of the former one. Raises
    :class:`InvalidInputError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`ConflictError` (name taken).
    """
    cleaned = clean(values, allowed=CHANGEABLE)
    new_name = cleaned.get("name")
    organisation = locks.take(names=[key(new_name)] if new_name else [], organisations=[organisation_id])[
        organisation_id
    ]
    authorise(actor, Permission.REGISTER_FILE, organisation.authority.division_code)
    past = load(organisation.pk)
    if new_name and new_name != history.fold(past.stands, effective_on).get("name"):
        authority = (
            authority_named(cleaned["authority"], near=organisation.division_code)
            if cleaned.get("authority")
            else organisation.authority
        )
        names.refuse_taken(
            new_name, kind=organisation.kind, authority=authority, on=effective_on, organisation_id=organisation.pk
        )
    _check_conditions(organisation, cleaned, effective_on)
    after = {**cleaned, **_posts_ended(past.stands, cleaned, effective_on)}
    filing = record(
        organisation=organisation,
        kind=FilingKind.CHANGE,
        after=after,
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.change",
    )
    if new_name:
        names.release(new_name)
    return filing


@transaction.atomic
def cancel_change(*, filing_id: int, basis: str, effective_on: date, actor: User | None) -> Filing:
    """Cancel a change by order: items that still hold its values return to what they were before; return the order.

    A cancelled name may not be taken by others for three years. Raises :class:`NotFoundError`,
    :class:`ConflictError` where later filings changed everything again, and what :func:`record` raises.
    """
    cancelled = Filing.objects.filter(pk=filing_id, kind=FilingKind.CHANGE).first()
    if cancelled is None:
        raise NotFoundError(gettext("没有找到该变更登记，请核对后再办理。"))
    organisation = locks.take_one(cancelled.organisation_id)
    authorise(actor, Permission.REGISTER_FILE, organisation.authority.division_code)
    past = load(organisation.pk)
    stand = next((s for s in past.stands if s.number == cancelled.pk), None)
    if stand is None or stand.effective_on > effective_on:
        raise ConflictError(gettext("该变更登记已作废或尚未生效，不能撤销。"))
    now = history.fold(past.stands, effective_on)
    earlier = history.fold([s for s in past.stands if s.number != cancelled.pk], effective_on)
    after = {name: earlier.get(name) for name, value in stand.after.items() if now.get(name) == value}
    if not after:
        raise ConflictError(gettext("该变更登记的事项此后均已再次变更，没有可恢复的内容。"))
    permits.withdraw(organisation, cancelled.basis, reason=f"撤销变更登记：{basis}", actor=actor)
    return record(
        organisation=organisation,
        kind=FilingKind.ORDER,
        after=after,
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.cancel-change",
    )


def _check_conditions(organisation: Organisation, cleaned: State, on: date) -> None:
    checked = {name: cleaned[name] for name in _CONDITIONED if cleaned.get(name) is not None}
    if checked:
        findings = checks.check_items(
            {"kind": organisation.kind, **checked},
            authority_division=organisation.authority.division_code,
            on=on,
            organisation_id=organisation.pk,
        )
        checks.refuse_where_forbidden(findings)
    if cleaned.get("name") == "":
        raise InvalidInputError(gettext("请填写社会组织名称。"), fields={"name": gettext("请填写社会组织名称。")})


def _posts_ended(stands: Sequence[history.Standing], cleaned: State, on: date) -> State:
    if "legal_representative" not in cleaned:
        return {}
    held = history.held_on(history.spans(stands, f"{OFFICER_PREFIX}{OfficerRole.LEGAL_REPRESENTATIVE}."), on)
    same = history.fold(stands, on).get("legal_representative") == cleaned["legal_representative"]
    return {} if same else dict.fromkeys(held)
