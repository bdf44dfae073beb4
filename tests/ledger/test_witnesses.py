"""Witnesses: real processes that cosign a growing log and refuse forks and rollbacks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from shetong.ledger import jobs
from shetong.ledger import peers as http
from shetong.ledger.models import Cosignature
from shetong.ledger.queries import tree
from shetong.ledger.rules import checkpoints, merkle, notes, tiles, witnessing
from shetong.ledger.rules.receipts import require_witnesses, verify_receipt
from shetong.ledger.rules.witnessing import RefusedError, Request
from shetong.ledger.services import witnesses
from shetong.ledger.services.entries import open_log
from shetong.ledger.services.keys import signing_key
from shetong.ledger.services.sequence import sequence
from shetong.ledger.witness import Witness
from tests.ledger.peers import witness
from tests.ledger.test_log import write
from tests.ledger.test_merkle import Tree, grown

ORIGIN = "log.example/charity"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = notes.Verifier(ORIGIN, KEY.public_key().public_bytes_raw())


def head(tree_: Tree, size: int | None = None, *, key: Ed25519PrivateKey = KEY, origin: str = ORIGIN) -> str:
    size = tree_.size if size is None else size
    text = str(checkpoints.Checkpoint(origin, size, tree_.root(size)))
    return str(notes.Note(text, (notes.sign(text, name=origin, private_key=key),)))


def ask(tree_: Tree, old: int, new: int) -> bytes:
    return str(Request(old, tuple(merkle.consistency_proof(old, new, tree_.node(new))), head(tree_, new))).encode()


@pytest.fixture
def judge(tmp_path: Path) -> Witness:
    return Witness(
        name="witness.example",
        key=Ed25519PrivateKey.generate(),
        state=tmp_path / "state.sqlite",
        logs={ORIGIN: [LOG]},
        clock=lambda: 1_700_000_000,
    )


def refusal(judge: Witness, body: bytes) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        judge.add_checkpoint(body)
    return refused.value.status, refused.value.body


def test_a_witness_cosigns_what_grows_and_says_when_it_saw_it(judge: Witness) -> None:
    tree_, _ = grown(300)
    for old, new in ((0, 1), (1, 255), (255, 256), (256, 256), (256, 300)):
        line = judge.add_checkpoint(ask(tree_, old, new))
        text = notes.parse(head(tree_, new)).text
        signature = witnessing.read_answer(line, text=text, witness=judge.verifier)
        assert witnessing.cosigned_at(signature) == 1_700_000_000
        assert judge.known(ORIGIN) == (new, tree_.root(new))


def test_a_fork_a_rollback_and_a_gap_are_refused_and_change_nothing(judge: Witness) -> None:
    tree_, leaves = grown(20)
    judge.add_checkpoint(ask(tree_, 0, 10))
    forged = Tree()
    forged.append([b"another past", *leaves[1:]])
    assert refusal(judge, ask(forged, 10, 10)) == (HTTPStatus.CONFLICT, "10\n")
    assert refusal(judge, ask(forged, 10, 20))[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert refusal(judge, ask(tree_, 5, 20)) == (HTTPStatus.CONFLICT, "10\n")
    assert refusal(judge, ask(tree_, 5, 7)) == (HTTPStatus.CONFLICT, "10\n")
    assert refusal(judge, str(Request(10, (), head(tree_, 7))).encode())[0] == HTTPStatus.BAD_REQUEST
    assert judge.known(ORIGIN) == (10, tree_.root(10))


def test_strangers_are_refused(judge: Witness) -> None:
    tree_, _ = grown(3)
    other = Ed25519PrivateKey.generate()
    assert refusal(judge, str(Request(0, (), head(tree_, key=other))).encode())[0] == HTTPStatus.FORBIDDEN
    unknown = head(tree_, origin="log.example/other")
    assert refusal(judge, str(Request(0, (), unknown)).encode())[0] == HTTPStatus.NOT_FOUND


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"old 0\n\n{text}".encode(errors="replace")))
def test_garbage_is_refused_not_feared(body: bytes) -> None:
    def read() -> None:
        witnessing.authenticate(witnessing.parse_request(body), {ORIGIN: [LOG]})

    with pytest.raises(RefusedError):
        read()


@given(st.integers(0, 10**12), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_requests_read_as_they_were_written(old: int, proof: list[bytes]) -> None:
    request = Request(old, tuple(proof), "text\n\n\u2014 name AAAAAAA=\n")
    assert witnessing.parse_request(str(request).encode()) == request


def test_two_processes_on_one_state_cosign_one_history(judge: Witness, tmp_path: Path) -> None:
    twin = Witness(
        name="witness.example", key=Ed25519PrivateKey.generate(), state=tmp_path / "state.sqlite", logs={ORIGIN: [LOG]}
    )
    tree_, leaves = grown(9)
    forged = Tree()
    forged.append([*leaves[:8], b"another end"])
    judge.add_checkpoint(ask(tree_, 0, 9))
    assert refusal(twin, ask(forged, 0, 9)) == (HTTPStatus.CONFLICT, "9\n")


DYING = """
import os, signal, sys
from pathlib import Path
from shetong.ledger import witness as module
from shetong.ledger.rules import notes
if sys.argv[4] == "before signing":
    module.notes.cosign = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
else:
    module.witnessing.check_growth = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
