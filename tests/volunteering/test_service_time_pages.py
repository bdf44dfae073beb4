"""Pages of service time: volunteer, organiser, public notice, office; imports from other systems."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from shetong.accounts.models import Message
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.volunteering.models import (
    Consent,
    Device,
    Doubt,
    HoursFigure,
    Presence,
    RecordBatch,
    RecordState,
    ServiceRecord,
    SignupState,
    SystemNumber,
    VolunteerState,
)
from shetong.volunteering.queries import public_log, totals
from shetong.volunteering.rules import codes
from shetong.volunteering.services import attendance, closing, figures, foreign, hours, volunteers
from shetong.volunteering.services.erasure import emptied
from shetong.volunteering.services.foreign import Columns
from tests.casework.factories import registrar
from tests.volunteering import factories
from tests.volunteering.test_pages import good, logged_in
from tests.volunteering.test_service_time import leader, move_clock, second, served

pytestmark = pytest.mark.django_db


class Phone:
    """A volunteer's browser as the script of the check-in page works it."""

    def __init__(self, who: Any, name: str = "1" * 36) -> None:
        self.client, self.name = logged_in(who.user), name
        self.key = ec.generate_private_key(ec.SECP256R1())
        spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        answer = self.post("device", {"key": base64.b64encode(spki).decode(), "device": name})
        assert answer.status_code == 200, answer.content
        self.number = answer.json()["device"]

    def post(self, where: str, content: Any) -> Any:
        return self.client.post(f"/hall/volunteering/check-in/{where}/", content, content_type="application/json")

    def scan(
        self, session: int, secret: bytes, act: str, *, number: str, at: Any = None, raw: Any = None, **changed: Any
    ) -> Any:
        moment = at or timezone.now()
        step = codes.step_at(moment)
        text = json.dumps({
            "format": "shetong-scan/1", "scan": number, "session": session, "step": step,
            "code": codes.code(secret, step), "act": act, "at": moment.timestamp() * 1000, "place": None,
            "device": self.name, "typed": False, **changed, **(raw or {}),
        })  # fmt: skip
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return {"text": text, "signature": base64.b64encode(signature).decode()}

    def hand_in(self, *scans: Any) -> list[str]:
        sent = {"device": self.number, "sent_at": timezone.now().timestamp() * 1000, "scans": scans}
        answer = self.post("scans", sent)
        assert answer.status_code == 200, answer.content
        return [one["code"] for one in answer.json()["outcomes"]]


IN, OUT = "0e984725-c51c-4bf4-9960-e1c80e27aba0", "6fa459ea-ee8a-3ca4-894e-db77e160355e"


