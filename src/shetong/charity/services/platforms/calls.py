"""Calls of platforms: each signature once, each request once, however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shetong.charity.models import PlatformEnvironment, PlatformNonce, PlatformRequest, PlatformToken
from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_records import NUMBER
from shetong.charity.services.platforms.access import Caller
from shetong.core.http_signatures import WINDOW
from shetong.store import rows

ANSWERS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered. ``replayed``: it had been answered before, and nothing was done."""

    status: int
    body: bytes
    replayed: bool = False


def use_nonce(caller: Caller, nonce: str, created: int) -> None:
    """Note a nonce of a verified signature. Raises :class:`PlatformError` ``nonce-reused``."""
    expires = datetime.fromtimestamp(created + 2 * WINDOW, tz=timezone.get_default_timezone())
    touched = rows.run(
        "INSERT INTO charity_platformnonce (client_id, nonce, expires_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [caller.client, nonce, expires],
    )
    if not touched:
        raise PlatformError("nonce-reused")


def once(caller: Caller, key: str, request: bytes, act: Callable[[], Answer]) -> Answer:
    """Do ``act`` in one transaction with keeping its answer under ``key``; give the kept one to who repeats it.

    ``request``: octets that tell the request from others (method, path, content digest). Of two that come at once the
    second waits for the first. What is raised undoes everything, the key included. Raises :class:`PlatformError`.
    """
    if not key:
        raise PlatformError("idempotency-key-required")
    if not NUMBER.fullmatch(key):
        raise PlatformError("idempotency-key-required", "幂等键应为 1 至 64 位字母、数字、点、下划线、连字符。")
    digest = hashlib.sha256(request).digest()
    environment = PlatformEnvironment.SANDBOX if caller.sandbox else PlatformEnvironment.PRODUCTION
    with transaction.atomic():
        made = rows.fetch(
            "INSERT INTO charity_platformrequest (platform_id, environment, key, digest, status, answer, asked_at)"
            " VALUES (%s, %s, %s, %s, 0, '', %s) ON CONFLICT DO NOTHING RETURNING id",
            [caller.platform, str(environment), key, digest, timezone.now()],
        )
        if made:
            answer = act()
            rows.run(
                "UPDATE charity_platformrequest SET status = %s, answer = %s WHERE id = %s",
                [answer.status, answer.body, made[0][0]],
            )
            return answer
        known = rows.fetch(
            "SELECT digest, status, answer FROM charity_platformrequest"
            " WHERE platform_id = %s AND environment = %s AND key = %s",
            [caller.platform, str(environment), key],
        )
    if not known:
        raise PlatformError("busy")
    if bytes(known[0][0]) != digest:
        raise PlatformError("idempotency-key-reused")
    return Answer(int(known[0][1]), bytes(known[0][2]), replayed=True)


def forget() -> int:
    """Delete nonces and tokens that are over and answers that nobody asks for any more; return how many."""
    now = timezone.now()
    deleted, _ = PlatformNonce.objects.filter(expires_at__lt=now).delete()
    deleted += PlatformToken.objects.filter(expires_at__lt=now).delete()[0]
    return deleted + PlatformRequest.objects.filter(asked_at__lt=now - ANSWERS_KEPT).delete()[0]
