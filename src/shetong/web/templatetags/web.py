"""Front-end entries and the components of the design system; ``/design/`` shows each of them."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
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


# Where people go, by address name; only what this installation answers is linked.
MAIN_PLACES = (
    (gettext_lazy("查组织"), "registry:search"),
    (gettext_lazy("验证证书"), "registry:verify"),
    (gettext_lazy("开放数据"), "exchange:open-data"),
    (gettext_lazy("数据标准"), "exchange:standards"),
    (gettext_lazy("开发接口"), "api-1:docs"),
)
FOOTER_PLACES = (*MAIN_PLACES, (gettext_lazy("设计系统"), "web:design"))


def _places(context: template.Context, places: tuple[tuple[Any, str], ...]) -> list[dict[str, object]]:
    request = context.get("request")
    here = request.path if request else ""
    found: list[dict[str, object]] = []
    for text, name in places:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        found.append({"text": text, "url": url, "current": here.startswith(url)})
    return found


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, object]]:
    """Return the places of the main navigation: ``text``, ``url`` and whether it is the ``current`` one."""
    return _places(context, MAIN_PLACES)


@register.simple_tag(takes_context=True)
def footer_links(context: template.Context) -> list[dict[str, object]]:
    """Return the places of the footer, shaped as :func:`navigation`."""
    return _places(context, FOOTER_PLACES)
