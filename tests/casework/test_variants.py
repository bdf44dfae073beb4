"""Regional differences: entered with a basis from a day on, ended, audited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from shetong.accounts.models import AuditEvent
from shetong.accounts.queries.permissions import grants_of
from shetong.casework.models import MatterVariant
from shetong.casework.queries import matters
from shetong.casework.services import variants
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError
from tests.casework import factories

pytestmark = pytest.mark.django_db


def draft(**given: object) -> MatterVariant:
    """Return a lawful difference of a district that is not stored."""
    values = {
        "matter": "SO-SG-EST", "division_code": factories.DISTRICT, "valid_from": timezone.localdate(),
        "basis": "示范文件1号", "promised_number": 10, "promised_unit": "working_day",
    }  # fmt: skip
    return variants.draft(**{**values, **given})  # type: ignore[arg-type]


def test_the_guide_shows_it_before_and_the_cases_keep_it_after() -> None:
    row = draft(without_steps=["second-review"], more_materials=["场地证明", " "])
    assert matters.with_row(row).limits.promised is not None
    assert not MatterVariant.objects.exists()
    variants.add(row=row, actor=factories.chief())
    there = matters.in_force("SO-SG-EST", factories.DISTRICT)
    assert [step.code for step in there.steps] == ["first-review", "decision"]
    assert there.materials[-1].title == "场地证明"
    assert matters.in_force("SO-SG-EST", "110106").limits.promised is None
    assert AuditEvent.objects.get(action="variant.add").detail["basis"] == "示范文件1号"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"valid_from": date(2020, 1, 1)}, "valid_from"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"without_steps": ["decision"]}, "without_steps"),
        ({"without_materials": ["nothing"]}, "without_steps"),
        ({"promised_number": 200, "promised_unit": "day"}, "promised_number"),
        # 50 working days take longer than the law's 60 days.
        ({"promised_number": 50}, "promised_number"),
        ({"promised_number": None}, "promised_number"),
        ({"division_code": "999999"}, "division_code"),
        ({"more_materials": ["长" * 81]}, "more_materials"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        draft(**given)
    assert field in refused.value.fields


def test_one_at_a_time_and_only_by_those_who_manage_the_region() -> None:
    for stranger in (factories.registrar(), factories.chief("440100")):
        with pytest.raises(ForbiddenError):
            variants.add(row=draft(), actor=stranger)
    chief, today = factories.chief(), timezone.localdate()
    row = variants.add(row=draft(), actor=chief)
    with pytest.raises(ConflictError):
        variants.add(row=draft(), actor=chief)
    with pytest.raises(ForbiddenError):
        variants.end(variant_id=row.pk, valid_to=today + timedelta(days=1), actor=factories.chief("440100"))
    with pytest.raises(InvalidInputError):
        variants.end(variant_id=row.pk, valid_to=today, actor=chief)
    variants.end(variant_id=row.pk, valid_to=today + timedelta(days=1), actor=chief)
    variants.add(row=draft(valid_from=today + timedelta(days=1)), actor=chief)
    MatterVariant.objects.filter(pk=row.pk).update(valid_from=today - timedelta(days=9), valid_to=today)
    with pytest.raises(WrongStateError):
        variants.end(variant_id=row.pk, valid_to=today, actor=chief)
    assert matters.differences(grants_of(factories.chief("440100"))).count() == 0
    assert matters.differences(grants_of(chief)).count() == 2
