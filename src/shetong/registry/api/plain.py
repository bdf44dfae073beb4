"""NUL characters in what programs ask: the database keeps none in a text, and no honest text has any.

Bodies are judged by the services that take them: where a batch is sent, one bad item stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict

_NUL = "\x00"


def require(request: HttpRequest, path: Mapping[str, object]) -> None:
    """Take NUL out of the query, as pages do. Raises ``Http404`` for one in the address, which nothing has."""
    if any(_NUL in str(value) for value in path.values()):
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or _NUL in query:
        pairs = [(name, value) for name, values in request.GET.lists() for value in values]
        cleaned = [(name.replace(_NUL, ""), value.replace(_NUL, "")) for name, value in pairs]
        request.GET = QueryDict(urlencode(cleaned))
