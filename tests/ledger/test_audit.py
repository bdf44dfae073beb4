"""Audits and monitors: whoever edits a row, an entry, a tile or a checkpoint is found out, and the place is named."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from django.db import transaction

from shetong.ledger.models import Entry
from shetong.ledger.monitor import FindingError, observe
from shetong.ledger.queries import audit, tree
from shetong.ledger.queries.people import openings
from shetong.ledger.rules import notes
from shetong.ledger.rules.commitments import Personal
from shetong.ledger.services import people
from shetong.ledger.services.entries import Act, append
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import Certificate, Filing, Organisation
from shetong.registry.services import certificates
from shetong.registry.services.imports import import_organisations
from tests.ledger.peers import SHETONG
from tests.ledger.tampering import forget_everything_signed
from tests.ledger.tampering import tamper as tamper_with
from tests.ledger.test_log import write
from tests.registry.factories import appoint, register_organisation
from tests.registry.imports import files


def tamper(change: str, *parameters: object) -> None:
    tamper_with(change, parameters=parameters)


def findings(log: str) -> str:
    return "\n".join(audit.audit(tree.log_named(log)).findings)


@pytest.fixture
def organisation(db: None) -> Organisation:
    """A registered organisation with an officer and a certificate, all of it logged and sequenced."""
    made = register_organisation()
    appoint(made)
    certificates.issue(made.pk, actor="system:test")
    for log in ("registry", "certificates"):
        sequence(log=log)
        assert findings(log) == ""
    return made


def test_an_edited_filing_is_named(organisation: Organisation) -> None:
    filing = Filing.objects.filter(organisation=organisation).earliest("pk")
    tamper("UPDATE registry_filing SET basis = '另一份文件' WHERE id = %s", filing.pk)
    said = findings("registry")
    assert f"filing {filing.pk} of {organisation.public_code} was changed after it was logged" in said
    assert said.endswith(": digest")


def test_an_exchanged_person_is_noticed_without_the_log_knowing_people(organisation: Organisation) -> None:
    filing = Filing.objects.filter(organisation=organisation).earliest("pk")
    name = filing.after["legal_representative"]
    entry = bytes(Entry.objects.get(reference=f"filing-{filing.pk}").data).decode()
    assert name not in entry
    filing.after["legal_representative"] = "欧阳某某"
    tamper("UPDATE registry_filing SET after = %s WHERE id = %s", json.dumps(filing.after), filing.pk)
    assert "people.after.legal_representative" in findings("registry")


def test_after_erasing_a_person_the_audit_still_holds_for_everything_else(organisation: Organisation) -> None:
    filing = Filing.objects.filter(organisation=organisation).earliest("pk")
    assert people.erase(subjects=[f"filing:{filing.pk}:after.legal_representative"]) == 1
    assert findings("registry") == ""
    tamper("UPDATE registry_filing SET effective_on = '1999-01-01' WHERE id = %s", filing.pk)
    assert "effective_on" in findings("registry")


def test_an_edited_organisation_is_named(organisation: Organisation) -> None:
    tamper("UPDATE registry_organisation SET name = '另一个名称' WHERE id = %s", organisation.pk)
    assert f"organisation {organisation.public_code}: name differ from its filings" in findings("registry")


def test_a_revoked_certificate_made_valid_again_is_named(organisation: Organisation) -> None:
    old = Certificate.objects.get()
    certificates.issue(organisation.pk, actor="system:test")
    sequence(log="certificates")
    assert findings("certificates") == ""
    new = Certificate.objects.exclude(pk=old.pk).get()
    tamper(
        "UPDATE registry_certificate SET state = 'revoked', state_reason = 'x', state_changed_at = now() WHERE id = %s",
        new.pk,
    )
    assert f"ended-{new.serial} (certificate.ended) has a row, but was never logged" in findings("certificates")
    tamper(
        "UPDATE registry_certificate SET state = 'valid', state_reason = '', state_changed_at = NULL WHERE id = %s",
        old.pk,
    )
    assert f"certificate {old.serial} was changed after it was logged as ended-{old.serial}" in findings("certificates")


def test_edited_particulars_of_a_certificate_are_named(organisation: Organisation) -> None:
    found = Certificate.objects.get()
    tamper(
        "UPDATE registry_certificate SET snapshot = jsonb_set(snapshot, '{name}', '\"另一个名称\"') WHERE id = %s",
        found.pk,
    )
    assert f"certificate {found.serial}: its particulars differ" in findings("certificates")


def test_a_deleted_filing_and_one_slipped_in_are_named(organisation: Organisation) -> None:
    first, last = Filing.objects.earliest("pk"), Filing.objects.latest("pk")
    tamper(
        "INSERT INTO registry_filing"
        " (organisation_id, kind, basis, effective_on, recorded_at, actor_name, before, after)"
        " SELECT organisation_id, 'change', '伪造', effective_on, recorded_at, actor_name, '{}', '{}'"
        " FROM registry_filing WHERE id = %s",
        first.pk,
    )
    slipped = Filing.objects.latest("pk")
    assert slipped.pk != last.pk
    assert f"filing-{slipped.pk} (registry.filing) has a row, but was never logged" in findings("registry")


@pytest.mark.django_db
def test_what_an_import_brought_is_vouched_for_by_the_import(tmp_path: Path) -> None:
    register_organisation()
    import_organisations(files.write_csv(tmp_path / "list.csv", [files.row(number) for number in range(1, 6)]))
    sequence(log="registry")
    assert findings("registry") == ""


@pytest.mark.django_db
def test_an_edited_entry_is_named_with_its_place() -> None:
    write(300)
    sequence(log="registry")
    tamper("UPDATE ledger_entry SET data = '{\"number\":1}' WHERE reference = 'act-290'")
    assert "entry 290 (act-290) is not what was hashed when it was sequenced" in findings("registry")


@pytest.mark.django_db
def test_a_deleted_entry_is_named() -> None:
    write(30)
    sequence(log="registry")
    tamper("DELETE FROM ledger_entry WHERE reference = 'act-7'")
    assert "entries 7 are missing" in findings("registry")


@pytest.mark.django_db
def test_a_log_that_grows_while_it_is_audited_is_judged_as_it_was() -> None:
    write(300)
    sequence(log="registry")
    log = tree.log_named("registry")
    quiet = set(audit.audit(log).findings)

    def grow(_entries: int) -> None:
        write(260, prefix="later")
        sequence(log="registry")

    grown = audit.audit(log, progress=grow)
    assert (grown.size, grown.checkpoints) == (300, 1)
    assert set(grown.findings) == quiet
    assert audit.audit(log).size == 560
    tamper("UPDATE ledger_tile SET hashes = hashes || hashes WHERE level = 1")
    assert "tile (1, 0) holds more than the log has entries for" in findings("registry")


@pytest.mark.django_db
def test_entries_of_a_type_that_nobody_registered_are_named() -> None:
    write(2)
    tamper(
        'UPDATE ledger_entry SET data = \'{"reference":"act-1","type":"secret","version":1}\''
        " WHERE reference = 'act-1'",
    )
    sequence(log="registry")
    assert "entry 1 (act-1) is of the unknown type secret/1" in findings("registry")


@pytest.mark.django_db(transaction=True)
class TestMonitor:
    """Reading the log over HTTP, knowing only its key and what was seen before."""

    @pytest.fixture
    def log(self, live_server: object) -> str:
        write(200)
        sequence(log="registry")
        return f"{live_server.url}/log/registry"  # type: ignore[attr-defined]

    def keys(self) -> list[notes.Verifier]:
        return tree.verifiers(tree.log_named("registry"))

    def test_every_size_grows_from_the_one_before(self, log: str, tmp_path: Path) -> None:
        state, size = tmp_path / "seen.json", 200
        assert observe(log, keys=self.keys(), witnesses=[], state=state).old == 0
        for more in (50, 7, 255, 1, 300):
            write(more, prefix=f"more-{size}")
            sequence(log="registry")
            report = observe(log, keys=self.keys(), witnesses=[], state=state)
            assert (report.old, report.size) == (size, size + more)
            size += more
            assert report.kinds == {"test.act/1": size}
        root = tree.latest_checkpoint(tree.log_named("registry"))
        assert root is not None
        assert report.root == bytes(root.root).hex()

    def test_a_rewritten_past_is_a_finding_even_under_the_true_key(self, log: str, tmp_path: Path) -> None:
        state = tmp_path / "seen.json"
        observe(log, keys=self.keys(), witnesses=[], state=state)
        tamper(
            'UPDATE ledger_entry SET data = \'{"number":9,"type":"test.act","version":1}\' WHERE reference = \'act-3\'',
        )
        forget_everything_signed()
        write(30, prefix="more")
        sequence(log="registry")
        with pytest.raises(FindingError, match="fork"):
            observe(log, keys=self.keys(), witnesses=[], state=state)

    def test_a_rollback_is_a_finding(self, log: str, tmp_path: Path) -> None:
        state = tmp_path / "seen.json"
        write(30, prefix="more")
        sequence(log="registry")
        observe(log, keys=self.keys(), witnesses=[], state=state)
        tamper("DELETE FROM ledger_checkpoint WHERE size = 230")
        with pytest.raises(FindingError, match="rollback"):
            observe(log, keys=self.keys(), witnesses=[], state=state)

    def test_an_entry_served_otherwise_than_signed_is_a_finding(self, log: str, tmp_path: Path) -> None:
        tamper(
            "UPDATE ledger_entry SET data = convert_to("
            "replace(convert_from(data, 'UTF8'), '\"number\":3,', '\"number\":4,'), 'UTF8') WHERE reference = 'act-3'",
        )
        with pytest.raises(FindingError, match="fork"):
            observe(log, keys=self.keys(), witnesses=[], state=tmp_path / "seen.json")

    def test_the_command_remembers_and_exits_with_findings(self, log: str, tmp_path: Path) -> None:
        command = [
            SHETONG,
            "log",
            "monitor",
            log,
            "--key",
            str(self.keys()[0]),
            "--state",
            tmp_path / "seen.json",
            "--json",
        ]
        first = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(first.stdout)["size"] == 200
        tamper("DELETE FROM ledger_checkpoint")
        tamper("DELETE FROM ledger_tile")
        tamper("DELETE FROM ledger_place")
        tamper("DELETE FROM ledger_entry")
        write(100)
        sequence(log="registry")
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (again.returncode, "rollback" in again.stderr) == (5, True)


@pytest.mark.django_db
def test_an_act_of_a_person_verifies_on_the_command_line_with_its_opening(tmp_path: Path) -> None:
    person = Personal("person:17", "林一诺")
    with transaction.atomic():
        append(log="charity", acts=[Act("gift-1", "test.act", 1, {"number": 1}, {"donor": person})])
    sequence(log="charity")
    home = tree.log_named("charity")
    receipt, opening = tmp_path / "receipt.json", tmp_path / "opening.json"
    receipt.write_text(json.dumps(tree.receipt(home, "gift-1").as_json()))
    (opened,) = openings(log="charity", reference="gift-1", people={"donor": person})
    opening.write_text(json.dumps(opened.as_json()))
    command = [SHETONG, "log", "verify", receipt, "--key", str(tree.verifiers(home)[0]), "--opening", opening]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    opening.write_text(json.dumps({**opened.as_json(), "value": "林二诺"}))
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, "does not fit" in refused.stderr) == (1, True)
