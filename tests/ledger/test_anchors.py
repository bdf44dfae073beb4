"""Anchors: checkpoints on a real EVM node and under time stamps of a real authority, verified back from both."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from shetong.ledger import peers, timestamps
from shetong.ledger.chain import Chain, ChainError
from shetong.ledger.models import Anchor
from shetong.ledger.queries import tree
from shetong.ledger.rules.checkpoints import Checkpoint
from shetong.ledger.services import anchors
from shetong.ledger.services.sequence import sequence
from tests.ledger.test_log import write

# The first account that every anvil has; it is worth nothing anywhere else.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
STRANGER = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
START_SECONDS = 30


def anvil_program() -> str | None:
    """The chain's program: ``ANVIL``, on the path, or as ``npm install --prefix var/chain`` leaves it."""
    packages = Path(__file__).parents[2] / "var" / "chain" / "node_modules" / "@foundry-rs"
    found = [str(path) for path in packages.glob("anvil-*/bin/anvil*")]
    return os.environ.get("ANVIL") or shutil.which("anvil") or next(iter(found), None)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node:
    """An anvil process that can be stopped and started with its state."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port, self._program, self._state = free_port(), program, folder / "chain.json"
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "--port", str(self.port), "--state", self._state, "--silent"], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        question = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
        while time.monotonic() < deadline:
            try:
                peers.request("POST", self.url, body=question, content_type="application/json")
            except peers.PeerError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("anvil does not answer")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A running chain; skips where anvil is not installed (npm @foundry-rs/anvil)."""
    program = anvil_program()
    if program is None:
        pytest.skip("anvil (npm @foundry-rs/anvil) is not installed")
    running = Node(program, tmp_path_factory.mktemp("chain"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def contract(node: Node) -> str:
    return Chain(node.url, key=KEY).deploy()


@pytest.fixture
def on_chain(node: Node, contract: str, settings: object) -> Node:
    settings.LEDGER_CHAIN_URL = node.url  # type: ignore[attr-defined]
    settings.LEDGER_CHAIN_CONTRACT = contract  # type: ignore[attr-defined]
    settings.LEDGER_CHAIN_KEY = KEY  # type: ignore[attr-defined]
    # Tests write different histories under one origin on one chain.
    settings.LEDGER_ORIGIN = f"log.example/{os.urandom(8).hex()}"  # type: ignore[attr-defined]
    return node


def checkpoint(size: int, root: bytes, origin: str) -> Checkpoint:
    return Checkpoint(origin, size, root)


def test_the_contract_refuses_forks_rollbacks_and_strangers(node: Node, contract: str) -> None:
    chain = Chain(node.url, contract=contract, key=KEY)
    first = chain.anchor(checkpoint(10, b"a" * 32, "one.example"))
    assert chain.anchor(checkpoint(10, b"a" * 32, "one.example")) == first
    chain.anchor(checkpoint(12, b"b" * 32, "one.example"))
    chain.anchor(checkpoint(3, b"c" * 32, "two.example"))
    with pytest.raises(ChainError, match="another root"):
        chain.anchor(checkpoint(10, b"d" * 32, "one.example"))
    with pytest.raises(ChainError):
        chain.anchor(checkpoint(11, b"d" * 32, "one.example"))
    with pytest.raises(ChainError):
        chain.anchor(checkpoint(13, bytes(32), "one.example"))
    with pytest.raises(ChainError):
        Chain(node.url, contract=contract, key=STRANGER).anchor(checkpoint(13, b"d" * 32, "one.example"))
    assert chain.find(checkpoint(13, b"d" * 32, "one.example")) is None


@pytest.mark.django_db
def test_a_checkpoint_is_written_once_and_verified_back_from_the_chain(on_chain: Node) -> None:
    write(5)
    sequence(log="registry")
    assert anchors.anchor(log="registry") == 1
    assert anchors.anchor(log="registry") == 0
    (made,) = Anchor.objects.all()
    assert (made.kind, made.size, made.block is not None) == ("chain", 5, True)
    assert made.place.startswith("eip155:31337:0x")
    assert anchors.verify(made) == ""


@pytest.mark.django_db
def test_a_history_rewritten_after_its_anchor_is_found_out(on_chain: Node) -> None:
    write(5)
    sequence(log="registry")
    anchors.anchor(log="registry")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("ledger_checkpoint", "ledger_anchor"):
            cursor.execute(f"UPDATE {table} SET root = sha256('another history')")
        cursor.execute("SET session_replication_role = origin")
    assert "another root" in anchors.verify(Anchor.objects.get())


@pytest.mark.django_db
def test_a_chain_that_is_down_is_tried_again_and_never_stops_the_log(on_chain: Node) -> None:
    write(5)
    on_chain.stop()
    try:
        assert sequence(log="registry") == 5
        with pytest.raises(anchors.AnchorError, match="chain"):
            anchors.anchor(log="registry")
    finally:
        on_chain.start()
    assert anchors.anchor(log="registry") == 1


@pytest.mark.django_db
def test_an_anchor_whose_answer_was_lost_is_found_on_the_chain_not_written_again(on_chain: Node) -> None:
    write(5)
    sequence(log="registry")
    home = tree.log_named("registry")
    head = tree.latest_checkpoint(home)
    assert head is not None
    written = anchors.chain().anchor(Checkpoint(home.origin, head.size, bytes(head.root)))
    assert anchors.anchor(log="registry") == 1
    assert bytes(Anchor.objects.get().proof) == written.transaction


@pytest.mark.django_db
def test_a_checkpoint_is_time_stamped_and_the_stamp_verifies_offline(
    time_stamping: tuple[str, Path], settings: object
) -> None:
    url, roots = time_stamping
    settings.LEDGER_TSA_URL, settings.LEDGER_TSA_ROOTS = url, str(roots)  # type: ignore[attr-defined]
    write(5)
    sequence(log="registry")
    assert anchors.anchor(log="registry") == 1
    made = Anchor.objects.get()
    assert (made.kind, anchors.verify(made)) == ("timestamp", "")
    with pytest.raises(timestamps.TimestampError):
        timestamps.verify(bytes(made.proof), b"another checkpoint\n", roots=roots)


def test_a_stamp_of_an_unknown_authority_is_not_believed(time_stamping: tuple[str, Path], tmp_path: Path) -> None:
    url, _ = time_stamping
    other = tmp_path / "other.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ed25519", "-noenc", "-keyout", tmp_path / "key", "-out", other]
    subprocess.run([*command, "-subj", "/CN=Other"], check=True, capture_output=True)
    with pytest.raises(timestamps.TimestampError, match="verify"):
        timestamps.stamp(b"checkpoint", url=url, roots=other)


def test_an_authority_that_is_down_is_told(tmp_path: Path) -> None:
    with pytest.raises(timestamps.TimestampError):
        timestamps.stamp(b"checkpoint", url=f"http://127.0.0.1:{free_port()}/", roots=tmp_path / "none.pem")
