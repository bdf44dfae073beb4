"""What the lists of the hall share: filters, pages, taking along as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.accounts.views.own import current_user
from shetong.charity.queries import keeping
from shetong.charity.queries.keeping import Wanted
from shetong.charity.views import tables
from shetong.charity.views.hall.home import fund_name
from shetong.registry.models import Organisation

# Where the list goes on is said for each fund.
LONGEST_BEFORE = 6_000
_FILTERS = ("text", "fund", "kind", "first", "last")


def wanted(request: HttpRequest) -> Wanted:
    """Read the filters of the address."""
    given = {name: request.GET.get(name, "")[:80] for name in _FILTERS}
    return Wanted(**given, before=request.GET.get("before", "")[:LONGEST_BEFORE])


def query(given: Wanted, **more: object) -> str:
    """The filters as an address has them."""
    kept = {name: getattr(given, name) for name in _FILTERS if getattr(given, name)}
    return urlencode({**kept, **more})


def further(given: Wanted, last: int | str) -> str:
    """Where the list goes on."""
    return f"?{query(given, before=last)}"


def fund_names(organisation: Organisation) -> dict[int, str]:
    """The names of an organisation's funds by their numbers, in the order in which they are shown."""
    return {pool.pk: fund_name(pool) for pool in keeping.funds(organisation)}


def frame(
    request: HttpRequest,
    names: Mapping[int, str],
    organisation: Organisation,
    given: Wanted,
    kinds: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """What every list shows around its rows; ``names``: of the funds."""
    return {
        "organisation": organisation,
        "wanted": given,
        "kinds": kinds,
        "funds": [(str(number), name) for number, name in names.items()],
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
    response = tables.streamed(headings, rows)
    name = f"{organisation.public_code}-{what}-{timezone.localdate()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
