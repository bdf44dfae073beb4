"""What the site says of every donation and disbursement, for programs that compare it with the public log."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shetong.charity.queries import public_log
from shetong.core.canonical_json import Json

PAGE = 1_000
KINDS = {"donations": "charity.donation", "disbursements": "charity.disbursement"}


@require_safe
def acts(_request: HttpRequest, kind: str, first: int) -> HttpResponse:
    """Say what the rows from number ``first`` on hold now: JSON lines, at most :data:`PAGE`, no personal data."""
    if kind not in KINDS:
        raise Http404
    lines = (_line(reference, body) for reference, body in public_log.said(KINDS[kind], first, PAGE))
    response = HttpResponse("".join(lines), content_type="application/x-ndjson")
    response["Cache-Control"] = "no-store"
    return response


def _line(reference: str, body: dict[str, Json]) -> str:
    return json.dumps({"reference": reference, **body}, ensure_ascii=False) + "\n"
