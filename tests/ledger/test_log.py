"""The log in the database: places given once, crashes survived, forks impossible, the past frozen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.ledger.models import Checkpoint, Entry, Tile
from shetong.ledger.queries import audit, tree
from shetong.ledger.rules import merkle, notes
from shetong.ledger.rules.receipts import verify_receipt
from shetong.ledger.services.entries import Act, append, open_log
from shetong.ledger.services.keys import rotate
from shetong.ledger.services.sequence import sequence


def write(count: int, *, log: str = "registry", prefix: str = "act") -> None:
    with transaction.atomic():
        append(log=log, acts=[Act(f"{prefix}-{number}", "test.act", 1, {"number": number}) for number in range(count)])


@pytest.mark.django_db
def test_an_act_and_its_entry_are_one_transaction() -> None:
    class RefusedError(Exception):
        pass

    def act() -> None:
        with transaction.atomic():
            append(log="registry", acts=[Act("act-1", "test.act", 1, {"number": 1})])
            raise RefusedError

    with pytest.raises(RefusedError):
        act()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_each_entry_gets_one_place_and_a_receipt_that_verifies_offline() -> None:
    write(300)
    assert sequence(log="registry") == 300
    write(7, prefix="later")
    assert sequence(log="registry") == 7
    log = tree.log_named("registry")
    receipt = json.loads(json.dumps(tree.receipt(log, "act-17").as_json()))
    entry = verify_receipt(receipt, tree.verifiers(log))
    assert json.loads(entry) == {"number": 17, "reference": "act-17", "type": "test.act", "version": 1}
    receipt["entry"] = "e30="
    with pytest.raises(merkle.ProofError):
        verify_receipt(receipt, tree.verifiers(log))


@pytest.mark.django_db
def test_the_same_act_is_recorded_once() -> None:
    write(1)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(1)
    sequence(log="registry")
    with pytest.raises(DatabaseError), transaction.atomic():
        write(1)


@pytest.mark.django_db
def test_an_audit_re_derives_every_root_and_notices_a_changed_tile() -> None:
    for batch in range(5):
        write(130, prefix=f"batch-{batch}")
        sequence(log="registry")
    log = tree.log_named("registry")
    assert audit.audit(log) == audit.AuditReport("registry", 650, 5, ())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_tile DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE level = 1")
        cursor.execute("ALTER TABLE ledger_tile ENABLE TRIGGER USER")
    assert "tile (1, 0) differs from the entries" in audit.audit(log).findings


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Entry, Checkpoint, Tile])
def test_the_past_cannot_be_deleted(model: type[Entry] | type[Checkpoint] | type[Tile]) -> None:
    write(3)
    sequence(log="registry")
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()


@pytest.mark.django_db
def test_a_rotated_key_leaves_old_checkpoints_believable() -> None:
    write(2)
    sequence(log="registry")
    old = tree.verifiers(tree.log_named("registry"))[0]
    rotate(log="registry")
    write(2, prefix="later")
    sequence(log="registry")
    log = tree.log_named("registry")
    assert audit.audit(log).findings == ()
    head = tree.latest_checkpoint(log)
    assert head is not None
    with pytest.raises(notes.NoteError):
        notes.verify(head.note, [old])


@pytest.mark.django_db
def test_what_waits_is_told_apart_from_what_is_unknown() -> None:
    write(1)
    log = tree.log_named("registry")
    with pytest.raises(NotFoundError, match="正在记入") as waiting:
        tree.receipt(log, "act-0")
    with pytest.raises(NotFoundError, match="没有这一条"):
        tree.receipt(log, "act-1")
    assert waiting.value.code == "entry-pending"


@pytest.mark.django_db
def test_served_tiles_prove_growth_to_a_reader_that_knows_only_the_key(client: Client) -> None:
    write(260)
    sequence(log="registry")
    small = notes.parse(client.get("/log/registry/checkpoint").content.decode())
    write(500, prefix="later")
    sequence(log="registry")
    verifier = notes.parse_verifier(client.get("/log/registry/keys").content.decode().strip())
    note, _ = notes.verify(client.get("/log/registry/checkpoint").content.decode(), [verifier])
    old, new = (int(n.text.split("\n")[1]) for n in (small, note))
    assert (old, new) == (260, 760)
    full = client.get("/log/registry/tile/0/000")
    assert (len(full.content), full["Cache-Control"]) == (256 * 32, "public, immutable, max-age=31536000")
    partial = client.get("/log/registry/tile/0/002.p/248")
    assert len(partial.content) == 248 * 32
    assert len(client.get("/log/registry/tile/0/001.p/4").content) == 4 * 32
    for missing in ("tile/0/002", "tile/0/2", "tile/0/003", "tile/9/000", "tile/entries/002", "tile/0/002.p/0"):
        assert client.get(f"/log/registry/{missing}").status_code == 404
    assert client.get("/log/nowhere/checkpoint").status_code == 404
    assert client.post("/log/registry/checkpoint").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_at_once_give_each_entry_one_place() -> None:
    open_log("registry")
    write(400)
    gate = threading.Barrier(4)

    def run() -> int:
        gate.wait()
        try:
            return sequence(log="registry", batch=37)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        placed = sum(job.result() for job in [pool.submit(run) for _ in range(4)])
    assert placed == 400
    log = tree.log_named("registry")
    assert sorted(Entry.objects.filter(log=log).values_list("place__index", flat=True)) == list(range(400))
    assert audit.audit(log).findings == ()


KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from shetong.ledger.services import sequence as module
step = sys.argv[2]
original = getattr(module, step)
def killed(*args, **kwargs):
    if sys.argv[3] == "after":
        original(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, step, killed)
module.sequence(log="registry")
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["_take", "_place", "_store_tiles", "_sign", "_sequence_batch"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_at_any_step_loses_and_doubles_nothing(step: str, moment: str) -> None:
    write(300)
    name = str(connection.settings_dict["NAME"])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, name, step, moment],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "shetong.conf.testing"},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    sequence(log="registry")
    log = tree.log_named("registry")
    assert list(Entry.objects.filter(log=log).order_by("id").values_list("place__index", flat=True)) == list(range(300))
    assert audit.audit(log).findings == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_garbled_receipt_is_refused_with_a_sentence(garbage: object) -> None:
    document = {"format": "shetong-receipt/1", "index": garbage, "entry": garbage, "proof": garbage, "origin": "x"}
    with pytest.raises((InvalidInputError, notes.NoteError)):
        verify_receipt(document, [])
