"""How a platform does its duty: timeliness, completeness, discrepancies, findings, complaints, over a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from shetong.charity.models import (
    Arrival,
    Discrepancy,
    FindingKind,
    PageCheck,
    Platform,
    PlatformBatch,
    PlatformComplaint,
    PlatformDay,
    PlatformFinding,
    Reconciliation,
    ReconciliationState,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period of days, the last one included."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From and until (not included)."""
        start, end = (datetime.combine(day, time()) for day in (self.first, self.last + timedelta(days=1)))
        return timezone.make_aware(start), timezone.make_aware(end)


def half_year(year: int, half: int) -> Period:
    """The first or second half of a year."""
    return Period(date(year, 1, 1), date(year, 6, 30)) if half == 1 else Period(date(year, 7, 1), date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Figures of a period; amounts in fen, ``delay`` in seconds on average.

    Days are those of giving within the period: ``days`` with donations, of them ``reported`` for reconciliation and
    ``agreed``. ``findings``: (kind, all, unsettled). ``pending``: complaints without answer whose term is not over.
    """

    period: Period
    batches: int
    taken: int
    amount: int
    late: int
    delay: int
    duplicates: int
    refused: int
    days: int
    reported: int
    agreed: int
    discrepancies: int
    open_discrepancies: int
    discrepant_amount: int
    page_checks: int
    pages_differing: int
    arrivals: int
    arrived: int
    fees: int
    findings: tuple[tuple[str, int, int], ...]
    complaints: int
    answered_in_time: int
    unanswered: int
    pending: int

    @property
    def late_answers(self) -> int:
        """Complaints that were answered late, or should have been answered."""
        return self.complaints - self.pending - self.answered_in_time

    @property
    def in_time(self) -> float | None:
        """Share of donations that were reported in time."""
        return (self.taken - self.late) / self.taken if self.taken else None

    @property
    def reconciled(self) -> float | None:
        """Share of days with donations on which both sides agree."""
        return self.agreed / self.days if self.days else None

    @property
    def unsettled(self) -> int:
        """Findings that nobody settled."""
        return sum(unsettled for _, _, unsettled in self.findings)


def of(platform: Platform, period: Period) -> Scorecard:
    """The scorecard of a platform. Eight queries, whatever the number of donations."""
    start, end = period.moments
    batches = PlatformBatch.objects.filter(platform=platform, received_at__gte=start, received_at__lt=end).aggregate(
        count=Count("pk"), taken=Sum("taken"), amount=Sum("amount"), late=Sum("late"), delay=Sum("delay"),
        duplicates=Sum("duplicates"), refused=Sum("refused"),
    )  # fmt: skip
    taken = batches["taken"] or 0
    within = {"day__gte": period.first, "day__lte": period.last}
    given = set(PlatformDay.objects.filter(platform=platform, **within).values_list("day", flat=True).distinct())
    states = dict(Reconciliation.objects.filter(platform=platform, **within).values_list("day", "state"))
    differing = Discrepancy.objects.filter(
        reconciliation__platform=platform,
        reconciliation__day__gte=period.first,
        reconciliation__day__lte=period.last,
    ).aggregate(
        count=Count("pk"),
        open=Count("pk", filter=Q(closed_at__isnull=True, explained=False)),
        theirs=Sum("theirs", filter=Q(closed_at__isnull=True, explained=False)),
        ours=Sum("ours", filter=Q(closed_at__isnull=True, explained=False)),
    )
    checks = PageCheck.objects.filter(platform=platform, checked_at__gte=start, checked_at__lt=end).aggregate(
        count=Count("pk"), differing=Count("pk", filter=Q(result="differs"))
    )
    arrivals = Arrival.objects.filter(platform=platform, arrived_at__gte=start, arrived_at__lt=end).aggregate(
        count=Count("pk"), amount=Sum("amount"), fees=Sum("fee")
    )
    found = {
        kind: (count, unsettled)
        for kind, count, unsettled in PlatformFinding.objects.filter(
            platform=platform, found_at__gte=start, found_at__lt=end
        )
        .values("kind")
        .annotate(count=Count("pk"), unsettled=Count("pk", filter=Q(settled_at__isnull=True)))
        .values_list("kind", "count", "unsettled")
    }
    complaints = PlatformComplaint.objects.filter(platform=platform, made_at__gte=start, made_at__lt=end).aggregate(
        count=Count("pk"),
        in_time=Count("pk", filter=Q(answered_at__date__lte=F("due_on"))),
        unanswered=Count("pk", filter=Q(answered_at__isnull=True)),
        pending=Count("pk", filter=Q(answered_at__isnull=True, due_on__gte=timezone.localdate())),
    )
    return Scorecard(
        period=period,
        batches=batches["count"],
        taken=taken,
        amount=batches["amount"] or 0,
        late=batches["late"] or 0,
        delay=(batches["delay"] or 0) // taken if taken else 0,
        duplicates=batches["duplicates"] or 0,
        refused=batches["refused"] or 0,
        days=len(given),
        reported=len(given & states.keys()),
        agreed=sum(states.get(day) == ReconciliationState.AGREED for day in given),
        discrepancies=differing["count"],
        open_discrepancies=differing["open"],
        discrepant_amount=abs((differing["theirs"] or 0) - (differing["ours"] or 0)),
        page_checks=checks["count"],
        pages_differing=checks["differing"],
        arrivals=arrivals["count"],
        arrived=arrivals["amount"] or 0,
        fees=arrivals["fees"] or 0,
        findings=tuple((kind.value, *found.get(kind.value, (0, 0))) for kind in FindingKind),
        complaints=complaints["count"],
        answered_in_time=complaints["in_time"],
        unanswered=complaints["unanswered"],
        pending=complaints["pending"],
    )
