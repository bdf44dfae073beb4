"""Registration under one's real name, minors, consents, one record a person, one's own data."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from shetong.accounts.models import AuditEvent
from shetong.core import pii
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.volunteering.models import (
    Consent,
    RegisteredBy,
    ServiceRecord,
    SignupState,
    SystemNumber,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.services import erasure, guardians, holdings, merging, volunteers
from shetong.volunteering.services.identity import IdentityServiceError
from shetong.volunteering.services.signups import sign_up
from shetong.volunteering.services.volunteers import Profile, Registration
from tests.casework.factories import registrar
from tests.registry.factories import identity_number
from tests.volunteering import factories

KEY = "test-key"


class Receiver:
    """An identity service of our own: keeps what it was asked and answers as told."""

    def __init__(self) -> None:
        self.match: Any = True
        self.status = 200
        self.asked: list[dict[str, str]] = []
        self.signed: list[bool] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                expected = "sha256=" + hmac.digest(KEY.encode(), body, "sha256").hex()
                receiver.signed.append(hmac.compare_digest(expected, self.headers["X-Signature"]))
                receiver.asked.append(json.loads(body))
                answer = json.dumps({"match": receiver.match, "reference": "R-1"}).encode()
                self.send_response(receiver.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/verify"


@pytest.fixture
def service(settings: Any) -> Iterator[Receiver]:
    receiver = Receiver()
    settings.IDENTITY_SERVICE_URL, settings.IDENTITY_SERVICE_KEY = receiver.url, KEY
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def filled(**overrides: Any) -> Registration:
    values: dict[str, Any] = {
        "name": "陈示范", "identity_number": identity_number(), "phone": "138 0000 1234",
        "consents": ["service", "sensitive", "matching"],
        "profile": Profile(division_code="110105", skills=["first-aid"]),
    }  # fmt: skip
    return Registration(**{**values, **overrides})


def of_age(years: int) -> str:
    return identity_number(date(timezone.localdate().year - years, 1, 1))


@pytest.mark.django_db
def test_a_registration_is_verified_and_sealed(service: Receiver) -> None:
    given = filled()
    volunteer = volunteers.register(user=factories.person(), given=given)
    assert (service.asked[0]["name"], service.asked[0]["number"]) == ("陈示范", given.identity_number)
    assert service.signed == [True]
    assert volunteer.state == VolunteerState.ACTIVE
    assert volunteer.verified_through.endswith(":R-1")
    assert volunteer.name_masked == "陈**"
    row = Volunteer.objects.filter(pk=volunteer.pk).values().get()
    assert not any(given.identity_number in str(value) or "13800001234" in str(value) for value in row.values())
    assert pii.open_sealed(bytes(volunteer.identity_sealed or b""), context=volunteers.NUMBER) == given.identity_number
    assert sorted(volunteer.consents.values_list("purpose", flat=True)) == ["matching", "sensitive", "service"]
    event = AuditEvent.objects.get(action="volunteer.register")
    assert event.target == f"volunteer:{volunteer.pk}"
    assert given.identity_number not in json.dumps(event.detail)


@pytest.mark.django_db
def test_everything_that_is_wrong_is_said_at_once(service: Receiver) -> None:
    given = filled(name="", identity_number="110105197005040000", phone="123", consents=["service"])
    with pytest.raises(InvalidInputError) as caught:
        volunteers.register(user=factories.person(), given=given)
    assert set(caught.value.fields) == {"name", "identity_number", "phone", "consents"}
    assert service.asked == []


@pytest.mark.django_db
def test_name_and_number_of_two_people_are_refused(service: Receiver) -> None:
    service.match = False
    with pytest.raises(InvalidInputError) as caught:
        volunteers.register(user=factories.person(), given=filled())
    assert caught.value.code == "identity-mismatch"
    assert not Volunteer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "match"), [(500, True), (200, "yes"), (302, True)])
def test_a_service_out_of_order_is_no_verification(service: Receiver, status: int, match: Any) -> None:
    service.status, service.match = status, match
    with pytest.raises((IdentityServiceError, InvalidInputError)) as caught:
        volunteers.register(user=factories.person(), given=filled())
    assert caught.value.__cause__ is None
    assert not Volunteer.objects.exists()


@pytest.mark.django_db
def test_without_a_service_nobody_counts_as_verified(settings: Any) -> None:
    settings.IDENTITY_SERVICE_URL = ""
    volunteer = volunteers.register(user=factories.person(), given=filled())
    assert volunteer.verified_at is None


@pytest.mark.django_db
def test_one_person_has_one_record(service: Receiver) -> None:
    number, user = identity_number(), factories.person()
    volunteers.register(user=user, given=filled(identity_number=number))
    with pytest.raises(ConflictError, match="您已经注册"):
        volunteers.register(user=user, given=filled())
    with pytest.raises(ConflictError) as caught:
        volunteers.register(user=factories.person(), given=filled(identity_number=number))
    assert caught.value.code == "registered-already"


@pytest.mark.django_db
def test_what_another_system_brought_is_claimed_by_whoever_proves_the_identity(
    settings: Any, service: Receiver
) -> None:
    number = identity_number()
    there = factories.volunteer(
        user=None, identity_index=pii.blind_index(number, context=volunteers.NUMBER), registered_by=RegisteredBy.IMPORT
    )
    settings.IDENTITY_SERVICE_URL = ""
    with pytest.raises(ConflictError, match="实名核验"):
        volunteers.register(user=factories.person(), given=filled(identity_number=number))
    settings.IDENTITY_SERVICE_URL = service.url
    user = factories.person()
    claimed = volunteers.register(user=user, given=filled(identity_number=number))
    assert (claimed.pk, claimed.number, claimed.user) == (there.pk, there.number, user)
    assert AuditEvent.objects.filter(action="volunteer.claim", target=f"volunteer:{there.pk}").exists()


@pytest.mark.django_db
def test_a_minor_waits_for_the_guardian(service: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    class Phone:
        repeatable = True

        def send(self, message: Any) -> None:
            sent.append(message)

    monkeypatch.setattr("shetong.accounts.services.channels.adapter", lambda _channel: Phone())
    deferred: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "procrastinate.jobs.JobDeferrer.defer", lambda _self, **arguments: deferred.append(arguments) or 1
    )
    user = factories.person()
    volunteer = volunteers.register(user=user, given=filled(identity_number=of_age(15)))
    assert volunteer.state == VolunteerState.PENDING
    mother = {"name": "周示范", "identity_number": of_age(40), "phone": "13900001234", "relation": "母亲"}
    with pytest.raises(InvalidInputError) as caught:
        guardians.ask(user=user, **{**mother, "identity_number": of_age(17), "phone": "1"})
    assert set(caught.value.fields) == {"identity_number", "phone"}
    guardians.ask(user=user, **mother)
    with pytest.raises(ConflictError, match="一分钟"):
        guardians.ask(user=user, **mother)
    asked = next(each for each in deferred if "sealed" in each)
    guardians.send_code(**asked)
    assert sent[0].address == "13900001234"
    code = "".join(sign for sign in sent[0].title if sign.isdigit())
    with pytest.raises(InvalidInputError, match="不正确"):
        guardians.give(user=user, code="00000000" if code != "00000000" else "1")
    guardians.give(user=user, code=f" {code} ")
    volunteer.refresh_from_db()
    assert volunteer.state == VolunteerState.ACTIVE
    assert all(Consent.objects.filter(volunteer=volunteer).values_list("guardian", flat=True))
    with pytest.raises(WrongStateError):
        guardians.give(user=user, code=code)


@pytest.mark.django_db
def test_a_small_child_does_not_register(service: Receiver) -> None:
    with pytest.raises(InvalidInputError, match="暂不能注册"):
        volunteers.register(user=factories.person(), given=filled(identity_number=of_age(4)))


@pytest.mark.django_db
def test_consents_are_given_and_taken_back_one_by_one() -> None:
    user = factories.person()
    volunteer = volunteers.register(user=user, given=filled())
    volunteers.choose_consents(user=user, purposes=["service", "sensitive", "publish"])
    standing = volunteer.consents.filter(withdrawn_at__isnull=True).values_list("purpose", flat=True)
    assert sorted(standing) == ["publish", "sensitive", "service"]
    assert volunteer.consents.get(purpose="matching").withdrawn_at is not None
    with pytest.raises(InvalidInputError, match="注销"):
        volunteers.choose_consents(user=user, purposes=["publish"])


@pytest.mark.django_db
def test_the_profile_keeps_the_place_only_roughly() -> None:
    user = factories.person()
    volunteers.register(user=user, given=filled())
    from shetong.volunteering.rules.places import Spot

    changed = volunteers.change_profile(user=user, profile=Profile(spot=Spot(116.48765, 39.95432), skills=["driving"]))
    assert (changed.longitude, changed.latitude, changed.skills) == (116.49, 39.95, ["driving"])
    with pytest.raises(InvalidInputError) as caught:
        volunteers.change_profile(user=user, profile=Profile(skills=["flying"], reach_km=0, times=0, division_code="1"))
    assert set(caught.value.fields) == {"skills", "reach_km", "times", "division_code"}


@pytest.mark.django_db
def test_ones_data_is_handed_out_whole_and_erased() -> None:
    user = factories.person()
    given = filled(emergency="周示范 13900001234")
    volunteer = volunteers.register(user=user, given=given)
    Volunteer.objects.filter(pk=volunteer.pk).update(verified_at=timezone.now())
    shift = factories.shift(places=1)
    answer = sign_up(shift_id=shift.pk, volunteer_id=volunteer.pk)
    told = holdings.export(user=user)
    assert (told["identity_number"], told["phone"], told["emergency"]) == (
        given.identity_number, "13800001234", "周示范 13900001234",
    )  # fmt: skip
    assert len(told["signups"]) == 1
    assert {held.exported for held in holdings.HOLDINGS} - {""} <= set(told)
    erasure.erase(user=user)
    volunteer.refresh_from_db()
    assert volunteer.state == VolunteerState.ERASED
    assert (volunteer.name_sealed, volunteer.identity_index, volunteer.user, volunteer.skills) == (None, None, None, [])
    assert volunteer.signups.get(pk=answer.signup_id).state == SignupState.WITHDRAWN
    assert not volunteer.consents.filter(withdrawn_at__isnull=True).exists()
    assert volunteers.register(user=user, given=given).number != volunteer.number


def test_every_reference_to_a_volunteer_is_handed_out_and_erased_or_kept_for_a_reason() -> None:
    held = {each.column: each for each in holdings.HOLDINGS}
    references = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is Volunteer
    }
    assert set(held) == references
    assert all("《" in each.reason for each in held.values() if each.erasure == holdings.KEPT)


@pytest.mark.django_db
def test_two_records_of_one_person_become_one_with_its_history() -> None:
    official = registrar(factories.DISTRICT)
    kept, gone = factories.volunteer(), factories.volunteer(user=None)
    SystemNumber.objects.create(volunteer=gone, system="city", number="7", since=timezone.now())
    team = factories.team()
    start = timezone.now() - timedelta(days=9)

    def record(volunteer: Volunteer, hours: int) -> ServiceRecord:
        period = (start + timedelta(hours=hours), start + timedelta(hours=hours + 2))
        return ServiceRecord.objects.create(
            volunteer=volunteer, team=team, during=period, minutes=120, field="care", division_code="110105",
            state="confirmed", recorded_at=timezone.now(),
        )  # fmt: skip

    record(kept, 0)
    twice, other = record(gone, 1), record(gone, 5)
    with pytest.raises(ForbiddenError):
        merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=factories.person(), reason="同一人重复登记")
    done = merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=official, reason="同一人重复登记")
    gone.refresh_from_db()
    assert (gone.state, gone.merged_into, gone.identity_index) == (VolunteerState.MERGED, kept, None)
    assert kept.system_numbers.count() == 1
    assert done.moved["flagged"] == [twice.pk]
    assert sorted(kept.records.values_list("state", flat=True)) == ["confirmed", "confirmed", "flagged"]
    assert other.pk in done.moved["records"]
    assert AuditEvent.objects.filter(action="volunteer.merge").exists()
