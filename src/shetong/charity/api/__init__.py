"""Charity in the public API: platforms for everybody, and the interface of the platforms themselves."""

from __future__ import annotations

from ninja import Router

from shetong.charity.api import directory, platform, settling, token
from shetong.charity.services.platforms import access
from shetong.registry.api.gate import accept

router = Router()
for one in (directory, token, platform, settling):
    router.add_router("", one.router)


def _reader(raw: str) -> tuple[object, str] | None:
    caller = access.read_token(raw)
    return (caller, f"platform {caller.client_id}") if caller else None


accept(access.TOKEN_PREFIX, _reader, rate_class="partner")
