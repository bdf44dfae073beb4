"""The nightly check of books and log: what it finds has an owner, is told in words, and is shown whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from shetong.accounts.models import Message
from shetong.charity import jobs
from shetong.charity.entry_types import TYPES
from shetong.charity.models import BookFinding
from shetong.charity.services import checks, disclosure
from shetong.charity.views.findings import NOUNS, in_words
from shetong.ledger.services.sequence import sequence
from tests.casework.test_pages import signed_in
from tests.charity import factories
from tests.charity.publicity import charity
from tests.ledger.tampering import tamper
from tests.registry.factories import official


def test_every_type_of_entry_has_an_owner_and_a_name() -> None:
    kinds = {one.name.removeprefix("charity.") for one in TYPES}
    assert kinds == set(NOUNS)
    assert kinds - {"reached"} == set(checks._PLACES)


@pytest.mark.parametrize(
    "text",
    [
        "donation 7 was changed after it was logged as donation-7: amount, people.donor",
        "trust-7 (charity.trust) is in the log, but its row is gone",
        "reached-p7 (charity.reached) has a row, but was never logged",
        "pool 7: held is not what its rows add up to",
        "entry 290 (donation-7) is not what was hashed when it was sequenced",
        "entries 7, 8 are missing",
        "entry 7 is filed under donation-8, but says another reference",
        "entry 7 (donation-8) is of the unknown type None/None",
        "tile (0, 3) differs from the entries",
        "tile (0, 3) holds more than the log has entries for",
        "checkpoint 300 signs another root than the entries have",
        "checkpoint 300: no signature of a known key",
        "witness a.example/w cosigned 300 entries, of which there is no checkpoint",
    ],
)
def test_what_the_audit_says_is_said_in_words(text: str) -> None:
    said = in_words(text)
    assert "其他不一致" not in said
    assert not any(word in said for word in (" is ", " was ", " has ", " the ", "amount", "held", "people"))


@pytest.mark.django_db
def test_a_row_that_is_gone_still_has_an_owner_who_is_told(django_assert_max_num_queries: Any) -> None:
    officer = official()
    here = factories.pool()
    _first, gone = factories.give(here, 500, 700)
    spent = factories.spend(here, 100)
    proof = factories.prove(spent).evidence
    sequence(log="charity")
    tamper(
        f"DELETE FROM charity_donation WHERE id = {gone.pk}",
        f"DELETE FROM charity_evidencefile WHERE evidence_id = {proof.pk}",
        f"DELETE FROM charity_evidence WHERE id = {proof.pk}",
    )
    run = checks.check_books()
    assert run
    found = {one.reference: one.organisation_id for one in run.findings.all()}
    assert found[f"donation-{gone.pk}"] == found[f"evidence-{proof.pk}"] == here.organisation_id
    told = Message.objects.get(recipient=officer, key__startswith="books:")
    assert here.organisation.name in told.title
    checks.check_books()
    assert Message.objects.filter(key__startswith="books:").count() == 1
    last = checks.check_books()
    BookFinding.objects.bulk_create(
        BookFinding(check_run=last, organisation=here.organisation, text="x") for _ in range(70)
    )
    for _ in range(3):
        factories.give(factories.general(factories.foundation()), 100)
    client = signed_in(officer)
    with django_assert_max_num_queries(16):
        page = client.get(reverse("charity:office"), {"text": "", "before": "999999999"}).content.decode()
    assert "分页显示" in page
    assert "其他不一致" in page
    quoted = client.get(reverse("charity:office"), {"text": "a&b=c", "before": "9"}).content.decode()
    assert "text=a%26b%3Dc" in quoted


@pytest.mark.django_db
def test_one_charity_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    (first, _agent), (second, _other) = charity(), charity()
    real, done = disclosure.refresh, []

    def refresh(organisation: Any, **options: Any) -> Any:
        if organisation.pk == first.pk:
            raise ValueError("broken")
        done.append(organisation.pk)
        return real(organisation, **options)

    monkeypatch.setattr(disclosure, "refresh", refresh)
    with pytest.raises(RuntimeError, match="1 charities"):
        jobs.keep_disclosure(0)
    assert second.pk in done
