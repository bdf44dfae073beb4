"""Changes of filed plans: what may change until when, and that every version stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.charity.models import FundraisingPlan, PlanState, VersionKind
from shetong.charity.rules import plan_changes as rules
from shetong.charity.services import plan_changes
from shetong.charity.services.plans import PRIVATE, file_plan
from shetong.core.errors import ConflictError, NotFoundError
from shetong.ledger.queries import audit, tree
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import Organisation
from tests.casework.applications import begun
from tests.charity.test_plans import FILER, ON, answers, qualified
from tests.charity.test_qualifications import decided

CONTENT = {
    name: str(value) if isinstance(value, date) else value for name, value in answers().items() if name not in PRIVATE
}
FILED = rules.Filed("N", True, ON - timedelta(days=20), ON + timedelta(days=200), CONTENT)


def codes(filed: rules.Filed | None = FILED, on: date = ON, **values: Any) -> list[str]:
    given_ = {"plan_number": "N", "change_kind": "change", "happened_on": str(on), **values}
    return [finding.code for finding in rules.check(given_, filed, FILER, on)]


class TestTheRules:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({}, ["change-nothing"]),
            ({"changes_target": True, "fundras_target": 200_000_000}, []),
            ({"changes_target": True, "fundras_target": 100_000_000}, ["change-same"]),
            ({"changes_period": True, "end_date": str(ON + timedelta(days=30))}, []),
            ({"changes_period": True, "end_date": str(ON - timedelta(days=1))}, ["change-end"]),
            ({"changes_period": True, "start_date": str(ON), "end_date": CONTENT["end_date"]}, ["change-begun"]),
            ({"changes_methods": True, "platforms": "别的平台"}, ["plan-platform-unknown"]),
            ({"changes_costs": True, "fundraising_cost_amount": 3_000_001}, ["plan-cost"]),
            ({"changes_use": True, "remain_assets_desc": "返还发起人"}, ["plan-surplus"]),
            ({"changes_account": True, "account_holder": "某某公司"}, ["plan-account"]),
            (
                {"changes_target": True, "fundras_target": 1, "happened_on": str(ON - timedelta(days=11))},
                ["change-late"],
            ),
            (
                {"changes_target": True, "fundras_target": 1, "happened_on": str(ON + timedelta(days=1))},
                ["change-ahead"],
            ),
        ],
    )
    def test_what_breaks_a_rule_is_named(self, values: dict[str, Any], expected: list[str]) -> None:
        assert codes(**values) == expected

    def test_after_the_end_only_use_costs_and_contact_change(self) -> None:
        after = FILED.ends_on + timedelta(days=1)
        assert codes(on=after, changes_target=True, fundras_target=1) == ["change-ended"]
        assert codes(on=after, changes_use=True, purpose_use="改为助学。") == []

    def test_only_an_own_open_plan_changes(self) -> None:
        assert codes(None) == ["change-plan"]
        closed = rules.Filed("N", False, FILED.starts_on, FILED.ends_on, CONTENT)
        assert codes(closed) == ["change-closed"]

    def test_a_plan_that_leaves_the_internet_lists_no_platform(self) -> None:
        assert "platforms" in CONTENT
        after = rules.merged(CONTENT, {"changes_methods": True, "by_internet": False, "by_site": True})
        assert "platforms" not in after

    @given(
        parts=st.sets(st.sampled_from(sorted(rules.PARTS))),
        values=st.dictionaries(st.sampled_from(sorted(answers())), st.text(max_size=9) | st.integers()),
    )
    def test_what_was_not_chosen_stays_as_it_was(self, parts: set[str], values: dict[str, Any]) -> None:
        after = rules.merged(CONTENT, {**values, **dict.fromkeys(parts, True)})
        free = {name for part in parts for name in rules.PARTS[part]} | {"has_partner"}
        assert {name: value for name, value in after.items() if name not in free} == {
            name: value for name, value in CONTENT.items() if name not in free
        }
        codes(**{**values, **dict.fromkeys(parts, True)})


def filed() -> tuple[Organisation, FundraisingPlan]:
    organisation, today = qualified(), timezone.localdate()
    plan = file_plan(
        organisation=organisation,
        values=answers(start_date=today, end_date=today + timedelta(days=60)),
        authority="朝阳区民政局",
        filed_on=today,
        case_number="",
        actor="system:tests",
    )
    return organisation, plan


def change(plan: FundraisingPlan, **values: Any) -> int:
    return plan_changes.change_plan(
        number=plan.number, organisation_code=plan.organisation.public_code, kind=VersionKind.CHANGE,
        values={"changes_target": True, "fundras_target": 5_000, **values}, reason="规模调整", filed_on=ON,
        case_number="", actor="system:tests",
    ).number  # fmt: skip


@pytest.mark.django_db
class TestFiling:
    def test_a_change_is_a_further_version_under_the_same_number(self) -> None:
        from shetong.casework.services import mandates
        from tests.casework import factories as cases

        organisation, plan = filed()
        agent = cases.applicant()
        mandates.grant(
            organisation_code=organisation.public_code, organisation_name=organisation.name, division_code="110000",
            user=agent, basis="授权书", actor=None,
        )  # fmt: skip
        end = timezone.localdate() + timedelta(days=90)
        form = {
            "which": {"change_kind": "supplement", "happened_on": str(timezone.localdate()), "change_reason": "延长。"},
            "what": {"changes_period": True},
            "activity": {"start_date": str(plan.starts_on), "end_date": str(end)},
        }
        decided(begun("CH-PLAN-CHANGE", organisation, agent, form))
        plan.refresh_from_db()
        versions = list(plan.versions.order_by("number"))
        assert [(one.number, one.kind) for one in versions] == [(1, "original"), (2, "supplement")]
        assert (plan.ends_on, versions[0].content["end_date"] != str(end)) == (end, True)
        assert versions[1].content["purpose_use"] == versions[0].content["purpose_use"]
        sequence(log="charity")
        assert audit.audit(tree.log_named("charity")).findings == ()

    def test_nobody_changes_the_plan_of_another_nor_one_that_is_closed(self) -> None:
        _organisation, plan = filed()
        with pytest.raises(NotFoundError):
            plan_changes.change_plan(
                number=plan.number, organisation_code="X", kind=VersionKind.CHANGE, values={}, reason="", filed_on=ON,
                case_number="", actor="system:tests",
            )  # fmt: skip
        FundraisingPlan.objects.update(state=PlanState.SUSPENDED)
        with pytest.raises(ConflictError):
            change(plan)


@pytest.mark.django_db(transaction=True)
def test_of_several_changes_at_once_each_is_a_version_of_its_own() -> None:
    _organisation, plan = filed()

    def one(amount: int) -> int:
        try:
            return change(plan, fundras_target=amount)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        numbers = sorted(pool.map(one, (1_000, 2_000, 3_000)))
    assert numbers == [2, 3, 4]
