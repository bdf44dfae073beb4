"""Every sum of a charity log derived again from its entries alone: neither database nor trust.

Follows docs/specs/donation-tracing.md, sections 1 to 6. What must be remembered between visits is kept in an SQLite
file, so a log of many millions of donations needs no memory for them. An entry that contradicts those before it is a
finding.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from shetong.core.asked import whole
from shetong.ledger import peers
from shetong.ledger.monitor import FindingError

# Raised with the tables below: a file of another edition is of no use and is begun anew.
_EDITION = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS state (size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pool (id INTEGER PRIMARY KEY, organisation TEXT, project TEXT, asset TEXT,
    received INTEGER DEFAULT 0, frontier INTEGER DEFAULT 0, held INTEGER DEFAULT 0, donations INTEGER DEFAULT 0,
    donated INTEGER DEFAULT 0, refunded INTEGER DEFAULT 0, carried_in INTEGER DEFAULT 0, carried_out INTEGER DEFAULT 0,
    returned INTEGER DEFAULT 0, spent INTEGER DEFAULT 0, management INTEGER DEFAULT 0, fundraising INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS donation (id INTEGER PRIMARY KEY, pool INTEGER, first INTEGER, last INTEGER,
    quantity INTEGER, taken INTEGER DEFAULT 0, amount INTEGER);
CREATE TABLE IF NOT EXISTS hole (pool INTEGER, first INTEGER, last INTEGER, PRIMARY KEY (pool, first));
CREATE TABLE IF NOT EXISTS outflow (id INTEGER PRIMARY KEY, pool INTEGER, kind TEXT, quantity INTEGER, amount INTEGER,
    returned INTEGER DEFAULT 0, parts INTEGER DEFAULT 0, carried INTEGER DEFAULT 0, first INTEGER);
"""
_SPENDING = {
    "aid": "spent",
    "service": "spent",
    "grant": "spent",
    "management": "management",
    "fundraising": "fundraising",
    "transfer": "carried_out",
    "refund": "refunded",
}
SUMS = (
    "donations donated refunded carried_in carried_out returned spent management fundraising".split()  # noqa: SIM905
)


# Where the acts are kept, and what a site may be compared by.
_SAID = {
    "donation": ("donation", 'pool, first AS "from", first + quantity AS "to", amount'),
    "disbursement": ("outflow", 'pool, kind, first AS "from", quantity, amount'),
}


class SumsError(OSError):
    """The file for the sums cannot serve: it holds something else, or what another edition of this program kept."""


