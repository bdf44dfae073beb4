"""The business acts of the register, each on real PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from shetong.registry.models import Filing
from shetong.registry.services import corrections
from tests.registry import factories

pytestmark = pytest.mark.django_db


def test_registration_enters_a_body_with_its_first_filing() -> None:
    body = factories.register_organisation(name="北京市天文爱好者协会")
    filing = Filing.objects.get(organisation=body)
    assert (filing.kind, filing.after["name"], filing.before["name"]) == ("registration", "北京市天文爱好者协会", "")
    assert filing.after["registered_funds"] == 5_000_000
    assert body.status == "normal"
    assert body.authority.name == "北京市民政局"


@pytest.mark.parametrize(
    ("code", "constraint"),
    [
        (None, "organisation_code_unless_branch"),
        ("5111", "organisation_uscc_check_sign"),
        ("51100000500000015i", "organisation_uscc_check_sign"),
        ("511000005000000150", "organisation_uscc_check_sign"),
    ],
    ids=["none", "short", "a sign no code has", "wrong check sign"],
)
def test_the_database_refuses_a_body_without_a_right_code(code: str | None, constraint: str) -> None:
    body = factories.register_organisation()
    body.pk, body.uscc = None, code
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        body.save(force_insert=True)


def test_a_branch_files_on_after_its_parents_code_was_corrected() -> None:
    parent = factories.register_organisation()
    branch = factories.register_branch(parent)
    corrections.correct(
        filing_id=parent.filings.get().pk, values={"uscc": factories.uscc()}, basis="更正决定", actor=None
    )
    factories.rename(branch, f"{parent.name}妇女专业委员会", effective_on=date(2020, 1, 1))
    branch.refresh_from_db()
    assert branch.parent == parent
