"""The API's own way in: what pages need of middleware, programs do without."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

PREFIX = "/api/v1/"


class ApiEntranceMiddleware:
    """Answer addresses under ``/api/v1/`` here, with everything below in ``MIDDLEWARE`` left out.

    Sessions, cross-site tokens, log-in, messages and the policy of pages mean nothing to callers who come with a key
    or with none, and cost a tenth of a search. The views of the API answer every error themselves (``gate``).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request. Raises ``DisallowedHost``, which Django answers with 400."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.get_host()
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response
