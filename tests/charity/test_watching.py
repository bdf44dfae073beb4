"""Who watches from outside reads the log and the pages, and names the act that somebody changed in the database."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from shetong.charity.models import OutflowKind
from shetong.charity.monitor import Sums, SumsError, against_site
from shetong.cli import looking
from shetong.ledger import peers
from shetong.ledger.queries import tree
from shetong.ledger.services import witnesses
from shetong.ledger.services.sequence import sequence
from tests.charity import factories
from tests.ledger.peers import SHETONG, witness
from tests.ledger.tampering import tamper


def monitor(site: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Visit the log and the pages of ``site`` once, in a process without a database."""
    (key,) = tree.verifiers(tree.log_named("charity"))
    command = [
        SHETONG, "log", "monitor", f"{site}/log/charity", "--key", key, "--state", folder / "state.json",
        "--sums", folder / "sums.sqlite", "--site", f"{site}/charity",
    ]  # fmt: skip
    return subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False, timeout=60)


def logged(folder: Path) -> Sums:
    """Sums of a log with a pool and three gifts of 100 fen."""
    sums = Sums(folder / "sums.sqlite")
    sums.take(0, {"type": "charity.pool", "reference": "pool-1", "pool": 1, "organisation": "5311", "project": None,
                  "asset": "CNY"})  # fmt: skip
    for number in (1, 2, 3):
        sums.take(number, {"type": "charity.donation", "reference": f"donation-{number}", "pool": 1,
                           "from": 100 * (number - 1), "to": 100 * number, "amount": 100})  # fmt: skip
    sums.commit()
    return sums


GIFT = '{"reference": "donation-%d", "pool": 1, "from": %d, "to": %d, "amount": 100}\n'


@pytest.mark.parametrize(
    "answer",
    [
        GIFT % (0, 0, 100), GIFT % (-1, 0, 100), GIFT % (1, 0, 100) + GIFT % (1, 0, 100), "[]\n", "\x00", "{}\n",
        '{"reference": 7}\n', '{"reference": "donation-²"}\n', "not json",
    ],
)  # fmt: skip
def test_a_site_that_answers_nonsense_is_a_finding_and_keeps_nobody_busy(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def request(_method: str, url: str) -> tuple[int, bytes]:
        asked.append(url)
        assert len(asked) < 10, "asked again and again"
        return 200, answer.encode()

    monkeypatch.setattr(peers, "request", request)
    assert any("cannot be read" in found for found in against_site(logged(tmp_path), "https://site.example/charity"))


def test_a_site_that_claims_numbers_beyond_the_log_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = GIFT % (1, 0, 100) + GIFT % (2**62, 0, 100)
    monkeypatch.setattr(peers, "request", lambda _method, _url: (200, answer.encode()))
    found = list(against_site(logged(tmp_path), "https://site.example/charity"))
    assert found == [f"donation-{number} is in the log, but the site does not show it" for number in (2, 3)]


def test_a_file_of_another_edition_is_refused_in_words(tmp_path: Path) -> None:
    logged(tmp_path)
    assert Sums(tmp_path / "sums.sqlite").size == 4
    with sqlite3.connect(tmp_path / "old.sqlite") as old:
        old.execute("CREATE TABLE state (size INTEGER)")
    with pytest.raises(SumsError, match="another edition"):
        Sums(tmp_path / "old.sqlite")
    (tmp_path / "text.sqlite").write_text("x" * 5_000, encoding="utf-8")
    with pytest.raises(SumsError, match="does not hold sums"):
        Sums(tmp_path / "text.sqlite")


def test_whatever_makes_a_look_stumble_is_an_objection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_given: object, **_more: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(looking, "observe", stumble)
    looker = looking.Looker(cast("Any", None), "https://log.example/log/charity", [], None, 60)
    (said,) = looker._look(logged(tmp_path), tmp_path / "state.json") or ()
    assert said == "cannot look any more: RecursionError: too deep"


@pytest.mark.django_db(transaction=True)
def test_an_edited_donation_is_named_and_no_longer_cosigned(live_server: Any, tmp_path: Path, settings: Any) -> None:
    here = factories.pool()
    one, two, three = factories.give(here, 30_000, 50_000, 20_000)
    spent = factories.spend(here, 60_000, OutflowKind.SERVICE)
    sequence(log="charity")
    honest = monitor(live_server.url, tmp_path)
    assert honest.returncode == 0, honest.stderr
    assert "donated 100000" in honest.stdout
    keys = tree.verifiers(tree.log_named("charity"))
    looking = ("--look", f"{live_server.url}/log/charity", "--site", f"{live_server.url}/charity", "--every", "1")
    with witness(tmp_path, *keys, options=looking) as judge:
        settings.LEDGER_WITNESSES = [judge.setting]
        assert witnesses.collect(log="charity") == 1
        tamper(f"UPDATE charity_donation SET amount = 90000 WHERE id = {two.pk}")
        tamper(f"UPDATE charity_disbursement SET kind = 'aid' WHERE id = {spent.pk}")
        tamper(f"DELETE FROM charity_donation WHERE id = {three.pk}")
        said = [
            f"donation-{two.pk}: the site says amount 90000, in the log 50000",
            f"donation-{three.pk} is in the log, but the site does not show it",
            f"disbursement-{spent.pk}: the site says kind aid, in the log service",
        ]
        found = monitor(live_server.url, tmp_path)
        assert found.returncode == 5
        assert [line for line in found.stdout.splitlines() if line in said] == said
        assert f"donation-{one.pk}" not in found.stdout
        assert judge.process.stdout is not None
        assert judge.process.stdout.readline().strip() == said[0]
        factories.give(here, 100)
        sequence(log="charity")
        with pytest.raises(witnesses.WitnessError, match=f"donation-{two.pk}"):
            witnesses.collect(log="charity")
