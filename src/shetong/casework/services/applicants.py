"""Telling an applicant's side what happens to its case; always within the transaction in which it happens."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from shetong.accounts.models import Topic, User
from shetong.accounts.services import messages
from shetong.casework import catalogue
from shetong.casework.models import Act, Case, CaseEvent, Mandate, Notice, Rating, State
from shetong.casework.queries import corrections, mandates
from shetong.casework.rules import telling

MOST_REMINDERS = 3


def notice(delivered: Notice) -> None:
    """Tell that a document has been delivered."""
    words = telling.of_notice(delivered.kind, delivered.content)
    _tell(delivered.case, f"notice:{delivered.pk}", words)


def opinion_asked(case: Case, event: CaseEvent, asked_of: str) -> None:
    """Tell that somebody else's opinion was asked."""
    _tell(case, f"case:{case.pk}:{event.number}", telling.opinion_asked(name(case), _matter(case), asked_of))


def withdrawn(case: Case, event: CaseEvent) -> None:
    """Tell that the application was withdrawn: whoever else acts for the organisation should know."""
    _tell(case, f"case:{case.pk}:{event.number}", telling.withdrawn(name(case), _matter(case)))


def followed_up(rating: Rating) -> None:
    """Tell that the authority answered a low rating."""
    words = telling.followed_up(name(rating.case), _matter(rating.case))
    _tell(rating.case, f"rating:{rating.pk}", words)


def mandate_granted(mandate: Mandate) -> None:
    """Tell everybody who acts for an organisation that one more does now."""
    title, text = telling.mandate_granted(mandate.organisation_name, mandate.user.get_full_name())
    held = Mandate.objects.filter(organisation_code=mandate.organisation_code, revoked_at__isnull=True)
    messages.send_all(
        to=[one.user for one in held.select_related("user")],
        topic=Topic.MANDATE,
        key=f"mandate:{mandate.pk}",
        title=title,
        text=text,
        url=reverse("casework:mandates"),
    )


def mandate_ended(mandate: Mandate, by: User) -> None:
    """Tell the person whose mandate ended, unless they gave it back themselves."""
    if mandate.user_id == by.pk:
        return
    title, text = telling.mandate_ended(mandate.organisation_name, by.get_full_name())
    key = f"mandate:{mandate.pk}:ended"
    messages.send(
        to=mandate.user, topic=Topic.MANDATE, key=key, title=title, text=text, url=reverse("casework:mandates")
    )


def name(case: Case) -> str:
    """Return what an applicant knows a case by."""
    return case.subject_name or case.title or _matter(case)


def _matter(case: Case) -> str:
    return catalogue.national(case.matter).title


def _tell(case: Case, key: str, words: tuple[str, str], topic: Topic = Topic.CASE) -> int:
    title, text = words
    url = reverse("casework:case", args=[case.pk])
    return messages.send_all(to=mandates.people(case), topic=topic, key=key, title=title, text=text, url=url)


def remind(*, today: date) -> int:
    """Remind of corrections that wait, and tell of limits that have passed; return how many messages went out.

    Each limit is told of once, and so is the day by which a correction was asked, some days before; a correction that
    waits at most :data:`MOST_REMINDERS` times, ``CORRECTION_REMINDER_DAYS`` apart.
    """
    return _corrections(today) + _overdue(today)


def _corrections(today: date) -> int:
    asked = CaseEvent.objects.filter(case=OuterRef("pk"), act=Act.ASK_CORRECTION).order_by("-number")
    waiting = Case.objects.filter(state=State.CORRECTION).annotate(
        asked_at=Subquery(asked.values("recorded_at")[:1], output_field=DateTimeField())
    )
    told = 0
    every = settings.CORRECTION_REMINDER_DAYS
    for case in waiting.select_related("applicant").iterator(chunk_size=1_000):
        asked_on = timezone.localdate(case.asked_at)
        until = corrections.until(asked_on)
        if until is not None and 0 <= (until - today).days <= settings.CORRECTION_WARNING_DAYS:
            words = telling.correction_due(name(case), _matter(case), until)
            told += _reminded(case, f"case:{case.pk}:correction-due:{until}", words)
        number = min((today - asked_on).days // every, MOST_REMINDERS)
        if number:
            words = telling.correction_waits(name(case), _matter(case), asked_on)
            told += _reminded(case, f"case:{case.pk}:correction:{asked_on}:{number}", words)
    return told


def _overdue(today: date) -> int:
    # What passed longer ago was told of then; the days between allow for a job that did not run.
    late = Case.objects.filter(state=State.REVIEWING, due_on__lt=today, due_on__gte=today - timedelta(days=10))
    told = 0
    for case in late.select_related("applicant").iterator(chunk_size=1_000):
        if case.due_on is not None:
            words = telling.overdue(name(case), _matter(case), case.due_on, case.authority_name)
            told += _reminded(case, f"case:{case.pk}:overdue:{case.due_on}", words)
    return told


def _reminded(case: Case, key: str, words: tuple[str, str]) -> int:
    with transaction.atomic():
        return _tell(case, key, words, Topic.DEADLINE)
