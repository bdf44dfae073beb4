"""Several people filed at once, as after an election."""

from __future__ import annotations

from datetime import date

import pytest

from shetong.core.errors import ConflictError, DomainError
from shetong.registry.models import Filing, Officer, OfficerRole, Person
from shetong.registry.services.filings import Appointment, appoint_officers
from tests.registry import factories

pytestmark = pytest.mark.django_db
DAY = date(2020, 5, 1)


def file_board(organisation_id: int, *appointments: Appointment) -> Filing:
    return appoint_officers(
        organisation_id=organisation_id, appointments=appointments, basis="换届备案", effective_on=DAY, actor=None
    )


def test_a_board_is_one_filing_and_its_members_hold_their_posts() -> None:
    body = factories.register_organisation()
    chair, clerk = factories.identity_number(), factories.identity_number()
    filing = file_board(
        body.pk,
        Appointment(OfficerRole.PRESIDENT, "张示范", chair),
        Appointment(OfficerRole.DIRECTOR, "张示范", chair),
        Appointment(OfficerRole.SECRETARY_GENERAL, "李示范", clerk),
    )
    assert Filing.objects.filter(organisation=body, kind="officers").get() == filing
    held = Officer.objects.filter(organisation=body).values_list("role", "person__name")
    assert sorted(held) == [("director", "张示范"), ("president", "张示范"), ("secretary-general", "李示范")]
    assert Person.objects.count() == 2


def test_the_same_post_twice_for_one_person_is_refused() -> None:
    body = factories.register_organisation()
    number = factories.identity_number()
    with pytest.raises(ConflictError, match="填报了两次"):
        file_board(body.pk, *[Appointment(OfficerRole.DIRECTOR, "张示范", number)] * 2)
    assert not Person.objects.exists()


def test_two_legal_representatives_at_once_are_refused() -> None:
    body = factories.register_organisation(legal_representative="张示范")
    with pytest.raises(ConflictError, match="已有法定代表人"):
        file_board(
            body.pk,
            Appointment(OfficerRole.LEGAL_REPRESENTATIVE, "张示范", factories.identity_number()),
            Appointment(OfficerRole.LEGAL_REPRESENTATIVE, "张示范", factories.identity_number()),
        )


def test_one_wrong_member_leaves_nobody_filed() -> None:
    body = factories.register_organisation()
    with pytest.raises(DomainError):
        file_board(
            body.pk,
            Appointment(OfficerRole.DIRECTOR, "张示范", factories.identity_number()),
            Appointment(OfficerRole.SUPERVISOR, "李示范", "110105197005040000"),
        )
    assert not Person.objects.exists()
    assert not Officer.objects.exists()


def test_an_empty_board_is_no_filing() -> None:
    body = factories.register_organisation()
    with pytest.raises(DomainError, match="没有需要办理的变化"):
        file_board(body.pk)
