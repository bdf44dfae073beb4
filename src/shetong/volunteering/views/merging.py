"""The guiding authority makes one of two records of one person, and two again within the window."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.volunteering.forms_people import MergeForm
from shetong.volunteering.models import Merge
from shetong.volunteering.queries import exchange
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.services import merging
from shetong.volunteering.views.hall import _blame
from shetong.volunteering.views.parts import part


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.VOLUNTEERING_MANAGE)
def merges(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """Show merges of one's jurisdiction; compare two records, then merge them."""
    asked = {name: request.GET.get(name, "")[:20] for name in ("kept", "gone")}
    form = MergeForm(request.POST if request.method == "POST" else None, initial=asked)
    compared = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            compared = merging.compare(
                actor=current_user(request), kept_number=given["kept"], gone_number=given["gone"]
            )
            if request.POST.get("do") == "merge":
                merging.merge(
                    kept_id=compared[0].pk, gone_id=compared[1].pk, actor=current_user(request), reason=given["reason"]
                )
                messages.success(
                    request,
                    _("两个记录已经合并，%(days)d天内可以撤销。") % {"days": settings.VOLUNTEER_MERGE_UNDO_DAYS},
                )
                return redirect("volunteering:merges")
        except DomainError as error:
            _blame(form, error)
            compared = None
    places = grants.jurisdictions(Permission.VOLUNTEERING_MANAGE)
    within = queries.within(places, "kept__division_code")
    merges_ = Merge.objects.filter(within).select_related("kept", "gone", "hold", "undo").order_by("-id")
    rows = part(request, merges_, size=30)
    now = timezone.now()
    context = {
        "form": form, "compared": compared, "hints": exchange.said_to_be_one(queries.within(places)),
        "page": rows,
        "rows": [
            (each, hasattr(each, "hold") and each.hold.until > now and not hasattr(each, "undo")) for each in rows
        ],
    }  # fmt: skip
    wrong = form.is_bound and compared is None
    return render(request, "volunteering/merges.html", context, status=422 if wrong else 200)


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def undo(request: HttpRequest, grants: Grants, pk: int) -> HttpResponseBase:
    """Make two records of one again."""
    try:
        merging.undo(merge_id=pk, actor=current_user(request), reason=request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("合并已经撤销，两个记录恢复原状。"))
    return redirect("volunteering:merges")
