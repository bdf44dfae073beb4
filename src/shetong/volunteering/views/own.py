"""What volunteers keep for themselves: consents, saved searches, the teams that they belong to."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.core.errors import DomainError
from shetong.volunteering.forms_people import JoinForm
from shetong.volunteering.models import ConsentPurpose, MembershipState, Team, TeamState
from shetong.volunteering.rules import criteria
from shetong.volunteering.rules.credit import CATALOGUE
from shetong.volunteering.services import members, teams, volunteers
from shetong.volunteering.services import searches as saved
from shetong.volunteering.views.hall import _blame, _own
from shetong.volunteering.views.portal import volunteer_of

# What each purpose means for the person, told before they choose.
MEANINGS = {
    ConsentPurpose.SERVICE: gettext_lazy("不同意的，不能参加志愿服务；要撤回的，请注销注册。"),
    ConsentPurpose.SENSITIVE: gettext_lazy("证件号码加密保存，只用于核验身份和出具证明；要撤回的，请注销注册。"),
    ConsentPurpose.LOCATION: gettext_lazy(
        "查找时由近及远，签到时核对是否到场。不同意的，可以填写地区、由现场工作人员点名。"
    ),
    ConsentPurpose.MATCHING: gettext_lazy("按您的技能和空闲时间推荐活动，并说明理由。"),
    ConsentPurpose.PUBLISH: gettext_lazy(
        "“星级和表彰”“志愿服务时长排行”中显示您的全名，服务记录公示中显示隐去部分的姓名、志愿者编号和起止时间。"
        "不同意的，“星级和表彰”只显示隐去部分的姓名和志愿者编号，服务记录公示只显示记录编号、日期和时长，其他地方不显示姓名。"
    ),
    ConsentPurpose.TRANSFER: gettext_lazy(
        "与其他指定的志愿服务信息系统交换您的服务记录：时间、地点、内容和时长。不同意的，不交换服务记录。"
    ),
    ConsentPurpose.CREDIT: gettext_lazy(
        "按信用激励目录提供您的星级、累计服务时长和受到的表彰，不提供每次服务的内容；每次提供都记在本页下面。"
    ),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def consents(request: HttpRequest) -> HttpResponse:
    """Show what one agreed to, since when, and let it be given or withdrawn, each apart."""
    who = _own(request)
    if request.method == "POST":
        try:
            volunteers.choose_consents(user=current_user(request), purposes=request.POST.getlist("consents"))
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("同意的范围已经保存。"))
        return redirect("volunteering:consents")
    standing = {each.purpose: each for each in who.consents.filter(withdrawn_at__isnull=True)}
    rows = [
        {"purpose": purpose, "meaning": MEANINGS[purpose], "given": standing.get(purpose.value),
         "needed": purpose in volunteers.NEEDED}
        for purpose in ConsentPurpose
    ]  # fmt: skip
    titles = {item.code: _(item.title) for item in CATALOGUE}
    disclosures = [
        (each, "、".join(titles.get(code, code) for code in each.items))
        for each in who.disclosures.order_by("-id")[:50]
    ]
    context = {"rows": rows, "disclosures": disclosures, "history": who.consents.order_by("-given_at")[:50]}
    return render(request, "volunteering/consents.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def searches(request: HttpRequest) -> HttpResponse:
    """Show saved searches, and keep the one whose criteria the address carries."""
    who = _own(request)
    asked, _wrong = criteria.read(request.GET)
    if request.method == "POST":
        try:
            saved.save(user=current_user(request), title=request.POST.get("title", ""), asked=asked)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(f"{request.path}?{urlencode(asked.parameters())}")
        messages.success(request, _("已经保存，有新活动时通知您。"))
        return redirect("volunteering:searches")
    rows = [(each, saved.criteria_of(each).query_string()) for each in who.saved_searches.order_by("title")]
    context = {"rows": rows, "asked": asked.query_string(), "suggested": asked.text or asked.field or ""}
    return render(request, "volunteering/searches.html", context)


@never_cache
@require_safe
@login_required
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for what a saved search of one's own looks for."""
    found = _own(request).saved_searches.filter(pk=pk).first()
    if found is None:
        raise Http404
    return redirect(f"{reverse('volunteering:find')}?{saved.criteria_of(found).query_string()}")


@require_POST
@login_required
def search_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Delete a saved search, or switch its messages."""
    _own(request)
    user = current_user(request)
    try:
        if name == "remove":
            saved.remove(user=user, search_id=pk)
        elif name in ("notify", "silence"):
            saved.change(user=user, search_id=pk, notify=name == "notify")
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("volunteering:searches")


@never_cache
@require_safe
@login_required
def memberships(request: HttpRequest) -> HttpResponse:
    """Show the teams that one belongs to or has asked, and one's trainings."""
    who = _own(request)
    context = {
        "memberships": who.memberships.select_related("team").order_by("-applied_at")[:100],
        "trainings": who.trainings.filter(withdrawn_at__isnull=True).select_related("team").order_by("-held_on")[:100],
        "leavable": (MembershipState.APPLIED, MembershipState.MEMBER),
    }
    return render(request, "volunteering/memberships.html", context)


@require_POST
@login_required
def leave_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a team."""
    _own(request)
    try:
        left = members.leave(user=current_user(request), membership_id=pk)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经退出“%(team)s”。") % {"team": left.team.name})
    return redirect("volunteering:memberships")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to join a team, answering its questions."""
    team = Team.objects.filter(pk=pk, state=TeamState.ACTIVE).first()
    if team is None:
        raise Http404
    if volunteer_of(request) is None:
        return redirect("volunteering:register")
    form = JoinForm(request.POST if request.method == "POST" else None, questions=team.questions)
    if request.method == "POST" and form.is_valid():
        try:
            teams.apply(user=current_user(request), team_id=pk, answers=form.cleaned_data)
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("申请已经提交，团体审核以后会通知您。"))
            return redirect("volunteering:memberships")
    context = {"form": form, "heading": _("申请加入“%(team)s”") % {"team": team.name}, "button": _("提交申请")}
    return render(request, "volunteering/form.html", context, status=422 if form.is_bound else 200)
