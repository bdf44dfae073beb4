"""The gate before texts that everybody reads, or that the log commits to for ever."""

from __future__ import annotations

from django.utils.translation import gettext

from shetong.charity.rules import privacy
from shetong.core.errors import InvalidInputError


def require_public(**texts: str) -> None:
    """Raise :class:`InvalidInputError` with the reason at each text that has a number by which people are known."""
    if faults := privacy.complaints(texts):
        raise InvalidInputError(
            gettext("公开的内容里不能有个人信息，请按提示修改。"), code="text-not-public", fields=faults
        )
