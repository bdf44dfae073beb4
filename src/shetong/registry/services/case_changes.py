"""What the approval of a change does to the register, in the transaction of the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shetong.casework.rules.matters import Approval, Outcome
from shetong.core.metadata import ElementType
from shetong.core.money import format_amount
from shetong.registry.elements import ORGANISATION
from shetong.registry.models import AnnouncementKind, Certificate, DepartureAudit, Filing, OfficerRole, Organisation
from shetong.registry.queries import case_facts
from shetong.registry.queries.certificates import certifiable, valid_certificate
from shetong.registry.services import announcements, certificates, permits
from shetong.registry.services.case_effects import of
from shetong.registry.services.changes import change
from shetong.registry.services.officers import Appointment, appoint_officers
from shetong.registry.services.recording import together

TITLE = "准予变更登记"
CHANGEABLE = (
    "name", "legal_representative", "domicile", "division_code", "registered_funds", "business_scope",
    "activity_area", "supervising_body", "direct_registration",
)  # fmt: skip


def amend(approval: Approval) -> Outcome:
    """Change the items applied for; the new representative takes the post, the certificate follows the register."""
    organisation, answers = of(approval.subject_code), approval.values
    before = valid_certificate(organisation.pk)
    values = differing(organisation, answers)
    before_values = {name: getattr(organisation, name) for name in announcements.ANNOUNCED}
    with together():
        filing = change(
            organisation_id=organisation.pk,
            values=values,
            basis=approval.document_number,
            effective_on=approval.decided_on,
            actor=approval.actor,
        )
        if answers.get("representative_identity_number"):
            _take_post(organisation, approval)
    if "legal_representative" in values:
        _rely_on_audit(organisation, filing, approval.decided_on)
    certificate = _certificate(organisation, before, approval)
    former = organisation.name
    organisation.refresh_from_db()
    items = "、".join(ORGANISATION[name].name_zh for name in sorted(values))
    permits.record(
        organisation,
        approval,
        title=TITLE,
        content=f"准予{former}变更{items}：{_described(values)}",
        certificate=certificate,
    )
    announced = [name for name in announcements.ANNOUNCED if name in values]
    if announced:
        lines = [("统一社会信用代码", organisation.uscc or ""), *_before_and_after(before_values, values, announced)]
        announcements.announce(organisation, approval, AnnouncementKind.CHANGED, lines)
    changed = certificate is not None and (before is None or certificate.pk != before.pk)
    sentence = f"准予变更{items}，{'登记证书已经换发' if changed else '登记证书所载事项没有变化，继续有效'}。"
    return Outcome(organisation.public_code, organisation.name, sentence, permits.document_title(TITLE))


def differing(organisation: Organisation, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that differ from what the register says today; the receiving authority as the new one."""
    found = {
        name: answers[name] for name in CHANGEABLE if name in answers and answers[name] != getattr(organisation, name)
    }
    receiving = str(answers.get("receiving_authority") or "")
    if receiving and receiving != organisation.authority.name:
        found["authority"] = receiving
    return found


def _take_post(organisation: Organisation, approval: Approval) -> None:
    answers = approval.values
    appoint_officers(
        organisation_id=organisation.pk,
        appointments=[
            Appointment(
                role=OfficerRole.LEGAL_REPRESENTATIVE,
                name=answers["legal_representative"],
                identity_number=answers["representative_identity_number"],
                phone=answers.get("representative_phone") or "",
            )
        ],
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
    )


def _rely_on_audit(organisation: Organisation, filing: Filing, on: date) -> None:
    """Tie the audit that was filed for the one who leaves to the change that relied on it."""
    audit = case_facts.audit_for(organisation, on)
    if audit is not None:
        DepartureAudit.objects.filter(pk=audit.pk, change__isnull=True).update(change=filing)


def _certificate(organisation: Organisation, before: Certificate | None, approval: Approval) -> Certificate | None:
    """Return the certificate in force; one that was replaced already, or the first one of a body that had none."""
    if before is not None:
        return valid_certificate(organisation.pk)
    if not certifiable().filter(pk=organisation.pk).exists():
        return None
    return certificates.issue(organisation.pk, actor=approval.actor)


def _before_and_after(before: Mapping[str, Any], after: Mapping[str, Any], names: list[str]) -> list[tuple[str, str]]:
    return [
        (ORGANISATION[name].name_zh, f"由“{_written(name, before[name])}”变更为“{_written(name, after[name])}”")
        for name in names
    ]


def _described(values: Mapping[str, Any]) -> str:
    return "；".join(f"{ORGANISATION[name].name_zh}：{_written(name, value)}" for name, value in sorted(values.items()))


def _written(name: str, value: Any) -> str:
    element = ORGANISATION[name]
    if element.type is ElementType.MONEY:
        return format_amount(value) if isinstance(value, int) else ""
    return ("是" if value else "否") if element.type is ElementType.BOOLEAN else str(value or "无")
