"""The counts of the register follow every way in which it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from shetong.core.identifiers import uscc_check_character
from shetong.registry.models import (
    Authority,
    Filing,
    FilingKind,
    Organisation,
    OrganisationAttribute,
    OrganisationCount,
)
from shetong.registry.queries.statistics import register_statistics
from shetong.registry.services.statistics import compact

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def _code(first: str) -> str:
    return first + uscc_check_character(first)


@pytest.fixture
def organisation() -> Callable[..., Organisation]:
    """Make an organisation of the given kind, status and division in the register's table."""
    authority = Authority.objects.create(name="示例市民政局", division_code="330100")
    codes = iter(_code(f"51330100MJ{number:07d}") for number in range(1, 1000))

    def make(**values: object) -> Organisation:
        given = {"kind": "SG", "status": "normal", "division_code": "330106", **values}
        return Organisation.objects.create(
            uscc=next(codes), name="示例协会", authority=authority, updated_at=timezone.now(), **given
        )

    return make


def test_each_registration_is_counted_under_its_kind_and_province(organisation: Callable[..., Organisation]) -> None:
    organisation()
    organisation(kind="FD")
    organisation(kind="PN", division_code="110105")
    numbers = register_statistics(today=TODAY)
    assert numbers.organisations == 3
    assert (numbers.social_groups, numbers.foundations, numbers.service_institutions) == (1, 1, 1)
    assert numbers.by_province == {"33": 2, "11": 1}


def test_an_organisation_that_ended_is_no_longer_among_the_existing(organisation: Callable[..., Organisation]) -> None:
    organisation()
    ended = organisation()
    Organisation.objects.filter(pk=ended.pk).update(status="deregistered")
    numbers = register_statistics(today=TODAY)
    assert numbers.organisations == 1
    assert numbers.by_status == {"normal": 1, "deregistered": 1}


def test_a_change_that_moves_nothing_leaves_no_trace_in_the_counts(organisation: Callable[..., Organisation]) -> None:
    made = organisation()
    before = OrganisationCount.objects.count()
    Organisation.objects.filter(pk=made.pk).update(domicile="示例路1号")
    assert OrganisationCount.objects.count() == before


def test_rows_copied_in_bulk_are_counted(organisation: Callable[..., Organisation]) -> None:
    made = organisation()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY registry_organisation (uscc, name, kind, legal_representative, domicile, division_code,"
            " business_scope, activity_area, authority_id, supervising_body, direct_registration, status,"
            " former_certificate_number, field, demo, updated_at) FROM STDIN"
        ) as copy,
    ):
        for number in range(500):
            copy.write_row((
                _code(f"52110105MJ{number:07d}"),
                "示例中心", "PN", "", "", "110105", "", "", made.authority_id, "", False,
                "normal", "", "", True, timezone.now(),
            ))  # fmt: skip
    numbers = register_statistics(today=TODAY)
    assert numbers.service_institutions == 500
    assert numbers.demo


def test_adding_up_keeps_the_numbers_and_shortens_the_table(organisation: Callable[..., Organisation]) -> None:
    for _ in range(20):
        organisation()
    before = register_statistics(today=TODAY)
    assert compact() == 1
    assert register_statistics(today=TODAY) == before


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "held"),
    [
        (date(2020, 1, 1), None, 1),
        (date(2020, 1, 1), date(2026, 11, 24), 1),
        (date(2020, 1, 1), date(2026, 11, 23), 0),
        (date(2026, 11, 24), None, 0),
    ],
)
def test_attributes_count_on_the_days_when_they_are_held(
    organisation: Callable[..., Organisation], valid_from: date, valid_to: date | None, held: int
) -> None:
    made = organisation()
    filing = Filing.objects.create(
        organisation=made,
        kind=FilingKind.ATTRIBUTE,
        basis="示例决定",
        effective_on=valid_from,
        recorded_at=timezone.now(),
    )
    OrganisationAttribute.objects.create(
        organisation=made, code="CHARITY", valid_from=valid_from, valid_to=valid_to, filing=filing
    )
    assert register_statistics(today=TODAY).charities == held
