"""What the lists of the hall share: filters, pages, taking along as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.accounts.views.own import current_user
from shetong.charity.queries import keeping
from shetong.charity.queries.keeping import Wanted
from shetong.charity.views.hall.home import fund_name
from shetong.core.spreadsheets import inert
from shetong.registry.models import Organisation

_FILTERS = ("text", "fund", "kind", "first", "last")


def wanted(request: HttpRequest) -> Wanted:
    """Read the filters of the address."""
    return Wanted(**{name: request.GET.get(name, "")[:80] for name in (*_FILTERS, "before")})


def query(given: Wanted, **more: object) -> str:
    """The filters as an address has them."""
    kept = {name: getattr(given, name) for name in _FILTERS if getattr(given, name)}
    return urlencode({**kept, **more})


def further(given: Wanted, last: int) -> str:
    """Where the list goes on."""
    return f"?{query(given, before=last)}"


def frame(
    request: HttpRequest, organisation: Organisation, given: Wanted, kinds: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """What every list shows around its rows."""
    return {
        "organisation": organisation,
        "wanted": given,
        "kinds": kinds,
        "funds": [(str(pool.pk), fund_name(pool)) for pool in keeping.funds(organisation)],
        "filtered": bool(query(given)),
        "export": f"export.csv?{query(given)}",
        "first_url": f"?{query(given)}" if given.before else "",
        "clear": request.path,
    }


def download(
    request: HttpRequest, organisation: Organisation, what: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A table that spreadsheet programs open and never compute; that it was taken is recorded."""
    audit.record(
        actor=current_user(request), action="charity.export", target=organisation, detail={"what": what},
        jurisdiction=organisation.authority.division_code, request=request,
    )  # fmt: skip
    response = StreamingHttpResponse(_lines(headings, rows), content_type="text/csv; charset=utf-8")
    name = f"{organisation.public_code}-{what}-{timezone.localdate()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def _lines(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([inert(str(value)) for value in row])
