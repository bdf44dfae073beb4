"""Certificates of service: from confirmed records to a paper that a stranger believes, and to its end."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from shetong.accounts.models import AuditEvent
from shetong.casework.rules import sealed_pdfs
from shetong.core import cose, pii
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.registry.rules.certificate_verification import Verdict
from shetong.registry.services import signing_keys
from shetong.volunteering.models import RequestState, ServiceCertificate, ServiceCertificateState, ServiceRecord
from shetong.volunteering.queries import certificates as queries
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.rules import service_tokens
from shetong.volunteering.services import certificate_documents, certificates, erasure
from tests.casework.factories import registrar
from tests.volunteering import factories
from tests.volunteering.test_pages import good, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def served() -> tuple[Any, Any]:
    """A volunteer with two confirmed records of a team, 2 and 1.5 hours."""
    who, team = factories.volunteer(), factories.team()
    factories.served(who, team)
    factories.served(
        who, team, day=timezone.localdate() - timedelta(days=3), minutes=95, field="care", content="陪伴老人"
    )
    return who, team


def issue(who: Any, team: Any, **given: Any) -> ServiceCertificate:
    asked = certificates.ask(user=who.user, team_id=team.pk, **given)
    assert asked.certificate is not None
    return asked.certificate


def link_of(certificate: ServiceCertificate) -> str:
    token = pii.ring().open_content(bytes(certificate.token_sealed), context=certificates.TOKEN_CONTEXT)
    return service_tokens.link(token, serial=certificate.serial, public_url="https://example.org")


@given(st.integers(1, 100_000))
def test_hours_are_never_more_than_was_served(minutes: int) -> None:
    shown = rules.hours(minutes)
    tenths = int(shown.replace(".", "")) * (1 if "." in shown else 10)
    assert tenths * 6 <= minutes < (tenths + 1) * 6


def test_a_token_says_what_was_certified(served: tuple[Any, Any]) -> None:
    who, team = served
    made = issue(who, team)
    found = queries.verify_text(link_of(made))
    assert found.verdict == Verdict.VALID
    assert found.claims is not None
    assert found.claims.values["name"] == "陈示范"
    assert found.claims.values["minutes"] == 215
    assert "*" in str(found.claims.values["identity_masked"])
    number = pii.open_sealed(bytes(who.identity_sealed), context="volunteer.identity_number")
    assert number not in str(found.claims)
    assert number not in str(made.shown)
    assert "陈示范" not in str(made.shown)


def test_nothing_is_certified_but_what_was_confirmed(served: tuple[Any, Any]) -> None:
    who, team = served
    factories.served(who, team, day=timezone.localdate() - timedelta(days=1), state="pending")
    other = factories.team()
    factories.served(who, other, day=timezone.localdate() - timedelta(days=2))
    assert issue(who, team).minutes == 215
    with pytest.raises(WrongStateError) as refused:
        certificates.ask(user=who.user, team_id=team.pk, first=date(2020, 1, 1), last=date(2020, 2, 1))
    assert refused.value.code == "nothing-served"
    with pytest.raises(InvalidInputError):
        certificates.ask(user=who.user, team_id=team.pk, latin_name="陈 Shifan")


def test_a_second_one_of_the_same_period_replaces_the_first(served: tuple[Any, Any]) -> None:
    who, team = served
    first, second = issue(who, team), issue(who, team)
    first.refresh_from_db()
    assert (first.state, second.state) == (ServiceCertificateState.REPLACED, ServiceCertificateState.VALID)
    assert queries.verify_text(link_of(first)).verdict == Verdict.REPLACED


def test_less_service_than_certified_is_told(served: tuple[Any, Any]) -> None:
    who, team = served
    made = issue(who, team)
    ServiceRecord.objects.filter(volunteer=who, minutes=95).update(state="void")
    found = queries.verify_text(link_of(made))
    assert found.verdict == Verdict.CHANGED
    assert found.standing is not None
    assert found.standing.minutes_now == 120


def test_a_revoked_one_says_why(served: tuple[Any, Any]) -> None:
    who, team = served
    made = issue(who, team)
    with pytest.raises(ForbiddenError):
        certificates.revoke(actor=who.user, serial=made.serial, reason="不该由我撤销")
    with pytest.raises(ForbiddenError):
        certificates.revoke(actor=registrar("310000"), serial=made.serial, reason="外地不能撤销")
    with pytest.raises(InvalidInputError):
        certificates.revoke(actor=factories.leader_of(team), serial=made.serial, reason="")
    certificates.revoke(actor=registrar("110000"), serial=made.serial, reason="时间记录不实")
    found = queries.verify_text(link_of(made))
    assert found.verdict == Verdict.REVOKED
    assert found.standing is not None
    assert found.standing.state_reason == "时间记录不实"
    with pytest.raises(WrongStateError):
        certificates.revoke(actor=registrar("110000"), serial=made.serial, reason="再撤销一次")
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceCertificate.objects.filter(pk=made.pk).update(state="valid", state_reason="", state_changed_at=None)


def test_what_was_certified_cannot_be_changed(served: tuple[Any, Any]) -> None:
    made = issue(*served)
    for change in ({"minutes": 9_999}, {"shown": {}}, {"token_digest": b"x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ServiceCertificate.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


def test_forged_and_altered_codes_are_found_out(served: tuple[Any, Any]) -> None:
    made = issue(*served)
    token = pii.ring().open_content(bytes(made.token_sealed), context=certificates.TOKEN_CONTEXT)
    altered = token.replace("陈示范".encode(), "李示范".encode())
    assert queries.verify_text(f"#{service_tokens.digits(altered)}").verdict == Verdict.BAD_SIGNATURE
    private, _ = cose.generate_key()
    assert token[:1] == b"\xd2"
    forged = cose.sign1(cose.parse_sign1(token).payload, private_key=private)
    assert queries.verify_text(f"#{service_tokens.digits(forged)}").verdict == Verdict.UNKNOWN_KEY
    with transaction.atomic():
        signer = signing_keys.signer()
        unrecorded = signer.sign(
            service_tokens.payload(
                {"volunteer": "V0000000000000", "name": "甲", "paper": "", "identity_masked": "", "team": "乙",
                 "team_code": "", "head": "", "handler": "", "minutes": 60, "records": 1, "first_day": "2026-01-01",
                 "last_day": "2026-01-01", "lines": []},
                issuer="https://example.org", serial=made.serial, issued_at=timezone.now(), demo=False,
            )
        )  # fmt: skip
    assert queries.verify_text(f"#{service_tokens.digits(unrecorded)}").verdict == Verdict.UNRECORDED
    assert queries.verify_text("#123").verdict == Verdict.MALFORMED


@given(st.binary(max_size=400))
def test_no_octets_break_the_reader(data: bytes) -> None:
    with pytest.raises(cose.CoseError):
        service_tokens.read(data)


def test_paper_in_two_languages_under_a_seal(served: tuple[Any, Any]) -> None:
    who, team = served
    made = issue(who, team, latin_name="CHEN Shifan", purpose="升学")
    number = pii.open_sealed(bytes(who.identity_sealed), context="volunteer.identity_number")
    texts = {}
    for language in ("zh", "en"):
        content = certificate_documents.pdf(user=who.user, serial=made.serial, language=language)
        assert sealed_pdfs.inspect(content).state == sealed_pdfs.State.INTACT
        assert content == certificate_documents.pdf(user=who.user, serial=made.serial, language=language)
        texts[language] = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "志愿服务记录证明" in texts["zh"]
    assert "Certificate" in texts["en"]
    for part in ("CHEN Shifan", "free of charge", "215 minutes", "Community"):
        assert part in texts["en"], part
    for part in (number, who.number, "免费出具", "升学", "3.5"):
        assert part in texts["zh"].replace("\n", ""), part
    stranger = factories.volunteer()
    with pytest.raises(DomainError):
        certificate_documents.pdf(user=stranger.user, serial=made.serial, language="zh")
    snapshot = pii.open_sealed(bytes(made.snapshot_sealed), context=certificates.SNAPSHOT)
    for mandatory in ("陈示范", number, who.number, team.name, "赵示范", "010-00000000", "215"):
        assert mandatory in snapshot, mandatory
    assert certificate_documents.romanised("陈示范") == "CHEN Shifan"


def test_a_batch_for_everybody_who_served(served: tuple[Any, Any]) -> None:
    who, team = served
    second = factories.volunteer()
    factories.served(second, team)
    last = timezone.localdate()
    first = last - timedelta(days=30)
    leader = factories.leader_of(team)
    with pytest.raises(ForbiddenError):
        certificates.issue_batch(actor=who.user, team_id=team.pk, title="高二", first=first, last=last)
    batch = certificates.issue_batch(actor=leader, team_id=team.pk, title="高二", first=first, last=last)
    assert batch.count == 2
    assert sorted(batch.certificates.values_list("minutes", flat=True)) == [120, 215]
    with pytest.raises(WrongStateError):
        certificates.issue_batch(actor=leader, team_id=team.pk, title="又一次", first=first, last=last)
    client, page = logged_in(leader), f"/hall/volunteering/organise/certificate-batches/{batch.pk}/"
    assert client.post(page, {"purpose": ""}).status_code == 302
    answer = client.post(page, {"purpose": "交给学校存档", "language": "zh"})
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        serials = set(batch.certificates.values_list("serial", flat=True))
        assert set(archive.namelist()) == {"list.csv", *(f"{serial}.pdf" for serial in serials)}
        assert archive.read(f"{serials.pop()}.pdf").startswith(b"%PDF")
        assert archive.read("list.csv").decode().count("陈示范") == 2
    assert AuditEvent.objects.get(action="service-certificate.archive").detail["purpose"] == "交给学校存档"
    assert logged_in(who.user).post(page, {"purpose": "交给学校存档"}).status_code == 404
    assert who.user.messages.filter(title__contains="出具").count() == 1


def test_a_team_may_look_first(served: tuple[Any, Any], settings: Any) -> None:
    settings.VOLUNTEER_CERTIFICATES_AT_ONCE = False
    who, team = served
    asked = certificates.ask(user=who.user, team_id=team.pk)
    assert asked.state == RequestState.REQUESTED
    with pytest.raises(ConflictError):
        certificates.ask(user=who.user, team_id=team.pk)
    leader = logged_in(factories.leader_of(team))
    page = f"/hall/volunteering/organise/teams/{team.pk}/certificates/"
    assert "待出具" in good(leader.get(page))
    leader.post(
        f"/hall/volunteering/organise/certificate-requests/{asked.pk}/", {"do": "refuse", "reason": "请先核对时间"}
    )
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (RequestState.REFUSED, "请先核对时间")
    again = certificates.ask(user=who.user, team_id=team.pk)
    leader.post(f"/hall/volunteering/organise/certificate-requests/{again.pk}/", {"do": "issue"})
    again.refresh_from_db()
    assert again.certificate is not None
    assert again.certificate.issued_by == factories.leader_of(team)


def test_who_erases_the_registration_is_named_nowhere(served: tuple[Any, Any]) -> None:
    who, team = served
    made = issue(who, team, latin_name="CHEN Shifan")
    link = link_of(made)
    erasure.erase(user=who.user)
    made.refresh_from_db()
    assert not made.snapshot_sealed
    assert not made.token_sealed
    assert made.shown["name_masked"] == ""
    assert queries.verify_text(link).verdict == Verdict.VALID


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_leave_one_valid() -> None:
    who, team = factories.volunteer(), factories.team()
    factories.served(who, team)

    def ask(_: int) -> str:
        try:
            return str(certificates.ask(user=who.user, team_id=team.pk).state)
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(ask, range(4)))
    assert "issued" in outcomes
    assert ServiceCertificate.objects.filter(state="valid").count() == 1


def test_pages_from_the_record_to_the_stranger(served: tuple[Any, Any], client: Client) -> None:
    who, team = served
    own = logged_in(who.user)
    page = good(own.get("/hall/volunteering/record/"))
    for part in ("3.5", "社区服务", "关爱特殊群体", team.name):
        assert part in page, part
    good(own.post("/hall/volunteering/record/ask/", {"team": str(team.pk), "latin_name": "陈"}), 422)
    assert own.post("/hall/volunteering/record/ask/", {"team": str(team.pk)}).status_code == 302
    made = ServiceCertificate.objects.get()
    assert made.serial in good(own.get("/hall/volunteering/record/"))
    for language in ("zh", "en"):
        paper = own.get(f"/hall/volunteering/record/{made.serial}/{language}.pdf")
        assert paper.status_code == 200
        assert paper["Content-Type"] == "application/pdf"
    assert own.get(f"/hall/volunteering/record/{made.serial}/fr.pdf").status_code == 404

    record = good(client.get(f"/S/{made.serial}"))
    assert "陈**" in record
    assert "陈示范" not in record
    assert "公示" in record
    verified = good(client.post("/s/", {"link": link_of(made)}))
    assert 'data-verdict="valid"' in verified
    assert "陈示范" in verified
    assert "校验位不符" in good(client.get("/s/202600000000000"))
    assert made.serial in good(client.get(f"/volunteering/teams/{team.number}/certificates/"))
    told = client.get(f"/api/v1/volunteering/certificates/{made.serial}").json()
    assert (told["state"], told["minutes"], told["minutes_now"]) == ("valid", 215, 215)

    leader = logged_in(factories.leader_of(team))
    leader.post(f"/hall/volunteering/organise/certificates/{made.serial}/revoke/", {"reason": "重复开具的"})
    assert "重复开具的" in good(client.get("/volunteering/certificates/void/"))
    assert "重复开具的" in good(client.get(f"/s/{made.serial}/"))


def test_the_office_publishes_forged_numbers(served: tuple[Any, Any], client: Client) -> None:
    made = issue(*served)
    official = logged_in(registrar("110000"))
    page = "/office/volunteering/certificates/"
    assert made.serial in good(official.get(page))
    today = timezone.localdate().isoformat()
    wrong = {"number": made.serial, "note": "盗用编号", "found_on": today}
    good(official.post(f"{page}forged/", wrong), 422)
    told = {"number": "2026 FAKE 1", "note": "编号不存在，印章是画的", "found_on": today}
    assert official.post(f"{page}forged/", told).status_code == 302
    good(official.post(f"{page}forged/", told), 422)
    assert "2026FAKE1" in good(client.get("/volunteering/certificates/void/"))
    assert "已公布的伪造编号" in good(client.post("/s/", {"link": "2026fake1"}))
    official.post(f"{page}{made.serial}/revoke/", {"reason": "团体承认多记"})
    made.refresh_from_db()
    assert made.state == ServiceCertificateState.REVOKED
