"""The register in the office: found within the jurisdiction, certificates issued and revoked, people in the log."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from shetong.accounts.models import AuditEvent
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.ledger.models import Entry
from shetong.ledger.rules.commitments import parse_opening, verify_opening
from shetong.registry.models import Certificate
from shetong.registry.queries import log_people
from shetong.registry.services import certificates
from shetong.registry.services import log_people as acts
from tests.casework.test_pages import signed_in
from tests.registry import factories

pytestmark = pytest.mark.django_db
PLACE = "after.legal_representative"


def test_an_officer_finds_bodies_of_the_jurisdiction_only() -> None:
    here = factories.register_organisation()
    inside = signed_in(factories.official("registrar", "110000"))
    outside = signed_in(factories.official("registrar", "310000"))
    address = reverse("registry:register") + f"?q={here.uscc}"
    assert here.name in inside.get(address).content.decode()
    assert here.name not in outside.get(address + "&division=110000").content.decode()
    page = reverse("registry:register-organisation", args=[here.public_code])
    assert inside.get(page).status_code == 200
    assert outside.get(page).status_code == 403
    assert AuditEvent.objects.filter(action="registry.view").count() == 1


def test_a_certificate_is_revoked_with_a_reason_and_only_by_the_chief() -> None:
    here = factories.register_organisation()
    issued = certificates.issue(here.pk, actor="system:tests")
    address = reverse("registry:certificate-revoke", args=[here.public_code, issued.serial])
    assert signed_in(factories.official("registrar")).post(address, {"reason": "登记错误"}).status_code == 403
    chief = signed_in(factories.official())
    assert chief.post(address, {"reason": ""}).status_code == 422
    assert chief.post(address, {"reason": "登记错误"}, follow=True).status_code == 200
    issued.refresh_from_db()
    assert (issued.state, issued.state_reason) == (Certificate.State.REVOKED, "登记错误")
    again = chief.post(address, {"reason": "登记错误"})
    assert again.status_code == 422
    assert "无须再废止" in again.content.decode()


def test_a_certificate_is_issued_after_asking() -> None:
    here = factories.register_organisation()
    chief = signed_in(factories.official())
    address = reverse("registry:certificate-issue", args=[here.public_code])
    assert "替换" in chief.get(address).content.decode()
    assert not Certificate.objects.exists()
    assert chief.post(address).status_code == 302
    assert Certificate.objects.get().organisation == here


def test_the_opening_that_is_handed_out_opens_the_entry() -> None:
    here = factories.register_organisation()
    filing = here.filings.get()
    client = signed_in(factories.official())
    address = reverse("registry:log-person-open", args=[here.public_code, filing.pk, PLACE])
    assert client.post(address, {"purpose": "", "reason": ""}).status_code == 422
    answer = client.post(address, {"purpose": "data-subject-request", "reason": "申请2026-1号"})
    opening = parse_opening(json.loads(answer.content))
    entry = json.loads(bytes(Entry.objects.get(reference=f"filing-{filing.pk}").data))
    verify_opening(opening, entry)
    assert opening.value == here.legal_representative
    event = AuditEvent.objects.get(action="personal-data.read")
    assert here.legal_representative not in json.dumps(event.detail, ensure_ascii=False)


def test_an_erased_mention_can_never_be_opened_and_is_erased_once() -> None:
    here = factories.register_organisation()
    filing, chief = here.filings.get(), factories.official()
    acts.erase(organisation=here, filing_id=filing.pk, field=PLACE, actor=chief, reason="本人申请1号")
    assert [one.erased for one in log_people.mentions(here) if one.field == PLACE] == [True]
    with pytest.raises(NotFoundError, match="销毁"):
        acts.hand_out(
            organisation=here, filing_id=filing.pk, field=PLACE, actor=chief,
            purpose="data-subject-request", reason="申请2号",
        )  # fmt: skip
    with pytest.raises(WrongStateError):
        acts.erase(organisation=here, filing_id=filing.pk, field=PLACE, actor=chief, reason="本人申请1号")
    assert AuditEvent.objects.filter(action="ledger.erase-person").count() == 1


def test_erasing_needs_the_right_role_a_reason_and_a_mention() -> None:
    here = factories.register_organisation()
    filing = here.filings.get()
    given = {"organisation": here, "filing_id": filing.pk, "field": PLACE, "reason": "本人申请1号"}
    with pytest.raises(ForbiddenError):
        acts.erase(**given, actor=factories.official("registrar"))
    with pytest.raises(InvalidInputError):
        acts.erase(**{**given, "reason": " "}, actor=factories.official())
    with pytest.raises(NotFoundError):
        acts.erase(**{**given, "field": "after.officer.9"}, actor=factories.official())
    other = factories.register_organisation()
    with pytest.raises(NotFoundError):
        acts.erase(**{**given, "organisation": other}, actor=factories.official())
