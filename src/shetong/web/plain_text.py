"""Forms and addresses without NUL, which no keyboard sends and no database keeps as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]
NUL = "\x00"


class PlainTextMiddleware:
    """Takes NUL out of what pages are asked; after the check of the form's origin, which reads the form anyway."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any) -> None:
        """Clean query and form before the view reads them; an address with NUL is none. Raises ``Http404``."""
        if NUL in request.path_info:
            raise Http404
        if NUL in request.META.get("QUERY_STRING", "") or "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _without(request.GET)  # type: ignore[assignment] # not mutable
        if request.method == "POST" and any(NUL in value for _name, values in request.POST.lists() for value in values):
            request.POST = _without(request.POST)  # type: ignore[assignment] # not mutable


def _without(given: QueryDict) -> QueryDict:
    kept = [(name.replace(NUL, ""), value.replace(NUL, "")) for name, values in given.lists() for value in values]
    return QueryDict(urlencode(kept))