def test_scans_kept_on_the_phone_are_taken_in_later_and_once() -> None:
    signup = factories.held(factories.running(ago=120, minutes=60))
    boss = factories.leader_of(signup.shift.post.activity.team)
    secret = attendance.open_code(actor=boss, session_id=signup.shift.session_id)
    phone, session = Phone(signup.volunteer), signup.shift.session_id
    hour = timedelta(hours=1)
    came = phone.scan(session, secret, "in", number=IN, at=timezone.now() - 2 * hour)
    left = phone.scan(session, secret, "out", number=OUT, at=timezone.now() - hour)
    assert phone.hand_in(left, came) == ["accepted", "accepted"]
    assert phone.hand_in(came, left) == ["accepted", "accepted"]
    record = ServiceRecord.objects.get()
    assert (record.minutes in (59, 60), record.evidence) == (True, "scan")
    assert set(Presence.objects.values_list("way", flat=True)) == {"offline"}
    assert record.flags == ["no-place"]
    other = phone.scan(session, secret, "in", number=IN, at=timezone.now() - hour)
    forged = {**came, "text": came["text"].replace('"in"', '"out"')}
    guess = phone.scan(session, secret, "in", number="16fd2706-8baf-433b-82eb-8c7fada847da", code="00000000")
    old = phone.scan(session, secret, "in", number="26fd2706-8baf-433b-82eb-8c7fada847da",
                     at=timezone.now() - timedelta(days=30))  # fmt: skip
    assert phone.hand_in(other) == ["conflict"]
    assert phone.hand_in(forged) == ["signature"]
    assert phone.hand_in(guess) == ["code"]
    assert phone.hand_in(old) == ["too-old"]
    # Who leaves must not believe that a second 签到 was a 签退.
    twice = phone.scan(session, secret, "in", number="36fd2706-8baf-433b-82eb-8c7fada847da",
                       at=timezone.now() - hour)  # fmt: skip
    assert phone.hand_in(twice) == ["already"]
    assert phone.hand_in({"text": "[]", "signature": came["signature"]}) == ["signature"]
    # Whatever a picture or an old page makes a phone keep is answered, one by one.
    odd: list[dict[str, Any]] = [
        {"step": 0}, {"step": 99_999_999_999}, {"session": 2**70}, {"code": "１２３４５６７８"}, {"scan": "5"},
        {"scan": 5}, {"place": {"lon": float("inf"), "lat": 39.9, "accuracy": 5}}, {"place": 3}, {"act": "up"},
        {"at": float("nan")},
    ]  # fmt: skip
    kept = [phone.scan(session, secret, "in", number=str(uuid4()), raw=change) for change in odd]
    answered = phone.hand_in(*kept, {"text": "\ud800", "signature": came["signature"]})
    assert sorted(answered) == [*["scan-format"] * len(odd), "signature"]
    with mock.patch.object(attendance, "own_signup", side_effect=RuntimeError):
        late = phone.scan(session, secret, "in", number=str(uuid4()), at=timezone.now() - hour)
        assert phone.hand_in(late, guess) == ["later", "code"]
    stranger = Phone(factories.volunteer(), "2" * 36)
    stranger.number = phone.number
    assert stranger.post("scans", {"device": phone.number, "sent_at": 0, "scans": []}).status_code == 403


def test_who_leaves_offline_is_not_held_to_what_the_closing_wrote() -> None:
    shift = factories.running(ago=24 * 60, minutes=120)
    boss = factories.leader_of(shift.post.activity.team)
    secret = attendance.open_code(actor=boss, session_id=shift.session_id)
    early, counted = factories.held(shift), factories.held(shift)
    phones = {signup: Phone(signup.volunteer, str(uuid4())) for signup in (early, counted)}
    for signup, phone in phones.items():
        came = phone.scan(shift.session_id, secret, "in", number=str(uuid4()), at=signup.during.lower)
        assert phone.hand_in(came) == ["accepted"]
    closing.close(session_id=shift.session_id)
    record = ServiceRecord.objects.get(signup=counted)
    assert (record.flags, hours.confirm(actor=boss, record_ids=[record.pk]).counted) == (
        ["no-place", "unclosed"], (record.pk,),
    )  # fmt: skip
    for signup, phone in phones.items():
        left = phone.scan(
            shift.session_id, secret, "out", number=str(uuid4()), at=signup.during.lower + timedelta(minutes=90)
        )
        assert phone.hand_in(left, left) == ["accepted", "accepted"]
    replaced = ServiceRecord.objects.get(signup=early, state=RecordState.PENDING)
    assert (replaced.minutes in (89, 90), replaced.flags) == (True, ["no-place"])
    proposed = ServiceRecord.objects.get(replaces=record)
    assert (proposed.state, totals.of_volunteer(counted.volunteer_id).minutes) == (
        RecordState.PENDING, record.minutes,
    )  # fmt: skip
    assert Message.objects.filter(recipient=boss, title__contains="补交了签退").exists()
    page = f"/hall/volunteering/sessions/{shift.session_id}/"
    client = logged_in(boss)
    assert "另有签退" in good(client.get(page))
    client.post(f"{page}confirm/", {"signup": [early.pk, counted.pk]})
    assert totals.of_volunteer(counted.volunteer_id).minutes == proposed.minutes
    record.refresh_from_db()
    assert record.state == RecordState.SUPERSEDED


