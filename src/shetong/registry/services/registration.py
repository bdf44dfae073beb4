"""Registration of a new body (成立登记)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.core.text import key
from shetong.registry.models import (
    AttributeCode,
    Authority,
    FilingKind,
    Organisation,
    OrganisationKind,
    Status,
)
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, SINCE_ELEMENTS, State
from shetong.registry.rules.values import IN_COLUMNS, clean_registration, column
from shetong.registry.services import checks, locks, names
from shetong.registry.services.projection import NOTHING_FILED, authority_named
from shetong.registry.services.recording import authorise, record
from shetong.store import rows
from shetong.store.transactions import act

PNR_13 = "《民办非企业单位登记管理暂行条例》第十三条"
SGR_17 = "《社会团体登记管理条例》第十七条"


@act
def register(
    *,
    values: Mapping[str, Any],
    basis: str,
    effective_on: date,
    actor: User | None,
    demo: bool = False,
) -> Organisation:
    """Enter a new body in the register and return it.

    ``values``: data elements by name (:data:`shetong.registry.elements.ORGANISATION`), text or Python values; money in
    integer fen or as text; ``parent`` is the parent's code. ``basis``: the document relied upon. ``effective_on``: the
    day of registration, today or earlier.

    Raises :class:`InvalidInputError`, :class:`ForbiddenError`, :class:`ConflictError` (code or name taken) and
    :class:`DomainError` where the law forbids (funds below the floor, branches of a 民办非企业单位).
    """
    cleaned = clean_registration(values)
    if effective_on > timezone.localdate():
        raise InvalidInputError(
            gettext("成立登记不能在未来生效，请核对日期。"), fields={"effective_on": gettext("不能晚于今天。")}
        )
    authority = authority_named(cleaned["authority"], near=cleaned["division_code"])
    authorise(actor, Permission.REGISTER_FILE, authority.division_code)
    parent_id = _parent_id(cleaned)
    locked = locks.take(
        names=[key(cleaned["name"])],
        codes=[cleaned["uscc"]] if cleaned.get("uscc") else [],
        organisations=[parent_id] if parent_id else [],
    )
    parent = locked.get(parent_id) if parent_id else None
    if parent is not None:
        _check_parent(parent)
    _check_code_is_free(cleaned.get("uscc"))
    names.refuse_taken(cleaned["name"], kind=cleaned["kind"], authority=authority, on=effective_on)
    checks.refuse_where_forbidden(
        checks.check_items(cleaned, authority_division=authority.division_code, on=effective_on)
    )
    organisation = _row(cleaned, authority, parent, effective_on, demo=demo)
    record(
        organisation=organisation,
        kind=FilingKind.REGISTRATION,
        after=_as_filed(cleaned),
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.register",
        past=NOTHING_FILED,
    )
    names.release(cleaned["name"])
    return organisation


def _parent_id(cleaned: State) -> int | None:
    code = cleaned.get("parent")
    if not code:
        return None
    found = rows.fetch("SELECT id FROM registry_organisation WHERE uscc = %s", [code])
    if not found:
        message = gettext("所属社会组织不在登记簿中，请核对其统一社会信用代码。")
        raise InvalidInputError(message, fields={"parent": message})
    return int(found[0][0])


def _check_parent(parent: Organisation) -> None:
    if parent.kind == OrganisationKind.SERVICE_INSTITUTION:
        raise ConflictError(gettext("民办非企业单位不得设立分支机构。"), code="branch-forbidden", provision=PNR_13)
    if parent.kind == OrganisationKind.BRANCH:
        raise ConflictError(gettext("分支机构下不得再设立分支机构。"), code="branch-forbidden", provision=SGR_17)
    if parent.status != Status.NORMAL:
        raise ConflictError(
            gettext("所属社会组织登记状态为“%(status)s”，不能设立分支（代表）机构。")
            % {"status": gettext(str(parent.get_status_display()))}
        )


def _check_code_is_free(uscc: str | None) -> None:
    holder = rows.first(Organisation, "WHERE uscc = %s", [uscc]) if uscc else None
    if holder is not None:
        raise ConflictError(
            gettext("统一社会信用代码%(uscc)s已登记为“%(name)s”，请核对代码。") % {"uscc": uscc, "name": holder.name},
            code="code-taken",
            fields={"uscc": gettext("该代码已被使用。")},
        )


def _row(cleaned: State, authority: Authority, parent: Organisation | None, on: date, *, demo: bool) -> Organisation:
    columns = {name: column(name, cleaned[name]) for name in IN_COLUMNS if name in cleaned}
    organisation = Organisation(
        **columns, status_since=on, authority=authority, parent=parent, demo=demo, updated_at=timezone.now()
    )
    rows.insert(organisation, again=True)
    locks.hold(organisation)
    return organisation


def _as_filed(cleaned: State) -> State:
    """Elements that say nothing are left out; charity and fundraising dates become attributes."""
    filed = {name: value for name, value in cleaned.items() if value not in (None, "") and name not in SINCE_ELEMENTS}
    for name, code in SINCE_ELEMENTS.items():
        if cleaned.get(name):
            filed[f"{ATTRIBUTE_PREFIX}{AttributeCode(code)}"] = {"valid_from": cleaned[name]}
    return {**filed, "status": str(Status.NORMAL)}
