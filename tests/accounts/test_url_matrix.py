"""Every address, every role: who is let in is decided in ``url_matrix.toml`` and nowhere else."""

from __future__ import annotations

import os

import pytest

from tests.accounts import url_matrix
from tests.accounts.url_matrix import METHODS, ROLES, World


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_every_address_has_a_row_and_every_row_an_address(world: World) -> None:
    routes, rows = url_matrix.routes(), url_matrix.rows() if url_matrix.FILE.exists() else {}
    missing = {name: pattern for name, pattern in routes.items() if name not in rows}
    if missing and os.environ.get("SHETONG_URL_MATRIX") == "write":
        with url_matrix.FILE.open("a", encoding="utf-8") as file:
            for name, pattern in missing.items():
                path = url_matrix.draft(pattern)
                known = path.format_map(_Known(world.things))
                statuses = {method: {role: world.ask(role, method, known) for role in ROLES} for method in METHODS}
                file.write("\n" + url_matrix.written(name, path, statuses))
        pytest.fail(f"rows were written for {sorted(missing)}: read and judge them, then run again")
    assert not missing, f"no row in {url_matrix.FILE.name} for {sorted(missing)} (see url_matrix.py)"
    assert not set(rows) - set(routes), "rows of addresses that are no more"


class _Known(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return {"pk": "999", "number": "1", "level": "0"}.get(name, "unknown")


def differences(world: World, quarter: int) -> str:
    """Return where what is answered differs from the matrix, for every fourth row."""
    found = []
    for row in list(url_matrix.rows().values())[quarter::4]:
        path = world.path(row.path)
        for method in METHODS:
            for role, expected in row.statuses[method].items():
                if (status := world.ask(role, method, path)) != expected:
                    found.append(f"{row.name} {method} {path} as {role}: {status}, the matrix says {expected}")
    return "\n".join(found)


# Classes, because the processes of a test run take one class at a time.
class TestEverybodyGetsWhatTheMatrixSays1:
    """The first quarter of the rows."""

    def test_it(self, world: World) -> None:
        assert not differences(world, 0)


class TestEverybodyGetsWhatTheMatrixSays2:
    """The second."""

    def test_it(self, world: World) -> None:
        assert not differences(world, 1)


class TestEverybodyGetsWhatTheMatrixSays3:
    """The third."""

    def test_it(self, world: World) -> None:
        assert not differences(world, 2)


class TestEverybodyGetsWhatTheMatrixSays4:
    """The last."""

    def test_it(self, world: World) -> None:
        assert not differences(world, 3)


class TestTheMatrixItself:
    """What must hold whatever rows are added."""

    def test_nothing_ends_in_a_server_error(self) -> None:
        for row in url_matrix.rows().values():
            for method in METHODS:
                assert all(status < 500 for status in row.statuses[method].values()), row.name

    def test_the_office_is_closed_to_strangers_citizens_and_keys(self) -> None:
        for row in url_matrix.rows().values():
            if row.path.startswith("/office/"):
                for method in METHODS:
                    for role in ("anonymous", "citizen", "api-key"):
                        assert row.statuses[method][role] in (302, 401, 403, 404, 405, 412), (
                            f"{row.name} {method} {role}"
                        )

    def test_keys_open_no_page_that_strangers_cannot_open(self) -> None:
        for row in url_matrix.rows().values():
            if not row.path.startswith("/api/"):
                assert row.statuses["GET"]["api-key"] == row.statuses["GET"]["anonymous"], row.name

    def test_the_three_guardians_stay_apart(self) -> None:
        rows = url_matrix.rows()
        assert rows["accounts:audit"].statuses["GET"]["administrator"] == 403
        assert rows["accounts:users"].statuses["GET"]["auditor"] == 403
        assert rows["accounts:users"].statuses["GET"]["operator"] == 403
        assert rows["registry:officers"].statuses["GET"]["auditor"] == 403

    def test_jurisdictions_part_colleagues(self) -> None:
        row = url_matrix.rows()["registry:officers"]
        assert (row.statuses["GET"]["registrar-inside"], row.statuses["GET"]["registrar-outside"]) == (200, 403)
