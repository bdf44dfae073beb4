"""The disclosure calendar: what the law asks of facts, and how duties live from derivation to publication."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shetong.accounts.models import Message, User
from shetong.charity.models import Disclosure, DisclosureDuty, DutyKind, FundraisingPlan, TrustFilingKind
from shetong.charity.queries import disclosure as queries
from shetong.charity.rules import disclosure as rules
from shetong.charity.rules import privacy
from shetong.charity.rules.disclosure import Course, Facts, Happened, Trusteeship
from shetong.charity.rules.disclosure_contents import CONTENTS
from shetong.charity.rules.qualification import until
from shetong.charity.rules.ratios import Figures
from shetong.charity.services import annual_figures, disclosure, progress, trusts
from shetong.charity.services.plans import file_plan
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.ledger.queries import audit, tree
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import AttributeCode, CreditReferral, Organisation
from shetong.registry.services.attributes import grant_attribute
from tests.casework.applications import body
from tests.charity import factories
from tests.charity.test_plans import answers

SINCE = date(2026, 1, 1)
ALWAYS = ((date(2020, 1, 1), None),)


def facts(**changes: Any) -> Facts:
    return Facts(**{"charity": ALWAYS, "public": ALWAYS, "since": SINCE, **changes})


def due(of: Facts, to: date = date(2026, 12, 31)) -> list[tuple[str, str]]:
    return [(duty.kind.value, str(duty.due_on)) for duty in rules.duties(of, to)]


class TestTheRules:
    def test_every_year_has_its_reports_by_their_months(self) -> None:
        assert due(facts()) == [("annual", "2026-05-31"), ("pay", "2026-05-31"), ("related-list", "2026-05-31")]
        without = facts(public=())
        assert [kind for kind, _ in due(without)] == ["annual", "major-projects", "related-list"]
        assert due(facts(charity=())) == []

    def test_a_new_charity_publishes_what_it_is_within_thirty_days(self) -> None:
        young = facts(charity=((date(2026, 3, 1), None),), public=())
        assert due(young) == [("basic", "2026-03-31")]

    def test_a_long_campaign_is_told_of_every_three_months_and_in_full_after_its_end(self) -> None:
        campaign = Course("A1", "午餐", date(2026, 1, 10), date(2026, 8, 20))
        found = [one for one in due(facts(campaigns=(campaign,))) if one[0].startswith("campaign")]
        assert found == [
            ("campaign-progress", "2026-04-10"), ("campaign-progress", "2026-07-10"), ("campaign-final", "2026-11-20"),
        ]  # fmt: skip

    def test_a_short_one_only_in_full(self) -> None:
        campaign = Course("A1", "午餐", date(2026, 1, 10), date(2026, 7, 10))
        found = [one for one in due(facts(campaigns=(campaign,))) if one[0].startswith("campaign")]
        assert found == [("campaign-final", "2026-10-10")]

    def test_an_emergency_tells_every_five_days(self) -> None:
        campaign = Course("A1", "救灾", date(2026, 2, 1), date(2026, 2, 12), emergency=True)
        found = [day for kind, day in due(facts(campaigns=(campaign,))) if kind == "rescue"]
        assert found == ["2026-02-05", "2026-02-10", "2026-02-15"]

    @pytest.mark.parametrize("kind", sorted(rules.FACT_KEYS))
    def test_what_happens_is_published_within_thirty_days_by_its_article(self, kind: DutyKind) -> None:
        (duty,) = [
            one
            for one in rules.duties(
                facts(happened=(Happened(7, kind, date(2026, 3, 1), "购置房屋"),)), date(2026, 4, 9)
            )
            if one.subject == "7"
        ]
        assert (duty.due_on, "第81号" in duty.provision) == (date(2026, 3, 31), True)

    def test_a_trustee_reports_every_year_of_its_time(self) -> None:
        def years(*trusts: Trusteeship) -> list[str]:
            return [day for kind, day in due(facts(trusts=trusts), date(2029, 12, 31)) if kind == "trust-report"]

        since = date(2025, 6, 1)
        assert years(Trusteeship("T1", "信托", since)) == [f"{year}-03-31" for year in range(2026, 2030)]
        assert years(Trusteeship("T1", "信托", since, date(2027, 5, 1))) == ["2026-03-31", "2027-03-31"]
        assert years(Trusteeship("T1", "信托", date(2027, 5, 1), date(2028, 2, 1), over=True)) == [
            "2028-03-31", "2029-03-31",
        ]  # fmt: skip

    def test_what_is_told_early_starts_the_next_interval(self) -> None:
        told = (date(2026, 2, 1), date(2026, 6, 20))
        campaign = Course("A1", "午餐", date(2026, 1, 10), date(2026, 12, 19), told=told)
        found = [day for kind, day in due(facts(campaigns=(campaign,))) if kind == "campaign-progress"]
        # Told on 1 February: again until 1 May, which was missed; told on 20 June for the interval after it.
        assert found == ["2026-04-10", "2026-05-01", "2026-08-01", "2026-09-20"]

    def test_what_fell_due_before_the_calendar_was_kept_is_not_asked_for(self) -> None:
        old = Course("A1", "旧", date(2019, 1, 1), date(2019, 12, 1))
        assert not [one for one in due(facts(campaigns=(old,))) if one[0].startswith("campaign")]

    def test_what_is_not_confirmed_carries_no_provision(self) -> None:
        found = {duty.kind: duty.provision for duty in rules.duties(facts(), date(2026, 6, 1))}
        assert (found[DutyKind.PAY], found[DutyKind.ANNUAL]) == ("", "《慈善组织信息公开办法》（民政部令第81号）第六条")


DAYS = st.dates(date(2018, 1, 1), date(2030, 1, 1))


class TestTheCalendar:
    @given(start=DAYS, length=st.integers(0, 1500), emergency=st.booleans(), more=st.integers(0, 900))
    def test_progress_leaves_no_day_of_a_long_campaign_untold(
        self, start: date, length: int, emergency: bool, more: int
    ) -> None:
        end = start + timedelta(days=length)
        of = facts(campaigns=(Course("A1", "名", start, end, emergency),), since=date(2016, 9, 1))
        found = rules.duties(of, end + timedelta(days=more + 120))
        told = [duty for duty in found if duty.kind == DutyKind.CAMPAIGN_PROGRESS]
        for earlier, later in pairwise(told):
            assert later.period_from == earlier.period_to + timedelta(days=1)
            assert later.due_on <= until(earlier.due_on, 3) + timedelta(days=3)
        assert all(duty.period_from >= start and duty.due_on <= end for duty in told)
        if told:
            assert end > until(start, 6)
        (final,) = [duty for duty in found if duty.kind == DutyKind.CAMPAIGN_FINAL]
        assert final.due_on == until(end, 3)

    @given(
        courses=st.lists(st.tuples(DAYS, st.integers(0, 900)), max_size=3),
        to=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
        later=st.integers(0, 400),
    )
    def test_looking_further_ahead_only_adds_and_every_duty_has_one_key(
        self, courses: list[tuple[date, int]], to: date, later: int
    ) -> None:
        of = facts(
            projects=tuple(
                Course(f"P{at}", "名", start, start + timedelta(days=days)) for at, (start, days) in enumerate(courses)
            )
        )
        near, far = rules.duties(of, to), rules.duties(of, to + timedelta(days=later))
        assert set(near) <= set(far)
        assert len({duty.key for duty in far}) == len(far)
        assert all(SINCE <= duty.due_on <= to for duty in near)


class TestPrivacy:
    @pytest.mark.parametrize("text", ["证号110101199001010015。", "请打13800001234", "身份证 11010119900101001X"])
    def test_numbers_of_people_are_found(self, text: str) -> None:
        assert privacy.complaint(text)

    def test_codes_amounts_and_phones_of_contacts_are_not(self) -> None:
        assert privacy.complaint("代码52110000MJ0000000X，支出13800001234567元，备案号53110000MJ0000000XA26001") == ""
        assert privacy.complaint("电话13800001234", phones=True) == ""


def parts(kind: str, text: str = "如实公布。") -> dict[str, str]:
    return {part.name: text for part in CONTENTS[kind]}


def charity(*, public: bool = True) -> tuple[Organisation, User]:
    """A charity of years with its agent, whose calendar is up to date."""
    organisation, agent = body("FD", demo=True)
    for code in (AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING)[: 2 if public else 1]:
        grant_attribute(
            organisation_id=organisation.pk, code=code, basis="决定", effective_on=date(2020, 1, 1), actor=None
        )
    disclosure.refresh(organisation)
    return organisation, agent


def open_(organisation: Organisation, kind: DutyKind) -> DisclosureDuty:
    return next(one for one in queries.open_duties(organisation) if one.kind == kind)


TRUST: dict[str, Any] = {
    "trust_name": "助学慈善信托", "trust_purpose": "助学。", "trust_amount": 100_000_000, "signed_on": "2024-05-01",
}  # fmt: skip
FIGURES = Figures(
    year=2025, income=1_000, restricted=0, lifted=0, net_assets=5_000, spending=800, management=100, total=950,
    donations=900,
)  # fmt: skip


@pytest.mark.django_db
class TestDuties:
    def test_they_follow_the_facts_and_are_withdrawn_with_them(self) -> None:
        organisation, _agent = charity()
        today = timezone.localdate()
        plan = file_plan(
            organisation=organisation, values=answers(start_date=today, end_date=today + timedelta(days=10)),
            authority="民政局", filed_on=today, case_number="", actor="system:tests",
        )  # fmt: skip
        disclosure.refresh(organisation)
        final = open_(organisation, DutyKind.CAMPAIGN_FINAL)
        assert (final.subject, final.due_on) == (plan.number, until(plan.ends_on, 3))
        FundraisingPlan.objects.update(ends_on=today + timedelta(days=20))
        disclosure.refresh(organisation)
        final.refresh_from_db()
        assert final.due_on == until(today + timedelta(days=20), 3)
        FundraisingPlan.objects.update(state="cancelled")
        assert disclosure.refresh(organisation) == 0
        final.refresh_from_db()
        assert final.withdrawn_at is not None

    def test_an_entry_meets_its_duty_once_is_in_the_log_and_is_only_corrected(self) -> None:
        organisation, agent = charity()
        duty = open_(organisation, DutyKind.RELATED_LIST)
        entry = disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=agent)
        with pytest.raises(ConflictError):
            disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=agent)
        with pytest.raises(InvalidInputError):
            disclosure.correct(entry_id=entry.pk, parts=parts(duty.kind), explanation=" ", actor=agent)
        correction = disclosure.correct(
            entry_id=entry.pk, parts=parts(duty.kind, "更正后的名单。"), explanation="漏列一家。", actor=agent
        )
        assert (correction.corrects, entry.content) == (entry, [["关联方名单及关联关系说明", "如实公布。"]])
        assert duty.pk not in {one.pk for one in queries.open_duties(organisation)}
        with pytest.raises(DatabaseError), transaction.atomic():
            Disclosure.objects.update(title="另一个")
        sequence(log="charity")
        assert audit.audit(tree.log_named("charity")).findings == ()

    def test_strangers_publish_nothing_and_neither_do_numbers_of_people(self) -> None:
        organisation, agent = charity()
        duty = open_(organisation, DutyKind.RELATED_LIST)
        with pytest.raises(ForbiddenError):
            disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=body()[1])
        for text in ("", "张某，110101199001010015"):
            with pytest.raises(InvalidInputError):
                disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind, text), actor=agent)
        assert not Disclosure.objects.exists()

    def test_the_annual_report_goes_with_its_figures(self) -> None:
        organisation, agent = charity()
        duty = open_(organisation, DutyKind.ANNUAL)
        with pytest.raises(InvalidInputError) as refused:
            disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=agent)
        assert refused.value.code == "figures-missing"
        from dataclasses import replace

        year = duty.period_to.year
        annual_figures.record(organisation=organisation, figures=replace(FIGURES, year=year), actor=agent)
        entry = disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=agent)
        assert ["慈善活动支出", 800] in entry.figures
        annual_figures.record(organisation=organisation, figures=replace(FIGURES, year=year, spending=750), actor=agent)
        again = disclosure.correct(entry_id=entry.pk, parts=parts(duty.kind), explanation="支出有误。", actor=agent)
        assert ["慈善活动支出", 750] in again.figures
        (judged,) = queries.judged(organisation)
        assert (judged.figures.year, judged.met) == (year, True)

    def test_figures_that_cannot_be_are_refused_and_every_edition_stays(self) -> None:
        organisation, agent = charity()
        from dataclasses import replace

        for wrong in ({"total": 899}, {"donations": 1_001}, {"restricted": 1_001}, {"year": 2015}):
            with pytest.raises(InvalidInputError):
                annual_figures.record(organisation=organisation, figures=replace(FIGURES, **wrong), actor=agent)
        for spending in (700, 800):
            row = annual_figures.record(
                organisation=organisation, figures=replace(FIGURES, spending=spending), actor=agent
            )
        assert (row.edition, queries.latest_figures(organisation)[2025].spending) == (2, 800)

    def test_nothing_is_published_of_a_time_that_has_not_come(self) -> None:
        organisation, agent = charity()
        today = timezone.localdate()
        file_plan(
            organisation=organisation, values=answers(start_date=today, end_date=today + timedelta(days=10)),
            authority="民政局", filed_on=today, case_number="", actor="system:tests",
        )  # fmt: skip
        disclosure.refresh(organisation)
        final = open_(organisation, DutyKind.CAMPAIGN_FINAL)
        with pytest.raises(WrongStateError) as caught:
            disclosure.publish(duty_id=final.pk, parts=parts(final.kind), actor=agent)
        assert caught.value.code == "duty-not-open"
        disclosure.publish(duty_id=final.pk, parts=parts(final.kind), actor=agent, today=final.period_to)
        next_year = date(today.year + 1, 1, 1)
        disclosure.refresh(organisation, today=next_year + timedelta(days=60))
        annual = DisclosureDuty.objects.get(kind=DutyKind.RELATED_LIST, period_to=next_year - timedelta(days=1))
        with pytest.raises(WrongStateError):
            disclosure.publish(duty_id=annual.pk, parts=parts(annual.kind), actor=agent, today=annual.period_to)
        disclosure.publish(duty_id=annual.pk, parts=parts(annual.kind), actor=agent, today=next_year)

    def test_progress_is_told_at_every_interval_and_afterwards_where_it_was_not(self) -> None:
        organisation, agent = charity()
        today = timezone.localdate()
        project = factories.project(organisation, starts_on=today - timedelta(days=200))

        def waiting() -> list[date]:
            found = [one for one in queries.open_duties(organisation) if one.kind == DutyKind.PROJECT_PROGRESS]
            return [one.due_on for one in found if one.due_on <= today + timedelta(days=92)]

        def tell(covers_to: date, **more: Any) -> None:
            said = parts(DutyKind.PROJECT_FINAL if more else DutyKind.PROJECT_PROGRESS)
            progress.report(
                project=project.number, title="进展", covers_to=covers_to, parts=said, photos=[], actor=agent, **more
            )

        disclosure.refresh(organisation)
        first = waiting()[0]
        tell(first - timedelta(days=30))
        early = until(first - timedelta(days=30), 3)
        assert waiting()[0] == early
        progress.end(project=project.number, ended_on=today, surplus="无", actor=agent)
        with pytest.raises(InvalidInputError):
            tell(today - timedelta(days=1), final=True)
        tell(today, final=True)
        assert early in waiting()
        tell(today)
        assert waiting() == []
        with pytest.raises(WrongStateError):
            tell(today)

    def test_reports_of_a_trust_are_owed_by_the_trustee_of_their_time(self) -> None:
        (first, _agent), (second, _other) = charity(), charity()
        trust = trusts.file_trust(
            kind=TrustFilingKind.NEW, trustee_code=first.public_code, values=TRUST, authority="民政局",
            filed_on=date(2024, 5, 1), case_number="", actor="system:tests",
        )  # fmt: skip
        change: dict[str, Any] = {"number": trust.number, "values": {}, "case_number": "", "actor": "system:tests"}
        trusts.file_change(
            kind=TrustFilingKind.TRUSTEE, trustee_code=second.public_code, filed_on=date(2026, 2, 1), **change
        )

        def owed(by: Organisation) -> list[int]:
            disclosure.refresh(by, today=date(2028, 1, 1))
            found = queries.standing().filter(organisation=by, kind=DutyKind.TRUST_REPORT)
            return sorted(one.period_to.year for one in found)

        assert (owed(first), owed(second)) == ([2025], [2026, 2027])
        trusts.file_change(
            kind=TrustFilingKind.END, trustee_code=second.public_code, filed_on=date(2026, 8, 1), **change
        )
        assert (owed(first), owed(second)) == ([2025], [2026])

    def test_people_are_reminded_once_before_and_once_after(self) -> None:
        organisation, agent = charity()
        duty = open_(organisation, DutyKind.RELATED_LIST)
        DisclosureDuty.objects.exclude(pk=duty.pk).update(fulfilled_on=duty.due_on)
        before = duty.due_on - timedelta(days=15)
        told = [disclosure.remind(today=before + timedelta(days=days)) for days in (0, 1, 2, 15, 16, 17)]
        assert told == [0, 1, 0, 0, 1, 0]
        titles = [one.title for one in Message.objects.filter(recipient=agent).order_by("pk")]
        assert [("逾期" in title) for title in titles] == [False, True]

    def test_what_stays_overdue_is_handed_over_once_and_settled_when_published(self) -> None:
        organisation, agent = charity()
        duty = open_(organisation, DutyKind.RELATED_LIST)
        DisclosureDuty.objects.exclude(pk=duty.pk).update(fulfilled_on=duty.due_on)
        late = duty.due_on + timedelta(days=31)
        assert [disclosure.refer(today=late - timedelta(days=1)), disclosure.refer(today=late)] == [0, 1]
        assert disclosure.refer(today=late) == 0
        referral = CreditReferral.objects.get()
        assert (referral.source, referral.state) == (f"charity.disclosure/{duty.pk}", "pending")
        assert ["逾期天数", "31"] in referral.facts
        disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=agent)
        referral.refresh_from_db()
        assert referral.state == "settled"


STEPS = st.lists(st.sampled_from(["refresh", "publish", "correct", "remind", "refer", "cancel", "restore"]), max_size=9)


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS, days=st.lists(st.integers(0, 60), min_size=9, max_size=9))
def test_a_duty_lives_lawfully_whatever_happens_in_whatever_order(steps: list[str], days: list[int]) -> None:
    """State machine: met at most once, handed over at most once and never after it was met, never lost."""
    with transaction.atomic():
        organisation, agent = charity(public=False)
        today = timezone.localdate()
        file_plan(
            organisation=organisation, values=answers(start_date=today - timedelta(days=40), end_date=today),
            authority="民政局", filed_on=today, case_number="", actor="system:tests",
        )  # fmt: skip
        disclosure.refresh(organisation)
        duty = open_(organisation, DutyKind.CAMPAIGN_FINAL)
        for step, more in zip(steps, days, strict=False):
            today += timedelta(days=more)
            duty.refresh_from_db()
            was = (duty.fulfilled_on, duty.referred_on)
            if step == "publish":
                allowed = duty.fulfilled_on is None and duty.withdrawn_at is None
                try:
                    disclosure.publish(duty_id=duty.pk, parts=parts(duty.kind), actor=agent, today=today)
                except (ConflictError, NotFoundError):
                    assert not allowed
                else:
                    assert allowed
            elif step == "correct" and (first := duty.entries.filter(corrects=None).first()):
                disclosure.correct(entry_id=first.pk, parts=parts(duty.kind), explanation="更正。", actor=agent)
            elif step == "remind":
                disclosure.remind(today=today)
            elif step == "refer":
                disclosure.refer(today=today)
            elif step in ("cancel", "restore"):
                FundraisingPlan.objects.update(state="cancelled" if step == "cancel" else "filed")
            disclosure.refresh(organisation)
            duty.refresh_from_db()
            assert was[0] is None or duty.fulfilled_on == was[0]
            assert was[1] is None or duty.referred_on == was[1]
            assert duty.entries.filter(corrects=None).count() == (duty.fulfilled_on is not None)
            assert CreditReferral.objects.filter(source=f"charity.disclosure/{duty.pk}").count() == (
                duty.referred_on is not None
            )
            if step == "refer" and was[0] is not None:
                assert duty.referred_on == was[1]
        transaction.set_rollback(True)
