"""Who watches from outside reads the log and the pages, and names the act that somebody changed in the database."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from shetong.charity.models import OutflowKind
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
