"""Template messages of a WeChat official account (公众号模板消息), to people who follow it.

``client_msg_id`` lets WeChat take each message once. The access token is asked for with the stable interface, which
gives every process the same one, and kept in memory alone.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from shetong.accounts.services.channels import Adapter, ChannelError, Outgoing, PermanentError, TemporaryError
from shetong.accounts.services.channels.http import post

STALE_TOKEN = (40001, 40014, 42001)
TEMPORARY = (-1, 45009, 45011)
# A "thing" of a template holds twenty signs.
LONGEST_THING = 20

_tokens: dict[str, tuple[str, float]] = {}
_asking = threading.Lock()


class _WeChat:
    repeatable = True

    def ready(self) -> bool:
        return bool(settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET and settings.WECHAT_TEMPLATE_ID)

    def send(self, message: Outgoing) -> None:
        code = self._try(message, _token())
        if code in STALE_TOKEN:
            code = self._try(message, _token(anew=True))
        if code != 0:
            kind: type[ChannelError] = TemporaryError if code in (*TEMPORARY, *STALE_TOKEN) else PermanentError
            raise kind(f"wechat-{code}")

    def _try(self, message: Outgoing, token: str) -> int:
        title, at = settings.WECHAT_TEMPLATE_FIELDS
        day = timezone.localtime(message.sent_at).strftime("%Y-%m-%d %H:%M")
        answer = _post(
            f"/cgi-bin/message/template/send?access_token={quote(token)}",
            {
                "touser": message.address,
                "template_id": settings.WECHAT_TEMPLATE_ID,
                "url": message.url,
                "client_msg_id": hashlib.sha256(message.key.encode()).hexdigest()[:32],
                "data": {title: {"value": message.title[:LONGEST_THING]}, at: {"value": day}},
            },
        )
        return _error(answer)


def _token(*, anew: bool = False) -> str:
    known = settings.WECHAT_API_URL + settings.WECHAT_APP_ID
    with _asking:
        token, until = _tokens.get(known, ("", 0.0))
        if token and not anew and time.monotonic() < until:
            return token
        answer = _post(
            "/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": settings.WECHAT_APP_ID,
                "secret": settings.WECHAT_APP_SECRET,
                "force_refresh": anew,
            },
        )
        given, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(given, str) or not isinstance(seconds, int):
            raise TemporaryError(f"wechat-token-{_error(answer)}")
        # Renewed a while before it lapses.
        _tokens[known] = (given, time.monotonic() + max(seconds - 300, 0))
        return given


def _post(path: str, body: dict[str, Any]) -> dict[str, Any]:
    return post(settings.WECHAT_API_URL + path, content=json.dumps(body, ensure_ascii=False).encode())


def _error(answer: dict[str, Any]) -> int:
    code = answer.get("errcode", 0)
    return code if isinstance(code, int) else -1


ADAPTER: Adapter = _WeChat()
