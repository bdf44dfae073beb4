"""Loading the small demonstration: through the services, once, and to the end even where it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from shetong.core import pii
from shetong.registry.demo import wanted
from shetong.registry.demo.acts import Board, Story
from shetong.registry.demo.loading import DemoReport, load_small
from shetong.registry.demo.stories import stories
from shetong.registry.demo.telling import _Telling, tell
from shetong.registry.models import (
    Certificate,
    Filing,
    ImportRun,
    Officer,
    Organisation,
    OrganisationAttribute,
    OrganisationName,
    PenaltyRecord,
    PermitRecord,
    Person,
    SearchEntry,
)
from shetong.registry.queries import certificates as certificate_queries
from shetong.registry.queries.organisation import OrganisationPage, by_code
from shetong.registry.services import recording
from shetong.registry.services.filings import apply_due
from shetong.registry.services.people import IDENTITY_CONTEXT
from tests.registry import factories

TIBET = ["54"]
TODAY = timezone.localdate()


def rows(model: type[models.Model], *fields: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table in an order that does not depend on their numbers."""
    return sorted(model._default_manager.values_list(*fields), key=repr)


def fingerprint() -> dict[str, list[tuple[Any, ...]]]:
    """What the register says, without the numbers that the database gave and without times of recording.

    Unified codes of what is registered by cases are such numbers too: a sequence leaves gaps where an act was undone.
    """
    return {
        "organisations": rows(
            Organisation,
            *("name", "status", "status_since", "legal_representative", "domicile", "registered_funds"),
            *("certificate_valid_to", "parent__name"),
        ),
        "filings": rows(Filing, "organisation__name", "kind", "effective_on", "basis", "corrects__basis"),
        "names": rows(OrganisationName, "organisation__name", "name", "valid_from", "valid_to"),
        "attributes": rows(OrganisationAttribute, "organisation__name", "code", "valid_from", "valid_to", "value"),
        "officers": rows(Officer, "organisation__name", "person__name", "role", "valid_from", "valid_to"),
        "permits": rows(PermitRecord, "organisation__name", "document_number"),
        "penalties": rows(PenaltyRecord, "organisation__name", "document_number"),
        "certificates": rows(Certificate, "organisation__name", "state"),
        "search": rows(SearchEntry, "organisation__name", "text", "former", "facets"),
    }


def page_of(plot: str) -> OrganisationPage:
    story = next(story for story in stories(today=TODAY, provinces=TIBET) if story.plot == plot)
    page = by_code(story.uscc)
    assert page is not None
    return page


@dataclass
class Loaded:
    """The small register of one province, loaded once for all who look at it."""

    folder: Path
    report: DemoReport
    stages: list[tuple[str, int, int | None]]


@pytest.fixture(scope="class")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("demo")
    stages: list[tuple[str, int, int | None]] = []
    with django_db_blocker.unblock():
        # Committed: the importer vacuums, which no transaction around a test would allow.
        report = load_small(
            folder=folder, rows=300, provinces=TIBET, progress=lambda *step: stages.append((step[0], step[1], step[2]))
        )
    yield Loaded(folder, report, stages)
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


