"""Background work of volunteering: the waiting lists and the index of open activities."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils import timezone
from procrastinate.contrib.django import app

from shetong.store.each import Run, each
from shetong.volunteering.models import (
    FinderEntry,
    RecordState,
    Referral,
    ServiceRecord,
    Shift,
    Signup,
    SignupState,
)
from shetong.volunteering.rules import masks
from shetong.volunteering.services import (
    benefits,
    cancelling,
    closing,
    exchange_compare,
    exchange_index,
    exchange_out,
    exchange_sequence,
    figures,
    finder,
    finishing,
    guardians,
    hours,
    judging,
    marks,
    merging,
    places,
    record_uploads,
    searches,
    stars,
    volunteers,
)


@app.task(name=finder.REFRESH_TASK, queue="volunteering", retry=5)
def refresh_finder(*, activity_id: int) -> None:
    """Renew the index for an activity whose sessions or places changed."""
    finder.refresh([activity_id])


@app.task(name=cancelling.DROP_TASK, queue="volunteering", retry=5)
def drop_cancelled(*, activity_id: int) -> int:
    """Give up the sign-ups of cancelled sessions of an activity; return how many."""
    return cancelling.drop_cancelled(activity_id=activity_id)


@app.periodic(cron="15 * * * *")
@app.task(name="volunteering.drop_left", queue="volunteering", queueing_lock="volunteering.drop_left")
def drop_left(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Give up what the job of a cancellation left, hourly; return how many."""
    return cancelling.drop_cancelled()


