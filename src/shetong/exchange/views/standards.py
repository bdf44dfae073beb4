"""The metadata standard: dictionary page, pages of code lists, downloads."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, conditional_page, require_safe

from shetong.core import divisions, statutes
from shetong.core.divisions import Division
from shetong.core.divisions.boundaries import Boundaries, load
from shetong.exchange import dictionary, workbook
from shetong.exchange.parameters import period, quantity

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DIVISIONS_PER_PAGE = 100
LONGEST_QUERY = 60


def _digest(_request: HttpRequest, slug: str = dictionary.DIVISIONS_SLUG) -> str | None:
    known = slug == dictionary.DIVISIONS_SLUG or dictionary.code_list(slug) is not None
    return f'"{dictionary.digest()}"' if known else None


@require_safe
@conditional_page
def standards(request: HttpRequest) -> HttpResponse:
    """Show every data element in groups, each with an anchor, and lead to the code lists."""
    context = {
        "element_sets": [
            (
                elements,
                [
                    (
                        element,
                        dictionary.TYPE_NAMES[element.type],
                        dictionary.SHARING_NAMES[element.sharing],
                        dictionary.slug(element.code_list) if element.code_list else "",
                    )
                    for element in elements
                    if element.identifier.startswith(f"{elements.identifier}.")
                ],
            )
            for elements in dictionary.ELEMENT_SETS
        ],
        "code_lists": dictionary.published_lists(),
        "division_count": len(divisions.current()) - 1,
        "parameter_count": len(statutes.parameters()),
    }
    return render(request, "exchange/standards.html", context)


@require_safe
@conditional_page
def code_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one code list with its source."""
    codes = dictionary.code_list(slug)
    if codes is None:
        raise Http404
    return render(request, "exchange/code_list.html", {"codes": codes, "slug": slug})


@require_safe
@conditional_page
def division_list(request: HttpRequest) -> HttpResponse:
    """Show the divisions, searchable by code or name (``q``), ceased ones too (``historic``), by pages (``page``)."""
    query = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    historic = request.GET.get("historic") == "1"
    found = divisions.search(query, historic=historic)
    pages = max(1, -(-len(found) // DIVISIONS_PER_PAGE))
    page = _page_number(request.GET.get("page", "1"), pages)
    shown = found[(page - 1) * DIVISIONS_PER_PAGE : page * DIVISIONS_PER_PAGE]
    context = {
        "query": query,
        "historic": historic,
        "total": len(found),
        "page": page,
        "pages": pages,
        "rows": [_division_row(division) for division in shown],
        "previous_url": _page_address(query, historic=historic, page=page - 1) if page > 1 else "",
        "next_url": _page_address(query, historic=historic, page=page + 1) if page < pages else "",
    }
    return render(request, "exchange/divisions.html", context)


@require_safe
@conditional_page
def parameters(request: HttpRequest) -> HttpResponse:
    """Show the parameters of law with their periods and provisions."""
    rows = [
        (parameter, [(quantity(held), period(held), held.provision) for held in parameter.values])
        for parameter in statutes.parameters().values()
    ]
    return render(request, "exchange/parameters.html", {"rows": rows})


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_digest)
def dictionary_json(_request: HttpRequest) -> HttpResponse:
    """Answer with the whole standard as JSON."""
    return HttpResponse(dictionary.as_json(), content_type="application/json")


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_digest)
def dictionary_xlsx(_request: HttpRequest) -> HttpResponse:
    """Answer with the whole standard as a workbook."""
    disposition = 'attachment; filename="shetong-dictionary.xlsx"'
    return HttpResponse(workbook.as_xlsx(), content_type=XLSX, headers={"Content-Disposition": disposition})


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_digest)
def dictionary_schema(_request: HttpRequest) -> HttpResponse:
    """Answer with the JSON Schema of the dictionary."""
    schema = resources.files("shetong.exchange").joinpath("schemas/dictionary-1.schema.json").read_bytes()
    return HttpResponse(schema, content_type="application/schema+json")


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_digest)
def code_list_json(_request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with one code list as JSON."""
    if slug == dictionary.DIVISIONS_SLUG:
        return HttpResponse(dictionary.divisions_json(), content_type="application/json")
    codes = dictionary.code_list(slug)
    if codes is None:
        raise Http404
    return HttpResponse(dictionary.list_json(codes), content_type="application/json")


@require_safe
@cache_control(public=True, max_age=3600)
@conditional_page
def boundaries(_request: HttpRequest) -> HttpResponse:
    """Answer with the deployment's boundaries; only where they come from an approved base map."""
    if not (settings.BOUNDARIES_FILE and settings.BOUNDARIES_APPROVAL):
        raise Http404
    return HttpResponse(_boundaries(settings.BOUNDARIES_FILE).content, content_type="application/geo+json")


@lru_cache(maxsize=1)
def _boundaries(path: str) -> Boundaries:
    return load(Path(path))


def _division_row(division: Division) -> dict[str, object]:
    current = divisions.successors(division.code) if not division.is_current else ()
    return {
        "division": division,
        "full_name": divisions.full_name(division.code),
        "level": dictionary.LEVEL_NAMES[division.level],
        "first_year": division.valid_from.year if division.valid_from else None,
        "last_year": division.valid_to.year - 1 if division.valid_to else None,
        "former_names": [held.name for held in divisions.history(division.code)[:-1]],
        "successors": [(heir.code, divisions.full_name(heir.code)) for heir in current],
    }


def _page_number(text: str, pages: int) -> int:
    return min(max(int(text), 1), pages) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _page_address(query: str, *, historic: bool, page: int) -> str:
    given = {"q": query, "historic": "1" if historic else "", "page": str(page)}
    return f"{reverse('exchange:division-list')}?{urlencode({name: text for name, text in given.items() if text})}"
