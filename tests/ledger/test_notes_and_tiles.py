"""Signed notes, checkpoints, cosignatures and tile addresses, judged by other implementations' vectors."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shetong.ledger.rules import checkpoints, merkle, notes, tiles
from tests.shared import shared_data

ORIGIN = "log.example/registry"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = notes.Verifier(ORIGIN, KEY.public_key().public_bytes_raw())


def signed(text: str) -> str:
    return str(notes.Note(text, (notes.sign(text, name=ORIGIN, private_key=KEY),)))


def test_a_signed_note_verifies_and_names_its_signer() -> None:
    note, signers = notes.verify(signed("one\n\ntwo\n"), [notes.parse_verifier(str(VERIFIER))])
    assert (note.text, signers) == ("one\n\ntwo\n", (VERIFIER,))


@given(st.data())
def test_any_altered_character_of_the_text_is_noticed(data: st.DataObject) -> None:
    note = signed("origin\n12\nroot\n")
    place = data.draw(st.integers(0, len("origin\n12\nroot")))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != note[place]))
    with pytest.raises(notes.NoteError):
        notes.verify(note[:place] + other + note[place + 1 :], [VERIFIER])


def test_notes_and_keys_of_the_go_implementation() -> None:
    vectors = json.loads(shared_data("vectors/tlog/signed_note_golang_mod.json").read_text())
    for case in vectors["valid"]:
        verifier = notes.parse_verifier(case["vkey"])
        line = case["signature_line"].rstrip("\n")
        assert notes.verify(f"{case['text']}\n{line}\n", [verifier])[1] == (verifier,)
    for key in vectors["invalid_vkeys"]:
        with pytest.raises(notes.NoteError):
            notes.parse_verifier(key)


def test_checkpoints_and_tiles_of_tessera() -> None:
    vectors = json.loads(shared_data("vectors/tlog/tessera_testlog_tiles_checkpoints.json").read_text())
    verifier = notes.parse_verifier(vectors["vkey"])
    leaves = [entry.encode() for entry in vectors["entries_utf8"]]
    for size in range(len(leaves) + 1):
        name = "checkpoint" if size == len(leaves) else f"checkpoint.{size}"
        text = base64.b64decode(vectors["files_base64"][name]).decode()
        note, _ = notes.verify(text, [verifier])
        checkpoint = checkpoints.parse_checkpoint(note.text, origin=verifier.name)
        rows = {
            (tile.level, tile.index): tile.hashes
            for tile in tiles.grow(0, [merkle.leaf_hash(leaf) for leaf in leaves[:size]], lambda *_: b"")
        }
        reader = tiles.node_reader(lambda level, index, width, rows=rows: rows[level, index], size)
        assert checkpoint == checkpoints.Checkpoint(verifier.name, size, merkle.root(size, reader))
    bundle = base64.b64decode(vectors["files_base64"][f"tile/entries/000.p/{len(leaves)}"])
    assert tiles.unpack_entries(bundle) == leaves
    assert tiles.pack_entries(leaves) == bundle


@given(st.integers(0, 10**13), st.integers(1, 256))
def test_a_tile_has_exactly_one_address(index: int, width: int) -> None:
    tile = tiles.TileIndex(index, width)
    assert tiles.parse_path(tile.path) == tile


@pytest.mark.parametrize("path", ["1", "0001", "x000/001", "001.p/0", "001.p/256", "001.p/257", "../001", "001/", ""])
def test_other_spellings_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="address"):
        tiles.parse_path(path)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entry_bundles_round_trip_and_cut_ones_are_refused(entries: list[bytes]) -> None:
    bundle = tiles.pack_entries(entries)
    assert tiles.unpack_entries(bundle) == entries
    if entries:
        with pytest.raises(ValueError, match="cut short"):
            tiles.unpack_entries(bundle[:-1])


def test_a_witness_cosigns_with_its_time_and_a_moved_time_is_noticed() -> None:
    text = str(checkpoints.Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT))
    witness = notes.Verifier("witness.example", VERIFIER.public_key, notes.ALGORITHM_COSIGNATURE)
    cosignature = notes.cosign(text, name=witness.name, private_key=KEY, timestamp=1_700_000_000)
    assert notes.verify(str(notes.Note(text, (cosignature,))), [witness])[1] == (witness,)
    moved = notes.Signature(witness.name, witness.key_id, (0).to_bytes(8, "big") + cosignature.value[8:])
    with pytest.raises(notes.NoteError, match="false"):
        notes.verify(str(notes.Note(text, (moved,))), [witness])


@pytest.mark.parametrize(
    "text",
    [
        "other\n1\n" + "A" * 43 + "=\n",
        f"{ORIGIN}\n01\n" + "A" * 43 + "=\n",
        f"{ORIGIN}\n-1\n" + "A" * 43 + "=\n",
        f"{ORIGIN}\n1\nAAAA\n",
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n1\n" + "A" * 43 + "=\n\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(notes.NoteError):
        checkpoints.parse_checkpoint(text, origin=ORIGIN)
