"""The site map for search engines (sitemaps.org protocol 0.9) and robots.txt."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from shetong.exchange.queries import site_map

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_STATIC_PAGES = (
    "web:home",
    "exchange:standards",
    "exchange:parameters",
    "exchange:division-list",
    "exchange:open-data",
)
# Pages that answer a question of one person or cost a search each: nothing for an index.
_DISALLOWED = ("/search/?", "/api/", "/v/", "/accounts/", "/hall/", "/office/", "/preferences/")


@require_safe
@cache_control(public=True, max_age=3600)
def index(_request: HttpRequest) -> HttpResponse:
    """List the files of the site map; asks only for the end of the primary key."""
    parts = [_entry("sitemap", reverse("exchange:sitemap-pages"))]
    for number in range(1, site_map.last_block() + 1):
        parts.append(_entry("sitemap", reverse("exchange:sitemap-organisations-gz", args=[number])))
    return _xml(f"<sitemapindex {_NAMESPACE}>\n{''.join(parts)}</sitemapindex>\n")


@require_safe
@cache_control(public=True, max_age=86400)
def pages(_request: HttpRequest) -> HttpResponse:
    """List the pages that are not records."""
    parts = (_entry("url", reverse(name)) for name in _STATIC_PAGES)
    return _xml(f"<urlset {_NAMESPACE}>\n{''.join(parts)}</urlset>\n")


def _changed_at(_request: HttpRequest, number: int) -> datetime | None:
    return site_map.block_changed_at(number)


@require_safe
@cache_control(public=True, max_age=3600)
@condition(last_modified_func=_changed_at)
def organisations(_request: HttpRequest, number: int) -> HttpResponse:
    """List one block of organisation pages with the time of their last change."""
    return _xml(_block(number))


@require_safe
@cache_control(public=True, max_age=3600)
@condition(last_modified_func=_changed_at)
def organisations_gz(_request: HttpRequest, number: int) -> HttpResponse:
    """List one block as :func:`organisations`, compressed."""
    return HttpResponse(gzip.compress(_block(number).encode(), 5, mtime=0), content_type="application/gzip")


@require_safe
@cache_control(public=True, max_age=86400)
def robots(_request: HttpRequest) -> HttpResponse:
    """Tell robots what not to fetch and where the site map is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _DISALLOWED), "", f"Sitemap: {_whole('/sitemap.xml')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _block(number: int) -> str:
    if not 1 <= number <= site_map.last_block():
        raise Http404
    # The address is the same but for the code: reversing 50,000 addresses one by one would take a second.
    before, _, after = _whole(reverse("registry:organisation", args=["0" * 18])).partition("0" * 18)
    entries = (
        f"<url><loc>{before}{page.code}{after}</loc>"
        f"<lastmod>{page.updated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod></url>\n"
        for page in site_map.block(number)
    )
    return f"{_HEAD}<urlset {_NAMESPACE}>\n{''.join(entries)}</urlset>\n"


def _entry(element: str, path: str) -> str:
    return f"<{element}><loc>{_whole(path)}</loc></{element}>\n"


def _whole(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


def _xml(body: str) -> HttpResponse:
    text = body if body.startswith("<?xml") else _HEAD + body
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
