"""The demonstration's platforms: they publish, report and reconcile as their programs would, by the real services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from shetong.accounts.models import User
from shetong.charity.models import FundraisingPlan, Platform, PlatformDay, PlatformMember
from shetong.charity.queries.platforms import days, standing
from shetong.charity.rules import reconciliation as rules
from shetong.charity.rules.platform_pages import Page
from shetong.charity.rules.platform_records import ArrivalReport, Given
from shetong.charity.services.platforms import batches, complaints, money, pages, reconciliation
from shetong.charity.services.platforms.access import Caller
from shetong.registry.demo import past

# Code, name, operator; what the operators are called says that they are invented.
PLATFORMS = (
    ("demo-gongyi", "演示公益平台", "演示公益科技有限公司"),
    ("demo-huzhu", "演示互助捐平台", "演示互助网络有限公司"),
)
LONG_AGO = timedelta(days=900)


def designate(engineer: User) -> list[PlatformSide]:
    """Enter the platforms and let ``engineer`` look after the first of them."""
    today = timezone.localdate()
    found = []
    for code, name, operator in PLATFORMS:
        given = {
            "name": name, "operator_name": operator, "designated_on": today - LONG_AGO, "demo": True,
            "scope": "发布公开募捐信息，管理募捐页面，提供支付通道",
        }  # fmt: skip
        platform, _made = Platform.objects.get_or_create(code=code, defaults=given)
        found.append(PlatformSide(platform))
    PlatformMember.objects.get_or_create(
        platform=found[0].platform, user=engineer, left_at=None, defaults={"added_at": timezone.now()}
    )
    return found


class PlatformSide:
    """One platform: what its program reports, and what of it has not arrived yet."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._caller = Caller(
            0, f"{platform.code}-demo", b"", platform.pk, platform.code, platform.name, platform.designated_on,
            platform.withdrawn_on, sandbox=False,
        )  # fmt: skip
        self._waiting: dict[str, tuple[int, datetime]] = {}

    def page(self, plan: FundraisingPlan) -> str:
        """Return the page of a plan, published where it is not there yet."""
        number = f"page-{plan.number}".lower()
        filed = standing.filed_plan(plan.number, timezone.localdate())
        if not plan.activity.pages.filter(platform=self.platform).exists():
            address = f"https://{self.platform.code}.example/{number}"
            _page, differ = pages.publish(
                self._caller,
                Page(number, plan.number, plan.name, plan.starts_on, plan.ends_on, filed.purpose, plan.target, address),
            )
            if differ:
                raise ValueError(f"{plan.number}: {differ}")
        return number

    def report(self, plan: FundraisingPlan, gifts: Sequence[tuple[str, int, str, str]]) -> None:
        """Report gifts of a plan given now: the platform's number, fen, name and name shown of each."""
        page, now = self.page(plan), timezone.now()
        records = [Given(number, page, fen, now, name, shown) for number, fen, name, shown in gifts]
        outcome = batches.take(self._caller, records)
        if any(outcome.codes):
            raise ValueError(f"{plan.number}: {outcome.codes}")
        before, since = self._waiting.get(plan.number, (0, now))
        self._waiting[plan.number] = (before + outcome.amount, since)

    def transfer(self, plan: FundraisingPlan, *, fee: int = 0) -> None:
        """Let what was given arrive on the charity's account; ``fee``: fen that the platform kept, which it may not."""
        if (held := self._waiting.pop(plan.number, None)) is None:
            return
        now = timezone.now()
        arrival = ArrivalReport(
            f"T-{plan.number}-{now:%m%d}", plan.number, held[0] - fee, plan.organisation.name, held[1], now, now, fee
        )
        if codes := [code for code in money.arrive(self._caller, [arrival]) if code]:
            raise ValueError(f"{plan.number}: {codes}")

    def reconcile(self, *, but_for: int = 0) -> None:
        """Reconcile every day that is over; of the last ``but_for`` days the platform says another amount."""
        found = PlatformDay.objects.filter(platform=self.platform, day__lt=timezone.localdate())
        told = sorted(set(found.values_list("day", flat=True)))
        for number, day in enumerate(reversed(told)):
            self._reconcile(day, differs=number < but_for)

    def _reconcile(self, day: date, *, differs: bool) -> None:
        theirs = days.amounts(self.platform.pk, day)
        if differs:
            number = min(theirs)
            theirs[number] += 100
        said = rules.sums(theirs)
        reconciliation.report(self._caller, rules.DayReport(day, said.count, said.amount, said.digest))
        if differs:
            records = [rules.DayRecord(number, fen) for number, fen in theirs.items()]
            reconciliation.compare(self._caller, day, records)

    def complained(self, plan: FundraisingPlan, now: datetime) -> None:
        """Two complaints of the last weeks: one answered, one waiting."""
        said = {"page": f"page-{plan.number}".lower(), "contact": "13800000000"}
        with past.at(past.office_hour(21, 30, now=now)):
            first = complaints.make(platform=self.platform, text="页面没有写明备案编号，看不出是否备案。", **said)
        with past.at(past.office_hour(17, 30, now=now)):
            complaints.answer(self._caller, first.pk, "备案编号已经移到页面的显著位置，感谢指出。")
        with past.at(past.office_hour(3, 30, now=now)):
            complaints.make(platform=self.platform, text="捐款以后没有收到回执，请说明怎样取得。", **said)
