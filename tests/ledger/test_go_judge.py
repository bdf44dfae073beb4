"""Go's golang.org/x/mod/sumdb judges what the log publishes: notes, tiles, proofs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from shetong.ledger.queries import tree
from shetong.ledger.rules import tiles
from shetong.ledger.services.sequence import sequence
from tests.ledger.test_log import write

JUDGE = Path(__file__).parent / "go" / "judge.go"
GO_LIBRARIES = Path("/usr/share/gocode")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judge, compiled; skips where Go or its library is not installed."""
    if shutil.which("go") is None or not (GO_LIBRARIES / "src/golang.org/x/mod/sumdb/tlog").exists():
        pytest.skip("Go and golang-golang-x-mod-dev are not installed")
    folder = tmp_path_factory.mktemp("judge")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_LIBRARIES), "GOCACHE": str(folder / "cache")}
    subprocess.run(["go", "build", "-o", folder / "judge", JUDGE], env=environment, check=True)
    return folder / "judge"


def publish(client: Client, folder: Path, size: int) -> None:
    """Write the log's files as a static server would hold them."""
    (folder / "keys").write_bytes(client.get("/log/registry/keys").content)
    (folder / "checkpoint").write_bytes(client.get("/log/registry/checkpoint").content)
    bundles = b""
    for level in range(tiles.MAX_LEVEL + 1):
        index = 0
        while width := tiles.width_at(level, index, size):
            path = f"tile/{level}/{tiles.TileIndex(index, width).path}"
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(client.get(f"/log/registry/{path}").content)
            if level == 0:
                bundles += client.get(f"/log/registry/tile/entries/{tiles.TileIndex(index, width).path}").content
            index += 1
    (folder / "entries").write_bytes(bundles)


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), [(1, 2), (255, 257), (256, 700)])
def test_go_believes_every_entry_and_the_growth(
    judge: Path, client: Client, tmp_path: Path, old: int, new: int
) -> None:
    write(old)
    sequence(log="registry")
    (tmp_path / "checkpoint.old").write_bytes(client.get("/log/registry/checkpoint").content)
    write(new - old, prefix="later")
    sequence(log="registry")
    publish(client, tmp_path, tree.head_size(tree.log_named("registry")))
    done = subprocess.run([judge, tmp_path], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"judged {new} entries\n"), done.stderr


@pytest.mark.django_db
def test_go_refuses_an_altered_entry(judge: Path, client: Client, tmp_path: Path) -> None:
    write(5)
    sequence(log="registry")
    (tmp_path / "checkpoint.old").write_bytes(client.get("/log/registry/checkpoint").content)
    publish(client, tmp_path, 5)
    bundle = (tmp_path / "entries").read_bytes()
    (tmp_path / "entries").write_bytes(bundle.replace(b'"number":3', b'"number":9'))
    assert subprocess.run([judge, tmp_path], check=False, capture_output=True).returncode == 1
