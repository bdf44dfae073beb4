"""Background work of casework: acceptance by silence, delivery, reminders, archives."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shetong.casework.models import Archive, Case, Notice, State
from shetong.casework.queries import ratings
from shetong.casework.services import (
    answers,
    applicants,
    archives,
    closing,
    drafts,
    intake,
    notices,
    papers,
    reminders,
    stores,
    trials,
    uploads,
)
from shetong.store.each import Run, each

# Again after 3, 9, 27 … seconds, the last time after most of a day: a store or a seal may be away for hours.
PATIENT = RetryStrategy(max_attempts=10, exponential_wait=3)
logger = structlog.get_logger(__name__)


@app.periodic(cron="5 * * * *")
@app.task(name="casework.silence", queue="casework", queueing_lock="casework.silence")
def silence(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Accept applications whose authority has let the time for intake pass; return how many."""
    # Five working days are never shorter than five days.
    since = timezone.now() - timedelta(days=5)
    waiting = Case.objects.filter(state=State.SUBMITTED, submitted_at__lt=since).values_list("pk", flat=True)
    return each(list(waiting), lambda case_id: intake.deem_accepted(case_id=case_id), run="casework.silence")


@app.periodic(cron="30 0 * * *")
@app.task(name="casework.remind", queue="casework", queueing_lock="casework.remind")
def remind(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Remind applicants of corrections and tell them of limits that have passed, in the morning; return how many."""
    return applicants.remind(today=timezone.localdate())


@app.periodic(cron="20 * * * *")
@app.task(name="casework.warn", queue="casework", queueing_lock="casework.warn")
def warn(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Warn of limits whose light has turned; return how many people were told."""
    return each(
        reminders.due(timezone.localdate()), lambda case_id: reminders.warn(case_id=case_id), run="casework.warn"
    )


@app.periodic(cron="45 0 * * *")
@app.task(name="casework.remind_follow_ups", queue="casework", queueing_lock="casework.remind_follow_ups")
def remind_follow_ups(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Remind authorities of low ratings whose follow-up is overdue, in the morning; return how many were told."""
    late = ratings.late().values_list("pk", flat=True)
    return each(
        list(late), lambda rating_id: reminders.follow_up(rating_id=rating_id), run="casework.remind_follow_ups"
    )


@app.periodic(cron="55 0 * * *")
@app.task(name="casework.remind_seals", queue="casework", queueing_lock="casework.remind_seals")
def remind_seals(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Remind operators of seals that run out, in the morning; return how many were told."""
    return reminders.seals(today=timezone.localdate())


@app.task(name=notices.DELIVER_TASK, queue="casework", retry=PATIENT)
def deliver_notice(*, notice_id: int) -> None:
    """Deliver a notice, and close the delivery of its case where this was the last."""
    _deliver(notice_id)


def _deliver(notice_id: int) -> bool:
    done = notices.deliver(notice_id=notice_id)
    case_id = Notice.objects.values_list("case_id", flat=True).get(pk=notice_id)
    closing.delivered(case_id=case_id)
    return done


@app.periodic(cron="35 * * * *")
@app.task(name="casework.deliver_waiting", queue="casework", queueing_lock="casework.deliver_waiting")
def deliver_waiting(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Deliver notices, and close deliveries, whose own job was lost or gave up, hourly; return how many."""
    since = timezone.now() - timedelta(hours=1)
    with Run("casework.deliver_waiting") as run:
        run.each(notices.waiting(before=since), _deliver)
        run.each(closing.undelivered(before=since), lambda pk: closing.delivered(case_id=pk))
    return run.done


@app.task(name=closing.ARCHIVE_TASK, queue="casework", retry=PATIENT)
def archive(*, case_id: int) -> None:
    """Pack a closed case."""
    archives.archive(case_id=case_id)


@app.periodic(cron="50 * * * *")
@app.task(name="casework.archive_waiting", queue="casework", queueing_lock="casework.archive_waiting")
def archive_waiting(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Archive closed cases whose own job was lost or comes from before there was one, hourly; return how many."""
    since = timezone.now() - timedelta(hours=1)
    return each(
        archives.waiting(before=since),
        lambda case_id: archives.archive(case_id=case_id),
        run="casework.archive_waiting",
    )


@app.periodic(cron="25 18 * * *")
@app.task(name="casework.check_archives", queue="casework", queueing_lock="casework.check_archives")
def check_archives(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Check the archives that were not looked at for longest, nightly; return how many were unsound."""
    longest = Archive.objects.order_by(F("checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)
    return each(list(longest[: settings.ARCHIVE_CHECKS]), _unsound, run="casework.check_archives")


def _unsound(archive_id: int) -> bool:
    try:
        return not archives.check(archive_id)
    except stores.StoreError:
        # Nothing is known of it; it comes first tomorrow, and the log tells today.
        logger.warning("archive.store_silent", archive=archive_id)
        return False


@app.task(name=drafts.FORGET_TASK, queue="casework", retry=PATIENT)
def forget_papers(*, case_id: int) -> int:
    """Delete the papers of an application that was given up; return how many contents went."""
    return papers.forget(case_id=case_id)


@app.task(name=trials.RUN_TASK, queue="casework", retry=2)
def run_trial(*, trial_id: int) -> None:
    """Try a changed rule on past cases."""
    trials.run(trial_id)


@app.periodic(cron="40 * * * *")
@app.task(name="casework.sweep_uploads", queue="casework", queueing_lock="casework.sweep_uploads")
def sweep_uploads(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Delete uploads that nobody continued; return how many."""
    return uploads.sweep()


@app.periodic(cron="20 19 * * *")
@app.task(name="casework.reseal_forms", queue="casework", queueing_lock="casework.reseal_forms")
def reseal_forms(timestamp: int) -> int:  # noqa: ARG001 - given by the scheduler
    """Seal what people wrote into forms anew after a rotation of keys, nightly; return how many forms."""
    return answers.reseal()