def test_digits_typed_for_another_of_ones_sessions_find_theirs_and_an_ended_phone_signs_nothing() -> None:
    now_ = factories.held(factories.running())
    other = factories.held(factories.running(ago=200, minutes=100), now_.volunteer)
    boss = factories.leader_of(now_.shift.post.activity.team)
    secret = attendance.open_code(actor=boss, session_id=now_.shift.session_id)
    phone = Phone(now_.volunteer)
    scan = phone.scan(other.shift.session_id, secret, "in", number=str(uuid4()), device="x" * 36)
    assert phone.hand_in(scan) == ["code"]
    typed = phone.scan(other.shift.session_id, secret, "in", number=str(uuid4()), device="x" * 36, typed=True)
    assert phone.hand_in(typed) == ["accepted"]
    presence = Presence.objects.get()
    # One phone for many is told by the name that it enrolled with, whatever the scan says.
    assert (presence.signup, presence.tag) == (now_, Device.objects.get().tag)
    waits = phone.scan(999_999_999, secret, "in", number=str(uuid4()))
    assert phone.hand_in(waits) == ["code"]
    state = phone.client.get("/hall/volunteering/check-in/state.json").json()
    assert state["devices"] == [phone.number]
    phone.client.post(f"/hall/volunteering/hours/devices/{phone.number}/end/")
    answer = phone.post("scans", {"device": phone.number, "sent_at": 0, "scans": []})
    assert (answer.status_code, answer.json()["code"]) == (403, "device")
    assert phone.client.get("/hall/volunteering/check-in/state.json").json()["devices"] == []


def test_a_phone_whose_clock_was_set_back_is_doubted() -> None:
    signup = factories.held(factories.running(ago=120, minutes=60))
    boss = factories.leader_of(signup.shift.post.activity.team)
    secret = attendance.open_code(actor=boss, session_id=signup.shift.session_id)
    phone, past = Phone(signup.volunteer), timezone.now() - timedelta(hours=1)
    # The code of an hour ago, scanned just now from a picture of it.
    step = codes.step_at(past)
    scan = phone.scan(signup.shift.session_id, secret, "in", number=IN, step=step, code=codes.code(secret, step))
    assert phone.hand_in(scan) == ["accepted"]
    presence = Presence.objects.get()
    assert presence.clock_seconds is not None
    assert presence.clock_seconds > 3_000
    attendance.mark(actor=boss, signup_id=signup.pk, came=past, left=timezone.now(), reason="现场确认离开")
    assert "clock" in ServiceRecord.objects.get().flags


def test_the_check_in_page_is_the_same_for_everybody_and_installs() -> None:
    client = Client()
    page = good(client.get("/hall/volunteering/check-in/"))
    assert 'rel="manifest"' in page
    manifest = client.get("/hall/volunteering/check-in/app.webmanifest").json()
    assert manifest["scope"] == manifest["start_url"] == "/hall/volunteering/check-in/"
    assert "importScripts(" in client.get("/hall/volunteering/check-in/worker.js").content.decode()
    assert client.get("/hall/volunteering/check-in/state.json").status_code == 401
    assert client.post("/hall/volunteering/check-in/scans/", {}, content_type="application/json").status_code == 401
    signup = factories.held(factories.running())
    state = logged_in(signup.volunteer.user).get("/hall/volunteering/check-in/state.json").json()
    assert (state["volunteer"], state["sessions"][0]["state"]) == (signup.volunteer.number, "held")
    assert (state["sessions"][0]["begins"], state["sessions"][0]["came"]) == (
        round(signup.during.lower.timestamp() * 1000), None,
    )  # fmt: skip


def test_digits_typed_without_script_check_in() -> None:
    signup = factories.held(factories.running())
    boss = factories.leader_of(signup.shift.post.activity.team)
    secret = attendance.open_code(actor=boss, session_id=signup.shift.session_id)
    client = logged_in(signup.volunteer.user)
    shown = codes.code(secret, codes.step_at(timezone.now()))
    for wrong in ("1", "", "٣" * 8, "²" * 8):
        client.post("/hall/volunteering/check-in/digits/", {"code": wrong, "act": "in"})
    assert not Presence.objects.exists()
    # As a Chinese keyboard types them.
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in shown)
    client.post("/hall/volunteering/check-in/digits/", {"code": f"{wide[:4]}　{wide[4:]}", "act": "in"})
    signup.refresh_from_db()
    assert signup.state == SignupState.PRESENT


