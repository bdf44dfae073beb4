"""Applications of registered bodies, filled in and taken through the office by the real services."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from shetong.accounts.models import User
from shetong.casework import catalogue
from shetong.casework.models import Case
from shetong.casework.services import decision, drafts, intake, mandates, review, submission
from shetong.core import statutes
from shetong.core.errors import InvalidInputError
from shetong.core.findings import Finding
from shetong.registry.models import Organisation
from shetong.registry.services import certificates
from tests.casework import factories
from tests.registry import factories as registry

CONTACT = {"contact": {"contact_name": "陈示范", "contact_phone": "13800005678"}}
SEAT = {"division_code": "110101", "domicile": "北京市东城区新示范路8号"}


def today() -> str:
    return str(timezone.localdate())


def body(kind: str = "SG", **values: Any) -> tuple[Organisation, User]:
    """Return a body of Beijing with a certificate, and its agent."""
    organisation = registry.register_organisation(kind=kind, **values)
    certificates.issue(organisation.pk, actor="system:tests")
    agent = factories.applicant()
    mandates.grant(
        organisation_code=organisation.public_code, organisation_name=organisation.name, division_code="110000",
        user=agent, basis="授权书", actor=None,
    )  # fmt: skip
    return organisation, agent


def begun(matter: str, organisation: Organisation, agent: User, form: dict[str, Any]) -> Case:
    """Return an application filled in with what it calls for, its materials handed in."""
    case = drafts.begin(
        matter=matter, applicant=agent, subject_code=organisation.public_code, subject_name=organisation.name
    )
    given = {name: {**case.form.get(name, {}), **answers} if isinstance(answers, dict) else answers
             for name, answers in {**CONTACT, **form}.items()}  # fmt: skip
    assert drafts.save_all(case_id=case.pk, actor=agent, form=given) == {}
    factories.hand_in_materials(case)
    case.refresh_from_db()
    return case


def decided(case: Case) -> Case:
    """Take a draft through the office to its approval."""
    clerk, chief = factories.registrar("110000"), factories.chief("110000")
    submission.submit(case_id=case.pk, actor=case.applicant)
    intake.accept(case_id=case.pk, actor=clerk)
    for _ in catalogue.national(case.matter).steps[1:]:
        review.forward(case_id=case.pk, actor=clerk, opinion="同意。")
    return decision.approve(case_id=case.pk, actor=chief, reason="符合规定。")[0]


def audit_form(organisation: Organisation, **given: Any) -> dict[str, Any]:
    """Return the answers about the audit of the registered representative's time."""
    return {
        "audit": {
            "leaving_representative": organisation.legal_representative,
            "audited_from": "2020-01-01",
            "audited_to": "2025-12-31",
            "auditor": "示范会计师事务所",
            "report_number": "示审字〔2026〕1号",
            "audit_opinion": "unqualified",
            **given,
        }
    }


def approved(matter: str, organisation: Organisation, agent: User, form: dict[str, Any]) -> Case:
    case = decided(begun(matter, organisation, agent, form))
    organisation.refresh_from_db()
    return case


def findings(case: Case) -> list[Finding]:
    matter = catalogue.national(case.matter)
    with statutes.trial({}) as read:
        found = submission.check(case, matter)
    # What can be tried is what is read: a matter declares the parameters of its checks.
    assert all(matter.tries(key) for key in read), read
    return found


def refused_fields(case: Case) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        submission.submit(case_id=case.pk, actor=case.applicant)
    return refused.value.fields
