"""The audit trail: only ever added to, one chain under concurrent writers, tampering found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from shetong.accounts.models import AuditCheckpoint, AuditEvent, AuditLink, AuditPending
from shetong.accounts.services import audit
from shetong.accounts.services.audit_verification import verify_chain
from tests.accounts.conftest import MakePerson


def note(number: int = 0) -> AuditEvent:
    return audit.record(actor="system:test", action="test.act", target="organisation:1", detail={"number": number})


def tamper(statement: str, *values: object) -> None:
    """Do what only somebody with the rights of the table's owner can do: switch the triggers off and write."""
    with connection.cursor() as cursor:
        for table in ("auditevent", "auditlink", "auditcheckpoint"):
            cursor.execute(f"ALTER TABLE accounts_{table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in ("auditevent", "auditlink", "auditcheckpoint"):
            cursor.execute(f"ALTER TABLE accounts_{table} ENABLE TRIGGER USER")
            cursor.execute(
                f"SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts_{table}'::regclass AND tgtype & 32 <> 0"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE accounts_{table} DISABLE TRIGGER {name}")


def switch_truncate_trigger(cursor: object, table: str, how: str) -> None:
    """The triggers against TRUNCATE rest in the test database (tests/conftest.py)."""
    name = {"auditevent": "audit_event_kept", "auditlink": "audit_link_kept"}.get(table, "audit_checkpoint_kept")
    cursor.execute(f"ALTER TABLE accounts_{table} {how} TRIGGER {name}")  # type: ignore[attr-defined]


@pytest.fixture
def chain(transactional_db: None) -> list[AuditEvent]:
    """Five events, chained."""
    return [note(number) for number in range(5)]


class TestRecord:
    def test_says_who_did_what_where_and_why(self, person: MakePerson) -> None:
        actor = person("li")
        request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.77")
        event = audit.record(
            actor=actor, action="test.act", target=actor, jurisdiction="110105", purpose="supervision", request=request
        )
        assert (event.actor, event.actor_label, event.target) == (actor, f"user:{actor.pk}", f"user:{actor.pk}")
        assert (event.jurisdiction, event.purpose, event.network) == ("110105", "supervision", "203.0.113.0/24")

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("actor", "label"), [(None, "anonymous"), (AnonymousUser(), "anonymous"), ("system:x", "system:x")]
    )
    def test_names_actors_without_an_account(self, actor: object, label: str) -> None:
        assert audit.record(actor=actor, action="test.act", target="x:1").actor_label == label  # type: ignore[arg-type]

    @pytest.mark.django_db
    def test_masks_what_looks_like_personal_data(self) -> None:
        detail = {"text": ["号码110105199001011234，手机13800138000"], "code": "51110000500000000X"}
        kept = audit.record(actor="system:x", action="test.act", target="x:1", detail=detail).detail
        assert kept["text"] == ["号码110***********1234，手机138****8000"]
        assert kept["code"] == "51110000500000000X"

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "detail", [{"x": 1.5}, {"x": float("nan")}, {"x": object()}, {"x": 2**60}, {"x": "\ud800"}]
    )
    def test_refuses_details_that_cannot_be_hashed_alike_for_ever(self, detail: dict[str, object]) -> None:
        with pytest.raises((TypeError, ValueError)):
            audit.record(actor="system:x", action="test.act", target="x:1", detail=detail)

    def test_an_event_lives_and_dies_with_the_act_that_it_describes(self, transactional_db: None) -> None:
        def act_and_fail() -> None:
            with transaction.atomic():
                note()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            act_and_fail()
        assert not AuditEvent.objects.exists()
        note()
        assert AuditLink.objects.count() == 1


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE accounts_auditevent SET target = 'x'",
            "DELETE FROM accounts_auditevent",
            "UPDATE accounts_auditlink SET hash = 'x'",
            "DELETE FROM accounts_auditlink",
            "DELETE FROM accounts_auditcheckpoint",
            "UPDATE accounts_auditcheckpoint SET position = 1",
        ],
    )
    def test_the_database_refuses_to_change_what_was_recorded(self, chain: list[AuditEvent], statement: str) -> None:
        verify_chain()
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.parametrize("table", ["auditevent", "auditlink", "auditcheckpoint"])
    def test_the_database_refuses_to_empty_the_tables(self, db: None, table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts_{table}'::regclass AND tgtype & 32 <> 0"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE accounts_{table} ENABLE TRIGGER {name}")
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(f"TRUNCATE accounts_{table} CASCADE")

    def test_two_links_cannot_follow_the_same_one(self, chain: list[AuditEvent]) -> None:
        last = AuditLink.objects.order_by("-position").first()
        assert last is not None
        event = note()
        AuditPending.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditLink.objects.create(position=last.position, event=event, previous_hash=b"x" * 32, hash=b"y" * 32)


class TestConcurrency:
    def test_many_writers_at_once_make_one_unbroken_chain(self, transactional_db: None) -> None:
        writers, each = 6, 15
        gate = threading.Barrier(writers)

        def write() -> None:
            try:
                gate.wait()
                for number in range(each):
                    note(number)
            finally:
                connection.close()

        run_together(write, writers)
        assert AuditEvent.objects.count() == writers * each
        result = verify_chain(full=True)
        assert (result.ok, result.checked, result.pending) == (True, writers * each, 0)

    def test_an_open_transaction_does_not_hold_up_the_others(self, transactional_db: None) -> None:
        with transaction.atomic():
            note(1)
            # Another connection records and chains while ours has recorded and not yet committed.
            run_together(lambda: (note(2), connection.close()), 1)
            assert seen_from_outside("SELECT count(*) FROM accounts_auditlink") == 1
        assert [link.event.detail["number"] for link in AuditLink.objects.order_by("position")] == [2, 1]
        assert verify_chain(full=True).ok

    def test_while_another_process_chains_events_wait_and_are_not_lost(self, transactional_db: None) -> None:
        held, release = threading.Event(), threading.Event()

        def hold() -> None:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [audit.SEQUENCER_LOCK])
                    held.set()
                    release.wait(10)
            finally:
                connection.close()

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)
        note()
        assert AuditPending.objects.count() == 1
        assert verify_chain().pending == 1
        release.set()
        holder.join()
        assert audit.chain_pending() == 1
        assert verify_chain(full=True).ok

    def test_chained_behind_many_acts_are_one_turn_and_none_waits_for_it(
        self, transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shetong.store.behind.LINGER_SECONDS", 0.01)
        settings.AUDIT_CHAIN_SECONDS = 0.05
        for number in range(12):
            note(number)
        thread = audit._sequencer._thread
        assert thread is not None
        thread.join(10)
        result = verify_chain(full=True)
        assert (result.ok, result.checked, result.pending) == (True, 12, 0)


class TestVerification:
    def test_resumes_where_it_stopped(self, chain: list[AuditEvent]) -> None:
        first = verify_chain()
        assert (first.ok, first.checked, first.since_position) == (True, 5, 0)
        note()
        second = verify_chain()
        assert (second.ok, second.checked, second.since_position) == (True, 1, 5)
        assert verify_chain(full=True).checked == 6

    def test_an_altered_event_is_found(self, chain: list[AuditEvent]) -> None:
        tamper("UPDATE accounts_auditevent SET target = 'organisation:2' WHERE id = %s", chain[2].pk)
        assert [(problem.kind, problem.position) for problem in verify_chain().problems] == [("altered", 3)]

    @pytest.mark.parametrize(
        "column", ["recorded_at", "actor_label", "action", "jurisdiction", "purpose", "detail", "network"]
    )
    def test_every_column_is_covered(self, chain: list[AuditEvent], column: str) -> None:
        values = {"recorded_at": timezone.now(), "detail": '{"number": 9}', "jurisdiction": "310000"}
        tamper(f"UPDATE accounts_auditevent SET {column} = %s WHERE id = %s", values.get(column, "other"), chain[0].pk)
        assert [problem.kind for problem in verify_chain().problems] == ["altered"]

    def test_a_removed_event_is_found(self, chain: list[AuditEvent]) -> None:
        tamper("DELETE FROM accounts_auditlink WHERE position = 3")
        kinds = {problem.kind for problem in verify_chain().problems}
        assert kinds == {"missing", "unchained"}

    def test_a_tail_cut_off_after_a_verification_is_found(self, chain: list[AuditEvent]) -> None:
        verify_chain()
        tamper("DELETE FROM accounts_auditlink WHERE position > 3")
        tamper("DELETE FROM accounts_auditevent WHERE id > %s", chain[2].pk)
        assert {problem.kind for problem in verify_chain().problems} == {"cut"}

    def test_a_chain_rewritten_from_the_middle_is_found_by_what_was_noted_outside(
        self, chain: list[AuditEvent]
    ) -> None:
        noted = verify_chain()
        tamper("DELETE FROM accounts_auditcheckpoint")
        tamper("UPDATE accounts_auditevent SET target = 'organisation:2' WHERE id = %s", chain[2].pk)
        rewrite_links()
        assert verify_chain(full=True).ok, "the forger did consistent work"
        found = verify_chain(full=True, expect=(noted.position, noted.hash))
        assert [(problem.kind, problem.position) for problem in found.problems] == [("broken", 5)]

    def test_a_broken_chain_gets_no_checkpoint(self, chain: list[AuditEvent]) -> None:
        tamper("UPDATE accounts_auditlink SET previous_hash = 'x' WHERE position = 2")
        assert not verify_chain().ok
        assert not AuditCheckpoint.objects.exists()


def rewrite_links() -> None:
    previous = audit.GENESIS
    for link in AuditLink.objects.select_related("event").order_by("position"):
        digest = audit.link_hash(previous, link.event)
        tamper(
            "UPDATE accounts_auditlink SET previous_hash = %s, hash = %s WHERE position = %s",
            previous,
            digest,
            link.position,
        )
        previous = digest


def run_together(work: Callable[[], object], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def seen_from_outside(query: str) -> int:
    found: list[int] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute(query)
            found.append(cursor.fetchone()[0])
        connection.close()

    run_together(ask, 1)
    return found[0]
