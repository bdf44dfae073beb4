"""Tokens with which a volunteer's own program (phone app, mini-program) acts for its owner.

A token is the volunteer's record number and epoch, signed with the site's key (:mod:`django.core.signing`), so that
thousands who press at once are known without a question to the database; the epoch is compared where the volunteer's
row is read anyway. Ending all tokens raises the epoch.
"""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.volunteering.models import Volunteer

PREFIX = "vt1:"
_SALT = "shetong volunteer token"


class Bearer(NamedTuple):
    """Who showed a token."""

    volunteer_id: int
    epoch: int


def issue(volunteer: Volunteer) -> str:
    """Return a new token of a volunteer, good for ``VOLUNTEER_TOKEN_HOURS``."""
    return PREFIX + signing.TimestampSigner(salt=_SALT).sign(f"{volunteer.pk}.{volunteer.token_epoch}")


def read(token: str) -> Bearer | None:
    """Return whose token this is, the epoch still to be compared; ``None`` where it is forged or too old."""
    try:
        value = signing.TimestampSigner(salt=_SALT).unsign(
            token.removeprefix(PREFIX), max_age=settings.VOLUNTEER_TOKEN_HOURS * 3600
        )
    except signing.BadSignature:
        return None
    volunteer, _, epoch = value.partition(".")
    return Bearer(int(volunteer), int(epoch))


@transaction.atomic
def end_all(*, volunteer: Volunteer, actor: User) -> None:
    """Make every token of a volunteer void from now on."""
    Volunteer.objects.filter(pk=volunteer.pk).update(token_epoch=F("token_epoch") + 1)
    audit.record(actor=actor, action="volunteer.tokens-end", target=volunteer)
