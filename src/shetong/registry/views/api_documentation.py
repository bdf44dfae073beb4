"""``/api/``: what people who write programs need to know of the API. Lists come from the API's own description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import conditional_page, require_safe

from shetong.accounts.rules import API_SCOPES, RATE_CLASSES
from shetong.registry.api import document
from shetong.registry.api.gate import SUGGESTIONS_FACTOR
from shetong.registry.api.organisations import NAMES_PER_REQUEST, SEARCH_PARAMETERS
from shetong.registry.api.problems import statuses, titles
from shetong.registry.queries.lookup import MOST, Verdict

_METHODS = ("get", "post")
VERDICTS = {
    Verdict.REGISTERED: _("有依法登记、现仍存续的组织使用这个名称或者代码"),
    Verdict.ENDED: _("使用这个名称或者代码的组织已经注销、撤销或者吊销"),
    Verdict.FORMER: _("是曾用名，组织现在用别的名称"),
    Verdict.NEAR: _("没有组织使用这个名称，有相近的名称，见 near"),
    Verdict.NONE: _("没有组织使用这个名称或者代码，也没有相近的名称"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the table of addresses."""

    method: str
    path: str
    summary: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the search: ``values`` are those that may be given, where they are few."""

    name: str
    description: str
    values: tuple[str, ...]


@require_safe
@conditional_page
def api_documentation(request: HttpRequest) -> HttpResponse:
    """Explain addresses, parameters, keys, limits, paging, conditional requests and errors, with examples."""
    base = f"{settings.PUBLIC_URL}/api/v1"
    context = {
        "base": base,
        "operations": list(_operations(document())),
        "parameters": [_parameter(each) for each in SEARCH_PARAMETERS],
        "verdicts": [(verdict.value, text) for verdict, text in VERDICTS.items()],
        "scopes": [(scope, gettext(text)) for scope, text in API_SCOPES.items()],
        "rates": list(RATE_CLASSES.items()),
        "public_rate": settings.API_RATE_PUBLIC,
        "suggest_rate": settings.API_RATE_PUBLIC * SUGGESTIONS_FACTOR,
        "most": MOST,
        "names_per_request": NAMES_PER_REQUEST,
        "problems": [(kind, statuses(kind), title) for kind, title in titles().items()],
        "examples": _examples(base),
    }
    return render(request, "registry/api.html", context)


def _operations(description: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in description["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield Operation(method.upper(), path, gettext(methods[method]["summary"]))


def _parameter(described: dict[str, Any]) -> Parameter:
    schema = described["schema"]
    values = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    return Parameter(described["name"], gettext(described["description"]), tuple(values))


def _examples(base: str) -> dict[str, str]:
    query = "%E6%85%88%E5%96%84"  # 慈善
    return {
        "search": f"curl '{base}/organisations?q={query}&division=330000&limit=5'",
        "detail": f"curl '{base}/organisations/51100000500000015P?on=2020-12-31'",
        "lookup": f"""curl -X POST '{base}/organisations/lookup' \\
  -H 'Content-Type: application/json' \\
  -d '{{"queries": ["中华慈善总会", "51100000500000015P"], "near": true}}'""",
        "key": f"curl -H 'Authorization: Bearer st_…' '{base}/organisations?q={query}'",
        "conditional": f"""curl -i -H 'If-None-Match: "84fab830a860989070da786f"' \\
  '{base}/organisations/51100000500000015P'
HTTP/1.1 304 Not Modified""",
        "limits": """RateLimit-Policy: "minute";q=60;w=60
RateLimit: "minute";r=57;t=41""",
        "problem": """HTTP/1.1 422 Unprocessable Content
Content-Type: application/problem+json

{"type": "/api/#problem-invalid-input",
 "title": "请求内容有误",
 "status": 422,
 "detail": "没有这个行政区划代码，请从列表中选择。",
 "errors": {"division": "没有这个行政区划代码，请从列表中选择。"}}""",
    }
