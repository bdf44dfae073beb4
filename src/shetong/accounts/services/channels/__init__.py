"""The ways out of the house behind one interface: e-mail, short messages, WeChat.

An adapter hands one message over or says how it failed. What it raises carries a short code only: neither addresses
nor answers of other systems come into logs or rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shetong.accounts.models.choices import Channel


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes out. ``key`` is the same at every attempt; ``url`` is whole, empty for none."""

    key: str
    address: str
    title: str
    text: str
    url: str
    sent_at: datetime


class ChannelError(Exception):
    """A message was not handed over; ``code`` says why, in at most 40 signs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:40]


class TemporaryError(ChannelError):
    """It did not go out, and may if tried again."""


class PermanentError(ChannelError):
    """It did not go out and never will: the address is refused, or the channel is not set up."""


class UncertainError(ChannelError):
    """Nobody can tell whether it went out: the answer never came."""


class Adapter(Protocol):
    """One way out. ``repeatable``: the other side takes the same ``key`` once, so an uncertain one may be repeated."""

    repeatable: bool

    def ready(self) -> bool:
        """Whether this installation has this channel."""
        ...

    def send(self, message: Outgoing) -> None:
        """Hand a message over. Raises :class:`ChannelError`."""
        ...


def adapter(channel: str) -> Adapter:
    """Return the adapter of a channel."""
    from shetong.accounts.services.channels import email, sms, wechat

    return {Channel.EMAIL: email.ADAPTER, Channel.SMS: sms.ADAPTER, Channel.WECHAT: wechat.ADAPTER}[Channel(channel)]


def offered() -> tuple[Channel, ...]:
    """Return the channels that this installation has."""
    return tuple(channel for channel in Channel if adapter(channel).ready())
