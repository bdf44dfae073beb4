"""Real-name verification: name and identity number are compared by a service outside, behind one small interface.

docs/specs/identity-verification.md describes it. What is sent is signed with ``IDENTITY_SERVICE_KEY``; nothing personal
stands in an address or a log. ``demo:`` instead of an address (development only) believes every well-formed number.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from uuid import uuid4

import httpx
from django.conf import settings
from django.utils.translation import gettext

from shetong.core.errors import DomainError, InvalidInputError

DEMO = "demo:"


class IdentityServiceError(DomainError):
    """The service did not answer, or not as agreed. Status 503."""

    code = "identity-service"
    status = 503


@dataclass(frozen=True, slots=True)
class Verification:
    """That name and number belong together: through which service, under which number of theirs."""

    through: str


def verify(*, name: str, number: str, document: str) -> Verification | None:
    """Return the verification of a person; ``None`` where this installation has no service.

    Must not be called inside a transaction: the answer may take ``IDENTITY_SERVICE_SECONDS``. Raises
    :class:`InvalidInputError` where name and number do not belong together, :class:`IdentityServiceError`.
    """
    address = settings.IDENTITY_SERVICE_URL
    if not address:
        return None
    if address == DEMO:
        return Verification("演示核验")
    body = json.dumps(
        {"request": str(uuid4()), "document": document, "name": name, "number": number}, ensure_ascii=False
    ).encode()
    signature = hmac.digest(settings.IDENTITY_SERVICE_KEY.encode(), body, "sha256").hex()
    unavailable = IdentityServiceError(gettext("实名核验服务暂时没有回应，您填写的内容没有丢失，请稍后再试。"))
    try:
        answer = httpx.post(
            address,
            content=body,
            headers={"Content-Type": "application/json", "X-Signature": f"sha256={signature}"},
            timeout=settings.IDENTITY_SERVICE_SECONDS,
        )
        told = answer.raise_for_status().json()
        match, reference = told["match"], str(told["reference"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        # Without the cause: its text may repeat what was answered.
        raise unavailable from None
    if match is not True:
        raise InvalidInputError(
            gettext("姓名和证件号码不一致，请对照证件核对。"), code="identity-mismatch",
            fields={"name": gettext("请与证件上的姓名一致。"), "identity_number": gettext("请对照证件核对。")},
        )  # fmt: skip
    return Verification(f"{hashlib.sha256(address.encode()).hexdigest()[:8]}:{reference}"[:60])
