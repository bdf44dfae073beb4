"""The public log: ``make bench-ledger`` prints one JSON object.

``entries_per_s``: entries that wait, committed, until the last of them has its place, all tiles are written and the
checkpoint is signed and durable (``fsync`` and ``synchronous_commit`` on), by one sequencer. ``whole_per_s`` counts the
writing of the entries by :func:`append` before that as well. ``hash_limit_per_s``: nothing but hashlib over the same
entries and the inner nodes of their tree. ``pymerkle_bulk_per_s``: the peer's ``append_entry`` into memory, where it is
installed (GPL, so never a dependency; ``PYMERKLE`` may name a folder that has it).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from random import Random
from typing import Any

ENTRIES = {"small": 100_000, "national": 500_000}
PROOF_LOG = {"small": 1_000_000, "national": 10_000_000}
SUBMIT = 5_000
STEADY_RATE = 2_000
STEADY_BATCH = 20
WRITERS = 4
STEADY_SECONDS = {"small": 10, "national": 30}
PROOFS = 5_000
RECEIPTS = 4_000


def quantiles(times: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def gifts(count: int, start: int = 0) -> list[Any]:
    """Entries of the size of a donation."""
    from shetong.ledger.services.entries import Act

    return [
        Act(
            f"gift-{number}",
            "bench.gift",
            1,
            {"amount": number, "project": "51100000500000001X", "digest": sha256(b"%d" % number).hexdigest()},
        )
        for number in range(start, start + count)
    ]


def batch_load(count: int) -> dict[str, float]:
    """Write ``count`` entries, then let one sequencer place them."""
    from django.db import transaction

    from shetong.ledger.services.entries import append
    from shetong.ledger.services.sequence import sequence

    spent = 0.0
    for start in range(0, count, SUBMIT):
        acts = gifts(SUBMIT, start)
        began = time.perf_counter()
        with transaction.atomic():
            append(log="bench", acts=acts)
        spent += time.perf_counter() - began
    began = time.perf_counter()
    if sequence(log="bench") != count:
        raise SystemExit("entries were lost")
    placing = time.perf_counter() - began
    return {
        "entries_per_s": round(count / placing),
        "submit_per_s": round(count / spent),
        "whole_per_s": round(count / (spent + placing)),
    }


def entries_of(log: str, count: int) -> list[bytes]:
    """The entries as the log holds them."""
    from shetong.ledger.models import Place

    rows = Place.objects.filter(log__name=log).order_by("index").values_list("entry__data", flat=True)[:count]
    return [bytes(row) for row in rows.iterator(chunk_size=10_000)]


def hash_limit(entries: list[bytes]) -> float:
    """Entries a second of a bare hashlib tree."""
    began = time.perf_counter()
    row = [sha256(b"\x00" + entry).digest() for entry in entries]
    while len(row) > 1:
        pairs = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        row = pairs + ([row[-1]] if len(row) % 2 else [])
    return len(entries) / (time.perf_counter() - began)


def pymerkle_bulk(entries: list[bytes]) -> float | None:
    """Entries a second of the peer, ``None`` where it is not installed."""
    if folder := os.environ.get("PYMERKLE"):
        sys.path.append(folder)
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        return None
    tree = InmemoryTree(algorithm="sha256")
    began = time.perf_counter()
    for entry in entries:
        tree.append_entry(entry)
    tree.get_root()
    return len(entries) / (time.perf_counter() - began)


def steady(rate: int, seconds: int) -> dict[str, float]:
    """Write at a steady rate beside a sequencer that is woken as the worker is; how long until a receipt can be had."""
    from django.db import connection, transaction

    from shetong.ledger.services.entries import append
    from shetong.ledger.services.sequence import sequence

    over = threading.Event()
    runs: list[tuple[float, float]] = []

    def sequencer() -> None:
        try:
            while True:
                last = over.is_set()
                began = time.perf_counter()
                sequence(log="steady")
                runs.append((began, time.perf_counter()))
                if last:
                    return
                over.wait(0.05)
        finally:
            connection.close()

    def writer(number: int) -> list[float]:
        committed = []
        try:
            for batch in range(rate * seconds // (WRITERS * STEADY_BATCH)):
                first = (batch * WRITERS + number) * STEADY_BATCH + 1
                with transaction.atomic():
                    append(log="steady", acts=gifts(STEADY_BATCH, first))
                committed.append(time.perf_counter())
                due = started + (batch + 1) * WRITERS * STEADY_BATCH / rate
                time.sleep(max(0.0, due - time.perf_counter()))
        finally:
            connection.close()
        return committed

    with transaction.atomic():
        append(log="steady", acts=gifts(1))
    thread = threading.Thread(target=sequencer)
    thread.start()
    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        committed = sorted(moment for moments in pool.map(writer, range(WRITERS)) for moment in moments)
    reached = len(committed) * STEADY_BATCH / (time.perf_counter() - started)
    over.set()
    thread.join()
    # What is committed is in every run that begins later: a receipt can be had when the first such run ends.
    waits, at = [], 0
    for moment in committed:
        while runs[at][0] < moment:
            at += 1
        waits.append(runs[at][1] - moment)
    return {"receipt_p99_s": round(quantiles(waits)[1], 3), "steady_per_s": round(reached)}


def proofs(size: int) -> dict[str, float]:
    """Inclusion proofs from the stored tiles of a log of ``size`` entries (its leaves are hashes of numbers)."""
    from django.db import connection

    from shetong.ledger.models import Tile
    from shetong.ledger.queries import tree
    from shetong.ledger.rules import merkle, tiles
    from shetong.ledger.services.entries import open_log

    log = open_log("large")
    edge: dict[tuple[int, int], bytes] = {}

    def last_tile(level: int, index: int) -> bytes:
        return edge[level, index]

    step = 1 << 18
    for start in range(0, size, step):
        leaves = [merkle.leaf_hash(b"%d" % number) for number in range(start, min(start + step, size))]
        grown = tiles.grow(start, leaves, last_tile)
        edge.update({(tile.level, tile.index): tile.hashes for tile in grown})
        Tile.objects.bulk_create(
            [Tile(log=log, level=tile.level, index=tile.index, hashes=tile.hashes) for tile in grown],
            update_conflicts=True,
            unique_fields=["log", "level", "index"],
            update_fields=["hashes"],
            batch_size=2_000,
        )
    with connection.cursor() as cursor:
        # A log grows over years: what was just loaded is first brought into the state that it would have then.
        cursor.execute("VACUUM ANALYZE ledger_tile")
        cursor.execute("CHECKPOINT")
    root = merkle.root(size, tree.node_reader(log, size))
    chance, times = Random(1), []
    for _ in range(PROOFS):
        index = chance.randrange(size)
        began = time.perf_counter()
        proof = merkle.inclusion_proof(index, size, tree.node_reader(log, size, index))
        times.append((time.perf_counter() - began) * 1_000)
        leaf = merkle.leaf_hash(b"%d" % index)
        merkle.verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root_hash=root)
    p50, p99 = quantiles(times)
    return {"proof_log": size, "proof_p50_ms": round(p50, 3), "proof_p99_ms": round(p99, 3)}


def verification() -> dict[str, float]:
    """Whole receipts verified a second: JSON read, signature checked, path walked; the best of three passes.

    Beside it what the signature alone allows (``ed25519_per_s``).
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from shetong.ledger.queries import tree
    from shetong.ledger.rules import notes
    from shetong.ledger.rules.receipts import verify_receipt

    log = tree.log_named("bench")
    known = tree.verifiers(log)
    documents = [json.dumps(tree.receipt(log, f"gift-{number}").as_json()) for number in range(0, RECEIPTS * 20, 20)]
    note = notes.parse(json.loads(documents[0])["checkpoint"])
    key, text, value = Ed25519PublicKey.from_public_bytes(known[0].public_key), note.text.encode(), note.signatures[0]
    passes: dict[str, list[float]] = {"verify_per_s": [], "ed25519_per_s": []}
    for _ in range(3):
        began = time.perf_counter()
        for document in documents:
            verify_receipt(json.loads(document), known)
        passes["verify_per_s"].append(len(documents) / (time.perf_counter() - began))
        began = time.perf_counter()
        for _ in documents:
            key.verify(value.value, text)
        passes["ed25519_per_s"].append(len(documents) / (time.perf_counter() - began))
    return {name: round(max(found)) for name, found in passes.items()}


