"""Rating a case in the hall, and the low ratings that an authority follows up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework.models import Case, RatingTag
from shetong.casework.queries import cases, ratings
from shetong.casework.rules import ratings as rules
from shetong.casework.services import ratings as services
from shetong.core.errors import DomainError

SCORES = {
    5: gettext_noop("非常满意"),
    4: gettext_noop("满意"),
    3: gettext_noop("基本满意"),
    2: gettext_noop("不满意"),
    1: gettext_noop("非常不满意"),
}
PAGE = 30


class ResultForm(forms.Form):
    """What came of a follow-up."""

    result = forms.CharField(
        label=gettext_lazy("联系情况和处理结果"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        required=False,
    )


def context(case: Case) -> dict[str, Any]:
    """Return what the part of the case page for rating shows; nothing while there is no outcome."""
    if case.state not in rules.RATEABLE:
        return {}
    held = ratings.of_case(case)
    until = held.rated_at + timedelta(days=settings.RATING_DAYS) if held else None
    return {
        "rating_part": "casework/parts/rating.html",
        "rating": held,
        "scores": [(score, _(name)) for score, name in SCORES.items()],
        "rating_tags": [(tag.value, _(str(tag.label))) for tag in RatingTag],
        "rating_open": until is None or timezone.now() <= until,
        "rating_until": until,
    }


@require_POST
@login_required
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a rating."""
    if cases.for_applicant(current_user(request), pk) is None:
        raise Http404
    given = request.POST.get("score", "")
    try:
        services.rate(
            case_id=pk,
            actor=current_user(request),
            score=int(given) if given in ("1", "2", "3", "4", "5") else 0,
            tags=request.POST.getlist("tag"),
            text=request.POST.get("text", ""),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("谢谢，您的评价已经保存。"))
    return redirect("casework:case", pk=pk)


@require_safe
@office(Permission.CASE_VIEW)
def low(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the low ratings of one's authorities, those to be followed up or those done."""
    return _low(request, grants)


def _low(
    request: HttpRequest, grants: Grants, wrong: dict[int, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    done = request.GET.get("show") == "done"
    page = Paginator(ratings.to_follow_up(grants, done=done), PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            one,
            _(SCORES[one.score]),
            [_(str(RatingTag(tag).label)) for tag in one.tags],
            (wrong or {}).get(one.pk) or ResultForm(prefix=str(one.pk)),
        )
        for one in page
    ]
    return render(
        request,
        "casework/low_ratings.html",
        {
            "page": page,
            "rows": rows,
            "done": done,
            "today": timezone.localdate(),
            "failed": list((wrong or {}).values()),
        },
        status=status,
    )


@require_POST
@office(Permission.CASE_ACCEPT)
def follow_up(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Record a follow-up."""
    if not ratings.to_follow_up(grants).filter(pk=pk).exists():
        raise Http404
    form = ResultForm(request.POST, prefix=str(pk))
    form.is_valid()
    try:
        services.follow_up(rating_id=pk, actor=current_user(request), result=form.cleaned_data.get("result", ""))
    except DomainError as error:
        form.add_error("result", error.message)
        return _low(request, grants, {pk: form}, status=error.status)
    messages.success(request, _("回访结果已经保存，并已通知评价人。"))
    return redirect("casework:low-ratings")