def test_an_organiser_shows_the_code_lists_confirms_and_corrects() -> None:
    signup = factories.held(factories.running(factories.activity(check_in="list"), ago=120, minutes=60))
    team = signup.shift.post.activity.team
    client = logged_in(factories.leader_of(team))
    session = f"/hall/volunteering/sessions/{signup.shift.session_id}/"
    assert signup.volunteer.number in good(client.get(session))
    assert "data-secret" in good(client.get(f"{session}code/"))
    begins = timezone.localtime(signup.during.lower)
    ends = begins + timedelta(minutes=50)
    client.post(f"{session}list/", {"signup": signup.pk, "from": f"{begins:%H:%M}", "to": f"{ends:%H:%M}"})
    record = ServiceRecord.objects.get()
    assert record.minutes in (49, 50)
    assert record.volunteer.number in good(client.get(f"/hall/volunteering/teams/{team.pk}/records/"))
    client.post(f"{session}confirm/", {"signup": signup.pk})
    record.refresh_from_db()
    assert record.state == RecordState.CONFIRMED
    good(client.get(session))
    correct = f"/hall/volunteering/records/{record.pk}/correct/"
    good(client.get(correct))
    good(client.post(correct, {"reason": ""}), 422)
    assert 'name="minutes" value' not in good(client.get(correct))  # all of the time: then the end alone is changed
    start = f"{timezone.localtime(record.during.lower):%Y-%m-%dT%H:%M}"
    end = f"{timezone.localtime(record.during.upper) - timedelta(minutes=10):%Y-%m-%dT%H:%M}"
    assert client.post(correct, {"start": start, "end": end, "reason": "提前离开。"}).status_code == 302
    record.refresh_from_db()
    assert record.state == RecordState.SUPERSEDED
    good(client.get(f"/hall/volunteering/teams/{team.pk}/year/"))
    client.post(f"{session}close/")
    assert logged_in(factories.person()).get(session).status_code == 404


def test_a_record_written_by_hand_is_announced_objected_to_and_answered() -> None:
    who, team = factories.volunteer(), factories.team()
    page = f"/hall/volunteering/teams/{team.pk}/records/"
    client = logged_in(factories.leader_of(team))
    good(client.post(page, {"volunteer_number": ""}), 422)
    end = timezone.localtime() - timedelta(hours=2)
    written = {
        "volunteer_number": who.number, "start": f"{end - timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "end": f"{end:%Y-%m-%dT%H:%M}", "field": "care", "content": "陪诊", "reason": "纸质登记。",
    }  # fmt: skip
    assert client.post(page, written).status_code == 302
    record = ServiceRecord.objects.get()
    logged_in(second(record)).post(f"{page}confirm/", {"record": record.pk})
    stranger = logged_in(factories.person())
    notice = good(stranger.get(f"/volunteering/records/?team={team.number}"))
    # Who did not agree is not to be known by a number that all their records share, nor by what they did and when.
    assert f"记录 {record.pk}" in notice
    assert '<meta name="robots" content="noindex">' in notice
    of_person = [who.number, who.name_masked, "陪诊", f"{timezone.localtime(record.during.lower):%H:%M}"]
    assert not any(text in notice for text in of_person)
    volunteers.choose_consents(user=who.user, purposes=["service", "sensitive", "publish"])
    notice = good(Client().get("/volunteering/records/"))
    assert all(text in notice for text in of_person)
    record.refresh_from_db()
    day = record.notice_until
    assert day is not None
    assert all(
        (who.number in good(Client().get(f"/volunteering/records/?after={key}"))) is there
        for key, there in {
            f"{day}.{record.pk - 1}": True, f"{day}.{record.pk}": False, "nonsense.1": True,
            f"{day - timedelta(days=1)}.{record.pk}": True, f"{day + timedelta(days=1)}.0": False,
        }.items()
    )  # fmt: skip
    assert "没有正在公示的记录" in good(Client().get("/volunteering/records/?team=none"))
    stranger.post(f"/volunteering/records/{record.pk}/object/", {"text": "当天没有陪诊。"})
    assert "当天没有陪诊" in good(client.get(page))
    objection = record.objections.get()
    client.post(f"/hall/volunteering/objections/{objection.pk}/answer/", {"do": "keep", "text": "核对签名无误。"})
    objection.refresh_from_db()
    assert objection.state == "kept"