@app.periodic(cron="35 * * * *")
@app.task(name="volunteering.finish", queue="volunteering", queueing_lock="volunteering.finish")
def finish(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Finish the activities whose last session is over, hourly; return how many."""
    return finishing.finish_all()


@app.task(name=guardians.CODE_TASK, queue="messages", retry=3)
def send_guardian_code(*, consent_id: int, sealed: str) -> None:
    """Send a guardian the code with which a minor's registration is completed."""
    guardians.send_code(consent_id=consent_id, sealed=sealed)


@app.periodic(cron="* * * * *")
@app.task(name="volunteering.waiting_lists", queue="volunteering", queueing_lock="volunteering.waiting_lists")
def waiting_lists(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Take back what was not confirmed in time and move up where a process ended before it could; return how many."""
    late = Signup.objects.filter(state=SignupState.OFFERED, confirm_by__lte=timezone.now())
    # From those who wait: an index of the shifts' counters would make each sign-up dearer.
    queues = Signup.objects.filter(state=SignupState.WAITING, during__startswith__gt=timezone.now()).values("shift")
    free = Shift.objects.filter(pk__in=queues, open=True, waiting__gt=0, taken__lt=F("places"))
    with Run("volunteering.waiting_lists") as run:
        run.each(list(late.values_list("pk", flat=True)), lambda pk: places.lapse(signup_id=pk))
        run.each(list(free.values_list("pk", flat=True)), lambda pk: len(places.move_up(shift_id=pk)))
    return run.done


@app.periodic(cron="4,24,44 * * * *")
@app.task(name="volunteering.forget_past", queue="volunteering", queueing_lock="volunteering.forget_past")
def forget_past(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Renew the entries of activities that time has overtaken, every twenty minutes; return how many remain.

    That is: sign-up has ended, or the first quarter of a day with room has come, however long nobody looked.
    """
    now = timezone.now()
    overtaken = FinderEntry.objects.filter(
        Q(slots__0__lte=masks.slot(timezone.localtime(now))) | Q(activity__closes_at__lte=now)
    )
    return finder.refresh(overtaken.values_list("pk", flat=True))


@app.periodic(cron="20 1,9 * * *")
@app.task(name="volunteering.saved_searches", queue="volunteering", queueing_lock="volunteering.saved_searches")
def saved_searches(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Tell the owners of saved searches what is new, at 9:20 and 17:20 of China; return how many were told."""
    return searches.tell_all()


@app.periodic(cron="30 18 * * *")
@app.task(name="volunteering.forget_holds", queue="volunteering", queueing_lock="volunteering.forget_holds")
def forget_holds(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Delete what merged records held once their merge cannot be undone any more, nightly; return how many."""
    return merging.forget_holds()


@app.periodic(cron="7,27,47 * * * *")
@app.task(name="volunteering.close_sessions", queue="volunteering", queueing_lock="volunteering.close_sessions")
def close_sessions(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Close sessions that nobody closed and leave their organisers the task; return how many people were inside."""
    with Run("volunteering.close_sessions") as run:
        run.each(closing.overdue(), lambda pk: closing.close(session_id=pk))
        left = closing.left_open()
    return run.done + left


@app.periodic(cron="20 0 * * *")
@app.task(name="volunteering.end_notices", queue="volunteering", queueing_lock="volunteering.end_notices")
def end_notices(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Count the records whose public notice has ended; return how many."""
    today = timezone.localdate()
    ended = ServiceRecord.objects.filter(state=RecordState.NOTICED, notice_until__lt=today).order_by("pk")
    numbers = list(ended.values_list("pk", flat=True))
    return each(numbers, lambda pk: hours.end_notice(record_id=pk, today=today), run="volunteering.end_notices")


@app.periodic(cron="40 * * * *")
@app.task(name="volunteering.refer", queue="volunteering", queueing_lock="volunteering.refer")
def refer_waiting(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Give waiting referrals to whoever takes complaints by now; return how many were taken."""
    waiting = Referral.objects.filter(taken_at__isnull=True).order_by("pk")
    numbers = list(waiting.values_list("pk", flat=True)[:1_000])
    return each(numbers, lambda pk: judging.deliver(referral_id=pk), run="volunteering.refer")


@app.periodic(cron="50 17 * * *")
@app.task(name="volunteering.mark_by_name", queue="volunteering", queueing_lock="volunteering.mark_by_name")
def mark_by_name(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Identify bodies whose name says that they volunteer, nightly; return how many marks changed."""
    return sum(marks.mark_by_name())


@app.periodic(cron="10 18 * * *")
@app.task(name="volunteering.stars", queue="volunteering", queueing_lock="volunteering.stars")
def award_stars(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Award the stars that were reached and mark those whose hours fell, nightly; return how many changed."""
    return stars.award_due()


@app.periodic(cron="5 16 * * *")
@app.task(name="volunteering.expire_benefits", queue="volunteering", queueing_lock="volunteering.expire_benefits")
def expire_benefits(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """End the codes of benefits that are over, just after midnight of China; return how many."""
    return benefits.expire()


@app.periodic(cron="* * * * *")
@app.task(name="volunteering.exchange", queue="volunteering", queueing_lock="volunteering.exchange")
def put_in_order(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Number what changed for the systems that read it, and compute missing indexes; return how many changes."""
    exchange_index.make()
    return exchange_sequence.sequence()


@app.periodic(cron="35 * * * *")
@app.task(name="volunteering.forget_nonces", queue="volunteering", queueing_lock="volunteering.forget_nonces")
def forget_nonces(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Delete nonces of stale signatures, hourly; return how many."""
    return exchange_out.forget_nonces()


@app.periodic(cron="40 18 * * *")
@app.task(name="volunteering.forget_receipts", queue="volunteering", queueing_lock="volunteering.forget_receipts")
def forget_receipts(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Delete receipts of days that are compared no more, nightly; return how many."""
    return exchange_compare.forget_receipts()


@app.periodic(cron="45 18 * * *")
@app.task(name="volunteering.forget_uploads", queue="volunteering", queueing_lock="volunteering.forget_uploads")
def forget_uploads(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Forget files of records that nobody took in, nightly; return how many."""
    return record_uploads.forget()


@app.periodic(cron="50 * * * *")
@app.task(name="volunteering.count_hours", queue="volunteering", queueing_lock="volunteering.count_hours")
def count_hours(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Count the statistics of months in which anything changed; return how many months that were."""
    return len(figures.count())


@app.periodic(cron="10 19 * * *")
@app.task(name="volunteering.reseal_people", queue="volunteering", queueing_lock="volunteering.reseal_people")
def reseal_people(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Seal personal data of retired keys anew, nightly; return how many records."""
    return volunteers.reseal()
