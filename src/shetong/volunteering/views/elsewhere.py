"""Activities of other designated systems, listed with where they come from; signing up happens there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shetong.core import divisions
from shetong.volunteering.forms import division_code
from shetong.volunteering.models import Field
from shetong.volunteering.queries import exchange as queries
from shetong.volunteering.views.parts import part


@require_safe
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Show what other systems recruit for."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:40]
    field = request.GET.get("field", "")
    field = field if field in Field.values else ""
    known = divisions.get(division_code(request.GET.get("division", "")[:40]))
    found = queries.elsewhere(text=text, field=field, division=divisions.prefix(known.code) if known else "")
    page = part(request, found, size=20)
    labels = dict(Field.choices)
    rows = [
        {
            "told": item.content or {}, "system": item.system, "url": queries.page_of(item),
            "field": labels.get((item.content or {}).get("field", ""), ""),
            "division": divisions.full_name((item.content or {}).get("division_code", "")),
        }
        for item in page
    ]  # fmt: skip
    context = {
        "rows": rows, "page": page, "q": text, "field": field, "fields": Field.choices,
        "division_name": divisions.full_name(known.code) if known else "",
        "demo": any(row["system"].demo for row in rows),
    }  # fmt: skip
    return render(request, "volunteering/elsewhere.html", context)