class Sums:
    """The sums of a charity log, entry by entry; a reader for :func:`shetong.ledger.monitor.observe`.

    Raises :class:`SumsError` for a file that holds no sums, or those of another edition of this program.
    """

    def __init__(self, file: Path) -> None:
        self._store = sqlite3.connect(file)
        self._store.row_factory = sqlite3.Row
        try:
            fresh = not self._store.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            edition = self._store.execute("PRAGMA user_version").fetchone()[0]
            if not fresh and edition != _EDITION:
                raise SumsError(
                    f"{file} holds the sums of another edition of this program; begin anew without it and the state"
                )
            self._store.executescript(_TABLES)
            self._store.execute(f"PRAGMA user_version = {_EDITION}")
        except sqlite3.Error as error:
            raise SumsError(f"{file} does not hold sums ({error}); begin anew without it and the state") from error
        found = self._store.execute("SELECT size FROM state").fetchone()
        self.size: int = found["size"] if found else 0
        self._acts: Mapping[str, Callable[[Any, Mapping[str, Any]], None]] = {
            "charity.pool": self._pool,
            "charity.donation": self._donation,
            "charity.reversal": self._reversal,
            "charity.disbursement": self._disbursement,
            "charity.carry": self._carry,
            "charity.part": self._part,
        }

    def take(self, index: int, content: Mapping[str, Any]) -> None:
        """Take the entry at ``index``; those of an earlier visit are passed over. Raises :class:`FindingError`."""
        if index < self.size:
            return
        act = self._acts.get(str(content["type"]))
        if act is not None:
            try:
                act(_number(content), content)
            except (KeyError, TypeError, ValueError, OverflowError, sqlite3.IntegrityError) as error:
                raise FindingError(f"entry {index} ({content.get('reference')}): {error}") from error
        self.size = index + 1

    def commit(self) -> None:
        """Keep what was taken so far."""
        self._store.execute("DELETE FROM state")
        self._store.execute("INSERT INTO state VALUES (?)", [self.size])
        self._store.commit()

    def totals(self) -> dict[str, dict[str, int]]:
        """The sums in fen by organisation and project (``<code>/<number or general>``), and of all (``all``)."""
        columns = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
        rows = self._store.execute(
            f"SELECT organisation || '/' || coalesce(project, 'general') AS place, {columns} FROM pool"  # noqa: S608
            " GROUP BY place ORDER BY place"
        ).fetchall()
        found = {row["place"]: {name: int(row[name]) for name in SUMS} for row in rows}
        found["all"] = {name: sum(one[name] for one in found.values()) for name in SUMS}
        for one in found.values():
            one["balance"] = _balance(one)
        return found

    def differences(self, kind: str, said: Sequence[Mapping[str, Any]], first: int, last: int) -> Iterator[str]:
        """Name what a site says otherwise than the log of the acts numbered ``first`` to ``last``.

        Acts that are not in the log yet are passed over: the site may have taken them a moment ago.
        """
        table, columns = _SAID[kind]
        logged = {
            row["id"]: row
            for row in self._store.execute(
                f"SELECT id, {columns} FROM {table} WHERE id BETWEEN ? AND ?",  # noqa: S608 - constants
                [first, last],
            )
        }
        for one in said:
            row = logged.pop(_number(one), None)
            if row is None:
                continue
            wrong = [name for name in row.keys()[1:] if one.get(name) != row[name]]
            if wrong:
                words = "; ".join(f"{name} {one.get(name)}, in the log {row[name]}" for name in wrong)
                yield f"{one['reference']}: the site says {words}"
        for number in sorted(logged):
            yield f"{kind}-{number} is in the log, but the site does not show it"

    def last(self, kind: str) -> int:
        """The highest number of an act in the log."""
        found = self._store.execute(f"SELECT max(id) AS last FROM {_SAID[kind][0]}").fetchone()  # noqa: S608
        return int(found["last"] or 0)

    def _pool(self, number: int, said: Mapping[str, Any]) -> None:
        _require(number == said["pool"], "the reference names another pool")
        self._store.execute(
            "INSERT INTO pool (id, organisation, project, asset) VALUES (?, ?, ?, ?)",
            [number, said["organisation"], said["project"], said["asset"]],
        )

    def _donation(self, number: int, said: Mapping[str, Any]) -> None:
        quantity = self._receive(said, "donated")
        self._store.execute("UPDATE pool SET donations = donations + 1 WHERE id = ?", [said["pool"]])
        self._store.execute(
            "INSERT INTO donation (id, pool, first, last, quantity, amount) VALUES (?, ?, ?, ?, ?, ?)",
            [number, said["pool"], said["from"], said["to"], quantity, said["amount"]],
        )

    def _receive(self, said: Mapping[str, Any], sum_: str) -> int:
        pool = self._row("pool", said["pool"])
        quantity = int(said["to"]) - int(said["from"])
        _require(said["from"] == pool["received"], f"the pool has received up to {pool['received']}")
        _require(quantity > 0, "the interval is empty")
        _require(pool["asset"] != "CNY" or said["amount"] == quantity, "the amount is not the interval's length")
        self._store.execute(
            f"UPDATE pool SET received = ?, held = held + ?, {sum_} = {sum_} + ? WHERE id = ?",  # noqa: S608
            [said["to"], quantity, said["amount"], said["pool"]],
        )
        return quantity

    def _reversal(self, _number: int, said: Mapping[str, Any]) -> None:
        donation, pool = self._row("donation", said["donation"]), self._row("pool", said["pool"])
        hole = int(said["to"]) - int(said["from"])
        paid = self._row("outflow", said["paid_from"]) if said["paid_from"] is not None else None
        _require(donation["pool"] == said["pool"], "the donation is in another pool")
        _require(donation["taken"] + said["quantity"] <= donation["quantity"], "more is taken back than was given")
        _require(said["quantity"] - hole == (paid["quantity"] if paid else 0), "the spent part was not paid out")
        amount = said["amount"] - (paid["amount"] if paid else 0)
        if hole:
            _require(said["to"] == donation["last"] and said["from"] >= donation["first"], "not the donation's end")
            _require(said["from"] >= pool["frontier"], "what is taken out of the pool was spent already")
            self._store.execute("INSERT INTO hole VALUES (?, ?, ?)", [said["pool"], said["from"], said["to"]])
        self._store.execute(
            "UPDATE donation SET last = last - ?, taken = taken + ? WHERE id = ?",
            [hole, said["quantity"], said["donation"]],
        )
        self._store.execute(
            "UPDATE pool SET held = held - ?, refunded = refunded + ? WHERE id = ?", [hole, amount, said["pool"]]
        )

    def _disbursement(self, number: int, said: Mapping[str, Any]) -> None:
        pool = self._row("pool", said["pool"])
        holes = self._store.execute(
            "SELECT coalesce(sum(last - first), 0) AS total FROM hole WHERE pool = ? AND first >= ? AND first < ?",
            [said["pool"], said["from"], said["to"]],
        ).fetchone()["total"]
        _require(said["from"] == pool["frontier"], f"the pool was spent up to {pool['frontier']}")
        _require(said["to"] - said["from"] - holes == said["quantity"] > 0, "the interval does not hold the quantity")
        _require(said["to"] <= pool["received"] and said["quantity"] <= pool["held"], "the pool does not hold as much")
        _require(pool["asset"] != "CNY" or said["amount"] == said["quantity"], "the amount is not the quantity")
        column = _SPENDING[said["kind"]]
        self._store.execute(
            f"UPDATE pool SET frontier = ?, held = held - ?, {column} = {column} + ? WHERE id = ?",  # noqa: S608
            [said["to"], said["quantity"], said["amount"], said["pool"]],
        )
        self._store.execute(
            "INSERT INTO outflow (id, pool, kind, quantity, amount, first) VALUES (?, ?, ?, ?, ?, ?)",
            [number, said["pool"], said["kind"], said["quantity"], said["amount"], said["from"]],
        )

    def _carry(self, _number: int, said: Mapping[str, Any]) -> None:
        source = self._row("outflow", said["source"])
        length = said["source_to"] - said["source_from"]
        back = said["kind"] == "return"
        moved = self._receive(said, "returned" if back else "carried_in")
        _require(moved == length, "more or less comes in than left")
        if back:
            left = source["quantity"] - source["returned"]
            _require(source["pool"] == said["pool"] and said["source_to"] == left, "not the end of what is left")
            _require(left - length >= source["parts"], "what comes back was used by the partner")
            self._store.execute("UPDATE outflow SET returned = returned + ? WHERE id = ?", [length, said["source"]])
        else:
            whole = source["kind"] == "transfer" and length == source["quantity"] and not source["carried"]
            _require(whole and source["pool"] != said["pool"], "not the whole of a transfer out of another pool")
            self._store.execute("UPDATE outflow SET carried = 1 WHERE id = ?", [said["source"]])

    def _part(self, _number: int, said: Mapping[str, Any]) -> None:
        grant = self._row("outflow", said["disbursement"])
        _require(grant["kind"] == "grant" and said["from"] == grant["parts"], "does not continue the grant")
        _require(said["from"] < said["to"] <= grant["quantity"] - grant["returned"], "the grant does not hold as much")
        self._store.execute("UPDATE outflow SET parts = ? WHERE id = ?", [said["to"], said["disbursement"]])

    def _row(self, table: str, number: int) -> sqlite3.Row:
        row: sqlite3.Row | None = self._store.execute(
            f"SELECT * FROM {table} WHERE id = ?",  # noqa: S608 - a constant
            [number],
        ).fetchone()
        if row is None:
            raise ValueError(f"{table} {number} is not in the log")
        return row