@pytest.mark.django_db
@pytest.mark.usefixtures("loaded")
class TestSmallRegister:
    def test_everything_is_marked_as_demonstration(self, loaded: Loaded) -> None:
        assert Organisation.objects.count() > 20
        assert not Organisation.objects.filter(demo=False).exists()
        assert not Certificate.objects.filter(demo=False).exists()
        assert loaded.report.imported.rejected == 0
        assert loaded.report.stories == 9

    def test_progress_reaches_its_end(self, loaded: Loaded) -> None:
        last = {stage: (done, total) for stage, done, total in loaded.stages}
        assert set(last) >= {"rows", "stories", "certificates"}
        assert last["stories"] == (9, 9)
        assert last["certificates"][0] == last["certificates"][1]

    def test_a_second_load_changes_nothing(self, loaded: Loaded) -> None:
        before, filings = fingerprint(), Filing.objects.count()
        again = load_small(folder=loaded.folder, rows=300, provinces=TIBET)
        assert (again.imported.repeated, again.stories, again.certificates) == (True, 9, 0)
        assert fingerprint() == before
        assert Filing.objects.count() == filings

    def test_who_may_hold_a_certificate_holds_one_that_verifies(self) -> None:
        holders = Certificate.objects.filter(state=Certificate.State.VALID)
        assert set(certificate_queries.certifiable().values_list("pk", flat=True)) == set(
            holders.values_list("organisation_id", flat=True)
        )
        for certificate in holders:
            verified = certificate_queries.verify_token(bytes(certificate.token))
            assert verified.standing is not None
            assert (verified.standing.state, verified.standing.differences) == (Certificate.State.VALID, ())

    def test_no_identity_number_lies_open(self) -> None:
        numbers = {
            member.identity_number
            for story in stories(today=TODAY, provinces=TIBET)
            for act in story.acts
            if isinstance(act, Board)
            for _, member in act.members
        }
        sealed = {
            pii.open_sealed(bytes(person.identity_number_sealed), context=IDENTITY_CONTEXT)
            for person in Person.objects.all()
        }
        # The people of the cases are there besides.
        assert sealed >= numbers
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t")
                text = "\n".join(row[0] for row in cursor.fetchall())
                assert not [number for number in numbers if number in text], table

    def test_a_trade_association_has_a_past_branches_and_a_president_to_come(self) -> None:
        page = page_of("trade")
        assert [former.name for former in page.former_names] == [page.name.replace("行业协会", "同业公会")]
        assert len(page.branches) == 2
        assert page.direct_registration
        assert {held.code for held in page.attributes} >= {"DECOUPLE", "EVAL"}
        assert {certificate.state for certificate in page.certificates} == {"valid", "replaced"}
        assert len(page.officers) == 5
        pending = Filing.objects.filter(organisation_id=page.id, applied_at=None)
        assert pending.count() == 2
        assert not {filing.pk for filing in pending} & {entry.filing_id for entry in page.timeline}

    def test_a_foundation_is_a_charity_that_may_raise_funds(self) -> None:
        page = page_of("foundation")
        assert {held.code for held in page.attributes} == {"CHARITY", "PUBFUND", "TAXDED", "TAXEX", "EVAL"}
        assert page.permits

    def test_a_learned_society_keeps_what_was_corrected(self) -> None:
        page = page_of("society")
        correction = next(entry for entry in page.timeline if entry.corrects_id)
        wrong = Filing.objects.get(pk=correction.corrects_id)
        assert correction.effective_on < wrong.effective_on
        assert correction.sentences == (f"生效日期由“{wrong.effective_on}”更正为“{correction.effective_on}”。",)
        assert page.past_officers

    def test_an_agency_shows_its_right_funds_and_the_wrong_ones_in_its_past(self) -> None:
        page = page_of("agency")
        registration = Filing.objects.get(organisation_id=page.id, kind="registration")
        assert registration.after["registered_funds"] == 10 * (page.registered_funds or 0)

    def test_a_mistaken_change_of_a_school_is_void(self) -> None:
        page = page_of("school")
        assert any(entry.corrects_id for entry in page.timeline)
        assert page.business_scope != "信息咨询服务。"
        assert len(page.permits) == 2

    @pytest.mark.parametrize(
        ("plot", "statuses"),
        [
            ("dissolved", {"deregistered"}),
            ("sanctioned", {"suspended", "cancelled", "revoked"}),
            ("troubled", {"normal"}),
        ],
    )
    def test_some_ended_or_are_sanctioned(self, plot: str, statuses: set[str]) -> None:
        page = page_of(plot)
        assert page.status in statuses
        # Decisions older than three years are kept, but no longer public.
        assert PenaltyRecord.objects.filter(organisation_id=page.id).exists() == (plot != "dissolved")
        assert all(penalty.public_until and penalty.public_until >= TODAY for penalty in page.penalties)

    def test_volunteers_get_their_new_name_on_its_day(self) -> None:
        page = page_of("volunteers")
        assert page.name.endswith("协会")
        pending = Filing.objects.get(organisation_id=page.id, applied_at=None)
        assert pending.effective_on > TODAY
        apply_due(today=pending.effective_on)
        assert Organisation.objects.get(pk=page.id).name.endswith("联合会")


@pytest.mark.django_db
@pytest.mark.parametrize("plot", ["trade", "society", "agency", "troubled"])
def test_filing_together_comes_to_the_same_as_one_by_one(plot: str) -> None:
    story: Story = next(story for story in stories(today=TODAY, provinces=TIBET) if story.plot == plot)
    with transaction.atomic():
        _Telling(story, recording.Together()).run()
        one_by_one = fingerprint()
        transaction.set_rollback(True)
    assert not Organisation.objects.exists()
    list(tell([story]))
    assert fingerprint() == one_by_one


@pytest.mark.django_db
class TestWanted:
    def test_by_an_empty_register(self) -> None:
        assert wanted.is_wanted()

    def test_not_by_one_with_other_organisations(self) -> None:
        factories.register_organisation()
        assert not wanted.is_wanted()

    def test_by_one_whose_load_was_stopped(self) -> None:
        factories.register_organisation()
        run = ImportRun.objects.create(
            file_digest=wanted.SMALL, file_name="x", started_at=timezone.now(), basis="x", as_of=date(2026, 6, 30)
        )
        assert wanted.is_wanted()
        run.finished_at = timezone.now()
        run.save()
        assert not wanted.is_wanted()


LOAD = """
import django; django.setup()
from pathlib import Path
from shetong.registry.demo.loading import DemoReport, load_small
load_small(folder=Path({folder!r}), rows=300, provinces=["54"])
"""


def start_loading(folder: Path) -> subprocess.Popen[bytes]:
    """Start a process that loads the demonstration into the tests' database."""
    values = connection.settings_dict
    url = f"postgresql://{values['USER']}@/{values['NAME']}?host={values['HOST']}&port={values['PORT'] or 5432}"
    return subprocess.Popen(
        [sys.executable, "-c", LOAD.format(folder=str(folder))], env={**os.environ, "DATABASE_URL": url}
    )


@pytest.mark.django_db(transaction=True)
def test_a_load_that_was_killed_goes_on_to_the_same_end(tmp_path: Path) -> None:
    process = start_loading(tmp_path)
    deadline = time.monotonic() + 60
    while not Officer.objects.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    told = Filing.objects.filter(kind="registration", organisation__parent=None).count()
    assert 0 < told < 9
    assert wanted.is_wanted()

    assert start_loading(tmp_path).wait(60) == 0
    assert not wanted.is_wanted()
    resumed = fingerprint()

    call_command("flush", verbosity=0, interactive=False)
    load_small(folder=tmp_path / "again", rows=300, provinces=TIBET)
    assert fingerprint() == resumed
