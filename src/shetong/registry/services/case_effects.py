"""What the approval of a registration case does to the register, in the transaction of the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from shetong.casework.models import NoticeKind
from shetong.casework.queries import cases
from shetong.casework.rules.matters import Approval, Outcome
from shetong.casework.services import mandates
from shetong.core.errors import NotFoundError
from shetong.registry.models import (
    AnnouncementKind,
    DepartureAudit,
    OfficerRole,
    Organisation,
    OrganisationKind,
    PermitCategory,
    Status,
)
from shetong.registry.queries.organisation import find
from shetong.registry.services import announcements, certificates, codes, filings, permits
from shetong.registry.services.endings import deregister, open_liquidation
from shetong.registry.services.officers import Appointment
from shetong.registry.services.recording import together

# Items of the establishment forms that the register keeps as they are.
_REGISTERED = (
    "name", "legal_representative", "domicile", "division_code", "registered_funds", "business_scope",
    "activity_area", "supervising_body", "direct_registration", "field",
)  # fmt: skip
_OF_BRANCH = ("name", "legal_representative", "domicile", "division_code", "business_scope")


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
            appointments=_appointments(answers),
            basis=approval.document_number,
            effective_on=approval.decided_on,
            actor=approval.actor,
        )
    certificate = certificates.issue(organisation.pk, actor=approval.actor)
    mandates.grant(
        organisation_code=code,
        organisation_name=organisation.name,
        division_code=approval.authority.division_code,
        user=approval.applicant,
        basis=approval.document_number,
        actor=None,
    )
    title = f"准予{organisation.get_kind_display()}成立登记"
    permits.record(organisation, approval, title=title, content=_founded(organisation), certificate=certificate)
    announcements.announce(organisation, approval, AnnouncementKind.FOUNDED, _announced(organisation))
    sentence = f"{title}，统一社会信用代码为{code}。"
    return Outcome(organisation.public_code, organisation.name, sentence, permits.document_title(title))


def _announced(organisation: Organisation) -> list[tuple[str, str]]:
    """Return what is announced of a new body: what everybody may see of it in the register."""
    return [
        ("名称", organisation.name),
        ("统一社会信用代码", organisation.uscc or ""),
        ("住所", organisation.domicile),
        ("法定代表人", organisation.legal_representative),
        ("业务主管单位", organisation.supervising_body or "无（直接登记）"),
    ]


def _founded(organisation: Organisation) -> str:
    return (
        f"名称：{organisation.name}；住所：{organisation.domicile}；法定代表人：{organisation.legal_representative}；"
        f"业务范围：{organisation.business_scope}"
    )


def _appointments(answers: Mapping[str, Any]) -> list[Appointment]:
    """Return the posts applied for, and that of the legal representative for the officer of that name."""
    officers = answers.get("officers", [])
    appointments = [_appointment(officer, OfficerRole(officer["role"])) for officer in officers]
    named = [officer for officer in officers if officer["name"] == answers.get("legal_representative")]
    return appointments + [_appointment(officer, OfficerRole.LEGAL_REPRESENTATIVE) for officer in named[:1]]


def _appointment(officer: Mapping[str, Any], role: OfficerRole) -> Appointment:
    return Appointment(
        role=role,
        name=officer["name"],
        identity_number=officer["identity_number"],
        phone=officer.get("phone") or "",
    )


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
    cause = str(approval.values.get("ending_reason") or "")
    title = "准予注销登记"
    permits.record(organisation, approval, title=title, content=f"准予{organisation.name}注销登记。{cause}")
    lines = [("名称", organisation.name), ("统一社会信用代码", organisation.uscc or ""), ("登记证书", "同时废止")]
    announcements.announce(organisation, approval, AnnouncementKind.ENDED, lines)
    return Outcome(
        organisation.public_code,
        organisation.name,
        "准予注销登记，登记证书同时废止。",
        permits.document_title(title),
        (NoticeKind.DEREGISTERED,),
    )


def approve_charter(approval: Approval) -> Outcome:
    """File the approval of a changed charter (章程核准), with the digest of the text that was approved."""
    organisation = of(approval.subject_code)
    filings.approve_charter(
        organisation_id=organisation.pk,
        adopted_on=date.fromisoformat(approval.values["adopted_on"]),
        digests=cases.digests(approval.case_number, "charter"),
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
    )
    title = "章程核准"
    permits.record(
        organisation,
        approval,
        title=title,
        content=f"核准{organisation.name}修改后的章程：{approval.values.get('charter_changes') or ''}",
        category=PermitCategory.APPROVAL,
    )
    sentence = "章程已经核准，自核准之日起生效。"
    return Outcome(organisation.public_code, organisation.name, sentence, permits.document_title(title))


def set_up_branch(approval: Approval) -> Outcome:
    """Enter a branch or representative body of the applicant; it is no legal person and gets no certificate."""
    parent, answers = of(approval.subject_code), approval.values
    branch = filings.register(
        values={
            **{name: answers[name] for name in _OF_BRANCH if name in answers},
            "kind": OrganisationKind.BRANCH,
            "parent": parent.uscc,
            "authority": parent.authority.name,
        },
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
        demo=approval.demo,
    )
    return Outcome(parent.public_code, parent.name, f"“{branch.name}”已经备案，编号{branch.public_code}。")


def file_audit(approval: Approval) -> Outcome:
    """File the audit of a leaving representative; a change of the representative then relies on it."""
    organisation, answers = of(approval.subject_code), approval.values
    DepartureAudit.objects.create(
        organisation=organisation,
        representative=answers["leaving_representative"],
        audited_from=answers["audited_from"],
        audited_to=answers["audited_to"],
        auditor=answers["auditor"],
        report_number=answers["report_number"],
        opinion=answers["audit_opinion"],
        document_number=approval.document_number,
        filed_on=approval.decided_on,
    )
    sentence = "离任审计已经备案，申请变更法定代表人时不再提交审计报告。"
    return Outcome(organisation.public_code, organisation.name, sentence)


def reissue(approval: Approval) -> Outcome:
    """Issue a new certificate in place of one that was lost or damaged."""
    organisation = of(approval.subject_code)
    certificate = certificates.issue(organisation.pk, actor=approval.actor)
    sentence = f"新的登记证书编号{certificate.serial}，原证书不再有效。"
    return Outcome(organisation.public_code, organisation.name, sentence)


def of(code: str) -> Organisation:
    """Return the organisation that a case concerns. Raises :class:`NotFoundError`."""
    found = find(code)
    if found is None:
        raise NotFoundError(gettext("登记簿中没有这家组织，请核对统一社会信用代码。"))
    return found
