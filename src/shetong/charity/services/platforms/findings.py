"""Findings of platforms, settled by the office with words."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.charity.models import PlatformFinding
from shetong.core.errors import InvalidInputError, WrongStateError


@transaction.atomic
def settle(*, finding: PlatformFinding, words: str, actor: User) -> PlatformFinding:
    """Say what was done about a finding. Raises :class:`InvalidInputError`, :class:`WrongStateError`."""
    if not words.strip() or "\0" in words:
        message = gettext("请填写处理情况。")
        raise InvalidInputError(message, fields={"words": message})
    locked = PlatformFinding.objects.select_for_update().get(pk=finding.pk)
    if locked.settled_at is not None:
        raise WrongStateError(gettext("这条线索已经处理，请刷新页面查看处理情况。"))
    locked.settled_at, locked.settlement = timezone.now(), words.strip()[:500]
    locked.save(update_fields=["settled_at", "settlement"])
    audit.record(actor=actor, action="platform.finding-settle", target=locked, detail={"kind": locked.kind})
    return locked
