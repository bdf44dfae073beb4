"""What is asked of the search: words, filters, order, place in the list; and how addresses carry it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode

import msgspec
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.core import divisions
from shetong.core.errors import InvalidInputError
from shetong.registry.models.choices import OrganisationKind, Status
from shetong.registry.rules.facets import Filters

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 100
LONGEST_QUERY = 200  # characters; what is beyond is not looked at
_EARLIEST_YEAR, _LATEST_YEAR = 1800, 2200
_YES = frozenset({"1", "true", "yes", "on", "是"})
_NO = frozenset({"", "0", "false", "no", "off", "否"})


class Sort(StrEnum):
    """Orders of a list."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page begins: after these values, in the list that ``path`` names."""

    path: str
    first: int
    second: int
    last: int
    code: str = ""

    def encode(self) -> str:
        """Return the cursor as addresses carry it."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what :meth:`encode` wrote; raises :class:`InvalidInputError` for anything else."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            cursor = msgspec.json.decode(raw, type=cls)
        except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
            raise _invalid("cursor", gettext("翻页标记无效，请从第一页重新查询。")) from error
        numbers = (cursor.first, cursor.second, cursor.last)
        if max(map(abs, numbers)) >= 2**31 or not re.fullmatch(r"[a-z][0-9A-Z]{0,18}", cursor.path + cursor.code):
            raise _invalid("cursor", gettext("翻页标记无效，请从第一页重新查询。"))
        return cursor


class Parameters(Protocol):
    """What Django's ``QueryDict`` offers."""

    def get(self, key: str, default: str, /) -> str | None:
        """Return the last value of a parameter."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a parameter."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One question to the register. ``representative`` lists the organisations of a legal representative, exactly."""

    q: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.RELEVANCE
    cursor: Cursor | None = None
    limit: int = DEFAULT_LIMIT
    representative: str = ""

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> SearchRequest:
        """Read the parameters that page and API share.

        ``q, division, kind, status`` (the last two repeatable), ``charity, fundraising, founded_from, founded_to, sort,
        cursor, limit, representative``. Empty values do not restrict. Raises :class:`InvalidInputError` naming the
        parameter; unknown parameters are ignored.
        """
        cursor = _one(parameters, "cursor")
        return cls(
            q=_clean(_one(parameters, "q")),
            filters=_filters(parameters),
            sort=_sort(_one(parameters, "sort")),
            cursor=Cursor.decode(cursor) if cursor else None,
            limit=_number(parameters, "limit", 1, LARGEST_LIMIT) or DEFAULT_LIMIT,
            representative=_clean(_one(parameters, "representative")),
        )

    def parameters(self) -> list[tuple[str, str]]:
        """Return the shortest parameters that :meth:`from_parameters` reads back, without the cursor."""
        filters = self.filters
        pairs = [
            ("q", self.q),
            ("representative", self.representative),
            ("division", filters.division),
            *(("kind", kind) for kind in filters.kinds),
            *(("status", status) for status in filters.statuses),
            ("charity", "1" if filters.charity else ""),
            ("fundraising", "1" if filters.fundraising else ""),
            ("founded_from", str(filters.founded_from or "")),
            ("founded_to", str(filters.founded_to or "")),
            ("sort", self.sort.value if self.sort is not Sort.RELEVANCE else ""),
            ("limit", str(self.limit) if self.limit != DEFAULT_LIMIT else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    def query_string(self, **changes: object) -> str:
        """Return the address parameters of this request with some fields changed; the cursor is left out."""
        return urlencode((replace(self, **changes) if changes else self).parameters())  # type: ignore[arg-type]


def _filters(parameters: Parameters) -> Filters:
    division = _one(parameters, "division")
    if division and (not re.fullmatch(r"\d{6}", division, re.ASCII) or divisions.get(division) is None):
        raise _invalid("division", gettext("没有这个行政区划代码，请从列表中选择。"))
    first = _number(parameters, "founded_from", _EARLIEST_YEAR, _LATEST_YEAR)
    last = _number(parameters, "founded_to", _EARLIEST_YEAR, _LATEST_YEAR)
    if first and last and first > last:
        first, last = last, first
    return Filters(
        division=division,
        kinds=_choices(parameters, "kind", OrganisationKind, N_("没有这种社会组织类型，请从列表中选择。")),
        statuses=_choices(parameters, "status", Status, N_("没有这种登记状态，请从列表中选择。")),
        charity=_flag(parameters, "charity"),
        fundraising=_flag(parameters, "fundraising"),
        founded_from=first,
        founded_to=last,
    )


def _one(parameters: Parameters, name: str) -> str:
    return (parameters.get(name, "") or "").strip()


def _clean(text: str) -> str:
    # PostgreSQL's text cannot hold NUL, and UTF-8 no lone surrogates.
    return text[:LONGEST_QUERY].replace("\x00", " ").encode("utf-8", "ignore").decode().strip()


def _sort(text: str) -> Sort:
    try:
        return Sort(text) if text else Sort.RELEVANCE
    except ValueError as error:
        raise _invalid("sort", gettext("没有这种排序方式，请从列表中选择。")) from error


def _choices(parameters: Parameters, name: str, of: type[TextChoices], message: str) -> tuple[str, ...]:
    values = {value.strip() for value in parameters.getlist(name)} - {""}
    if not values:
        return ()
    known = of.values
    if values - set(known):
        raise _invalid(name, gettext(message))
    # Every value chosen restricts nothing.
    return tuple(value for value in known if value in values) if len(values) < len(known) else ()


def _flag(parameters: Parameters, name: str) -> bool:
    value = _one(parameters, name).lower()
    if not value:
        return False
    if value not in _YES | _NO:
        raise _invalid(name, gettext("请填写 1（是）或者 0（否）。"))
    return value in _YES


def _number(parameters: Parameters, name: str, least: int, most: int) -> int | None:
    value = _one(parameters, name)
    if not value:
        return None
    if not re.fullmatch(r"\d{1,6}", value) or not least <= int(value) <= most:
        raise _invalid(name, gettext("请填写 %(least)s 至 %(most)s 之间的整数。") % {"least": least, "most": most})
    return int(value)


def _invalid(name: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, fields={name: message})
