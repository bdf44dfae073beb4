"""Credit of giving for everybody: honours of donors, and the records that the law lets be published."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.charity.queries import credit as queries
from shetong.charity.views import words


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show honours and public records in effect today."""
    today = timezone.localdate()
    records = queries.public_records(today)
    honours = queries.honours(today)
    context = {
        "records": [(one, _(one.subject), _(one.kind), _(one.grade), _(one.document)) for one in records],
        "honours": [(one, words.money(one.total)) for one in honours],
        "demo": any(one.demo for one in records) or any(one.demo for one in honours),
    }
    return render(request, "charity/credit/public.html", context)
