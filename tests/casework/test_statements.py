"""How many statements each act may take: what was saved once does not creep back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from shetong.accounts.services import audit
from shetong.casework import catalogue
from shetong.casework.services import decision, drafts, intake, materials, review, submission
from tests.casework import factories

pytestmark = pytest.mark.django_db

# Without BEGIN, COMMIT and the savepoint that stands for them within a test.
BUDGET = {
    "begin": 4,  # one of them looks for what the person gave before
    "save": 2,
    "upload": 6,  # one of them holds the content against deletion
    "submit": 20,
    "accept": 7,
    "forward": 5,
    "approve": 38,
    "chain": 5,
}


@contextmanager
def at_most(most: int) -> Iterator[None]:
    """Fail where more than ``most`` statements are run."""
    seen: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT")):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield
    assert len(seen) <= most, "\n".join(seen)


def test_a_life_of_a_case_keeps_its_budget() -> None:
    applicant, chief = factories.applicant(), factories.chief()
    clerk, other = factories.registrar(), factories.registrar()
    material = catalogue.national("SO-SG-EST").materials[0].code
    factories.approved()  # what is made once: authority, log, signing key
    with at_most(BUDGET["begin"]):
        case = drafts.begin(matter="SO-SG-EST", applicant=applicant)
    with at_most(BUDGET["save"]):
        drafts.save_all(case_id=case.pk, actor=applicant, form=factories.association_form())
    with at_most(BUDGET["upload"]):
        materials.upload(case_id=case.pk, actor=applicant, material=material, name="一.pdf", content=factories.pdf())
    factories.hand_in_materials(case)
    with at_most(BUDGET["submit"]):
        submission.submit(case_id=case.pk, actor=applicant)
    with at_most(BUDGET["accept"]):
        intake.accept(case_id=case.pk, actor=clerk)
    for reviewer in (clerk, other):
        with at_most(BUDGET["forward"]):
            review.forward(case_id=case.pk, actor=reviewer, opinion="同意。")
    with at_most(BUDGET["approve"]):
        decision.approve(case_id=case.pk, actor=chief, reason="符合条件。")
    with at_most(BUDGET["chain"]):
        audit.chain_pending()