def against_site(sums: Sums, address: str) -> Iterator[str]:
    """Read what the site at ``address`` (https://…/charity) says of every act and name what the log says otherwise.

    An answer that cannot be read, or does not go on from where it was asked, is a finding and ends the reading of that
    kind: a site must not be able to keep who looks at it busy. Raises ``PeerError``.
    """
    for kind in _SAID:
        first, last = 1, sums.last(kind)
        while first <= last:
            status, body = peers.request("GET", f"{address.rstrip('/')}/acts/{kind}s/{first}.ndjson")
            if status != HTTPStatus.OK:
                raise peers.PeerError(f"{address} answers {status}")
            try:
                said = _acts(kind, body, first)
            except ValueError as error:
                yield f"{kind}s from {first} on: the site's answer cannot be read: {error}"
                break
            # Of an empty answer follows that there is nothing beyond.
            end = min(_number(said[-1]), last) if said else last
            yield from sums.differences(kind, said, first, end)
            first = end + 1


def _acts(kind: str, body: bytes, first: int) -> list[Mapping[str, Any]]:
    """Read an answer; raises ``ValueError`` unless it holds acts of ``kind`` whose numbers rise from ``first`` on."""
    said = [json.loads(line) for line in body.splitlines()]
    before = first - 1
    for one in said:
        if not isinstance(one, dict) or one.get("reference") != f"{kind}-{_number(one)}":
            raise ValueError("it holds something else")
        if _number(one) <= before:
            raise ValueError(f"after {before} comes {_number(one)}")
        before = _number(one)
    return said


def _number(content: Mapping[str, Any]) -> int:
    """The number at the end of an act's reference; 0 where there is none."""
    return whole(str(content.get("reference")).rpartition("-")[2]) or 0


def _balance(sums: Mapping[str, int]) -> int:
    came = sums["donated"] + sums["carried_in"] + sums["returned"]
    return came - sums["refunded"] - sums["carried_out"] - sums["spent"] - sums["management"] - sums["fundraising"]


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
