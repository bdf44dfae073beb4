"""Who may act for an organisation: invited by its people, accepted once, withdrawn and revoked."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from shetong.accounts.models import AuditEvent, Message, Topic, User
from shetong.casework.models import Mandate, MandateInvitation
from shetong.casework.queries import mandates as queries
from shetong.casework.services import invitations, mandates
from shetong.core.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    WrongStateError,
)
from tests.casework import factories
from tests.casework.test_pages import signed_in

pytestmark = pytest.mark.django_db
CODE = "51110000500000000X"


def agent() -> User:
    """Return somebody who acts for the organisation."""
    user = factories.applicant()
    mandates.grant(
        organisation_code=CODE,
        organisation_name="示范协会",
        division_code="110105",
        user=user,
        basis="授权书",
        actor=None,
    )
    return user


def test_a_colleague_accepts_with_the_code_and_everybody_is_told() -> None:
    one, colleague = agent(), factories.applicant()
    invitation, code = invitations.invite(organisation_code=CODE, actor=one, note="办公室王同事")
    assert code.encode() not in bytes(invitation.digest)
    mandate = invitations.accept(code=f" {code[:5]} {code[5:].lower()} ", actor=colleague)
    assert queries.holds(colleague, CODE)
    assert mandate.granted_by == one.get_full_name()
    assert set(Message.objects.filter(topic=Topic.MANDATE).values_list("recipient", flat=True)) == {
        one.pk,
        colleague.pk,
    }
    assert code not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    with pytest.raises(WrongStateError):
        invitations.accept(code=code, actor=factories.applicant())


def test_codes_lapse_are_withdrawn_and_end_with_their_giver() -> None:
    one, other = agent(), agent()
    _lapsed, late = invitations.invite(organisation_code=CODE, actor=one, note="甲")
    MandateInvitation.objects.update(
        invited_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )
    made, gone = invitations.invite(organisation_code=CODE, actor=one, note="乙")
    invitations.withdraw(invitation_id=made.pk, actor=other)
    _orphan, without = invitations.invite(organisation_code=CODE, actor=one, note="丙")
    mandates.revoke(mandate_id=Mandate.objects.get(user=one).pk, actor=other)
    for code in (late, gone, without):
        with pytest.raises(WrongStateError):
            invitations.accept(code=code, actor=factories.applicant())
    with pytest.raises(NotFoundError):
        invitations.accept(code="WRONG", actor=factories.applicant())
    with pytest.raises(NotFoundError):
        invitations.withdraw(invitation_id=made.pk, actor=other)


def test_only_its_people_invite_and_not_without_end() -> None:
    one = agent()
    with pytest.raises(ForbiddenError):
        invitations.invite(organisation_code=CODE, actor=factories.applicant(), note="甲")
    with pytest.raises(InvalidInputError):
        invitations.invite(organisation_code=CODE, actor=one, note=" ")
    made = [invitations.invite(organisation_code=CODE, actor=one, note="甲")[0] for _ in range(invitations.MOST_OPEN)]
    with pytest.raises(ConflictError):
        invitations.invite(organisation_code=CODE, actor=one, note="甲")
    with pytest.raises(ForbiddenError):
        invitations.withdraw(invitation_id=made[0].pk, actor=factories.applicant())


def test_who_acts_already_cannot_accept() -> None:
    one = agent()
    _made, code = invitations.invite(organisation_code=CODE, actor=one, note="甲")
    with pytest.raises(ConflictError):
        invitations.accept(code=code, actor=one)


def test_the_page_invites_accepts_and_revokes() -> None:
    one, colleague = agent(), factories.applicant()
    hall, theirs, page = signed_in(one), signed_in(colleague), reverse("casework:mandates")
    assert "还不是任何组织" in theirs.get(page).content.decode()
    assert hall.post(reverse("casework:invite", args=[CODE]), {}).status_code == 422
    shown = hall.post(reverse("casework:invite", args=[CODE]), {f"{CODE}-note": "王同事"})
    code = shown.context["new_code"][1]
    assert code in shown.content.decode()
    assert code not in hall.get(page).content.decode()
    assert theirs.post(reverse("casework:accept-invitation"), {"code": "NO"}).status_code == 404
    assert theirs.post(reverse("casework:accept-invitation"), {"code": code}).status_code == 302
    assert colleague.get_full_name() in hall.get(page).content.decode()
    mandate = Mandate.objects.get(user=colleague)
    assert (
        signed_in(factories.applicant()).post(reverse("casework:mandate-revoke", args=[mandate.pk])).status_code == 302
    )
    assert queries.holds(colleague, CODE)
    hall.post(reverse("casework:mandate-revoke", args=[mandate.pk]))
    assert not queries.holds(colleague, CODE)
    assert "以前的经办人" in hall.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_does() -> None:
    one, people = agent(), [factories.applicant(), factories.applicant()]
    _made, code = invitations.invite(organisation_code=CODE, actor=one, note="甲")
    start, outcomes = threading.Barrier(2), []

    def work(person: User) -> None:
        start.wait()
        try:
            invitations.accept(code=code, actor=person)
            outcomes.append("accepted")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "wrong-state"]
