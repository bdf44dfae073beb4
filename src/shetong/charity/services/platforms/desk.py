"""What a platform's program can do, for real: each act as plain values that the interface answers with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from shetong.charity.models import ActivityPage, Discrepancy, Donation, PageState, Side
from shetong.charity.queries import tracing
from shetong.charity.queries.platforms import standing
from shetong.charity.rules import receipt_links
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_pages import Difference, FiledPlan, Page, Standing
from shetong.charity.rules.platform_records import ArrivalReport, Given, Refund
from shetong.charity.rules.reconciliation import DayRecord, DayReport
from shetong.charity.services.platforms import batches, money, pages, reconciliation
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.platforms.batches import Outcome

MOST_LISTED = 1_000
Shape = dict[str, Any]


class Desk(Protocol):
    """The acts of the interface, in the environment of the caller; what each does is told by :class:`RealDesk`."""

    caller: Caller

    # ruff: noqa: D102
    def qualification(self, code: str) -> Standing: ...
    def plan(self, number: str) -> FiledPlan: ...
    def publish(self, page: Page) -> tuple[Shape | None, list[Difference]]: ...
    def page(self, number: str) -> Shape: ...
    def pages(self) -> list[Shape]: ...
    def change(self, number: str, state: PageState) -> Shape: ...
    def take(self, records: Sequence[Given | None]) -> Outcome: ...
    def donation(self, number: str) -> Shape: ...
    def refund(self, records: Sequence[Refund | None]) -> list[str]: ...
    def arrive(self, records: Sequence[ArrivalReport | None]) -> list[str]: ...
    def report(self, said: DayReport) -> Shape: ...
    def compare(self, day: date, records: Sequence[DayRecord | None]) -> list[Shape]: ...
    def discrepancies(self) -> list[Shape]: ...
    def explain(self, number: int, text: str, settles: bool) -> Shape: ...


class RealDesk:
    """The acts themselves."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def qualification(self, code: str) -> Standing:
        """An organisation's standing today."""
        return standing.of_organisation(code, timezone.localdate())

    def plan(self, number: str) -> FiledPlan:
        """A plan as filed."""
        return standing.filed_plan(number, timezone.localdate())

    def publish(self, page: Page) -> tuple[Shape | None, list[Difference]]:
        """Publish or change a page."""
        found, differ = pages.publish(self.caller, page)
        return (
            (None, differ) if differ or found is None else (_page(standing.page(self.caller.platform, page.page)), [])
        )

    def page(self, number: str) -> Shape:
        """One page."""
        return _page(standing.page(self.caller.platform, number))

    def pages(self) -> list[Shape]:
        """The newest pages."""
        found = ActivityPage.objects.select_related("activity__plan").filter(platform_id=self.caller.platform)
        return [_page(one) for one in found.order_by("-pk")[:MOST_LISTED]]

    def change(self, number: str, state: PageState) -> Shape:
        """Suspend, take up again or close a page."""
        return _page(pages.change(self.caller, number, state))

    def take(self, records: Sequence[Given | None]) -> Outcome:
        """Take a batch of donations."""
        return batches.take(self.caller, records)

    def donation(self, number: str) -> Shape:
        """A donation by the platform's number, with the address of the donor's receipt."""
        found = (
            Donation.objects.select_related("activity__plan", "pool__project")
            .filter(platform_id=self.caller.platform, platform_order=number)
            .first()
            if "\0" not in number
            else None
        )
        if found is None:
            raise PlatformError("donation-not-found")
        receipt = reverse("charity:receipt", args=[receipt_links.token(found.pk)])
        return {
            "number": found.platform_order,
            "donation": found.number,
            "amount": found.amount,
            "refunded": tracing.taken_back(found),
            "plan": found.activity.plan.number if found.activity else "",
            "project": found.pool.project.number if found.pool.project else "",
            "donated_at": found.donated_at.isoformat(),
            "recorded_at": found.recorded_at.isoformat(),
            "receipt": f"{settings.PUBLIC_URL}{receipt}",
        }

    def refund(self, records: Sequence[Refund | None]) -> list[str]:
        """Carry refunds out."""
        return money.refund(self.caller, records)

    def arrive(self, records: Sequence[ArrivalReport | None]) -> list[str]:
        """Take arrivals."""
        return money.arrive(self.caller, records)

    def report(self, said: DayReport) -> Shape:
        """Compare a day."""
        row = reconciliation.report(self.caller, said)
        ours = {"count": row.our_count, "amount": row.our_amount, "digest": row.our_digest}
        return {"day": row.day.isoformat(), "agreed": row.agreed_at is not None, "round": row.round, "ours": ours}

    def compare(self, day: date, records: Sequence[DayRecord | None]) -> list[Shape]:
        """Compare a day record by record."""
        return [_discrepancy(one) for one in reconciliation.compare(self.caller, day, records)]

    def discrepancies(self) -> list[Shape]:
        """What is open."""
        found = Discrepancy.objects.filter(
            reconciliation__platform_id=self.caller.platform, closed_at__isnull=True, explained=False
        ).select_related("reconciliation")
        return [_discrepancy(one) for one in found.prefetch_related("notes").order_by("pk")[:MOST_LISTED]]

    def explain(self, number: int, text: str, settles: bool) -> Shape:
        """Say something of a discrepancy."""
        found = Discrepancy.objects.filter(pk=number, reconciliation__platform_id=self.caller.platform).first()
        if found is None:
            raise PlatformError("discrepancy-not-found")
        reconciliation.say(discrepancy=found, side=Side.PLATFORM, text=text, settles=settles, actor=self.caller)
        return _discrepancy(Discrepancy.objects.select_related("reconciliation").get(pk=found.pk))


def _page(page: ActivityPage) -> Shape:
    return {
        "page": page.external_id,
        "plan": page.activity.plan.number,
        "title": page.title,
        "state": page.state,
        "plan_state": page.activity.plan.state,
        "published_at": page.published_at.isoformat(),
        "closed_at": page.closed_at.isoformat() if page.closed_at else None,
    }


def _discrepancy(one: Discrepancy) -> Shape:
    return {
        "id": one.pk,
        "day": one.reconciliation.day.isoformat(),
        "kind": one.kind,
        "number": one.number,
        "theirs": one.theirs,
        "ours": one.ours,
        "hint": one.hint,
        "explained": one.explained,
        "notes": [
            {"side": note.side, "text": note.text, "settles": note.settles, "at": note.written_at.isoformat()}
            for note in one.notes.all()
        ],
    }
