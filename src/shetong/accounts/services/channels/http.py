"""Asking another system over HTTP, with failures sorted by what is known about the message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from django.conf import settings

from shetong.accounts.services.channels import PermanentError, TemporaryError, UncertainError

# Answers are short; more is somebody else's page.
LONGEST_ANSWER = 65_536


def post(url: str, *, content: bytes, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Post JSON and return the JSON object answered.

    Raises :class:`TemporaryError` (not reached, 408, 429), :class:`PermanentError` (any other 4xx, a redirect),
    :class:`UncertainError` (5xx, no or no sensible answer).
    """
    sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    try:
        answer = httpx.post(url, content=content, headers=sent, timeout=settings.MESSAGE_SECONDS)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise TemporaryError("unreachable") from None
    except httpx.HTTPError:
        raise UncertainError("no-answer") from None
    if answer.status_code in (408, 429):
        raise TemporaryError(f"http-{answer.status_code}")
    if answer.status_code >= 500:
        raise UncertainError(f"http-{answer.status_code}")
    if not answer.is_success:
        raise PermanentError(f"http-{answer.status_code}")
    try:
        found = answer.json() if len(answer.content) <= LONGEST_ANSWER else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UncertainError("not-understood")
    return found