def test_my_hours_and_the_ranking_tell_hours_in_tenths() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    client = logged_in(record.volunteer.user)
    page = good(client.get("/hall/volunteering/hours/"))
    assert "0.8 小时" in page
    client.post(f"/volunteering/records/{record.pk}/object/", {"text": "我服务到十二点。"})
    assert "我服务到十二点" in good(client.get("/hall/volunteering/hours/"))
    shown = good(Client().get("/volunteering/ranking/?city=北京市朝阳区"))
    assert "未公开姓名" in shown
    volunteers.choose_consents(user=record.volunteer.user, purposes=["service", "sensitive", "publish"])
    assert "陈示范" in good(Client().get("/volunteering/ranking/?city=北京市朝阳区"))
    assert "没有找到" in good(Client().get("/volunteering/ranking/?city=无此地"))
    with pytest.raises(InvalidInputError):
        totals.ranking("1101", offset=1_000)


def test_the_office_judges_hands_over_and_counts() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    other = factories.team()
    forged = hours.add(
        actor=factories.leader_of(other), team_id=other.pk, volunteer_number=record.volunteer.number,
        reason="纸质登记。", values={"start": record.during.lower, "end": record.during.upper, "minutes": None},
    )  # fmt: skip
    client = logged_in(registrar("110105"))
    assert "同一时间有另一条记录" in good(client.get("/office/volunteering/hours/"))
    good(client.get("/office/volunteering/hours/?kind=mild"))
    page = f"/office/volunteering/hours/records/{forged.pk}/"
    assert "重叠50分钟" in good(client.get(page))
    client.post(page, {"do": "refer", "reason": "疑似伪造服务记录。"})
    client.post(page, {"do": "void", "reason": "同一时间另有记录。"})
    forged.refresh_from_db()
    assert forged.state == RecordState.VOID
    assert "等待受理" in good(client.get(page))
    assert logged_in(registrar("310104")).get(page).status_code == 404
    assert figures.count()
    assert sum(HoursFigure.objects.values_list("minutes", flat=True)) == 50
    year = timezone.localdate(record.during.lower).year
    shown = good(client.get(f"/office/volunteering/hours/statistics/?year={year}"))
    for part in ("35至59岁", "社区服务", "0.8"):
        assert part in shown, part
    assert set(figures.count()) <= {HoursFigure.objects.get().month}


def columns(*rows: tuple[str, str, int, int], division: str = "110105") -> Columns:
    """Return records: number, volunteer, start, minutes."""
    numbers, people, starts, minutes = ([*column] for column in zip(*rows, strict=True))
    same = len(rows)
    return Columns(
        numbers, people, [""] * same, starts, [at + length * 60 for at, length in zip(starts, minutes, strict=True)],
        minutes, ["care"] * same, [division] * same, [""] * same, ["陪诊"] * same,
    )  # fmt: skip


