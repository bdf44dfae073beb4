"""Front-end entries and the components of the design system; ``/design/`` shows each of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from shetong.web import frontend

register = template.Library()


@register.simple_tag
def vite_entry(name: str) -> SafeString:
    """Link the style sheets and the module script of the front-end entry ``name``."""
    files = frontend.entry(name)
    styles = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(path),) for path in files.styles))
    scripts = format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(path),) for path in files.scripts)
    )
    return format_html("{}{}", styles, scripts)


@register.simple_tag
def vite_asset(name: str) -> str:
    """Return the address of the picture ``frontend/src/assets/<name>``."""
    return static(frontend.asset(name))


# Which tone says what a registration status means.
STATUS_TONES = {"normal": "green", "suspended": "yellow", "liquidating": "yellow", "cancelled": "red", "revoked": "red"}


@register.filter
def grouped(number: int) -> str:
    """Return ``number`` with its thousands apart: ``900000`` → ``900,000``."""
    return f"{number:,}"


@register.simple_tag
def marked(text: str, spans: Iterable[tuple[int, int]] | None = None) -> SafeString:
    """Return ``text`` with the spans from ``start`` to ``end`` (exclusive), in characters, in ``mark`` elements.

    Spans that overlap an earlier one or lie outside the text are left out.
    """
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end in sorted(spans or ()):
        if start < at or end <= start or start >= len(text):
            continue
        pieces.append((text[at:start], text[start:end]))
        at = end
    head = format_html_join("", "{}<mark>{}</mark>", pieces)
    return format_html("{}{}", head, text[at:])


@register.simple_tag
def json_ld(data: dict[str, object]) -> SafeString:
    """Write linked data for machines; a data block, which the content security policy lets pass."""
    text = json.dumps(data, ensure_ascii=False).translate(
        {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    )
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above


@register.inclusion_tag("web/components/search_box.html")
def search_box(
    *,
    value: str = "",
    quiet: bool = False,
    hint: str = "",
    field_id: str = "q",
    hidden: Iterable[tuple[str, str]] = (),
) -> dict[str, object]:
    """Show the one search box; ``hidden`` are the filters that a new search keeps.

    Suggestions come from the API where this installation answers it; the page loads the entry ``search``.
    """
    return {
        "value": value,
        "quiet": quiet,
        "hint": hint,
        "id": field_id,
        "hidden": hidden,
        "action": _address("registry:search") or "/search/",
        "suggest": _address("api-1:organisation-suggest"),
        "open": (_address("registry:organisation", "CODE")),
    }


@register.inclusion_tag("web/components/result_row.html")
def result_row(hit: object, heading: int = 3) -> dict[str, object]:
    """Show one hit: ``name`` (a heading of that level), ``url``, ``code``, kind, status, and by what it was found."""
    return {"hit": hit, "heading": f"h{heading}"}


@register.inclusion_tag("web/components/status_tag.html")
def status_tag(status: str, label: str) -> dict[str, object]:
    """Show a registration status in words, and in a tone that repeats what the words say."""
    return {"tone": STATUS_TONES.get(status, "grey"), "label": label}


@register.inclusion_tag("web/components/key_values.html")
def key_values(rows: Iterable[object]) -> dict[str, object]:
    """Show labelled values: rows with ``label``, ``value`` and optionally ``code``, ``url``, ``note``, ``chinese``."""
    return {"rows": rows}


@register.inclusion_tag("web/components/timeline.html")
def timeline(entries: Iterable[object]) -> dict[str, object]:
    """Show events, newest first: ``title``, ``day``, ``recorded``, ``basis``, ``ahead`` and ``changes``."""
    return {"entries": entries}


@register.inclusion_tag("web/components/filters.html")
def filters(groups: Iterable[object]) -> dict[str, object]:
    """Show groups of filter links: ``name``, ``title``, ``options`` and, for a tree, the ``trail`` above them."""
    return {"groups": groups}


@register.inclusion_tag("web/components/pagination.html")
def pagination(*, previous_url: str = "", next_url: str = "", previous_text: str = "") -> dict[str, object]:
    """Show the ways to the page before and the page after of a list paged by key."""
    return {"previous_url": previous_url, "next_url": next_url, "previous_text": previous_text}


@register.inclusion_tag("web/components/notice.html")
def notice(text: str, *, title: str = "", tone: str = "") -> dict[str, object]:
    """Show a notice; ``tone`` is empty, ``good``, ``warn`` or ``bad``."""
    return {"text": text, "title": title, "tone": tone}


@register.inclusion_tag("web/components/empty_state.html")
def empty_state(title: str, *, text: str = "", actions: Iterable[object] = ()) -> dict[str, object]:
    """Show that nothing is here, and what to do: ``actions`` with ``text`` and perhaps ``url``."""
    return {"title": title, "text": text, "actions": actions}


@register.inclusion_tag("web/components/code_block.html")
def code_block(code: str, *, label: str) -> dict[str, object]:
    """Show lines for a machine in a box that scrolls; ``label`` names it for those who cannot see it."""
    return {"code": code, "label": label}


@register.inclusion_tag("web/components/demo_banner.html")
def demo_banner(text: str = "") -> dict[str, object]:
    """Say that what follows is generated and nobody's real data."""
    return {"text": text}


@register.inclusion_tag("web/components/organisation_header.html")
def organisation_header(head: object, *, heading: int = 1) -> dict[str, object]:
    """Show an organisation's name (a heading of that level), code, status, kind, marks and its page's QR code."""
    return {"head": head, "heading": f"h{heading}"}


# Where people go, by address name; only what this installation answers is linked.
MAIN_PLACES = (
    (gettext_lazy("查组织"), "registry:search"),
    (gettext_lazy("办事"), "casework:hall"),
    (gettext_lazy("志愿服务"), "volunteering:find"),
    (gettext_lazy("善款去向"), "charity:overview"),
    (gettext_lazy("验证证书"), "registry:verify"),
)
FOOTER_PLACES = (
    *MAIN_PLACES,
    (gettext_lazy("登记公告"), "registry:announcements"),
    (gettext_lazy("行政许可公示"), "exchange:permits"),
    (gettext_lazy("开放数据"), "exchange:open-data"),
    (gettext_lazy("数据标准"), "exchange:standards"),
    (gettext_lazy("公开日志"), "ledger:overview"),
    (gettext_lazy("开发接口"), "registry:api"),
    (gettext_lazy("设计系统"), "web:design"),
)


def _places(context: template.Context, places: tuple[tuple[Any, str], ...]) -> list[dict[str, object]]:
    request = context.get("request")
    here = request.path if request else ""
    found: list[dict[str, object]] = []
    for text, name in places:
        if url := _address(name):
            found.append({"text": text, "url": url, "current": here.startswith(url)})
    return found


def _address(name: str, *arguments: str) -> str:
    """Return the address of that name; empty where this installation has no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, object]]:
    """Return the places of the main navigation: ``text``, ``url`` and whether it is the ``current`` one."""
    return _places(context, MAIN_PLACES)


@register.simple_tag(takes_context=True)
def footer_links(context: template.Context) -> list[dict[str, object]]:
    """Return the places of the footer, shaped as :func:`navigation`."""
    return _places(context, FOOTER_PLACES)
