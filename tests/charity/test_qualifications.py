"""Recognition, public-fundraising qualification, trusts: conditions by the law of the day, and what a decision does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent, User
from shetong.casework.models import Case, Notice, NoticeKind
from shetong.casework.rules import notice_words
from shetong.charity.models import CharitableTrust, FundraisingPlan, QualificationLoss, TrustState
from shetong.charity.queries.bodies import body as known_of
from shetong.charity.rules import qualification as rules
from shetong.charity.rules import trusts as trust_rules
from shetong.charity.services import qualification
from shetong.charity.services.plans import file_plan
from shetong.core.errors import ConflictError, ForbiddenError
from shetong.ledger.queries import audit, tree
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import AttributeCode, OfficerRole, Organisation
from shetong.registry.services.attributes import grant_attribute
from shetong.registry.services.officers import Appointment, appoint_officers
from tests.casework import factories as cases
from tests.casework.applications import approved, begun, body, findings
from tests.charity.test_plans import answers
from tests.registry import factories as registry

NEW_LAW = date(2024, 9, 5)
BODY = rules.Body(
    "FD", True, date(2020, 1, 1), False, 0, {"president": ("赵示范",), "secretary-general": ("钱示范",)}, False
)


def known(**changes: Any) -> rules.Body:
    from dataclasses import replace

    return replace(BODY, **changes)


FIGURES = {
    "income_before": 100_000_000,
    "net_assets_before": 500_000_000,
    "charity_spending": 60_000_000,
    "management_cost": 1_000_000,
    "total_spending": 70_000_000,
}
RECOGNITION: dict[str, Any] = {
    "no_distribution": True, "surplus_to_charity": True, "sound_finance": True, "heads_barred": False, "listed": False,
    "adopted_on": "2026-05-01", **FIGURES,
}  # fmt: skip
FUNDRAISING: dict[str, Any] = {
    "directors": 9, "related_directors": 3, "outside_directors": 3, "relatives_together": False,
    "mainland_representative": True, "board_decides": True, "systems_sound": True, "taxed": True,
    "reports_on_time": True, "listed": False, **FIGURES,
}  # fmt: skip
ON = date(2026, 5, 6)


def recognition(on: date = ON, of: rules.Body | None = None, **changes: Any) -> list[str]:
    of = of or known(charity_since=None)
    return [finding.code for finding in rules.recognition({**RECOGNITION, **changes}, of, on)]


def fundraising(on: date = ON, of: rules.Body = BODY, **changes: Any) -> list[str]:
    return [finding.code for finding in rules.fundraising({**FUNDRAISING, **changes}, of, on)]


class TestRecognition:
    def test_a_sound_body_is_recognised(self) -> None:
        assert recognition() == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"no_distribution": False}, "recognition-no-distribution"),
            ({"surplus_to_charity": False}, "recognition-surplus-to-charity"),
            ({"sound_finance": False}, "recognition-sound-finance"),
            ({"heads_barred": True}, "recognition-heads-barred"),
            ({"listed": True}, "recognition-listed"),
            ({"penalised_on": "2024-05-07"}, "penalty-recent"),
            ({"penalised_on": "2026-05-07"}, "penalty-ahead"),
            ({"charity_spending": 34_999_999}, "ratio-spending"),
            ({"management_cost": 30_000_000, "total_spending": 100_000_000}, "ratio-management"),
            ({"total_spending": 50_000_000}, "figures-sum"),
            ({"adopted_on": "2026-05-07"}, "adopted-ahead"),
        ],
    )
    def test_what_stands_in_the_way_is_named(self, changes: dict[str, Any], code: str) -> None:
        assert recognition(**changes) == [code]

    def test_a_penalty_of_two_years_ago_no_longer_counts(self) -> None:
        assert recognition(penalised_on="2024-05-06") == []

    def test_what_is_on_record_counts_whatever_is_declared(self) -> None:
        before = known(charity_since=None, penalised_on=date(2024, 5, 7))
        assert recognition(of=before) == recognition(of=before, penalised_on="2020-01-01") == ["penalty-recent"]
        assert recognition(of=known(charity_since=None, listed=True)) == ["recognition-listed"]
        assert "fundraising-listed" in fundraising(of=known(listed=True))
        assert "penalty-recent" in fundraising(of=known(penalised_on=date(2025, 5, 7)))

    def test_a_charity_is_not_recognised_again_nor_a_body_that_ended(self) -> None:
        assert recognition(of=BODY) == ["charity-already"]
        assert recognition(of=known(charity_since=None, normal=False)) == ["status"]

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(st.sampled_from(sorted(RECOGNITION)), st.none() | st.text(max_size=9) | st.booleans()))
    def test_half_filled_forms_never_break_it(self, changes: dict[str, Any]) -> None:
        recognition(**changes)


class TestQualification:
    def test_a_sound_charity_is_qualified(self) -> None:
        assert fundraising() == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"related_directors": 4}, "fundraising-related-directors"),
            ({"outside_directors": 4}, "fundraising-outside-directors"),
            ({"relatives_together": True}, "fundraising-relatives-together"),
            ({"mainland_representative": False}, "fundraising-mainland-representative"),
            ({"board_decides": False}, "fundraising-board-decides"),
            ({"systems_sound": False}, "fundraising-systems-sound"),
            ({"taxed": False}, "fundraising-taxed"),
            ({"reports_on_time": False}, "fundraising-reports-on-time"),
            ({"penalised_on": "2025-05-07"}, "penalty-recent"),
        ],
    )
    def test_what_is_declared_is_judged(self, changes: dict[str, Any], code: str) -> None:
        assert fundraising(**changes) == [code]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"charity_since": None}, "fundraising-no-charity"),
            ({"charity_since": date(2025, 5, 7)}, "fundraising-waiting"),
            ({"public": True}, "fundraising-already"),
            ({"officers": {"president": ("赵示范",)}}, "fundraising-secretary"),
            ({"officers": {"president": ("赵示范",), "secretary-general": ("赵示范",)}}, "fundraising-posts"),
            ({"provincial": True}, "fundraising-supervisors"),
            ({"lost_on": date(2021, 5, 7)}, "fundraising-barred"),
            ({"dishonest": ("骗捐",)}, "dishonest"),
        ],
    )
    def test_what_the_register_knows_is_computed(self, changes: dict[str, Any], code: str) -> None:
        assert fundraising(of=known(**changes)) == [code]

    def test_each_law_has_its_own_waiting_time_and_grade(self) -> None:
        young = known(charity_since=date(2023, 9, 5), grade=3)
        before = NEW_LAW - timedelta(days=1)
        assert fundraising(before, young) == ["fundraising-waiting"]
        assert fundraising(NEW_LAW, young) == []
        old = known(grade=2)
        assert (fundraising(before, old), fundraising(NEW_LAW, old)) == (["fundraising-grade"], [])

    @given(since=st.dates(date(2016, 9, 1), date(2030, 1, 1)), on=st.dates(date(2016, 9, 1), date(2030, 1, 1)))
    def test_the_wait_ends_on_the_same_day_of_a_later_year(self, since: date, on: date) -> None:
        years = 1 if on >= NEW_LAW else 2
        waits = "fundraising-waiting" in fundraising(on, known(charity_since=since, grade=5))
        assert waits == (on < rules.years_later(since, years))

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(st.sampled_from(sorted(FUNDRAISING)), st.none() | st.text(max_size=9) | st.integers()))
    def test_half_filled_forms_never_break_it(self, changes: dict[str, Any]) -> None:
        fundraising(**changes)


def recognition_form() -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "purpose": {"purpose_fields": "教育、扶贫济困", "charter_purpose": "帮助山区学生。"},
        "property": {"no_distribution": True, "surplus_to_charity": True, "sound_finance": True, "heads_barred": False},
        "figures": {name: f"{amount // 100}元" for name, amount in FIGURES.items()},
        "standing": {"listed": False},
        "vote": {"adopted_on": str(today), "vote_result": "应到9人，实到8人，赞成8人。"},
    }


def fundraising_form() -> dict[str, Any]:
    return {
        "governance": {name: FUNDRAISING[name] for name in (
            "directors", "related_directors", "outside_directors", "relatives_together", "mainland_representative",
            "board_decides",
        )} | {"full_time_staff": 5},
        "systems": {"systems_sound": True, "taxed": True, "reports_on_time": True},
        "figures": {name: f"{amount // 100}元" for name, amount in FIGURES.items()},
        "standing": {"listed": False},
    }  # fmt: skip


def charity(since: str = "2020-01-01", *, secretary: bool = True) -> tuple[Organisation, User]:
    """A foundation of a district that is a charity, with its officers, and its agent."""
    organisation, agent = body("FD", division_code=cases.DISTRICT, demo=True)
    grant_attribute(
        organisation_id=organisation.pk, code=AttributeCode.CHARITY, basis="认定决定",
        effective_on=date.fromisoformat(since), actor=None,
    )  # fmt: skip
    if secretary:
        appoint_officers(
            organisation_id=organisation.pk,
            appointments=[
                Appointment(role=role, name=f"{family}示范", identity_number=registry.identity_number())
                for role, family in (
                    (OfficerRole.SECRETARY_GENERAL, "钱"), (OfficerRole.SUPERVISOR, "周"),
                    (OfficerRole.SUPERVISOR, "吴"), (OfficerRole.SUPERVISOR, "郑"),
                )
            ],
            basis="备案", effective_on=date(2021, 1, 1), actor=None,
        )  # fmt: skip
    return organisation, agent


def decided(case: Case) -> Case:
    from shetong.casework import catalogue
    from shetong.casework.services import decision, intake, review, submission

    division = submission.submit(case_id=case.pk, actor=case.applicant).authority_division
    clerk, chief = cases.registrar(division), cases.chief(division)
    intake.accept(case_id=case.pk, actor=clerk)
    for _ in catalogue.national(case.matter).steps[1:]:
        review.forward(case_id=case.pk, actor=clerk, opinion="符合条件。")
    return decision.approve(case_id=case.pk, actor=chief, reason="符合规定。")[0]


def title(case: Case) -> str:
    notice = Notice.objects.get(case=case, kind=NoticeKind.APPROVAL)
    return notice_words.title(notice.kind, notice.content)


@pytest.mark.django_db
class TestDecisions:
    """From the form to the register."""

    def test_recognition_enters_the_attribute_and_is_no_permit(self) -> None:
        organisation, agent = body("FD", demo=True)
        case = approved("CH-REC", organisation, agent, recognition_form())
        held = organisation.attributes.get(code=AttributeCode.CHARITY)
        assert (held.valid_from, held.valid_to) == (timezone.localdate(), None)
        assert held.filing.basis == Notice.objects.get(case=case, kind=NoticeKind.APPROVAL).document_number
        assert (title(case), organisation.permits.count()) == ("慈善组织认定决定书", 0)

    def test_the_qualification_is_a_permit_with_a_certificate_number(self) -> None:
        organisation, agent = charity()
        case = decided(begun("CH-FUND", organisation, agent, fundraising_form()))
        held = organisation.attributes.get(code=AttributeCode.PUBLIC_FUNDRAISING)
        assert held.value == f"{organisation.public_code}G{timezone.localdate().year % 100:02}001"
        permit = organisation.permits.get()
        assert (permit.title, permit.published_at, held.value in permit.content) == ("准予公开募捐资格", None, True)
        assert title(case) == "准予行政许可决定书"

    def test_a_charity_of_yesterday_waits_and_is_told_until_when(self) -> None:
        organisation, agent = charity(str(timezone.localdate() - timedelta(days=1)))
        found = findings(begun("CH-FUND", organisation, agent, fundraising_form()))
        assert [one.code for one in found] == ["fundraising-waiting"]
        assert found[0].provision == "《中华人民共和国慈善法》第二十二条"

    def test_a_revoked_qualification_stops_what_runs_and_bars_for_years(self) -> None:
        organisation, agent = charity()
        decided(begun("CH-FUND", organisation, agent, fundraising_form()))
        today = timezone.localdate()
        values = answers(start_date=today, end_date=today + timedelta(days=30))
        plan = file_plan(
            organisation=organisation, values=values, authority="民政局", filed_on=today, case_number="",
            actor="system:tests",
        )  # fmt: skip
        given_: dict[str, Any] = {"organisation": organisation, "document": "朝民撤〔2026〕1号", "effective_on": today}
        words: dict[str, Any] = {"reason": "违规公开募捐，情节严重。", "provision": "《慈善法》第一百一十一条"}
        with pytest.raises(ForbiddenError):
            qualification.revoke(**given_, **words, actor=cases.registrar("110000"))
        qualification.revoke(**given_, **words, actor=cases.chief("110000"))
        with pytest.raises(ConflictError):
            qualification.revoke(**given_, **words, actor=cases.chief("110000"))
        plan.refresh_from_db()
        assert (plan.state, FundraisingPlan.objects.count()) == ("suspended", 1)
        tomorrow = today + timedelta(days=1)
        assert fundraising(tomorrow, known_of(organisation, tomorrow))[0] == "fundraising-barred"
        assert AuditEvent.objects.filter(action="charity.revoke-qualification").count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            QualificationLoss.objects.update(reason="另写")


TRUST: dict[str, Any] = {
    "trust_filing_kind": "new", "trust_name": "山区助学慈善信托", "signed_on": str(ON), "trust_amount": 100_000_000,
    "charitable_only": True, "interested_beneficiary": False, "settlor_is_trustee": False,
}  # fmt: skip


def trust_codes(on: date = ON, *, known_number: bool | None = None, **changes: Any) -> list[str]:
    return [one.code for one in trust_rules.check({**TRUST, **changes}, known_number, on)]


class TestTrustRules:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"signed_on": "2026-04-28"}, "trust-late"),
            ({"signed_on": "2026-05-07"}, "trust-ahead"),
            ({"trust_ends_on": "2026-05-05"}, "trust-period"),
            ({"interested_beneficiary": True}, "trust-interested"),
            ({"charitable_only": False}, "trust-purpose"),
            ({"settlor_is_trustee": True}, "trust-trustee"),
            ({"trust_amount": 0}, "trust-amount"),
            ({"trust_filing_kind": "trustee", "changed_on": "2026-04-28"}, "trust-late"),
        ],
    )
    def test_what_the_law_asks_is_checked(self, changes: dict[str, Any], code: str) -> None:
        assert trust_codes(**changes) == [code]

    def test_seven_days_are_enough(self) -> None:
        assert trust_codes(signed_on="2026-04-29") == []
        assert trust_codes(known_number=False) == ["trust-number"]


def trust_form(kind: str = "new", **changes: Any) -> dict[str, Any]:
    today = str(timezone.localdate())
    form: dict[str, Any] = {
        "filing": {"trust_filing_kind": kind},
        "trust": {
            "trust_name": "山区助学慈善信托", "signed_on": today, "trust_purpose": "资助山区学生。",
            "trust_amount": "100万元", "trust_property": "货币资金", "charitable_only": True,
        },
    }  # fmt: skip
    if kind == "new":
        form["parties"] = {
            "settlor_name": "孙示范", "settlor_code": "110101199001010015", "settlor_public": False,
            "settlor_is_trustee": False,
        }  # fmt: skip
        form["beneficiaries"] = {"beneficiary_scope": "山区学生，由学校推荐。", "interested_beneficiary": False}
    else:
        form["earlier"] = {"changed_on": today, "trust_reason": "规模扩大。", **changes}
    return form


@pytest.mark.django_db
class TestTrusts:
    def test_a_trust_is_filed_changed_and_ended_and_the_settlor_stays_unnamed(self) -> None:
        organisation, agent = charity(secretary=False)
        case = decided(begun("CH-TRUST", organisation, agent, trust_form()))
        trust = CharitableTrust.objects.get()
        assert trust.number == f"{organisation.public_code}T{timezone.localdate().year % 100:02}001"
        assert (trust.settlor, trust.trustee, title(case)) == ("", organisation, "备案通知书")
        assert not {"settlor_name", "settlor_code"} & trust.filings.get().content.keys()
        changed = trust_form("change", trust_number=trust.number)
        changed["trust"]["trust_amount"] = "200万元"
        decided(begun("CH-TRUST", organisation, agent, changed))
        decided(begun("CH-TRUST", organisation, agent, trust_form("end", trust_number=trust.number)))
        trust.refresh_from_db()
        assert (trust.state, trust.amount, trust.filings.count()) == (TrustState.ENDED, 100_000_000, 3)
        sequence(log="charity")
        assert audit.audit(tree.log_named("charity")).findings == ()

    def test_a_trust_company_that_no_register_knows_files_where_it_has_its_seat(self) -> None:
        from shetong.casework.services import mandates

        agent, code = cases.applicant(), "91110101MA0000000X"
        mandates.grant(
            organisation_code=code, organisation_name="示范信托有限公司", division_code="110000", user=agent,
            basis="授权书", actor=None,
        )  # fmt: skip
        company = Organisation(uscc=code, name="示范信托有限公司")
        form = trust_form()
        form["seat"] = {"division_code": cases.DISTRICT, "trustee_name": "示范信托有限公司"}
        case = decided(begun("CH-TRUST", company, agent, form))
        trust = CharitableTrust.objects.get()
        assert (trust.trustee, trust.trustee_name, case.authority_division) == (
            None,
            "示范信托有限公司",
            cases.DISTRICT,
        )