@contextmanager
def database() -> Iterator[None]:
    """A database of its own, dropped at the end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "shetong.conf.testing"
    os.environ["SHETONG_TEST_RUN"] = "bench_ledger"
    os.environ["LOG_LEVEL"] = "error"
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


def say(what: str, act: Callable[[], Any]) -> Any:
    """Do something and tell how long it took, on standard error."""
    began = time.perf_counter()
    result = act()
    print(f"{what}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    return result


def main() -> None:
    """Measure everything; print one JSON object."""
    scale = os.environ.get("SCALE", "small")
    with database():
        from shetong.ledger.rules import entry_types
        from shetong.ledger.rules.entry_types import EntryType, Field, Form

        fields = (
            Field("amount", Form.FEN, ""),
            Field("project", Form.IDENTIFIER, ""),
            Field("digest", Form.DIGEST, ""),
        )
        entry_types.register([EntryType("bench.gift", 1, "", "", fields)])
        figures: dict[str, Any] = say("batch load", lambda: batch_load(ENTRIES[scale]))
        held: list[bytes] = entries_of("bench", ENTRIES[scale])
        figures["hash_limit_per_s"] = round(say("bare hashing", lambda: hash_limit(held)))
        peer = say("pymerkle", lambda: pymerkle_bulk(held))
        figures["pymerkle_bulk_per_s"] = None if peer is None else round(peer)
        figures["ratio"] = round(figures["entries_per_s"] / figures["hash_limit_per_s"], 3)
        figures["entry_bytes"] = round(statistics.mean(map(len, held)))
        figures |= say("verification", verification)
        figures |= say("steady load", lambda: steady(STEADY_RATE, STEADY_SECONDS[scale]))
        figures |= say("proofs", lambda: proofs(PROOF_LOG[scale]))
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
