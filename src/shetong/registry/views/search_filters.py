"""The filters of the search as links: each option is an address that can be shared, each chip takes one away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from shetong.core import divisions
from shetong.registry.models.choices import OrganisationKind, Status
from shetong.registry.queries.search.request import SearchRequest, Sort
from shetong.registry.rules.facets import Filters


@dataclass(frozen=True, slots=True)
class Option:
    """One link of a filter; ``chinese`` where its text stays Chinese on an English page."""

    text: str
    url: str
    current: bool = False
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The options of one filter; a tree has the way down to the present place in ``trail``.

    ``minor`` groups are left out in the elder-friendly mode; ``short`` options fit beside each other.
    """

    name: str
    title: str
    options: tuple[Option, ...]
    trail: tuple[Option, ...] = ()
    minor: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Writes the addresses of a search that differs from ``request`` in some respect."""

    request: SearchRequest
    base: str = field(default_factory=lambda: reverse("registry:search"))

    def to(self, request: SearchRequest) -> str:
        """Return the address of another search."""
        query = request.query_string()
        return f"{self.base}?{query}" if query else self.base

    def filtered(self, **changes: object) -> str:
        """Return the address of this search with some filters changed."""
        return self.to(replace(self.request, filters=replace(self.request.filters, **changes)))  # type: ignore[arg-type]

    def sorted(self, sort: Sort) -> str:
        """Return the address of this search in another order."""
        return self.to(replace(self.request, sort=sort))

    def unfiltered(self) -> str:
        """Return the address of this search without any filter."""
        return self.to(replace(self.request, filters=Filters()))


def groups(request: SearchRequest) -> tuple[Group, ...]:
    """Return the filters beside the results of ``request``."""
    links = Links(request)
    return (
        _divisions(request, links),
        _kinds(request, links),
        _statuses(request, links),
        _qualifications(request, links),
    )


def sorts(request: SearchRequest) -> tuple[Option, ...]:
    """Return the orders in which the results can be listed."""
    links = Links(request)
    names = {Sort.RELEVANCE: _("按相关程度"), Sort.NEWEST: _("成立较晚在前"), Sort.OLDEST: _("成立较早在前")}
    return tuple(Option(names[sort], links.sorted(sort), request.sort is sort) for sort in Sort)


def chips(request: SearchRequest) -> tuple[Option, ...]:
    """Return the filters that are set, each with the address of the search without it."""
    filters, links = request.filters, Links(request)
    found: list[Option] = []
    if request.representative:
        without = links.to(replace(request, representative=""))
        found.append(Option(_("法定代表人：%(name)s") % {"name": request.representative}, without))
    if filters.division:
        found.append(Option(divisions.full_name(filters.division), links.filtered(division=""), chinese=True))
    for kind in filters.kinds:
        rest = tuple(other for other in filters.kinds if other != kind)
        found.append(Option(_(OrganisationKind(kind).label), links.filtered(kinds=rest)))
    for status in filters.statuses:
        rest = tuple(other for other in filters.statuses if other != status)
        found.append(Option(_(Status(status).label), links.filtered(statuses=rest)))
    if filters.charity:
        found.append(Option(_("慈善组织"), links.filtered(charity=False)))
    if filters.fundraising:
        found.append(Option(_("公开募捐资格"), links.filtered(fundraising=False)))
    if filters.has_years():
        found.append(Option(_years(filters), links.filtered(founded_from=None, founded_to=None)))
    return tuple(found)


def _years(filters: Filters) -> str:
    first, last = filters.founded_from, filters.founded_to
    if first and last:
        text = _("%(first)s 年成立") if first == last else _("%(first)s 至 %(last)s 年成立")
        return text % {"first": first, "last": last}
    if first:
        return _("%(first)s 年及以后成立") % {"first": first}
    return _("%(last)s 年及以前成立") % {"last": last}


def _divisions(request: SearchRequest, links: Links) -> Group:
    """Return the tree: the way from the nation down to the chosen division, and what lies directly below it."""
    chosen = request.filters.division or divisions.NATION
    way: list[Option] = []
    code: str | None = chosen
    while code and code != divisions.NATION:
        division = divisions.get(code)
        if division is not None:
            way.append(Option(division.name, links.filtered(division=code), code == chosen, chinese=True))
        code = division.parent if division is not None else divisions.parent_of(code)
    way.append(Option(_("全国"), links.filtered(division=""), chosen == divisions.NATION))
    below = tuple(
        Option(
            division.short_name if chosen == divisions.NATION else division.name,
            links.filtered(division=division.code),
            chinese=True,
        )
        for division in divisions.children(chosen)
    )
    return Group("division", _("行政区划"), below, tuple(reversed(way)), short=chosen == divisions.NATION)


def _kinds(request: SearchRequest, links: Links) -> Group:
    chosen = request.filters.kinds
    options = [Option(_("全部"), links.filtered(kinds=()), not chosen)]
    options += [
        Option(_(kind.label), links.filtered(kinds=(kind.value,)), chosen == (kind.value,)) for kind in OrganisationKind
    ]
    return Group("kind", _("类型"), tuple(options))


def _statuses(request: SearchRequest, links: Links) -> Group:
    chosen = request.filters.statuses
    options = [Option(_("全部"), links.filtered(statuses=()), not chosen)]
    options += [
        Option(_(status.label), links.filtered(statuses=(status.value,)), chosen == (status.value,))
        for status in Status
    ]
    return Group("status", _("登记状态"), tuple(options), minor=True)


def _qualifications(request: SearchRequest, links: Links) -> Group:
    filters = request.filters
    return Group(
        "qualification",
        _("资格与标识"),
        (
            Option(_("慈善组织"), links.filtered(charity=not filters.charity), filters.charity),
            Option(_("公开募捐资格"), links.filtered(fundraising=not filters.fundraising), filters.fundraising),
        ),
        minor=True,
    )
