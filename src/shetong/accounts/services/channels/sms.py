"""Short messages through a gateway of the operator's choice (docs/specs/sms-gateway.md).

Each request is signed: HMAC-SHA-256, with the shared secret, over time, nonce and body. The gateway takes each ``id``
once, so that a request whose answer was lost is simply repeated.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time

from django.conf import settings

from shetong.accounts.services.channels import Adapter, Outgoing, PermanentError, TemporaryError
from shetong.accounts.services.channels.http import post

# Longer ones are cut: operators charge and split them, and the whole text stands in the service hall.
LONGEST = 200


class _Sms:
    repeatable = True

    def ready(self) -> bool:
        return bool(settings.SMS_GATEWAY_URL and settings.SMS_GATEWAY_SECRET)

    def send(self, message: Outgoing) -> None:
        body = json.dumps(
            {"id": message.key, "to": message.address, "text": _text(message)}, ensure_ascii=False
        ).encode()
        at, nonce = str(int(time.time())), secrets.token_hex(16)
        headers = {
            "X-Sender": settings.SMS_GATEWAY_ID,
            "X-Timestamp": at,
            "X-Nonce": nonce,
            "X-Signature": signature(settings.SMS_GATEWAY_SECRET, at, nonce, body),
        }
        answer = post(settings.SMS_GATEWAY_URL, content=body, headers=headers)
        if answer.get("accepted") is True:
            return
        code = "".join(sign for sign in str(answer.get("code", "")) if sign.isalnum() or sign in "-_")[:20]
        raise (TemporaryError if answer.get("again") is True else PermanentError)(f"sms-{code or 'refused'}")


def signature(secret: str, at: str, nonce: str, body: bytes) -> str:
    """Return the signature (hexadecimal) of a request: over ``at``, ``nonce`` and body, each on its line."""
    return hmac.new(secret.encode(), f"{at}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


def _text(message: Outgoing) -> str:
    text = message.text or message.title
    whole = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f"{whole} {message.url}".strip()


ADAPTER: Adapter = _Sms()