key, logs = module.load_key(Path(sys.argv[1])), module.trusted_logs([sys.argv[3]])
judge = module.Witness(name="witness.example", key=key, state=Path(sys.argv[2]), logs=logs)
judge.add_checkpoint(sys.stdin.buffer.read())
"""


@pytest.mark.parametrize(("moment", "remembered"), [("before signing", 5), ("before remembering", 0)])
def test_a_witness_killed_at_any_step_never_signs_what_it_does_not_remember(
    tmp_path: Path, moment: str, remembered: int
) -> None:
    tree_, _ = grown(5)
    state = tmp_path / "state.sqlite"
    arguments = [sys.executable, "-c", DYING, tmp_path / "key", state, str(LOG), moment]
    died = subprocess.run(arguments, input=ask(tree_, 0, 5), check=False, capture_output=True, env=os.environ)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    again = Witness(name="witness.example", key=KEY, state=state, logs={ORIGIN: [LOG]})
    assert again.known(ORIGIN)[0] == remembered
    assert again.add_checkpoint(ask(tree_, remembered, 5))


@pytest.mark.django_db
def test_our_log_is_cosigned_by_real_witnesses_and_serves_what_they_signed(
    client: Client, tmp_path: Path, settings: object
) -> None:
    write(300)
    sequence(log="registry")
    ours = tree.verifiers(tree.log_named("registry"))
    with witness(tmp_path, *ours) as first, witness(tmp_path, *ours, name="second.example") as second:
        settings.LEDGER_WITNESSES = [first.setting, second.setting]  # type: ignore[attr-defined]
        assert witnesses.collect(log="registry") == 2
        assert witnesses.collect(log="registry") == 0
        write(40, prefix="later")
        sequence(log="registry")
        assert witnesses.collect(log="registry") == 2
    note = client.get("/log/registry/checkpoint").content.decode()
    assert len(notes.verify(note, [*ours, first.verifier, second.verifier])[1]) == 3
    receipt = client.get("/log/registry/receipts/later-7").json()
    verify_receipt(receipt, ours)
    require_witnesses(receipt, [first.verifier, second.verifier])
    stranger = notes.Verifier("third.example", bytes(32), notes.ALGORITHM_COSIGNATURE)
    with pytest.raises(notes.NoteError):
        require_witnesses(receipt, [first.verifier, stranger])


@pytest.mark.django_db
def test_an_answer_lost_on_its_way_is_asked_for_again(tmp_path: Path, settings: object) -> None:
    write(7)
    sequence(log="registry")
    home = tree.log_named("registry")
    with witness(tmp_path, *tree.verifiers(home)) as running:
        settings.LEDGER_WITNESSES = [running.setting]  # type: ignore[attr-defined]
        sent = tree.latest_checkpoint(home)
        assert sent is not None
        status, _ = http.request("POST", f"{running.url}/add-checkpoint", body=str(Request(0, (), sent.note)).encode())
        assert status == HTTPStatus.OK
        assert not Cosignature.objects.exists()
        assert witnesses.collect(log="registry") == 1


@pytest.mark.django_db
def test_a_witness_that_is_down_or_began_anew_never_stops_the_log(tmp_path: Path, settings: object) -> None:
    write(7)
    sequence(log="registry")
    ours = tree.verifiers(tree.log_named("registry"))
    with witness(tmp_path, *ours) as running:
        settings.LEDGER_WITNESSES = [running.setting]  # type: ignore[attr-defined]
        witnesses.collect(log="registry")
    write(5, prefix="later")
    assert sequence(log="registry") == 5
    with pytest.raises(witnesses.WitnessError, match=r"witness\.example"):
        witnesses.collect(log="registry")
    (tmp_path / "witness.example.sqlite").unlink()
    with witness(tmp_path, *ours) as anew:
        settings.LEDGER_WITNESSES = [anew.setting]  # type: ignore[attr-defined]
        assert witnesses.collect(log="registry") == 1


@pytest.mark.django_db
def test_a_witness_notices_that_our_database_was_rewritten(tmp_path: Path, settings: object) -> None:
    """The operator restores an old backup and signs another history with the true key."""
    write(7)
    sequence(log="registry")
    home = open_log("registry")
    with witness(tmp_path, *tree.verifiers(home)) as running:
        settings.LEDGER_WITNESSES = [running.setting]  # type: ignore[attr-defined]
        witnesses.collect(log="registry")
        forged, _ = grown(9)
        key = signing_key(home)
        other = head(forged, key=key, origin=home.origin)
        proof = tuple(merkle.consistency_proof(7, 9, forged.node()))
        status, _ = http.request("POST", f"{running.url}/add-checkpoint", body=str(Request(7, proof, other)).encode())
        assert status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_requests_beyond_measure_are_refused(tmp_path: Path) -> None:
    with witness(tmp_path, LOG) as running:
        body = b"old 0\n" + b"A" * (witnessing.MAX_REQUEST + 1)
        assert http.request("POST", f"{running.url}/add-checkpoint", body=body)[0] == HTTPStatus.BAD_REQUEST
        assert http.request("POST", f"{running.url}/elsewhere", body=b"x")[0] == HTTPStatus.NOT_FOUND
    assert tiles.WIDTH * merkle.HASH_SIZE < witnessing.MAX_REQUEST


@pytest.mark.django_db
@pytest.mark.parametrize(("configured", "asked"), [([], 0), (["https://witness.example key"], 1)])
def test_placing_entries_asks_for_witnesses_where_there_are_some(
    configured: list[str], asked: int, settings: object
) -> None:
    settings.LEDGER_WITNESSES = configured  # type: ignore[attr-defined]
    write(3)
    assert jobs.sequence_log("registry") == 3
    assert jobs.sequence_log("registry") == 0
    assert ProcrastinateJob.objects.filter(task_name="ledger.cosign").count() == asked


@pytest.mark.django_db
@pytest.mark.parametrize("entry", ["https://witness.example", "https://witness.example key", f"https://x {LOG}"])
def test_a_misspelt_witness_is_told_by_name(entry: str, settings: object) -> None:
    settings.LEDGER_WITNESSES = [entry]  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="LEDGER_WITNESSES"):
        witnesses.configured()
