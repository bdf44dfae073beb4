"""Handing messages over to the channels: tried again with growing pauses, and never twice where that would show.

An attempt is written down before the other side is asked, and its end afterwards, each in a transaction of its own. So
a process that dies in between leaves a delivery that is known to be under way: it is repeated on channels that take
the same key once, and ends as uncertain on the others.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from shetong.accounts.models import Delivery, DeliveryState, MessageChannel
from shetong.accounts.services import channels
from shetong.accounts.services.channels import ChannelError, Outgoing, PermanentError, UncertainError
from shetong.accounts.services.message_channels import ADDRESS
from shetong.accounts.services.messages import DELIVER_TASK
from shetong.core import pii

# One attempt is over by then, whatever the other side does.
LONGEST_ATTEMPT = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Attempt:
    delivery_id: int
    channel: str
    number: int
    outgoing: Outgoing


def deliver(*, delivery_id: int) -> str:
    """Try a delivery that is due; return its state. Safe to run at any time, by several at once."""
    attempt = _begin(delivery_id)
    if attempt is None:
        return str(Delivery.objects.values_list("state", flat=True).get(pk=delivery_id))
    adapter = channels.adapter(attempt.channel)
    try:
        adapter.send(attempt.outgoing)
    except ChannelError as error:
        return _failed(attempt, error, repeatable=adapter.repeatable)
    return _end(attempt.delivery_id, DeliveryState.SENT)


@transaction.atomic
def _begin(delivery_id: int) -> _Attempt | None:
    """Write the attempt down and return what goes out; ``None`` where nothing is to be done now."""
    found = Delivery.objects.select_for_update(of=("self",)).select_related("message").filter(pk=delivery_id).first()
    now = timezone.now()
    if found is None or found.ended_at is not None or (found.next_at is not None and found.next_at > now):
        return None
    if found.state == DeliveryState.SENDING and not channels.adapter(found.channel).repeatable:
        _close(found, DeliveryState.UNCERTAIN, "interrupted")
        return None
    message = found.message
    way = MessageChannel.objects.filter(
        user_id=message.recipient_id, channel=found.channel, confirmed_at__isnull=False
    ).first()
    if way is None or message.topic in way.muted or not channels.adapter(found.channel).ready():
        _close(found, DeliveryState.SKIPPED, "")
        return None
    found.state, found.attempts = DeliveryState.SENDING, found.attempts + 1
    # Whoever finds it under way before then leaves it alone.
    found.next_at = now + LONGEST_ATTEMPT
    found.save(update_fields=["state", "attempts", "next_at"])
    outgoing = Outgoing(
        key=f"{message.pk}-{found.channel}",
        address=pii.open_sealed(bytes(way.address), context=ADDRESS),
        title=message.title,
        text=message.text,
        url=f"{settings.PUBLIC_URL}{message.url}" if message.url else "",
        sent_at=message.sent_at,
    )
    return _Attempt(found.pk, found.channel, found.attempts, outgoing)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 1, 4, 16, 64 minutes …, at most a day."""
    return min(FIRST_PAUSE * int(4 ** min(attempts - 1, 6)), timedelta(days=1))


def _failed(attempt: _Attempt, error: ChannelError, *, repeatable: bool) -> str:
    if isinstance(error, UncertainError) and not repeatable:
        return _end(attempt.delivery_id, DeliveryState.UNCERTAIN, error.code)
    if isinstance(error, PermanentError) or attempt.number >= settings.MESSAGE_ATTEMPTS:
        return _end(attempt.delivery_id, DeliveryState.FAILED, error.code)
    return _again(attempt, error.code)


@transaction.atomic
def _again(attempt: _Attempt, fault: str) -> str:
    pause = pause_after(attempt.number)
    found = Delivery.objects.select_for_update().get(pk=attempt.delivery_id)
    if found.ended_at is not None or found.attempts != attempt.number:
        return str(found.state)
    found.state, found.fault, found.next_at = DeliveryState.WAITING, fault, timezone.now() + pause
    found.save(update_fields=["state", "fault", "next_at"])
    later = {"seconds": int(pause.total_seconds()) + 1}
    app.configure_task(DELIVER_TASK, queue="messages", schedule_in=later).defer(delivery_id=found.pk)
    return str(found.state)


@transaction.atomic
def _end(delivery_id: int, state: DeliveryState, fault: str = "") -> str:
    found = Delivery.objects.select_for_update().get(pk=delivery_id)
    if found.ended_at is None:
        _close(found, state, fault)
    return str(found.state)


def _close(found: Delivery, state: DeliveryState, fault: str) -> None:
    found.state, found.fault, found.next_at, found.ended_at = state, fault, None, timezone.now()
    found.save(update_fields=["state", "fault", "next_at", "ended_at"])


def take_up(*, before: datetime) -> int:
    """Enqueue again what should have been tried before then: its job was lost with the process; return how many."""
    late = Delivery.objects.filter(ended_at__isnull=True, next_at__lt=before).order_by("next_at")
    numbers = list(late.values_list("pk", flat=True)[:10_000])
    return sum(map(_enqueue, numbers))


def _enqueue(delivery_id: int) -> bool:
    # One that waits in the queue already is left there.
    with suppress(AlreadyEnqueued), transaction.atomic():
        task = app.configure_task(DELIVER_TASK, queue="messages", queueing_lock=f"delivery.{delivery_id}")
        task.defer(delivery_id=delivery_id)
        return True
    return False
