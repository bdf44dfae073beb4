"""Telling people: into the inbox of the service hall, and out by the channels that they chose.

:func:`send` belongs into the transaction of the act that it tells of: message, deliveries and their jobs stand or fall
with it. The same ``key`` tells a person once, whatever is run again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from shetong.accounts.models import Delivery, Message, MessageChannel, Topic, User
from shetong.accounts.services import channels
from shetong.core.errors import NotFoundError
from shetong.core.said import form_of

DELIVER_TASK = "accounts.deliver_message"
LONGEST_TITLE, LONGEST_TEXT = 120, 1_000


@transaction.atomic
def send(*, to: User, topic: Topic, key: str, title: str, text: str = "", url: str = "") -> int | None:
    """Tell one person; return the message's number, ``None`` where ``key`` told it before.

    ``title`` and ``text`` are plain and without personal data, longer ones are cut, and are told in the reader's
    language where they were said by :func:`shetong.core.said.say`; ``url`` is a path of this site.
    """
    message = _insert(to.pk, topic, key, title, text, url)
    if message is not None:
        _deliver(message, to.pk, topic)
    return message


def send_all(*, to: Iterable[User], topic: Topic, key: str, title: str, text: str = "", url: str = "") -> int:
    """Tell several people the same; return how many had not been told yet."""
    people = {person.pk: person for person in to}.values()
    told = [send(to=person, topic=topic, key=key, title=title, text=text, url=url) for person in people]
    return sum(message is not None for message in told)


def _insert(user_id: int, topic: Topic, key: str, title: str, text: str, url: str) -> int | None:
    forms = {name: form for name, said in (("title", title), ("text", text)) if (form := form_of(said))}
    # One statement that neither waits for a savepoint nor fails where the key was used.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_message (recipient_id, key, topic, title, text, url, sent_at, forms)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb) ON CONFLICT (recipient_id, key) DO NOTHING RETURNING id",
            [
                user_id,
                key,
                topic.value,
                _cut(title, LONGEST_TITLE),
                _cut(text, LONGEST_TEXT),
                url,
                timezone.now(),
                json.dumps(forms, ensure_ascii=False) if forms else None,
            ],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _deliver(message: int, user_id: int, topic: Topic) -> None:
    chosen = MessageChannel.objects.filter(user_id=user_id, confirmed_at__isnull=False).exclude(
        muted__contains=[topic.value]
    )
    offered = channels.offered()
    for channel in chosen.values_list("channel", flat=True).order_by("channel"):
        if channel in offered:
            delivery = Delivery.objects.create(message_id=message, channel=channel, next_at=timezone.now())
            app.configure_task(DELIVER_TASK, queue="messages").defer(delivery_id=delivery.pk)


@transaction.atomic
def read(*, user: User, message_id: int) -> Message:
    """Mark one of a person's messages as read and return it. Raises :class:`NotFoundError`."""
    message = Message.objects.select_for_update().filter(pk=message_id, recipient=user).first()
    if message is None:
        raise NotFoundError(gettext("没有找到这条消息。"))
    if message.read_at is None:
        message.read_at = timezone.now()
        message.save(update_fields=["read_at"])
    return message


def read_all(*, user: User) -> int:
    """Mark all of a person's messages as read; return how many were not."""
    return Message.objects.filter(recipient=user, read_at__isnull=True).update(read_at=timezone.now())
