"""Telling officers what waits for them, in the transaction of the act that they are told of."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from shetong.accounts.models import Topic, User
from shetong.accounts.services import messages
from shetong.casework.models import Case

# A body with more officers finds what it is asked in its list alone.
MOST = 50


def officer(user: User, *, key: str, title: str, case: Case) -> None:
    """Tell one officer about a case; nothing of its content leaves the office."""
    officers([user], key=key, title=title, case=case, url=reverse("casework:desk-case", args=[case.pk]))


def officers(users: Iterable[User], *, key: str, title: str, url: str, case: Case | None = None) -> None:
    """Tell several officers the same."""
    text = f"办件{case.number}，{case.authority_name}。" if case is not None else ""
    messages.send_all(to=list(users)[:MOST], topic=Topic.OFFICE, key=key, title=title, text=text, url=url)
