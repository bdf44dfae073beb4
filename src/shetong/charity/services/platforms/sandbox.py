"""The same acts in the sandbox: judged by the same rules, kept apart from everything real, forgotten after a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shetong.charity.models import CertificationStep, PageState, SandboxRecord
from shetong.charity.rules import certification, reconciliation, sandbox_world
from shetong.charity.rules.certification import Call
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_pages import Difference, FiledPlan, Page, Standing, differences
from shetong.charity.rules.platform_records import (
    ArrivalReport,
    Given,
    PageFacts,
    Refund,
    doubles,
    judge,
    judge_arrival,
    judge_refund,
)
from shetong.charity.services.platforms.access import Caller
from shetong.charity.services.platforms.aftermath import CHINA
from shetong.charity.services.platforms.batches import Outcome
from shetong.charity.services.platforms.pages import require_publishable

KEPT = timedelta(days=30)
MOST_KEPT = 200_000  # records of a platform
Shape = dict[str, Any]


def note(platform: int, call: Call) -> None:
    """Enter the steps of the certification test that a call passes."""
    passed = certification.passed_by(call)
    if passed:
        now = timezone.now()
        CertificationStep.objects.bulk_create(
            [CertificationStep(platform_id=platform, step=step, passed_at=now) for step in passed],
            ignore_conflicts=True,
        )


def forget() -> int:
    """Delete what was tried out a month ago; return how many rows."""
    deleted, _ = SandboxRecord.objects.filter(recorded_at__lt=timezone.now() - KEPT).delete()
    return deleted


class SandboxDesk:
    """The acts of the interface on invented data."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def qualification(self, code: str) -> Standing:
        """The standing of an invented organisation."""
        return sandbox_world.standing(code, timezone.localdate())

    def plan(self, number: str) -> FiledPlan:
        """An invented plan."""
        return sandbox_world.plan(number, self.caller.name)

    def publish(self, page: Page) -> tuple[Shape | None, list[Difference]]:
        """Publish or change a page."""
        plan = self.plan(page.plan)
        require_publishable(self.caller, plan, self.qualification(plan.organisation_code))
        known = self._rows("page").filter(number=page.page).first()
        if known and known.parent != plan.number:
            raise PlatformError("page-taken")
        if known and known.content["state"] == PageState.CLOSED:
            raise PlatformError("page-closed")
        if differ := differences(page, plan):
            return None, differ
        content = {"title": page.title, "state": PageState.PUBLISHED.value, "closed_at": None}
        self._keep("page", page.page, parent=plan.number, content=content)
        return self.page(page.page), []

    def page(self, number: str) -> Shape:
        """One page."""
        found = self._rows("page").filter(number=number).first() if "\0" not in number else None
        if found is None:
            raise PlatformError("page-not-found")
        return {
            "page": found.number,
            "plan": found.parent,
            "plan_state": "filed",
            "published_at": found.recorded_at.isoformat(),
            **found.content,
        }

    def pages(self) -> list[Shape]:
        """The newest pages."""
        return [self.page(one.number) for one in self._rows("page").order_by("-pk")[:100]]

    def change(self, number: str, state: PageState) -> Shape:
        """Suspend, take up again or close a page."""
        now = self.page(number)
        if now["state"] == PageState.CLOSED and state != PageState.CLOSED:
            raise PlatformError("page-closed")
        closed = timezone.now().isoformat() if state == PageState.CLOSED else None
        content = {"title": now["title"], "state": state.value, "closed_at": now["closed_at"] or closed}
        self._rows("page").filter(number=number).update(content=content)
        return self.page(number)

    def take(self, records: Sequence[Given | None]) -> Outcome:
        """Take a batch of donations."""
        now = timezone.now()
        if self._rows("donation").count() + len(records) > MOST_KEPT:
            raise PlatformError("busy", "沙箱已满，请等待旧数据清除，或者联系主管部门。")
        facts = self._facts({one.page for one in records if one is not None})
        codes = judge(records, facts, now=now)
        doubles(records, codes)
        given = {one.number: index for index, one in enumerate(records) if one is not None and not codes[index]}
        known = self._rows("donation").filter(number__in=given)
        for row in known:
            index = given[row.number]
            codes[index] = "duplicate" if row.content == _content(records[index]) else "number-conflict"
        outcome = Outcome(codes)
        new = [one for one, code in zip(records, codes, strict=True) if one is not None and not code]
        SandboxRecord.objects.bulk_create(
            [
                SandboxRecord(
                    platform_id=self.caller.platform,
                    kind="donation",
                    number=one.number,
                    parent=one.page,
                    day=one.donated_at.astimezone(CHINA).date(),
                    amount=one.amount,
                    content=_content(one),
                    recorded_at=now,
                )
                for one in new
            ],
            batch_size=1_000,
        )
        outcome.taken, outcome.amount = len(new), sum(one.amount for one in new)
        waiting = self._rows("waiting").filter(parent__in=[one.number for one in new])
        outcome.refunds = waiting.update(kind="refund")
        return outcome

    def donation(self, number: str) -> Shape:
        """A donation by the platform's number."""
        found = self._rows("donation").filter(number=number).first() if "\0" not in number else None
        if found is None:
            raise PlatformError("donation-not-found")
        return {
            "number": number,
            "donation": f"SANDBOX{found.pk}",
            "amount": found.amount,
            "refunded": self._refunded(number),
            "plan": sandbox_world.PLAN,
            "project": sandbox_world.PROJECT,
            "donated_at": found.content["donated_at"],
            "recorded_at": found.recorded_at.isoformat(),
            "receipt": "",
        }

    def refund(self, records: Sequence[Refund | None]) -> list[str]:
        """Carry refunds out."""
        now = timezone.now()
        codes = []
        for one in records:
            code = judge_refund(one, now=now)
            if one is not None and not code:
                code = self._refund(one)
            codes.append(code)
        return codes

    def _refund(self, one: Refund) -> str:
        known = self._rows("refund", "waiting").filter(number=one.number).first()
        if known:
            same = (known.parent, known.amount) == (one.donation, one.amount)
            return ("waiting" if known.kind == "waiting" else "duplicate") if same else "number-conflict"
        donation = self._rows("donation").filter(number=one.donation).first()
        if donation and self._refunded(one.donation) + one.amount > donation.amount:
            return "refund-too-much"
        self._keep("refund" if donation else "waiting", one.number, parent=one.donation, amount=one.amount)
        return "" if donation else "waiting"

    def _refunded(self, donation: str) -> int:
        return sum(self._rows("refund").filter(parent=donation).values_list("amount", flat=True))

    def arrive(self, records: Sequence[ArrivalReport | None]) -> list[str]:
        """Take arrivals."""
        now = timezone.now()
        codes = []
        for one in records:
            code = judge_arrival(one, now=now)
            if one is not None and not code:
                known = self._rows("arrival").filter(number=one.number).first()
                if one.plan.upper() != sandbox_world.PLAN:
                    code = "wrong-plan"
                elif known:
                    code = "duplicate" if known.amount == one.amount else "number-conflict"
                else:
                    self._keep("arrival", one.number, parent=one.plan, amount=one.amount)
            codes.append(code)
        return codes

    def report(self, said: reconciliation.DayReport) -> Shape:
        """Compare a day."""
        if said.day >= timezone.localdate():
            raise PlatformError("day-not-over")
        ours = reconciliation.sums(self._amounts(said.day))
        agreed = (said.count, said.amount, said.digest) == (ours.count, ours.amount, ours.digest)
        content = {"count": said.count, "amount": said.amount, "digest": said.digest}
        self._keep("day", said.day.isoformat(), day=said.day, content=content)
        figures = {"count": ours.count, "amount": ours.amount, "digest": ours.digest}
        return {"day": said.day.isoformat(), "agreed": agreed, "round": 1, "ours": figures}

    def compare(self, day: date, records: Sequence[reconciliation.DayRecord | None]) -> list[Shape]:
        """Compare a day record by record."""
        row = self._rows("day").filter(number=day.isoformat()).first()
        if row is None:
            raise PlatformError("reconciliation-not-found")
        theirs = {one.number: one.amount for one in records if one is not None}
        said = reconciliation.sums(theirs)
        content = {"count": said.count, "amount": said.amount, "digest": said.digest}
        if len(theirs) != len(records) or content != row.content:
            raise PlatformError("reconciliation-mismatch")
        self._rows("difference").filter(day=day).delete()
        for one in reconciliation.differences(theirs, self._amounts(day)):
            said_of: Shape = {"kind": one.kind.value, "theirs": one.theirs, "ours": one.ours, "notes": []}
            self._keep("difference", one.number, day=day, content=said_of)
        return [self._difference(one) for one in self._rows("difference").filter(day=day).order_by("number")]

    def discrepancies(self) -> list[Shape]:
        """What is open."""
        return [self._difference(one) for one in self._rows("difference").order_by("pk")[:1_000]]

    def explain(self, number: int, text: str, settles: bool) -> Shape:
        """Say something of a discrepancy."""
        found = self._rows("difference").filter(pk=number).first()
        if found is None:
            raise PlatformError("discrepancy-not-found")
        at = timezone.now().isoformat()
        found.content["notes"].append({"side": "platform", "text": text[:500], "settles": settles, "at": at})
        found.save(update_fields=["content"])
        return self._difference(found)

    def _difference(self, row: SandboxRecord) -> Shape:
        day = row.day.isoformat() if row.day else ""
        return {"id": row.pk, "day": day, "number": row.number, "hint": "", "explained": False, **row.content}

    def _amounts(self, day: date) -> dict[str, int]:
        return dict(self._rows("donation").filter(day=day).values_list("number", "amount"))

    def _facts(self, numbers: set[str]) -> dict[str, PageFacts]:
        wanted = [number for number in numbers if "\0" not in number]
        found = {}
        for row in self._rows("page").filter(number__in=wanted):
            plan = self.plan(row.parent)
            closed = row.content["closed_at"]
            closes = datetime.fromisoformat(closed) if closed else _start(plan.ends_on)
            found[row.number] = PageFacts(
                plan.number, plan.project, _start(plan.starts_on), closes, None, sandbox_world.EARMARKS
            )
        return found

    def _rows(self, *kinds: str) -> Any:
        return SandboxRecord.objects.filter(platform_id=self.caller.platform, kind__in=kinds)

    def _keep(self, kind: str, number: str, **values: Any) -> None:
        SandboxRecord.objects.update_or_create(
            platform_id=self.caller.platform,
            kind=kind,
            number=number,
            defaults={**values, "recorded_at": timezone.now()},
        )


def _content(one: Given | None) -> Shape:
    if one is None:
        return {}
    return {
        "page": one.page,
        "amount": one.amount,
        "donated_at": one.donated_at.isoformat(),
        "currency": one.currency,
        "original_amount": one.original_amount,
    }


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