def test_records_of_another_system_come_in_once_and_overlaps_are_flagged() -> None:
    record = served()
    hours.confirm(actor=leader(record), record_ids=[record.pk])
    SystemNumber.objects.create(volunteer=record.volunteer, system="zyh", number="A1", since=timezone.now())
    at = int(record.during.lower.timestamp())
    strange = factories.volunteer()
    SystemNumber.objects.create(volunteer=strange, system="zyh", number="A2", since=timezone.now())
    Consent.objects.create(volunteer=record.volunteer, purpose="transfer", version="1", given_at=timezone.now())
    given = columns(
        ("6", "A2", at - 86_400, 30),
        ("1", "A1", at - 86_400, 90), ("2", "A1", at + 600, 30), ("3", "A1", at - 86_400 + 60, 30),
        ("4", "nobody", at - 86_400, 30), ("5", "A1", at - 2 * 86_400, 0),
    )  # fmt: skip
    args: dict[str, Any] = {"actor": "system:test", "source": "zyh", "confirmer": "来源系统"}
    done = foreign.take_in(batch="b1", columns=given, **args)
    assert (done.batch.counted, done.batch.flagged, done.batch.minutes) == (1, 2, 90)
    assert done.faults == (("4", "unknown-volunteer"), ("5", "time"), ("6", "no-consent"))
    doubts = Doubt.objects.filter(record__source="zyh")
    assert set(doubts.values_list("record__source_number", "other__source_number")) == {("2", ""), ("3", "1")}
    assert totals.of_volunteer(record.volunteer_id).minutes == 140
    again = foreign.take_in(batch="b1", columns=given, **args)
    assert (again.new, again.batch) == (False, done.batch)
    changed = columns(("1", "A1", at - 86_400, 60), ("2", "A1", at + 600, 30))
    with pytest.raises(ConflictError):
        foreign.take_in(batch="b1", columns=changed, **args)
    other = foreign.take_in(batch="b2", columns=changed, **args)
    assert (other.changed, other.repeated, other.batch.counted) == (("1",), 1, 0)
    _, source, _ = public_log.SOURCES
    references = [f"hours-batch-{pk}" for pk in RecordBatch.objects.values_list("pk", flat=True)]
    assert set(source.rows(references)) == set(references)  # type: ignore[union-attr]
    for wrong in ({"source": "不行"}, {"batch": ""}):
        with pytest.raises(InvalidInputError):
            foreign.take_in(**{**args, "batch": "b3", "columns": changed, **wrong})
    # In Shanghai until ten minutes before; and more than ten hours of one day.
    early = at - at % 86_400 - 5 * 86_400 + 16 * 3_600  # midnight in China
    foreign.take_in(batch="b4", columns=columns(("7", "A1", at - 2_400, 30), division="310104"), **args)
    day = columns(("8", "A1", early, 540), ("9", "A1", early + 36_000, 61), ("10", "A1", early - 600, 15))
    foreign.take_in(batch="b5", columns=day, **args)
    flags = dict(ServiceRecord.objects.filter(source="zyh").values_list("source_number", "flags"))
    assert [flags[number] for number in ("7", "8", "9", "10")] == [["speed"], ["overlap"], ["day"], []]
    speed = Doubt.objects.get(record__source_number="7")
    assert (speed.other_id, speed.serious, speed.detail["minutes"]) == (record.pk, True, 10)
    assert Doubt.objects.get(record__source_number="9").detail["minutes"] == 601
    strange.consents.create(purpose="transfer", version="1", given_at=timezone.now())
    emptied(strange, VolunteerState.ERASED)
    strange.save()
    gone = foreign.take_in(batch="b6", columns=columns(("11", "A2", at - 86_400, 30)), **args)
    assert gone.faults == (("11", "volunteer-state"),)
    # Corrected here it stays of its system, under a number that comes from its own: as often as need be.
    team = factories.team()
    for number in ("1", "10"):
        ServiceRecord.objects.filter(source_number=number).update(team=team)
        old = ServiceRecord.objects.get(source_number=number)
        made = hours.correct(
            actor=factories.leader_of(team), record_id=old.pk, start=old.during.lower, end=old.during.upper, minutes=5,
            reason="核对签到表后更正。",
        )  # fmt: skip
        assert (made.source, made.source_number, made.state) == ("zyh", f"{number}·{old.pk}", "confirmed")
    with move_clock(days=1):
        assert list(public_log._wrong_totals()) == []
