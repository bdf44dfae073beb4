"""Carrying out what a form asks for once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.charity.models import Deed
from shetong.core.errors import ConflictError


@transaction.atomic
def once(*, key: UUID, user: User, do: Callable[[], str]) -> str:
    """Do it, or return where it was shown that did it before; a twin waits for the first. ``do`` returns an address.

    Raises :class:`ConflictError` for somebody else's key, and what ``do`` raises: then nothing was done.
    """
    deed, new = Deed.objects.get_or_create(key=key, defaults={"user": user, "done_at": timezone.now()})
    if not new:
        if deed.user_id != user.pk:
            raise ConflictError(gettext("这张表单已经失效，请重新打开页面填写。"), code="form-stale")
        return deed.address
    deed.address = do()
    deed.save(update_fields=["address"])
    return deed.address
