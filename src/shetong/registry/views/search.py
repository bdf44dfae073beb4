"""The page of search results: the same parameters as the API, filters as links, words for why something was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from shetong.core import divisions
from shetong.core.errors import InvalidInputError
from shetong.registry.models.choices import OrganisationKind, Status
from shetong.registry.queries.search.page import Representative, SearchPage, search
from shetong.registry.queries.search.request import SearchRequest
from shetong.registry.queries.search.results import Match, Result
from shetong.registry.rules.facets import Filters
from shetong.registry.views.search_filters import Links, Option, chips, groups, sorts


@dataclass(frozen=True, slots=True)
class Row:
    """One organisation as the component ``result_row`` shows it; marks are starts and ends in characters."""

    name: str
    url: str
    code: str
    kind_name: str
    division_name: str
    status: str
    status_name: str
    founded_on: date | None
    marks: tuple[str, ...]
    demo: bool
    legal_representative: str = ""
    name_marks: tuple[tuple[int, int], ...] = ()
    matched_by: str = ""
    matched_text: str = ""
    matched_marks: tuple[tuple[int, int], ...] = ()


@gzip_page
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show a page of results. What an address asks wrongly is left out and said, the rest is answered."""
    asked, problems = read_request(request.GET)
    found = search(asked)
    links = Links(asked)
    listed = [*found.results, *(found.representative.results if found.representative else ())]
    # Said once above the list where it holds for all of it, at each row otherwise.
    all_demo = bool(listed) and all(result.demo for result in listed)
    rows = [row(result, tag_demo=not all_demo) for result in found.results]
    if found.similar:
        # The notice above says it of all of them.
        rows = [replace(shown, matched_by="") if not shown.matched_text else shown for shown in rows]
    representative = _by_representative(found.representative, asked, tag_demo=not all_demo)
    context = {
        "request_": asked,
        "problems": problems,
        "kept": _parameters(replace(asked, q="", representative="")),
        "kept_by_years": _parameters(
            replace(asked, filters=replace(asked.filters, founded_from=None, founded_to=None))
        ),
        "groups": groups(asked),
        "chips": chips(asked),
        "unfiltered": links.unfiltered(),
        "sorts": sorts(asked),
        "rows": rows,
        "all_demo": all_demo,
        "api_url": f"{reverse('api-1:organisation-search')}?{asked.query_string()}",
        "summary": _summary(found),
        "near": found.similar,
        "representative": representative,
        "first_url": links.to(asked) if asked.cursor else "",
        "next_url": f"{links.base}?{asked.query_string()}&cursor={found.next_cursor}" if found.next_cursor else "",
        "ways_out": _ways_out(asked, links) if not found.results else (),
    }
    return render(request, "registry/search.html", context)


def read_request(parameters: QueryDict) -> tuple[SearchRequest, list[str]]:
    """Return what is asked and what was wrong with it: each parameter that cannot be read is dropped and named."""
    remaining = parameters.copy()
    problems: list[str] = []
    while True:
        try:
            return SearchRequest.from_parameters(remaining), problems
        except InvalidInputError as error:
            problems.append(error.message)
            for name in error.fields:
                remaining.pop(name, None)


def row(result: Result, *, tag_demo: bool = True) -> Row:
    """Return a result as the page shows it, with the reason in words where the name alone does not say it."""
    marks = [_("慈善组织")] * result.charity + [_("公开募捐资格")] * result.fundraising
    reasons = {
        Match.FORMER_NAME: _("曾用名"),
        Match.PINYIN: _("按拼音查到"),
        Match.SIMILAR: _("名称近似"),
        Match.CODE: _("按代码查到"),
    }
    return Row(
        name=result.name,
        url=reverse("registry:organisation", args=[result.code]),
        code=result.code,
        kind_name=_(OrganisationKind(result.kind).label),
        division_name=divisions.full_name(result.division),
        status=result.status,
        status_name=_(Status(result.status).label),
        founded_on=result.founded_on,
        marks=tuple(marks),
        demo=result.demo and tag_demo,
        legal_representative=result.legal_representative if result.match is Match.REPRESENTATIVE else "",
        name_marks=() if result.former_name else result.highlights,
        matched_by=reasons.get(result.match, ""),
        matched_text=result.former_name,
        matched_marks=result.highlights if result.former_name else (),
    )


def _parameters(asked: SearchRequest) -> Sequence[tuple[str, str]]:
    return asked.parameters()


def _summary(found: SearchPage) -> str:
    if found.similar:
        return _("名称近似的 %(number)s 家") % {"number": f"{found.total:,}"}
    if found.total_is_estimate:
        return _("约 %(number)s 家") % {"number": f"{found.total:,}"}
    return _("共 %(number)s 家") % {"number": f"{found.total:,}"}


def _by_representative(
    found: Representative | None, asked: SearchRequest, *, tag_demo: bool
) -> dict[str, object] | None:
    if found is None:
        return None
    everything = Links(replace(asked, q="", representative=found.name))
    return {
        "name": found.name,
        "rows": [row(result, tag_demo=tag_demo) for result in found.results],
        "more_url": everything.to(everything.request) if found.more else "",
    }


def _ways_out(asked: SearchRequest, links: Links) -> tuple[Option, ...]:
    """Return what to try where nothing was found: wider searches first, then how to write the words."""
    ways: list[Option] = []
    if asked.filters:
        ways.append(Option(_("去掉全部筛选条件再查"), links.unfiltered()))
    if asked.filters.division:
        ways.append(Option(_("在全国范围内查"), links.filtered(division="")))
    if asked.filters.statuses:
        ways.append(Option(_("包括所有登记状态"), links.filtered(statuses=())))
    if asked.q:
        ways += [
            Option(_("少输几个字，只留名称中最有特点的部分，例如字号"), ""),
            Option(_("省去“省”“市”“县”等地名，或改用拼音首字母"), ""),
            Option(_("如果有统一社会信用代码，直接输入 18 位代码"), ""),
        ]
    ways.append(Option(_("按地区和类型浏览全部社会组织"), links.to(SearchRequest(filters=Filters()))))
    return tuple(ways)
