"""What charities have published, for everybody: an organisation's page, an entry, a photograph."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shetong.charity.queries import disclosure as queries
from shetong.charity.queries import projects as reading
from shetong.charity.services import progress
from shetong.charity.views import words
from shetong.charity.views.disclosure import saying
from shetong.core.asked import whole
from shetong.core.errors import NotFoundError


@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Show what an organisation published, what is overdue, and the ratios of its years with the working."""
    try:
        home = reading.organisation(code)
    except NotFoundError as error:
        raise Http404 from error
    today = timezone.localdate()
    before = request.GET.get("before", "")
    found = queries.entries(home, before=whole(before))
    shown = found[: queries.PAGE]
    late = [one for one in queries.open_duties(home) if one.due_on < today]
    context = {
        "organisation": home,
        "entries": [saying.entry(one) for one in shown],
        "late": [saying.duty(one, today) for one in late],
        "years": [saying.year(one) for one in queries.judged(home)][:3],
        "data": words.browser_data(),
        "next_url": f"?before={shown[-1].pk}#entries" if len(found) > queries.PAGE else "",
        "first_url": f"{request.path}#entries" if before else "",
        "share": words.share(
            _("%(name)s的信息公开") % {"name": home.name},
            _("募捐、项目、年度报告和支出比例，依法公开，更正留痕。"),
            reverse("charity:disclosures", args=[home.public_code]),
        ),
    }
    return render(request, "charity/disclosure/organisation.html", context)


@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry with its corrections and its place in the log."""
    try:
        found = queries.entry(pk)
    except NotFoundError as error:
        raise Http404 from error
    first = queries.entry(found.corrects_id) if found.corrects_id else found
    corrections = [saying.entry(one) for one in first.corrections.order_by("pk")]
    photos = queries.photos(first)
    context = {
        "organisation": first.organisation,
        "entry": saying.entry(first),
        "corrections": corrections,
        "photos": photos,
        "proof": words.proof(f"disclosure-{first.pk}", {"digest": first.digest}),
        "data": words.browser_data(),
        "share": words.share(
            first.title, first.organisation.name, reverse("charity:disclosure-entry", args=[first.pk])
        ),
    }
    return render(request, "charity/disclosure/entry.html", context)


@require_safe
@cache_control(public=True, max_age=86_400, immutable=True)
def photo(_request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a photograph of a report."""
    try:
        content = progress.photo(pk)
    except (NotFoundError, FileNotFoundError) as error:
        raise Http404 from error
    return HttpResponse(content, content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})
