"""``/api/v1/organisations``: search, suggestions, batch look-up. Thin: queries answer, shapes write."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router

from shetong.registry.api.gate import require_scope, spend
from shetong.registry.api.shapes import (
    LookupAnswers,
    LookupQuery,
    ProblemShape,
    SearchAnswer,
    Suggestion,
    lookup_answers,
    search_answer,
    suggestions,
)
from shetong.registry.models.choices import OrganisationKind, Status
from shetong.registry.queries.lookup import look_up
from shetong.registry.queries.search import SearchRequest, Sort, search, suggest
from shetong.registry.queries.search.request import DEFAULT_LIMIT, LARGEST_LIMIT, LONGEST_QUERY

router = Router(tags=["organisations"])
NAMES_PER_REQUEST = 20  # so many names of a look-up count as one request


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _several(name: str, description: str, values: list[str]) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string", "enum": values}}
    return {**_parameter(name, description), "schema": schema, "style": "form", "explode": True}


_Q = _parameter(
    "q",
    N_(
        "名称中的任何文字（一个字起）、曾用名、拼音首字母或者全拼、统一社会信用代码或者其开头、法定代表人姓名。"
        "错字、漏字、繁体、全角、空格、括号、简称均可"
    ),
)
SEARCH_PARAMETERS = [
    _Q,
    _parameter("representative", N_("法定代表人姓名，列出其任法定代表人的组织")),
    _parameter("division", N_("行政区划代码，含下级区划"), pattern=r"^[0-9]{6}$"),
    _several("kind", N_("类型，可以重复"), OrganisationKind.values),
    _several("status", N_("登记状态，可以重复"), Status.values),
    _parameter("charity", N_("仅慈善组织"), enum=["0", "1"]),
    _parameter("fundraising", N_("仅具有公开募捐资格的组织"), enum=["0", "1"]),
    _parameter("founded_from", N_("成立年份起"), type="integer", minimum=1800, maximum=2200),
    _parameter("founded_to", N_("成立年份止"), type="integer", minimum=1800, maximum=2200),
    _parameter("sort", N_("排序"), enum=[sort.value for sort in Sort], default=Sort.RELEVANCE.value),
    _parameter("cursor", N_("上一页给出的 next_cursor")),
    _parameter("limit", N_("每页数量"), type="integer", minimum=1, maximum=LARGEST_LIMIT, default=DEFAULT_LIMIT),
]
_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 422, 429}): ProblemShape}


@router.get(
    "/organisations",
    response={200: SearchAnswer, **_PROBLEMS},
    summary=N_("查询社会组织"),
    description="按名称、拼音、代码或者人名查询，可以筛选、排序、翻页。",
    url_name="organisation-search",
    openapi_extra={"parameters": SEARCH_PARAMETERS},
)
def search_organisations(request: HttpRequest) -> HttpResponse:
    """Answer a search."""
    require_scope(request, "organisations.read")
    return _json(search_answer(search(SearchRequest.from_parameters(request.GET))))


@router.get(
    "/organisations/suggest",
    response={200: list[Suggestion], **_PROBLEMS},
    summary=N_("输入提示"),
    description="边输入边提示，最多八条。",
    url_name="organisation-suggest",
    openapi_extra={"parameters": [_Q]},
)
def suggest_organisations(request: HttpRequest) -> HttpResponse:
    """Answer what has been typed so far."""
    require_scope(request, "organisations.read")
    asked = SearchRequest.from_parameters(request.GET)
    return _json(suggestions(suggest(asked.q)))


@router.post(
    "/organisations/lookup",
    response={200: LookupAnswers, **_PROBLEMS},
    summary=N_("批量核对"),
    description="逐个核对名称或者代码：是否为依法登记的社会组织、有无相近的名称。每 20 个计为一次请求。",
    url_name="organisation-lookup",
)
def look_up_organisations(request: HttpRequest, body: LookupQuery) -> HttpResponse:
    """Answer for each name or code whether an organisation bears it."""
    require_scope(request, "organisations.lookup")
    if further := (len(body.queries) - 1) // NAMES_PER_REQUEST:
        spend(request, further)
    queries = [query.encode("utf-8", "ignore").decode()[: LONGEST_QUERY * 2] for query in body.queries]
    return _json(lookup_answers(look_up(queries, near=body.near)))


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")
