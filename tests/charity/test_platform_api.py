"""The platform interface as a platform's program meets it: keys, pages, batches, refunds, arrivals."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shetong.charity.models import (
    Arrival,
    Discrepancy,
    Donation,
    DonationReversal,
    FundraisingPlan,
    PageCheck,
    Platform,
    PlatformBatch,
    PlatformFinding,
    PlatformRefusal,
    Side,
    WaitingRefund,
)
from shetong.charity.platform_client import Client, Refused
from shetong.charity.queries.platforms import days
from shetong.charity.rules import log_content
from shetong.charity.rules import reconciliation as rules
from shetong.charity.rules.platform_bodies import LARGEST_BODY
from shetong.charity.services import locks, qualification
from shetong.charity.services.platforms import access, aftermath, findings, reconciliation
from shetong.ledger.queries import audit, tree
from shetong.ledger.services.sequence import sequence
from shetong.registry.services import api_rates
from tests.casework import factories as cases
from tests.charity import factories, platforms
from tests.charity.platforms import gift

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unspent() -> Iterator[None]:
    api_rates.forget()
    yield
    api_rates.forget()


@pytest.fixture
def platform() -> Platform:
    return platforms.platform()


@pytest.fixture
def plan(platform: Platform) -> FundraisingPlan:
    return platforms.plan(platform)


@pytest.fixture
def program(platform: Platform, plan: FundraisingPlan) -> Client:
    found = platforms.client(platform)
    platforms.published(found, plan)
    return found


def refused(program: Client, *records: Any) -> dict[str, str]:
    """Codes by number of what is told of single records."""
    return {one["number"]: one["code"] for one in program.donations(records)["records"]}


class TestKeys:
    """Tokens, signatures, and what is refused before anything is done."""

    def test_a_token_is_got_with_the_secret_alone(self, platform: Platform) -> None:
        program = platforms.client(platform)
        assert program.me()["platform"] == platform.code
        program._secret, program._token_until = "wrong", 0.0
        with pytest.raises(Refused) as caught:
            program.me()
        assert (caught.value.status, caught.value.code) == (401, "invalid_client")

    def test_a_request_sent_again_is_refused(self, program: Client) -> None:
        request = program.signed("GET", "/me")
        assert program.send(request)[0] == 200
        status, answer = program.send(request)
        assert (status, answer["code"]) == (401, "nonce-reused")

    def test_every_part_of_a_request_is_signed(self, program: Client) -> None:
        headers, body, line = program.signed(
            "POST", "/donations", {"content-type": "application/json", "idempotency-key": "k1"}, b'{"donations":[]}'
        )
        said = headers["signature-input"]
        changes: list[tuple[dict[str, str], bytes, str, str]] = [
            ({}, b'{"donations":[1]}', line, "digest-mismatch"),
            ({}, body, line.replace("donations", "refunds"), "signature-invalid"),
            ({"idempotency-key": "k2"}, body, line, "signature-invalid"),
            ({"content-type": "application/x-ndjson"}, body, line, "signature-invalid"),
            ({"signature": ""}, body, line, "signature-missing"),
            ({"signature": "sig=:AAAA:"}, body, line, "signature-invalid"),
            ({"signature-input": said.replace('"@path" ', "")}, body, line, "signature-incomplete"),
            ({"signature-input": said.replace("ed25519", "hmac")}, body, line, "signature-malformed"),
        ]  # fmt: skip
        for change, sent, where, code in changes:
            _status, answer = program.send(({**headers, **change}, sent, where))
            assert answer["code"] == code, change

    def test_an_old_signature_is_refused(self, program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        program.token()
        now = timezone.now().timestamp()
        monkeypatch.setattr("shetong.charity.platform_client.time.time", lambda: now - 400)
        request = program.signed("GET", "/me")
        monkeypatch.undo()
        assert program.send(request)[1]["code"] == "signature-stale"

    def test_without_token_nothing_is_told(self, program: Client) -> None:
        headers, body, line = program.signed("GET", "/me")
        del headers["authorization"]
        status, answer = program.send((headers, body, line))
        assert (status, answer["code"]) == (401, "token-required")

    def test_a_platform_that_left_may_report_nothing(self, program: Client, platform: Platform) -> None:
        Platform.objects.filter(pk=platform.pk).update(withdrawn_on=timezone.localdate())
        with pytest.raises(Refused) as caught:
            program.donations([gift("A1")])
        assert caught.value.code == "platform-not-designated"


class TestPages:
    """Nothing is published that is not what was filed."""

    def test_qualification_and_plan_are_told(self, program: Client, plan: FundraisingPlan) -> None:
        told = program.plan(plan.number)
        assert (told["name"], told["may_publish"], told["purpose"]) == (plan.name, True, "教育")
        assert program.qualification(told["organisation"])["may_publish"] is True

    def test_a_page_that_differs_is_refused_with_what_differs(self, program: Client, plan: FundraisingPlan) -> None:
        with pytest.raises(Refused) as caught:
            platforms.published(
                program, plan, "P2", title="别的名称", target=10**12, purpose="扶贫", ends_on="2099-01-01"
            )
        assert caught.value.code == "page-differs-from-plan"
        fields = {one["field"] for one in caught.value.problem["differences"]}
        assert fields == {"title", "target", "purpose", "ends_on"}
        assert PageCheck.objects.filter(external_id="P2", result="differs").exists()
        assert not PlatformFinding.objects.exists()

    def test_a_published_page_that_comes_to_differ_is_a_finding(self, program: Client, plan: FundraisingPlan) -> None:
        with pytest.raises(Refused):
            platforms.published(program, plan, title="改了的名称")
        first = PlatformFinding.objects.get()
        assert first.kind == "page"
        findings.settle(finding=first, words="已经改回", actor=cases.chief("100000"))
        for _again in range(2):
            with pytest.raises(Refused):
                platforms.published(program, plan, title="又改了的名称")
        assert PlatformFinding.objects.filter(settled_at=None).count() == 1

    def test_a_closed_page_stays_closed(self, program: Client, plan: FundraisingPlan) -> None:
        assert program.close("P1")["state"] == "closed"
        with pytest.raises(Refused) as caught:
            platforms.published(program, plan)
        assert caught.value.code == "page-closed"

    def test_a_plan_that_does_not_list_the_platform_is_not_published(self, program: Client) -> None:
        other = platforms.plan(platforms.platform())
        with pytest.raises(Refused) as caught:
            platforms.published(program, other, "P9")
        assert caught.value.code == "platform-not-in-plan"


class TestBatches:
    """Each donation once, told apart from what is none."""

    def test_a_batch_is_booked_and_in_the_log(self, program: Client, plan: FundraisingPlan) -> None:
        answer = program.donations(
            [
                gift("A1", 500),
                gift("A2", 700, name="", shown=""),
                gift("A3", 7_000, currency="USD", original_amount=1_000, name='引"号\\', shown="某<公司>", kind="org"),
                gift("A4", 300, earmark="lunch"),
            ]
        )
        assert (answer["taken"], answer["amount"], answer["records"]) == (3, 8_200, answer["records"])
        assert [one["code"] for one in answer["records"]] == ["earmark-unknown"]
        rows = list(Donation.objects.order_by("pool_from"))
        assert [(row.pool_from, row.pool_to) for row in rows] == [(0, 500), (500, 1_200), (1_200, 8_200)]
        known = log_content.open_particulars(rows[2].particulars_sealed)
        assert known is not None
        assert (known.name, rows[2].original_amount, rows[2].currency) == ('引"号\\', 1_000, "USD")
        assert rows[0].journal.postings.count() == 2
        sequence(log="charity")
        # The audit derives every entry again from its row by the general way: both say the same.
        assert audit.audit(tree.log_named("charity")).findings == ()
        assert program.donation("A1")["donation"] == rows[0].number

    def test_resent_under_the_same_key_the_first_answer_comes_again(self, program: Client) -> None:
        first = program.donations([gift("A1")], key="batch-1")
        again = program.donations([{**gift("A1"), "donated_at": first_time()}], key="batch-2")
        assert (first["taken"], again["taken"]) == (1, 0)
        records = [gift("A2")]
        assert program.donations(records, key="batch-3") == program.donations(records, key="batch-3")
        with pytest.raises(Refused) as caught:
            program.donations([gift("A4")], key="batch-3")
        assert caught.value.code == "idempotency-key-reused"
        assert Donation.objects.count() == 2

    def test_duplicates_and_conflicts_are_told_apart(self, program: Client) -> None:
        records = [gift("A1"), gift("A2")]
        program.donations(records)
        assert refused(program, records[0], {**records[1], "amount": 5}, gift("A3")) == {
            "A1": "duplicate", "A2": "number-conflict",
        }  # fmt: skip
        one = gift("A5")
        assert refused(program, one, one, {**one, "amount": 2}) == {"A5": "number-conflict"}
        assert Donation.objects.count() == 4

    def test_what_is_wrong_is_told_apart(self, program: Client, plan: FundraisingPlan) -> None:
        long_ago = (timezone.now() - timedelta(days=200)).isoformat()
        cases = {
            "negative": (gift("negative", -5), "amount-not-positive"),
            "foreign": (gift("foreign", currency="USD"), "foreign-unsettled"),
            "local": (gift("local", original_amount=5), "not-foreign"),
            "page": (gift("page", page="P404"), "page-unknown"),
            "plan": (gift("plan", plan="X"), "wrong-plan"),
            "project": (gift("project", project="X"), "wrong-project"),
            "future": (gift("future", donated_at=(timezone.now() + timedelta(hours=1)).isoformat()), "time-in-future"),
            "period": (gift("period", donated_at=long_ago), "outside-period"),
            "late": (gift("late", donated_at=(timezone.now() - timedelta(days=3)).isoformat()), "late"),
            "": ({"number": "malformed", "amount": "viel"}, "record-malformed"),
        }
        found = refused(program, *(record for record, _ in cases.values()), gift("good"))
        assert found == {number: code for number, (_, code) in cases.items()}
        assert sorted(Donation.objects.values_list("platform_order", flat=True)) == ["good", "late"]
        batch = PlatformBatch.objects.get()
        assert (batch.taken, batch.late, batch.refused) == (2, 1, 9)
        assert PlatformRefusal.objects.filter(settled_at__isnull=True).count() == 8
        program.donations([gift("negative", 5)])
        assert PlatformRefusal.objects.filter(settled_at__isnull=True).count() == 7

    def test_a_suspended_plan_takes_what_was_given_before(self, program: Client, plan: FundraisingPlan) -> None:
        qualification.revoke(
            organisation=plan.organisation, document="京民撤〔2026〕1号", reason="违规募捐。", provision="《慈善法》",
            effective_on=timezone.localdate(), actor=cases.chief("110000"),
        )  # fmt: skip
        after = (timezone.now() + timedelta(minutes=1)).isoformat()
        assert refused(program, gift("A1"), gift("A2", donated_at=after)) == {"A2": "plan-stopped"}
        assert Donation.objects.get().platform_order == "A1"

    def test_plain_json_does_as_well(self, program: Client) -> None:
        assert program.donations([gift("A1")], packed=False)["taken"] == 1

    @pytest.mark.parametrize(
        ("body", "headers", "code"),
        [
            (gzip.compress(b" " * (LARGEST_BODY + 1)), {"content-encoding": "gzip"}, "body-too-large"),
            (b"\x1f\x8b broken", {"content-encoding": "gzip"}, "body-unreadable"),
            (gzip.compress(b"{}")[:-3], {"content-encoding": "gzip"}, "body-unreadable"),
            (b"{}", {"content-encoding": "br"}, "encoding-unsupported"),
            (b"{}", {"content-type": "text/csv"}, "type-unsupported"),
            (b"{}", {}, "body-unreadable"),
            (b'{"donations": 5}', {}, "body-unreadable"),
            (b'{"donations": []}', {}, "batch-empty"),
            (b"[" * 100_000, {}, "body-unreadable"),
            (json.dumps({"donations": [{}] * 5_001}).encode(), {}, "batch-too-large"),
            (b"{}", {"idempotency-key": "!"}, "idempotency-key-required"),
        ],
        ids=[f"body-{number}" for number in range(11)],
    )
    def test_bodies_that_are_none(self, program: Client, body: bytes, headers: dict[str, str], code: str) -> None:
        given = {"content-type": "application/json", "idempotency-key": "k", **headers}
        status, answer = program.send(program.signed("POST", "/donations", given, body))
        assert answer["code"] == code
        assert status in (400, 413, 415, 422)


def first_time() -> str:
    return (timezone.now() - timedelta(hours=2)).isoformat()


def a_refund() -> dict[str, Any]:
    at = (timezone.now() - timedelta(minutes=5)).isoformat()
    return {"number": "R1", "donation": "A1", "amount": 400, "refunded_at": at, "reason": "误捐"}


class TestMoney:
    """Refunds in any order, and money that did not go straight to the charity."""

    def test_refunds_are_carried_out_once(self, program: Client) -> None:
        program.donations([gift("A1", 1_000)])
        refund = {
            "number": "R1",
            "donation": "A1",
            "amount": 400,
            "refunded_at": gift("")["donated_at"],
            "reason": "误捐",
        }
        assert program.refunds([refund])["taken"] == 1
        again = program.refunds([refund, {**refund, "amount": 5}, {**refund, "number": "R2", "amount": 601}])
        assert [one["code"] for one in again["records"]] == ["duplicate", "number-conflict", "refund-too-much"]
        assert DonationReversal.objects.get().amount == 400
        assert program.donation("A1")["refunded"] == 400

    def test_a_refund_before_its_donation_waits_for_it(self, program: Client) -> None:
        refund = {
            "number": "R1",
            "donation": "A1",
            "amount": 400,
            "refunded_at": gift("")["donated_at"],
            "reason": "误捐",
        }
        assert [one["code"] for one in program.refunds([refund])["records"]] == ["waiting"]
        assert program.donations([gift("A1")])["refunds"] == 1
        assert DonationReversal.objects.get().platform_refund == "R1"
        assert not WaitingRefund.objects.exists()

    def test_a_refund_that_missed_its_donation_is_taken_up_later(self, program: Client, platform: Platform) -> None:
        program.donations([gift("A1"), gift("A2")])
        missed: dict[str, Any] = {
            "platform": platform, "amount": 400, "reason": "误捐", "refunded_at": timezone.now(),
            "reported_at": timezone.now(),
        }  # fmt: skip
        # Both transactions were open at once: neither saw the other.
        WaitingRefund.objects.create(number="R1", donation="A1", **missed)
        WaitingRefund.objects.create(number="R2", donation="A2", **{**missed, "amount": 1_001})
        WaitingRefund.objects.create(number="R3", donation="A2", **missed)
        WaitingRefund.objects.create(number="R4", donation="A9", **missed)
        # Sent once more, it is carried out at once and not a second time.
        assert program.refunds([{**a_refund(), "number": "R3", "donation": "A2"}])["taken"] == 1
        assert [aftermath.take_up_refunds(), aftermath.take_up_refunds()] == [1, 0]
        found = DonationReversal.objects.values_list("platform_refund", flat=True)
        assert (sorted(found), WaitingRefund.objects.get().number) == (["R1", "R3"], "R4")
        assert PlatformRefusal.objects.get().number == "R2"

    def test_all_pools_of_refunds_are_locked_at_once(
        self, program: Client, plan: FundraisingPlan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        general = factories.general(plan.organisation)
        asked: list[set[int]] = []
        for name in ("ends", "pools"):
            real = getattr(locks, name)
            monkeypatch.setattr(locks, name, lambda numbers, real=real: real(asked.append(set(numbers)) or asked[-1]))
        program.donations([gift("A1")])
        program.refunds([a_refund(), {**a_refund(), "number": "R2", "donation": "A2"}])
        program.donations([gift("A2")])
        into = Donation.objects.values_list("pool_id", flat=True)[0]
        # Donations alone; a refund and its part of the same; donations with a refund that waited, and its part.
        assert asked == [{into}, *[{into, general.pk}] * 4]

    def test_moments_of_another_age_are_told_apart(self, program: Client, plan: FundraisingPlan) -> None:
        program.donations([gift("A1")])
        moments = ("0001-01-01T00:00:00+08:00", "1999-12-31T23:59:59Z")
        told = program.refunds([{**a_refund(), "refunded_at": moment} for moment in moments])
        assert [one["code"] for one in told["records"]] == ["time-too-early"] * 2
        arrival = {"number": "T1", "plan": plan.number, "amount": 5, "account_holder": "某"}
        told = program.arrivals(
            [{**arrival, "given_from": moment, "given_to": moment, "arrived_at": moment} for moment in moments]
        )
        assert [one["code"] for one in told["records"]] == ["time-too-early"] * 2
        told = program.donations([gift(f"A{at}", donated_at=moment) for at, moment in enumerate(moments, start=2)])
        assert [one["code"] for one in told["records"]] == ["time-too-early"] * 2

    def test_fees_detours_and_delays_become_findings(self, program: Client, plan: FundraisingPlan) -> None:
        then = timezone.now() - timedelta(days=20)
        good = {
            "number": "T1", "plan": plan.number, "amount": 5_000, "account_holder": plan.organisation.name,
            "given_from": then.isoformat(), "given_to": then.isoformat(),
            "arrived_at": (then + timedelta(days=1)).isoformat(),
        }  # fmt: skip
        bad = {
            **good, "number": "T2", "fee": 100, "account_holder": "平台公司", "arrived_at": timezone.now().isoformat(),
        }  # fmt: skip
        answer = program.arrivals([good, bad, {**good, "number": "T3", "plan": "X"}])
        assert (answer["taken"], [one["code"] for one in answer["records"]]) == (2, ["wrong-plan"])
        assert Arrival.objects.count() == 2
        kinds = PlatformFinding.objects.filter(reference="T2").values_list("kind", flat=True)
        assert set(kinds) == {"fee", "detour", "held"}
        assert [one["code"] for one in program.arrivals([good])["records"]] == ["duplicate"]


class TestReconciliation:
    """Three figures a day; where they differ, record by record, until both sides agree."""

    def test_a_day_that_agrees_and_one_that_does_not(self, program: Client) -> None:
        day = timezone.localdate() - timedelta(days=1)
        noon = f"{day}T12:00:00+08:00"
        ours = {"A1": 1, "A2": 2, "A3": 3}
        program.donations([gift(number, amount, donated_at=noon) for number, amount in ours.items()])
        program.donations([gift("A4", -4, donated_at=noon)])
        told = program.reconcile(str(day), {"A1": 1, "A2": 20, "A4": 4})
        assert {one["number"]: (one["kind"], one["hint"]) for one in told["items"]} == {
            "A2": ("amount", ""), "A3": ("missing-there", ""), "A4": ("missing-here", "amount-not-positive"),
        }  # fmt: skip
        number = told["items"][0]["id"]
        note = program.post(f"/discrepancies/{number}/notes", {"text": "平台录入错误", "settles": True})
        assert note["notes"][0]["side"] == "platform"
        found = Discrepancy.objects.get(pk=number)
        reconciliation.say(discrepancy=found, side=Side.OFFICE, text="认可", settles=True, actor=cases.chief("100000"))
        assert number not in [one["id"] for one in program.get("/discrepancies")["items"]]
        # With another amount it is another matter, and with none it is over.
        program.reconcile(str(day), {**ours, "A2": 21})
        assert [one["id"] for one in program.get("/discrepancies")["items"]] == [number]
        reconciliation.say(discrepancy=found, side=Side.OFFICE, text="认可", settles=True, actor=cases.chief("100000"))
        found.refresh_from_db()
        assert not found.explained
        assert program.reconcile(str(day), ours)["agreed"] is True
        assert program.get("/discrepancies")["items"] == []

    @pytest.mark.parametrize("numbers", [(), ("b.2", "B-1", "a_3", "10", "9")], ids=["none", "some"])
    def test_the_database_adds_up_a_day_as_the_protocol_says(
        self, program: Client, platform: Platform, numbers: tuple[str, ...]
    ) -> None:
        day = timezone.localdate() - timedelta(days=1)
        noon = f"{day}T12:00:00+08:00"
        if numbers:
            program.donations([gift(number, at + 1, donated_at=noon) for at, number in enumerate(numbers)])
        assert days.sums(platform.pk, day) == rules.sums(days.amounts(platform.pk, day))
        theirs = {"9": 5, "10": 7, "x": 1}
        ours = days.amounts(platform.pk, day)
        assert {one.number: one for one in days.differences(platform.pk, day, theirs)} == {
            one.number: one for one in rules.differences(theirs, ours)
        }
        caller = access.Caller(0, "tests", b"", platform.pk, platform.code, platform.name, day, None, sandbox=False)
        theirs = {f"X{number:04}": 1 for number in range(500)}
        said = rules.sums(theirs)
        reconciliation.report(caller, rules.DayReport(day, said.count, said.amount, said.digest))
        records = [rules.DayRecord(number, fen) for number, fen in theirs.items()]
        with CaptureQueriesContext(connection) as caught:
            found = reconciliation.compare(caller, day, records)
        # As many statements for five hundred as for one.
        assert (len(found), len(caught) < 15) == (500 + len(numbers), True)

    def test_a_day_that_goes_on_is_not_reconciled(self, program: Client) -> None:
        with pytest.raises(Refused) as caught:
            program.reconcile(str(timezone.localdate()), {})
        assert caught.value.code == "day-not-over"
