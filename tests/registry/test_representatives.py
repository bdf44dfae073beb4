"""The first representative of an organisation: authorised by its registrar upon papers, ended upon papers."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from shetong.accounts.models import Message
from shetong.casework.models import Mandate, MandateInvitation
from shetong.casework.queries.mandates import holds
from shetong.casework.services import invitations, mandates
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.registry.models import Organisation
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.pages import faults
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db
PAPERS = {"person": "吴示范", "papers": ["letter", "certificate", "identity"], "reference": "2026年1月5日授权书"}


def where(body: Organisation, name: str = "representatives", *more: object) -> str:
    return reverse(f"registry:{name}", args=[body.public_code, *more])


def test_somebody_with_papers_gets_a_code_and_then_acts_for_the_organisation() -> None:
    body, clerk, person = registry.register_organisation(), factories.registrar("110000"), factories.applicant()
    desk = signed_in(clerk)
    page = desk.get(where(body)).content.decode()
    assert "还没有人可以在网上为这家组织办事" in page
    assert faults(page) == []
    assert desk.post(where(body), {**PAPERS, "papers": ["letter"]}).status_code == 422
    assert not MandateInvitation.objects.exists()
    made = desk.post(where(body), PAPERS).content.decode()
    (code,) = re.findall(r"[2-9A-Z]{5} [2-9A-Z]{5}", made)
    assert signed_in(person).post(reverse("casework:accept-invitation"), {"code": code}).status_code == 302
    assert holds(person, body.public_code)
    assert "授权委托书" in Mandate.objects.get().basis
    listed = desk.get(reverse("registry:representative-list")).content.decode()
    assert body.name in listed
    assert faults(listed) == []


def test_a_code_of_an_office_ends_with_the_officer_or_is_withdrawn() -> None:
    body, clerk = registry.register_organisation(), factories.registrar("110000")
    given = {"organisation_code": body.public_code, "organisation_name": body.name, "division_code": "110000",
             "person": "吴示范", "proof": "授权委托书"}  # fmt: skip
    made, code = invitations.invite_upon_proof(actor=clerk, **given)
    assert (
        signed_in(factories.registrar("110000")).post(where(body, "representative-withdraw", made.pk)).status_code
        == 302
    )
    with pytest.raises(WrongStateError):
        invitations.accept(code=code, actor=factories.applicant())
    _made, code = invitations.invite_upon_proof(actor=clerk, **given)
    # Who has seen the papers does not authorise himself.
    with pytest.raises(ForbiddenError):
        invitations.accept(code=code, actor=clerk)
    assert not holds(clerk, body.public_code)
    clerk.role_assignments.all().delete()
    with pytest.raises(WrongStateError):
        invitations.accept(code=code, actor=factories.applicant())
    with pytest.raises(ForbiddenError):
        invitations.invite_upon_proof(actor=factories.registrar("440000"), **given)
    with pytest.raises(InvalidInputError):
        invitations.invite_upon_proof(actor=factories.registrar("110000"), **{**given, "proof": " "})


def test_a_representative_at_odds_with_the_organisation_is_ended_for_a_reason() -> None:
    body, person = registry.register_organisation(), factories.applicant()
    held = mandates.grant(
        organisation_code=body.public_code, organisation_name=body.name, division_code="", user=person,
        basis="授权书", actor=None,
    )  # fmt: skip
    desk, far = signed_in(factories.registrar("110000")), signed_in(factories.registrar("440000"))
    address = where(body, "representative-revoke", held.pk)
    assert far.get(address).status_code == 403
    assert desk.post(address, {"reason": ""}).status_code == 422
    assert desk.post(address, {"reason": "单位来函：经办人已离职。"}).status_code == 302
    assert not holds(person, body.public_code)
    assert Message.objects.filter(recipient=person).exists()
    assert desk.get(address).status_code == 404
    with pytest.raises(NotFoundError):
        mandates.revoke_upon_proof(
            mandate_id=held.pk, organisation_code=body.public_code, division_code="110000",
            actor=factories.registrar("110000"), reason="再来",
        )  # fmt: skip
