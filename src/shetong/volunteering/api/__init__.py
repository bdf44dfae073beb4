"""Volunteering in the public API: activities for everybody, sign-ups for the volunteer whose token is shown."""

from __future__ import annotations

from ninja import Router

from shetong.registry.api.gate import accept
from shetong.volunteering.api import activities, attendance, certificates, credit, exchange, signups
from shetong.volunteering.services import tokens

router = Router()
router.add_router("", activities.router)
router.add_router("", signups.router)
router.add_router("", certificates.router)
router.add_router("", credit.router)
router.add_router("", exchange.router)
router.add_router("", attendance.router)


def _reader(token: str) -> tuple[object, str] | None:
    bearer = tokens.read(token)
    return (bearer, f"volunteer {bearer.volunteer_id}") if bearer else None


accept(tokens.PREFIX, _reader)
