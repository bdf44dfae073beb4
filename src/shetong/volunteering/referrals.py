"""The way to enforcement: who takes complaints registers here; until somebody does, referrals wait."""

from __future__ import annotations

from typing import Protocol

from shetong.volunteering.models import Referral


class Receiver(Protocol):
    """Takes a referral as a complaint and returns its number there; ``""`` where it cannot be taken now.

    Called inside a transaction; the same referral may come again where that one fails.
    """

    def __call__(self, referral: Referral) -> str:
        """Take a referral."""
        ...


_receivers: list[Receiver] = []


def register(receiver: Receiver) -> None:
    """Make known who takes complaints; called once by that package's ``AppConfig.ready``."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def withdraw(receiver: Receiver) -> None:
    """Undo :func:`register`."""
    _receivers.remove(receiver)


def give(referral: Referral) -> str:
    """Give a referral to the receivers in turn; return its number with the first who takes it, ``""`` for none."""
    return next((number for receiver in _receivers if (number := receiver(referral))), "")
