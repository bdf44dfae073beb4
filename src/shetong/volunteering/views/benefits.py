"""Benefits: for everybody, for the volunteer who takes them, for the partner who offers and checks, in the office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.volunteering.forms_honours import BenefitForm, PartnerForm
from shetong.volunteering.models import Benefit, Partner, PartnerState, RedemptionState
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.rules import redemption, service_certificates
from shetong.volunteering.services import benefits as services
from shetong.volunteering.views.hall import _blame, _own
from shetong.volunteering.views.parts import part
from shetong.volunteering.views.portal import volunteer_of


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """Show everybody what partners offer to volunteers."""
    who = volunteer_of(request)
    page = part(request, queries.offered(who), size=30)
    context = {
        "rows": [_row(each) for each in page], "page": page, "volunteer": who, "demo": any(each.demo for each in page),
    }  # fmt: skip
    return render(request, "volunteering/benefits.html", context)


@never_cache
@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Show the codes of what one took, and how many hours can still be spent."""
    who = _own(request)
    minutes, spent = queries.confirmed_minutes(who.pk), queries.spent_minutes(who.pk)
    taken = part(request, who.redemptions.select_related("benefit__partner").order_by("-id"), size=30)
    context = {
        "left": service_certificates.hours(max(0, minutes - spent)), "spent": service_certificates.hours(spent),
        "rows": [(each, redemption.shown(each.code)) for each in taken], "held": RedemptionState.HELD,
        "page": taken,
    }  # fmt: skip
    return render(request, "volunteering/own_benefits.html", context)


@require_POST
@login_required
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a benefit."""
    if volunteer_of(request) is None:
        return redirect("volunteering:register")
    try:
        services.take(user=current_user(request), benefit_id=pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("volunteering:benefits")
    messages.success(request, _("兑换成功，使用时请出示兑换码。"))
    return redirect("volunteering:own-benefits")


@require_POST
@login_required
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return what was not used."""
    _own(request)
    try:
        services.give_back(user=current_user(request), redemption_id=pk)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经退回，时长可以再用。"))
    return redirect("volunteering:own-benefits")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def partner(request: HttpRequest) -> HttpResponse:
    """Show what one offers as a partner, or ask to become one."""
    form = PartnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.apply_partner(actor=current_user(request), values=form.cleaned_data)
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("申请已经提交，核实以后就可以发布激励。"))
            return redirect("volunteering:partner")
    return _partner_page(request, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Check a code that somebody shows, and mark it as used."""
    if not Partner.objects.filter(staff=current_user(request)).exists():
        raise Http404
    context: dict[str, object] = {"code": request.POST.get("code", "")[:20]}
    if request.method == "POST":
        acts = {"use": services.use, "look": services.look_up}
        done = acts.get(request.POST.get("do", "look"), services.look_up)
        try:
            found = done(actor=current_user(request), code=str(context["code"]))
        except DomainError as error:
            context["error"] = error.message
        else:
            used = request.POST.get("do") == "use"
            context |= {"found": found, "used": used, "good": found.state == RedemptionState.HELD}
    return render(request, "volunteering/partner_check.html", context, status=422 if "error" in context else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a benefit."""
    found = Partner.objects.filter(pk=pk, staff=current_user(request), state=PartnerState.ACTIVE).first()
    if found is None:
        raise Http404
    form = BenefitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.offer(actor=current_user(request), partner_id=pk, values=form.values())
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("已经发布。"))
            return redirect("volunteering:partner")
    context = {"form": form, "heading": _("发布激励"), "button": _("发布")}
    return render(request, "volunteering/form.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop offering a benefit."""
    if not Benefit.objects.filter(pk=pk, partner__staff=current_user(request)).exists():
        raise Http404
    services.close(actor=current_user(request), benefit_id=pk)
    messages.success(request, _("已经停止，已发的兑换码仍可使用。"))
    return redirect("volunteering:partner")


@require_POST
@office(Permission.VOLUNTEERING_MANAGE)
def office_partner(request: HttpRequest, grants: Grants, pk: int, act: str) -> HttpResponseBase:
    """Verify a partner, or end it."""
    if act not in ("pass", "close"):
        raise Http404
    try:
        services.verify_partner(
            actor=current_user(request), partner_id=pk, passes=act == "pass", reason=request.POST.get("reason", "")
        )
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:office-honours")


def _row(benefit: Benefit) -> dict[str, object]:
    return {
        "benefit": benefit, "left": benefit.stock - benefit.taken,
        "least": service_certificates.hours(benefit.least_minutes),
        "cost": service_certificates.hours(benefit.cost_minutes),
    }  # fmt: skip


def _partner_page(request: HttpRequest, form: PartnerForm) -> HttpResponse:
    partners = Partner.objects.filter(staff=current_user(request)).order_by("pk")
    offers = [
        (each, part(request, each.benefits.order_by("-id"), size=30, name=f"benefits-{each.pk}")) for each in partners
    ]
    context = {
        "form": form,
        "partners": [(each, [_row(one) for one in page], page) for each, page in offers],
    }
    return render(request, "volunteering/partner.html", context, status=422 if form.is_bound else 200)
