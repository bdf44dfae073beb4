"""The demonstration of charity: told through the services, in the order of time, once; its books and log agree."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from shetong.casework.models import Case, State
from shetong.charity.demo import telling
from shetong.charity.models import (
    CreditRecord,
    Disclosure,
    Donation,
    DonorHonour,
    Evidence,
    EvidenceFile,
    FundraisingPlan,
    Platform,
    PlatformFinding,
    Pool,
    Project,
)
from shetong.charity.queries import disclosure as queries
from shetong.charity.queries.platforms import scorecard
from shetong.charity.queries.public_log import pools_against_rows
from shetong.ledger.queries import audit, tree
from shetong.registry.models import AttributeCode, Organisation
from shetong.registry.services.attributes import grant_attribute
from tests.registry import factories

pytestmark = pytest.mark.django_db
YEAR = scorecard.Period(date(2020, 1, 1), date(2099, 12, 31))


def foundation(division: str) -> Organisation:
    """A foundation that has long been allowed to raise money in public."""
    organisation = factories.register_organisation(kind="FD", division_code=division, demo=True)
    for code in (AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING):
        grant_attribute(
            organisation_id=organisation.pk, code=code, basis="演示", effective_on=date(2020, 1, 1), actor=None
        )
    return organisation


def test_everything_is_told_once_and_holds_together(client: Client) -> None:
    for _ in range(2):
        foundation("110105")
    report = telling.tell()
    assert report.foundations == 1
    assert report.donations > 80
    assert telling.tell() == report
    plan = FundraisingPlan.objects.get()
    assert Case.objects.get(subject_name=plan.organisation.name, state=State.DELIVERED).corrections == 1
    assert Case.objects.filter(matter="CH-PLAN", state=State.CORRECTION).count() == 1
    assert list(pools_against_rows()) == []
    assert audit.audit(tree.log_named("charity")).findings == ()
    assert not Organisation.objects.filter(demo=False, pools__isnull=False).exists()
    assert set(Donation.objects.values_list("channel", flat=True)) >= {"platform", "bank"}
    assert EvidenceFile.objects.filter(public=True).count() >= 2
    assert Evidence.objects.filter(document=None).count() == 0
    assert Pool.objects.exclude(earmark="").exists()
    # Platforms reported by their own way, and what they did is there to be looked at.
    sides = {platform: scorecard.of(platform, YEAR) for platform in Platform.objects.all()}
    assert all(card.taken and card.arrived and card.days == card.reported for card in sides.values())
    assert sum(card.open_discrepancies for card in sides.values()) == 1
    assert (sum(card.complaints for card in sides.values()), PlatformFinding.objects.get().kind) == (2, "fee")
    kinds = set(Disclosure.objects.values_list("kind", flat=True))
    assert kinds >= {"related-party", "project-progress", "campaign-progress"}
    if timezone.localdate() > date(timezone.localdate().year, 4, 25):
        assert kinds >= {"annual", "pay", "related-list"}
        assert len(queries.judged(plan.organisation)) == 3
    assert (CreditRecord.objects.get().state, DonorHonour.objects.get().demo) == ("in-force", True)
    project = Project.objects.get()
    assert "午餐" in client.get(f"/charity/projects/{project.number}/").content.decode()
    assert client.get(f"/charity/receipts/{report.receipt}/").status_code == 200
