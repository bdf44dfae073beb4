"""A person's messages and channels."""

from __future__ import annotations

from dataclasses import dataclass

from shetong.accounts.models import Channel, Message, MessageChannel, User

PAGE = 30
# More are shown as "99+": nobody counts further, and the page need not either.
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of messages, newest first. ``next_before`` continues, ``None`` at the end."""

    messages: tuple[Message, ...]
    next_before: int | None


def inbox(user: User, *, before: int | None = None, unread: bool = False) -> Inbox:
    """Return a page of a person's messages. One query."""
    found = Message.objects.filter(recipient=user).order_by("-id")
    if unread:
        found = found.filter(read_at__isnull=True)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found[: PAGE + 1])
    return Inbox(tuple(rows[:PAGE]), rows[PAGE - 1].pk if len(rows) > PAGE else None)


def unread(user: User) -> int:
    """Return how many messages a person has not read, counted up to one over :data:`MOST_COUNTED`. One query."""
    return Message.objects.filter(recipient=user, read_at__isnull=True)[: MOST_COUNTED + 1].count()


def channels(user: User) -> dict[str, MessageChannel]:
    """Return a person's channels by code, in the order of :class:`Channel`. One query."""
    held = {one.channel: one for one in MessageChannel.objects.filter(user=user)}
    return {channel.value: held[channel.value] for channel in Channel if channel.value in held}
