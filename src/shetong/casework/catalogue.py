"""The matters that sectors offer, by code. Filled while the applications are made ready, fixed afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from shetong.casework.rules.matters import Matter
from shetong.core.errors import NotFoundError

_offered: dict[str, Matter] = {}


def offer(matters: Iterable[Matter]) -> None:
    """Add matters. Raises ``ValueError`` where a code is taken by another matter."""
    for matter in matters:
        if _offered.setdefault(matter.code, matter) is not matter:
            raise ValueError(f"two matters have the code {matter.code}")


def matters() -> tuple[Matter, ...]:
    """Return all matters in the order in which they were offered."""
    return tuple(_offered.values())


def national(code: str) -> Matter:
    """Return a matter as declared, without regional differences. Raises :class:`NotFoundError`."""
    try:
        return _offered[code]
    except KeyError:
        raise NotFoundError(gettext("没有这个事项，请从办事大厅的事项清单中选择。")) from None
