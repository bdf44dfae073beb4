"""Checks of registered items against the law and against the register, with reasons; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext

from shetong.core.errors import DomainError
from shetong.core.findings import Finding, Severity
from shetong.registry.models import Organisation, OrganisationKind, Status
from shetong.registry.rules.conditions import conditions
from shetong.registry.rules.history import Json
from shetong.store import rows

SGR_12 = "《社会团体登记管理条例》第十二条"
FR_23 = "《基金会管理条例》第二十三条"
ALIVE = (Status.NORMAL, Status.SUSPENDED, Status.LIQUIDATING)


def check_items(
    values: Mapping[str, Json], *, authority_division: str, on: date, organisation_id: int | None = None
) -> list[Finding]:
    """Return the findings on the registered items of one body, gravest first.

    ``values``: as a filing keeps them; ``organisation_id``: the body itself, where it is registered already.
    """
    found = conditions(values, authority_division=authority_division, on=on)
    if values.get("legal_representative"):
        found += _other_posts(values["legal_representative"], values.get("kind", ""), organisation_id)
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def refuse_where_forbidden(findings: list[Finding]) -> None:
    """Raise :class:`DomainError` with the first finding that the law does not allow; the others by field."""
    forbidden = [finding for finding in findings if finding.severity is Severity.REFUSE]
    if forbidden:
        first = forbidden[0]
        raise DomainError(
            first.message,
            code=first.code,
            fields={finding.field: finding.message for finding in forbidden if finding.field},
            provision=first.provision,
        )


def _other_posts(name: str, kind: str, organisation_id: int | None) -> list[Finding]:
    """Namesakes are only that, so a person must look: a warning, never a refusal."""
    if kind not in (OrganisationKind.SOCIAL_GROUP, OrganisationKind.FOUNDATION):
        return []
    kinds = [one for one in OrganisationKind.values if one != OrganisationKind.BRANCH]
    if kind == OrganisationKind.SOCIAL_GROUP:
        kinds = [OrganisationKind.SOCIAL_GROUP]
        message, provision = "社会团体的法定代表人不得同时担任其他社会团体的法定代表人", SGR_12
    else:
        message, provision = "基金会的法定代表人不得同时担任其他组织的法定代表人", FR_23
    return [
        Finding(
            "representative-elsewhere",
            Severity.WARN,
            gettext("%(message)s。登记簿中“%(name)s”的法定代表人同名，请核实是否同一人。")
            % {"message": message, "name": other.name},
            provision,
            "legal_representative",
            other.public_code,
            other.name,
        )
        for other in rows.load(
            Organisation,
            "WHERE legal_representative = %s AND status = ANY(%s) AND kind = ANY(%s) AND id <> %s ORDER BY id LIMIT 5",
            [name, list(ALIVE), kinds, organisation_id or 0],
        )
    ]
