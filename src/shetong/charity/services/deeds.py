"""Carrying out what a form asks for once, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.charity.models import Deed
from shetong.core.errors import ConflictError

REUSED = "form-reused"


@transaction.atomic
def once(*, key: UUID, user: User, content: Iterable[tuple[str, str]], do: Callable[[], str]) -> str:
    """Do it, or return where it was shown that did it before; a twin waits for the first. ``do`` returns an address.

    ``content``: name and value of what the form says. Raises :class:`ConflictError` for somebody else's key and, with
    the code ``form-reused``, for a key that did something else; and what ``do`` raises: then nothing was done.
    """
    digest = sha256(json.dumps(sorted(content), ensure_ascii=False).encode()).hexdigest()
    deed, new = Deed.objects.get_or_create(
        key=key, defaults={"user": user, "digest": digest, "done_at": timezone.now()}
    )
    if not new:
        if deed.user_id != user.pk:
            raise ConflictError(gettext("这张表单已经失效，请重新打开页面填写。"), code="form-stale")
        if deed.digest != digest:
            raise ConflictError(
                gettext("这张表单已经办过另一笔，这一次的内容不同，没有记账。确实是另外一笔的，请再核对、确认一次。"),
                code=REUSED,
            )
        return deed.address
    deed.address = do()
    deed.save(update_fields=["address"])
    return deed.address
