"""What the approval of a registration case does to the register, in the transaction of the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shetong.casework.rules.matters import Approval, Outcome
from shetong.casework.services import mandates
from shetong.core.errors import NotFoundError, WrongStateError
from shetong.registry.models import OfficerRole, Organisation, OrganisationKind, PermitRecord, Status
from shetong.registry.queries.organisation import find
from shetong.registry.services import certificates, codes, filings
from shetong.registry.services.changes import change
from shetong.registry.services.endings import deregister, open_liquidation
from shetong.registry.services.officers import Appointment
from shetong.registry.services.recording import together
from shetong.store import rows

# Items of the establishment forms that the register keeps as they are.
_REGISTERED = (
    "name", "legal_representative", "domicile", "division_code", "registered_funds", "business_scope",
    "activity_area", "supervising_body", "direct_registration", "field",
)  # fmt: skip
CHANGEABLE = (
    "name", "legal_representative", "domicile", "division_code", "registered_funds", "business_scope",
    "activity_area", "supervising_body", "direct_registration", "field",
)  # fmt: skip


def establish(approval: Approval, kind: OrganisationKind) -> Outcome:
    """Enter a new body, its officers and its certificate; its founder may act for it from now on."""
    answers = approval.values
    code = codes.assign(kind=kind, division_code=approval.authority.division_code)
    with together():
        organisation = filings.register(
            values={
                **{name: answers[name] for name in _REGISTERED if name in answers},
                "kind": kind,
                "uscc": code,
                "founded_on": approval.decided_on,
                "authority": approval.authority.name,
            },
            basis=approval.document_number,
            effective_on=approval.decided_on,
            actor=approval.actor,
            demo=approval.demo,
        )
        filings.appoint_officers(
            organisation_id=organisation.pk,
            appointments=[_appointment(officer) for officer in answers.get("officers", [])],
            basis=approval.document_number,
            effective_on=approval.decided_on,
            actor=approval.actor,
        )
    certificates.issue(organisation.pk, actor=approval.actor)
    mandates.grant(
        organisation_code=code,
        organisation_name=organisation.name,
        division_code=approval.authority.division_code,
        user=approval.applicant,
        basis=approval.document_number,
        actor=None,
    )
    title = f"准予{organisation.get_kind_display()}成立登记"
    return _done(organisation, approval, title, f"{title}，统一社会信用代码为{code}。")


def _appointment(officer: Mapping[str, Any]) -> Appointment:
    return Appointment(
        role=OfficerRole(officer["role"]),
        name=officer["name"],
        identity_number=officer["identity_number"],
        phone=officer.get("phone") or "",
    )


def amend(approval: Approval) -> Outcome:
    """Change the registered items that differ from what the register says; the certificate follows by itself."""
    organisation = of(approval.subject_code)
    change(
        organisation_id=organisation.pk,
        values=differing(organisation, approval.values),
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
    )
    organisation.refresh_from_db()
    return _done(organisation, approval, "准予变更登记", "准予变更登记，登记证书已经换发。")


def end(approval: Approval) -> Outcome:
    """Strike a body off; where its liquidation was not yet recorded, from the day on which it began."""
    organisation = of(approval.subject_code)
    began = date.fromisoformat(approval.values["liquidated_from"])
    if organisation.status in (Status.NORMAL, Status.SUSPENDED):
        open_liquidation(
            organisation_id=organisation.pk, basis=approval.document_number, effective_on=began, actor=approval.actor
        )
    deregister(
        organisation_id=organisation.pk,
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
    )
    organisation.refresh_from_db()
    return _done(organisation, approval, "准予注销登记", "准予注销登记，登记证书同时废止。")


def approve_charter(approval: Approval) -> Outcome:
    """Record the approval of a changed charter (章程核准)."""
    organisation = of(approval.subject_code)
    if organisation.status != Status.NORMAL:
        raise WrongStateError(f"该组织登记状态为“{organisation.get_status_display()}”，不能核准章程。")
    return _done(organisation, approval, "章程核准", "章程已经核准，自核准之日起生效。")


def of(code: str) -> Organisation:
    """Return the organisation that a case concerns. Raises :class:`NotFoundError`."""
    found = find(code)
    if found is None:
        raise NotFoundError("登记簿中没有这家组织，请核对统一社会信用代码。")
    return found


def differing(organisation: Organisation, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that differ from what the register says today."""
    return {
        name: answers[name] for name in CHANGEABLE if name in answers and answers[name] != getattr(organisation, name)
    }


def _done(organisation: Organisation, approval: Approval, title: str, sentence: str) -> Outcome:
    rows.insert(
        PermitRecord(
            organisation=organisation,
            document_number=approval.document_number,
            title=title,
            decided_on=approval.decided_on,
            valid_from=approval.decided_on,
            authority_name=approval.authority.name,
        )
    )
    return Outcome(organisation.public_code, organisation.name, sentence)
