"""Fundraising plans: what the law asks of them, and their way from the form to the filing number."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shetong.casework.models import Case, State
from shetong.casework.services import decision, drafts, intake, mandates, submission
from shetong.charity.models import FundraisingPlan, Platform
from shetong.charity.rules import plans
from shetong.charity.services.plans import PRIVATE, file_plan
from shetong.core.errors import DomainError
from shetong.ledger.queries import audit, tree
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import AttributeCode, Organisation
from shetong.registry.services.attributes import grant_attribute
from tests.casework import factories as cases
from tests.registry import factories as registry

ON = date(2026, 5, 6)
FILER = plans.Filer("示范基金会", date(2025, 1, 1), None, frozenset({"旧活动"}), frozenset({"演示平台"}))


def answers(**changes: Any) -> dict[str, Any]:
    """A lawful plan, flat."""
    return {
        "plan_name": "山区午餐募捐",
        "start_date": ON + timedelta(days=10),
        "end_date": ON + timedelta(days=200),
        "emergency": False,
        "purpose_of_donation": "教育",
        "purpose_use": "为山区小学提供午餐。",
        "support_project": "山区午餐",
        "fundras_target": 100_000_000,
        "by_internet": True,
        "platforms": "演示平台",
        "by_site": False,
        "by_media": False,
        "offsite_fundraising": False,
        "recipient_scope": "山区小学生",
        "recipient_num": "2000",
        "recipient_confirm_method": "学校推荐并公示",
        "recipient_funding_desc": "午餐",
        "implement_desc": "配送",
        "manage_cost_desc": "不超过10%",
        "fundraising_cost": "平台不收费",
        "fundraising_cost_amount": 3_000_000,
        "average_income": 100_000_000,
        "remain_assets_desc": "用于同类项目",
        "account_holder": "示范基金会",
        "account_bank": "示范银行",
        "account_number": "1234567890",
        "has_partner": False,
        "responsible_name": "孙示范",
        "office_address": "北京市东城区示范路1号",
        "contact_phone": "13800001234",
        **changes,
    }


def codes(on: date = ON, filer: plans.Filer = FILER, **changes: Any) -> list[str]:
    return [finding.code for finding in plans.check(answers(**changes), filer, on)]


class TestTheRules:
    """Each rule by itself; a lawful plan breaks none."""

    def test_a_lawful_plan_breaks_none(self) -> None:
        assert codes() == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"start_date": ON + timedelta(days=9)}, "plan-advance"),
            ({"end_date": ON + timedelta(days=9)}, "plan-period"),
            ({"end_date": date(2029, 5, 17)}, "plan-long"),
            ({"emergency": True, "start_date": ON - timedelta(days=11)}, "plan-emergency-late"),
            ({"platforms": ""}, "plan-platform"),
            ({"platforms": "演示平台、别的平台"}, "plan-platform-unknown"),
            ({"by_internet": False}, "plan-method"),
            ({"offsite_fundraising": True, "by_site": True}, "plan-offsite-area"),
            ({"fundraising_cost_amount": 3_000_001}, "plan-cost"),
            ({"has_partner": True, "partner_type": "1", "partner_name": ""}, "plan-partner"),
            ({"remain_assets_desc": "剩余财产返还发起人"}, "plan-surplus"),
            ({"plan_name": "旧活动"}, "plan-filed-before"),
            ({"account_holder": "某某公司"}, "plan-account"),
        ],
    )
    def test_what_breaks_a_rule_is_named(self, changes: dict[str, Any], code: str) -> None:
        assert codes(**changes) == [code]

    def test_an_emergency_may_be_filed_afterwards(self) -> None:
        assert codes(emergency=True, start_date=ON - timedelta(days=10)) == []

    def test_the_qualification_must_cover_the_activity(self) -> None:
        late = plans.Filer("示范基金会", date(2027, 1, 1), None, frozenset(), FILER.designated)
        ending = plans.Filer("示范基金会", date(2025, 1, 1), date(2026, 6, 1), frozenset(), FILER.designated)
        none = plans.Filer("示范基金会", None, None, frozenset(), FILER.designated)
        assert [codes(filer=one) for one in (late, ending, none)] == [
            ["plan-qualification"],
            ["plan-qualification-ends"],
            ["plan-qualification"],
        ]

    def test_the_share_of_costs_is_shown_worked_out_and_holds_since_it_is_in_force(self) -> None:
        (finding,) = plans.check(answers(fundraising_cost_amount=5_000_000), FILER, ON)
        assert finding.message.endswith("1,000,000元 × 3% = 30,000元，现为50,000元。")
        before = date(2026, 3, 22)
        assert codes(on=before, fundraising_cost_amount=5_000_000, start_date=ON) == []

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(st.sampled_from(sorted(answers())), st.none() | st.text(max_size=9) | st.integers()))
    def test_half_filled_forms_never_break_it(self, changes: dict[str, Any]) -> None:
        plans.check({**answers(), **changes}, FILER, ON)


def qualified() -> Organisation:
    """A foundation that is a charity and may raise money in public."""
    organisation = registry.register_organisation(kind="FD", division_code=cases.DISTRICT, demo=True)
    for code in (AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING):
        grant_attribute(
            organisation_id=organisation.pk, code=code, basis="演示", effective_on=date(2020, 1, 1), actor=None
        )
    Platform.objects.create(
        code="demo", name="演示平台", operator_name="演示公司", designated_on=date(2020, 1, 1), demo=True
    )
    return organisation


def form_of(organisation: Organisation, **changes: Any) -> dict[str, Any]:
    """The answers as the form asks them, section by section."""
    from shetong.charity.matters import PLAN

    today = timezone.localdate()
    flat = answers(
        account_holder=organisation.name,
        start_date=str(today + timedelta(days=11)),
        end_date=str(today + timedelta(days=100)),
        fundras_target="100万元",
        fundraising_cost_amount="3万元",
        average_income="100万元",
        **changes,
    )
    return {
        section.name: {one.name: flat[one.name] for one in section.fields if one.name in flat}
        for section in PLAN.sections
    }


def drafted(organisation: Organisation, **changes: Any) -> Case:
    agent = cases.applicant()
    mandates.grant(
        organisation_code=organisation.public_code,
        organisation_name=organisation.name,
        division_code="110000",
        user=agent,
        basis="授权书",
        actor=None,
    )
    case = drafts.begin(
        matter="CH-PLAN", applicant=agent, subject_code=organisation.public_code, subject_name=organisation.name
    )
    assert drafts.save_all(case_id=case.pk, actor=agent, form=form_of(organisation, **changes)) == {}
    cases.hand_in_materials(case)
    return case


@pytest.mark.django_db
class TestFiling:
    """From the form to the number."""

    def test_a_plan_is_filed_numbered_logged_and_opens_its_activity(self) -> None:
        organisation = qualified()
        case = drafted(organisation)
        case = submission.submit(case_id=case.pk, actor=case.applicant)
        division = case.authority_division
        case = intake.accept(case_id=case.pk, actor=cases.registrar(division))
        case = decision.approve(case_id=case.pk, actor=cases.chief(division), reason="方案齐全，准予备案。")[0]
        assert case.state in (State.APPROVED, State.DELIVERED)
        plan = FundraisingPlan.objects.get()
        assert plan.number == f"{organisation.public_code}A{timezone.localdate().year % 100:02}001"
        assert plan.activity.project.name == "山区午餐"
        version = plan.versions.get()
        assert not PRIVATE & version.content.keys()
        sequence(log="charity")
        assert audit.audit(tree.log_named("charity")).findings == ()

    def test_what_the_law_forbids_is_not_taken(self) -> None:
        organisation = qualified()
        case = drafted(organisation, remain_assets_desc="返还发起人")
        with pytest.raises(DomainError):
            submission.submit(case_id=case.pk, actor=case.applicant)
        assert not FundraisingPlan.objects.exists()

    def test_numbers_of_a_year_follow_one_another(self) -> None:
        organisation = qualified()
        for serial in ("001", "002"):
            plan = file_plan(
                organisation=organisation,
                values=answers(),
                authority="北京市民政局",
                filed_on=ON,
                case_number="",
                actor="system:tests",
            )
            assert plan.number.endswith(f"A26{serial}")
