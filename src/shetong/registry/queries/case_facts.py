"""What the register knows already of an organisation that applies: answers filled in, and facts that conditions ask."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from shetong.core.errors import NotFoundError
from shetong.registry.models import AttributeCode, DepartureAudit, Organisation, OrganisationAttribute
from shetong.registry.queries.organisation import find

_SHOWN = (
    "name", "legal_representative", "division_code", "domicile", "registered_funds", "business_scope",
    "activity_area", "supervising_body", "direct_registration",
)  # fmt: skip


def of_organisation(code: str) -> dict[str, Any]:
    """Return the facts: kind, whether a body supervises it, whether it is a charity. Two queries."""
    return _facts(_of(code))


def of_change(code: str) -> dict[str, Any]:
    """Return the registered items as they stand, so that only what changes is typed, and the facts. Three queries."""
    organisation = _of(code)
    items = {name: getattr(organisation, name) for name in _SHOWN}
    # Who leaves is known; who comes is typed.
    del items["legal_representative"]
    audited = audit_for(organisation, timezone.localdate()) is not None
    return {**items, **_facts(organisation), "audited": audited}


def of_branch(code: str) -> dict[str, Any]:
    """Return what a branch has from its parent: the beginning of its name, the seat. Two queries."""
    organisation = _of(code)
    seat = {"division_code": organisation.division_code, "domicile": organisation.domicile}
    return {"name": organisation.name, **seat, **_facts(organisation)}


def of_audit(code: str) -> dict[str, Any]:
    """Return whose time is audited: the registered representative. Two queries."""
    organisation = _of(code)
    return {"leaving_representative": organisation.legal_representative, **_facts(organisation)}


def audit_for(organisation: Organisation, on: date) -> DepartureAudit | None:
    """Return the audit on file for the registered representative that no change has relied on yet; it ages."""
    since = on - timedelta(days=settings.DEPARTURE_AUDIT_DAYS)
    found = DepartureAudit.objects.filter(
        organisation=organisation, representative=organisation.legal_representative, change__isnull=True
    )
    return found.filter(filed_on__gte=since, filed_on__lte=on).order_by("-filed_on", "-pk").first()


def _facts(organisation: Organisation) -> dict[str, Any]:
    today = timezone.localdate()
    charity = OrganisationAttribute.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        organisation=organisation,
        code=AttributeCode.CHARITY,
        valid_from__lte=today,
    ).exists()
    dual = bool(organisation.supervising_body) and not organisation.direct_registration
    return {"kind": organisation.kind, "dual": dual, "charity": charity}


def _of(code: str) -> Organisation:
    found = find(code)
    if found is None:
        raise NotFoundError(gettext("登记簿中没有这家组织，请核对统一社会信用代码。"))
    return found
