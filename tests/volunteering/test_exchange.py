"""Exchange with other volunteer systems: signed, version by version, in both directions, compared and tested."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.services import api_keys
from shetong.core.errors import DomainError, ForbiddenError, WrongStateError
from shetong.volunteering.models import (
    Consent,
    Doubt,
    Evidence,
    ExchangeChange,
    ExchangeDirty,
    ExchangeItem,
    ExchangeKind,
    ExchangeReceipt,
    HoursAct,
    RecordState,
    ServiceRecord,
    SystemNumber,
    Volunteer,
    VolunteerIndex,
    VolunteerSystem,
)
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import (
    erasure,
    exchange_in,
    exchange_out,
    exchange_records,
    exchange_sequence,
    hours,
    merging,
    record_events,
    volunteers,
)
from tests.casework.factories import chief
from tests.volunteering import factories
from tests.volunteering.exchange_program import BASE, SHARED, Program, index_of, known, number_of, record, system
from tests.volunteering.test_pages import good, logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shared_key(settings: Any) -> None:
    settings.VOLUNTEER_EXCHANGE_KEY = SHARED


@pytest.fixture
def program() -> Iterator[Program]:
    return Program(system())


def served_here(who: Volunteer) -> ServiceRecord:
    """Return a confirmed record of our own, with its events."""
    start = timezone.now() - timedelta(days=4)
    own = ServiceRecord(
        volunteer=who, team=factories.team(), during=(start, start + timedelta(hours=1)), minutes=60, field="care",
        division_code="110105", state=RecordState.PENDING, evidence=Evidence.LIST, recorded_at=timezone.now(),
    )  # fmt: skip
    record_events.begin(own, actor=None)
    return record_events.step(own, HoursAct.CONFIRM, actor=None)


@given(st.integers(1, 9), st.integers(1, 9), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_higher_version_wins_and_equal_ones_must_be_equal(ours: int, theirs: int, one: bytes, other: bytes) -> None:
    outcome = rules.decide((ours, one), theirs, other)
    assert outcome == (
        "stale" if theirs < ours else "updated" if theirs > ours else "unchanged" if one == other else "conflict"
    )
    assert rules.decide(None, theirs, other) == "created"


def test_a_record_comes_once_changes_and_is_taken_back(program: Program) -> None:
    who = known()
    assert program.send("records", record(who)) == ["created"]
    assert program.send("records", record(who)) == ["unchanged"]
    assert program.send("records", record(who, content="别的内容")) == ["conflict"]
    first = ServiceRecord.objects.get()
    assert (first.source, first.source_number, first.state, first.evidence) == (
        "demo-city",
        "r1",
        "confirmed",
        "import",
    )
    assert program.send("records", record(who, version=3, minutes=60)) == ["updated"]
    assert program.send("records", record(who, version=2)) == ["stale"]
    assert sorted(ServiceRecord.objects.values_list("state", "minutes")) == [("confirmed", 60), ("void", 120)]
    assert program.send("records", record(who, version=4, state="void")) == ["updated"]
    assert set(ServiceRecord.objects.values_list("state", flat=True)) == {"void"}
    assert who.total.minutes == 0


def test_time_claimed_in_two_systems_is_flagged(program: Program) -> None:
    who = known()
    other = Program(system("demo-youth"))
    assert program.send("records", record(who)) == ["created"]
    assert other.send("records", record(who, "x9", hour=2)) == ["flagged"]
    late = ServiceRecord.objects.get(source="demo-youth")
    assert late.state == "flagged"
    assert Doubt.objects.filter(record=late, kind="overlap").exists()
    assert who.total.minutes == 120


def test_nobody_is_transferred_without_consent_or_known_by_more_than_the_index(program: Program) -> None:
    silent = known(transfers=False)
    assert program.send("records", record(silent), record("ab" * 32, "r2")) == ["kept", "kept"]
    assert not ServiceRecord.objects.exists()
    whole = json.dumps(list(ExchangeItem.objects.values("number", "content", "outcome")))
    assert number_of(silent) not in whole


def test_wrong_items_stand_alone(program: Program) -> None:
    who = known()
    future = datetime.now(UTC) + timedelta(days=3)
    late = {"start": future.isoformat(), "end": (future + timedelta(hours=1)).isoformat(), "minutes": 60}
    outcomes = program.send("records", record(who), record(who, "r2", **late), record(who, "r3", field="none"))
    assert outcomes == ["created", "refused", "refused"]
    assert program.ask("POST", "records", [record(who, str(n)) for n in range(201)]).status_code == 422
    assert program.ask("POST", "records", [{"number": "r4"}]).status_code == 422


def test_calls_are_signed_now_and_once(program: Program) -> None:
    who, stranger = known(), Program(system("demo-youth"))
    body = [record(who)]
    refused = [
        program.ask("POST", "records", body, created=int(time.time()) - 400),
        program.ask("POST", "records", body, tag="other"),
        program.ask("POST", "records", body, nonce="short"),
        program.ask("POST", "records", body, keyid=stranger.key.prefix),
    ]
    assert [answer.status_code for answer in refused] == [401] * 4
    assert program.ask("GET", "standing", nonce="once-only-1").status_code == 200
    assert program.ask("GET", "standing", nonce="once-only-1").json()["errors"]["signature"] == "nonce-reused"
    program.signer = stranger.signer
    assert program.ask("GET", "standing").json()["errors"]["signature"] == "signature-invalid"
    bare = {"Authorization": f"Bearer {stranger.secret}"}
    assert Client().get(f"{BASE}/standing", headers=bare).json()["errors"]["signature"] == "signature-missing"
    assert Client().get(f"{BASE}/standing").status_code == 401
    VolunteerSystem.objects.filter(code="demo-youth").update(ended_on=timezone.localdate(), end_reason="不再符合")
    assert stranger.ask("GET", "standing").status_code == 404
    assert Client().get(f"{BASE}/rules").status_code == 200


def test_what_changed_is_read_from_a_cursor(program: Program) -> None:
    who, hidden = known(), known(transfers=False)
    team = factories.team()
    shift = factories.shift(factories.activity(team))
    shift.post.activity.save()
    for each in (who, hidden):
        SystemNumber.objects.create(volunteer=each, system="demo-city", number=f"p{each.pk}", since=timezone.now())
    exchange_sequence.sequence()
    teams = program.read("organisations")
    assert team.number in {item["number"] for item in teams["items"]}
    assert not teams["more"]
    assert program.read("organisations", teams["cursor"]) == {"items": [], "cursor": teams["cursor"], "more": False}
    assert [item["title"] for item in program.read("activities")["items"]] == [shift.post.activity.title]
    people = {item["number"]: item for item in program.read("volunteers")["items"]}
    assert people[who.number]["index"] == index_of(who)
    assert (people[who.number]["transfers"], people[hidden.number]["transfers"]) == (True, False)
    stranger = Program(system("demo-youth"))
    assert stranger.read("volunteers")["items"] == []
    team.about = "新的简介"
    team.save()
    exchange_sequence.sequence()
    again = program.read("organisations", teams["cursor"])
    assert [item["number"] for item in again["items"]] == [team.number]
    assert again["items"][0]["version"] > max(item["version"] for item in teams["items"])


def test_records_go_out_with_consent_and_stop_with_it(program: Program) -> None:
    who = known()
    SystemNumber.objects.create(volunteer=who, system="demo-city", number="p1", since=timezone.now())
    own = served_here(who)
    exchange_sequence.sequence()
    page = program.read("records")
    (item,) = page["items"]
    assert (item["index"], item["minutes"], item["state"]) == (index_of(who), 60, "confirmed")
    assert exchange_sequence.sequence() == 0
    record_events.step(own, HoursAct.VOID, actor=None, reason="记错了人")
    exchange_sequence.sequence()
    assert [each["state"] for each in program.read("records", page["cursor"])["items"]] == ["void"]
    cursor = program.read("records")["cursor"]
    Consent.objects.update(withdrawn_at=timezone.now())
    exchange_sequence.sequence()
    assert program.read("records")["items"] == []
    assert [each["transfers"] for each in program.read("volunteers")["items"]] == [False]
    Consent.objects.create(volunteer=who, purpose="transfer", version="2026-11", given_at=timezone.now())
    exchange_sequence.sequence()
    assert [each["number"] for each in program.read("records", cursor)["items"]] == [f"R{own.pk}"]


def test_the_origin_takes_back_what_it_sent_whatever_became_of_the_person(program: Program) -> None:
    who, erased = known(), known()
    sent = [record(who), record(erased, "r2", hour=4)]
    assert program.send("records", *sent) == ["created", "created"]
    Consent.objects.filter(volunteer=who).update(withdrawn_at=timezone.now())
    assert program.send("records", record(who, version=2, minutes=60)) == ["kept"]
    erasure.erase(user=erased.user)
    void = [{**item, "version": 3, "state": "void"} for item in sent]
    assert program.send("records", *void) == ["updated", "updated"]
    assert set(ServiceRecord.objects.values_list("state", flat=True)) == {"void"}


def test_a_record_corrected_here_twice_is_still_the_origins(program: Program) -> None:
    who = known()
    team = factories.team()
    assert program.send("records", record(who), record(who, "r2", hour=6)) == ["created", "created"]
    for one in list(ServiceRecord.objects.order_by("pk")):
        ServiceRecord.objects.filter(pk=one.pk).update(team=team)
        hours.correct(
            actor=factories.leader_of(team), record_id=one.pk, start=one.during.lower, end=one.during.upper, minutes=90,
            reason="经核对多记了半小时",
        )  # fmt: skip
    assert program.send("records", record(who, version=2, minutes=100)) == ["updated"]
    assert sorted(ServiceRecord.objects.values_list("state", "minutes")) == [
        ("confirmed", 90), ("confirmed", 100), ("superseded", 120), ("superseded", 120), ("void", 90),
    ]  # fmt: skip


def test_who_registers_or_agrees_later_gets_the_same_version(program: Program) -> None:
    who = known(transfers=False)
    person = {"number": "p1", "version": 1, "index": index_of(who)}
    assert program.send("volunteers", person) == ["created"]
    assert program.send("records", record(who)) == ["kept"]
    Consent.objects.create(volunteer=who, purpose="transfer", version="2026-11", given_at=timezone.now())
    assert program.send("records", record(who)) == ["created"]
    assert program.send("records", record(who)) == ["unchanged"]
    other = known()
    person2 = {"number": "p2", "version": 1, "index": index_of(other)}
    merged = {**person2, "version": 2, "state": "merged", "merged_into": "p1"}
    assert program.send("volunteers", person2, merged) == ["created", "updated"]
    assert SystemNumber.objects.get(number="p2").volunteer == who
    office = good(logged_in(chief("110000")).get("/office/volunteering/merges/"))
    assert f"?kept={who.number}&amp;gone={other.number}" in office
    assert "其他系统认为是同一个人" not in good(logged_in(chief("310000")).get("/office/volunteering/merges/"))
    gone = [{**person, "version": 2, "state": "left"}, {**person2, "version": 3, "state": "left"}]
    assert program.send("volunteers", *gone) == ["updated", "updated"]
    assert not SystemNumber.objects.exists()


def test_one_bad_item_stands_alone(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    who = known()
    wrong = [
        record(who, "r2", content="河\x00道"),
        record(who, "r3", division_code="999999"),
        record(who, "r4", hour=4),
    ]
    take, failing = exchange_records.take, []

    def breaking(kept: ExchangeItem, *rest: Any) -> str:
        if kept.number == "r4" and not failing:
            failing.append(kept.number)
            ServiceRecord.objects.create()  # the database refuses
        return take(kept, *rest)

    monkeypatch.setattr(exchange_records, "take", breaking)
    answer = program.ask("POST", "records", [*wrong, record(who)]).json()["items"]
    assert [one["outcome"] for one in answer] == ["refused", "refused", "failed", "created"]
    assert [sorted(one["errors"]) for one in answer] == [["content"], ["division_code"], ["item"], []]
    assert program.send("records", record(who, "r4", hour=4)) == ["created"]


def test_activities_of_other_systems_are_listed_and_lead_there(program: Program) -> None:
    item = {"number": "a1", "version": 1, "organisation": "o1", "title": "清理护城河", "field": "environment",
            "division_code": "110105", "url": "/activities/1"}  # fmt: skip
    program.send("activities", item, {**item, "number": "a2", "title": "植树", "url": "javascript:alert(1)"})
    program.send("activities", {**item, "number": "a3", "title": "旧活动", "state": "finished"})
    page = good(Client().get("/volunteering/elsewhere/"))
    assert 'href="https://volunteer.example.org/activities/1"' in page
    assert "javascript" not in page
    assert "旧活动" not in page
    assert "植树" not in good(Client().get("/volunteering/elsewhere/?q=护城河&division=北京市朝阳区&page=²"))
    assert "没有其他系统的活动" in good(Client().get("/volunteering/elsewhere/?field=care"))


def test_who_comes_back_after_leaving_does_not_stop_the_exchange(program: Program) -> None:
    before = known()
    octets, number = index_of(before), number_of(before)
    program.send("volunteers", {"number": "p1", "version": 1, "index": octets})
    program.send("records", record("cd" * 32, "r9"))
    exchange_sequence.sequence()
    cursor = program.read("volunteers")["cursor"]
    erasure.erase(user=before.user)
    assert not VolunteerIndex.objects.exists()
    assert not SystemNumber.objects.exists()
    assert [item.number for item in ExchangeItem.objects.all()] == ["r9"]
    exchange_sequence.sequence()
    (told,) = program.read("volunteers", cursor)["items"]
    assert (told["number"], told["state"], told["index"]) == (before.number, "left", "")
    again = volunteers.register(
        user=factories.person(),
        given=volunteers.Registration(
            name="陈示范", identity_number=number, phone="13800000000", consents=["service", "sensitive", "transfer"]
        ),
    )
    assert bytes(again.exchange_index.octets).hex() == octets
    assert program.send("volunteers", {"number": "p1", "version": 2, "index": octets}) == ["created"]


def test_a_merge_is_told_and_its_records_follow(program: Program) -> None:
    kept, gone = known(), known()
    program.send("volunteers", {"number": "p1", "version": 1, "index": index_of(gone)})
    own, other = served_here(gone), Program(system("demo-youth"))
    other.send("volunteers", {"number": "y1", "version": 1, "index": index_of(kept)})
    exchange_sequence.sequence()
    seen, octets = program.read("volunteers")["cursor"], index_of(gone)
    merging.merge(kept_id=kept.pk, gone_id=gone.pk, actor=chief("110000"), reason="同一人两个证件")
    exchange_sequence.sequence()
    told = {item["number"]: item for item in program.read("volunteers", seen)["items"]}
    assert (told[gone.number]["state"], told[gone.number]["merged_into"]) == ("merged", kept.number)
    assert [item["volunteer"] for item in other.read("records")["items"]] == [kept.number]
    assert own.pk
    assert program.send("records", record(octets)) == ["created"]
    assert ServiceRecord.objects.get(source="demo-city").volunteer == kept


def test_both_sides_compare_a_day(program: Program) -> None:
    who = known()
    program.send("records", record(who), record(who, "r2", hour=5))
    ExchangeReceipt.objects.update(received_on=timezone.localdate() - timedelta(days=1))
    assert program.send("records", record(who, version=2, minutes=60)) == ["updated"]
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    same = {"day": day, "count": 2, "digest": rules.list_digest([("r2", 1), ("r1", 1)])}
    assert program.ask("POST", "reconciliation/records", same).json()["matches"] is True
    other = program.ask("POST", "reconciliation/records", {**same, "count": 1}).json()
    assert other["matches"] is False
    assert other["ours"] == [["r1", 1], ["r2", 1]]
    today = {**same, "day": timezone.localdate().isoformat()}
    assert program.ask("POST", "reconciliation/records", today).status_code == 422


def test_a_system_rehearses_until_it_has_passed() -> None:
    program = Program(system(certified=False))
    minister = chief("100000")
    who = known()
    with pytest.raises(WrongStateError):
        exchange_out.certify(actor=minister, system_code="demo-city")
    assert program.send("volunteers", {"number": "p1", "version": 1, "index": index_of(who)}) == ["created"]
    organisation = {"number": "o1", "version": 2, "name": "示范服务队"}
    assert program.send("organisations", organisation, organisation) == ["created", "unchanged"]
    assert program.send("organisations", {**organisation, "version": 3}, organisation) == ["updated", "stale"]
    assert program.send("organisations", {**organisation, "version": 3, "name": "别的名称"}) == ["conflict"]
    activity = {"number": "a1", "version": 1, "organisation": "o1", "title": "清理河道", "field": "environment"}
    assert program.send("activities", activity) == ["created"]
    assert program.send("records", record(who), record(who, "r2", hour=2)) == ["created", "flagged"]
    program.read("activities")
    told = program.ask("GET", "standing").json()
    assert told["missing"] == ["compare"]
    question = {
        "day": timezone.localdate().isoformat(), "count": 2, "digest": rules.list_digest([("r1", 1), ("r2", 1)]),
    }  # fmt: skip
    assert program.ask("POST", "reconciliation/records", question).json()["matches"] is True
    assert not ServiceRecord.objects.exists()
    with pytest.raises(ForbiddenError):
        exchange_out.certify(actor=chief("110000"), system_code="demo-city")
    exchange_out.certify(actor=minister, system_code="demo-city")
    assert program.ask("GET", "standing").json()["rehearsal"] is False
    assert program.send("records", record(who)) == ["created"]
    assert ServiceRecord.objects.count() == 1


def test_the_office_registers_keys_and_certifies() -> None:
    asked = system(certified=False)
    page = "/office/volunteering/systems/"
    minister, local = logged_in(chief("100000")), logged_in(chief("110000"))
    key, _secret = api_keys.create(
        owner=factories.person(), label="示范", scopes=["volunteering.exchange"], rate_class="partner",
        expires_at=timezone.now() + timedelta(days=30), actor=None,
    )  # fmt: skip
    given_ = {"api_key": key.prefix, "public_key": base64.b64encode(bytes(32)).decode()}
    assert asked.name in good(minister.get(page))
    minister.post(f"{page}demo-city/key/", {**given_, "public_key": "x"})
    assert "32字节" in good(minister.get(page))
    local.post(f"{page}demo-city/key/", given_)
    assert not asked.keys.exists()
    minister.post(f"{page}demo-city/key/", given_)
    assert key.prefix in good(minister.get(page))
    minister.post(f"{page}demo-city/certify/")
    assert "还有测试步骤没有通过" in good(minister.get(page))
    minister.post(f"{page}demo-city/end/", {"reason": "不再符合条件"})
    asked.refresh_from_db()
    assert asked.end_reason == "不再符合条件"
    assert minister.post(f"{page}demo-city/other/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_one_version_sent_by_many_at_once_counts_once() -> None:
    sender, who = system(), known()
    items = [{**record(who), "start": datetime.fromisoformat(record(who)["start"]),
              "end": datetime.fromisoformat(record(who)["end"])}]  # fmt: skip

    def send(_: int) -> str:
        try:
            return exchange_in.take(system=sender, kind=ExchangeKind.RECORDS, items=items)[0].outcome
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == ["created", *["unchanged"] * 5]
    assert ServiceRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_is_not_numbered_before_it_can_be_read() -> None:
    team = factories.team()
    assert ExchangeDirty.objects.filter(object_id=team.pk).exists()
    with transaction.atomic():
        team.about = "新的简介"
        team.save()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_sequenced_elsewhere).result()
        assert not ExchangeChange.objects.filter(kind="organisations", object_id=team.pk).exists()
    exchange_sequence.sequence()
    assert ExchangeChange.objects.filter(kind="organisations", object_id=team.pk).count() == 1


def _sequenced_elsewhere() -> None:
    try:
        exchange_sequence.sequence()
    finally:
        connection.close()
