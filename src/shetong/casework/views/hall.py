"""The service hall (办事大厅): find a matter, read its guide, fill in, hand in, follow."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.views.own import current_user
from shetong.casework.models import Case, State
from shetong.casework.queries import cases, guide, knowledge, mandates, matters, ratings
from shetong.casework.rules.contents import NAMES
from shetong.casework.rules.forms import Progress
from shetong.casework.rules.matters import NATURE_NAMES, Applicant, Material, Matter
from shetong.casework.services import closing, drafts, resubmission, submission
from shetong.casework.views import case_page as case_page_view
from shetong.core.errors import DomainError, InvalidInputError, NotFoundError

PAGE = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the matters, or those that a question means."""
    question = request.GET.get("q", "")[:100]
    found = guide.find(question)
    return render(request, "casework/hall.html", {"q": question, "matters": found, "all": guide.find("")})


@require_safe
def matter_guide(request: HttpRequest, code: str) -> HttpResponse:
    """Show the guide of a matter (办事指南)."""
    matter = _matter(code)
    day = timezone.localdate()
    held = mandates.organisations(current_user(request)) if request.user.is_authenticated else []
    context = {
        "matter": matter,
        "nature": _(NATURE_NAMES[matter.nature]),
        "limit": matter.limits.legal(day),
        "extension": matter.limits.longest_extension(day),
        "for_organisation": matter.applicant is Applicant.ORGANISATION,
        "mandates": held,
        "wanted": [(one, _formats(one)) for one in matter.materials],
        "rating": ratings.summary(matter=code),
        "today": day,
        "phone": settings.CONSULT_PHONE,
        "articles": knowledge.of_matter(code, "", public=True),
    }
    return render(request, "casework/guide.html", context)


def _formats(material: Material) -> str:
    names = _("、").join(_(NAMES[one]) for one in material.formats if one in NAMES)
    return _("%(formats)s，最多%(most)d个文件") % {"formats": names, "most": material.most}


@require_POST
@login_required
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin an application and open its first topic."""
    matter = _matter(code)
    user = current_user(request)
    subject = request.POST.get("organisation", "")
    named = {mandate.organisation_code: mandate.organisation_name for mandate in mandates.organisations(user)}
    try:
        case = drafts.begin(
            matter=matter.code, applicant=user, subject_code=subject, subject_name=named.get(subject, "")
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("casework:guide", code=code)
    return redirect("casework:form", pk=case.pk, section=matter.sections[0].name)


@never_cache
@require_safe
@login_required
def case_list(request: HttpRequest) -> HttpResponse:
    """Show one's own cases and those of the organisations one acts for."""
    page = Paginator(cases.of_applicant(current_user(request)), PAGE).get_page(request.GET.get("page"))
    rows = [(case, _matter(case.matter)) for case in page]
    return render(request, "casework/case_list.html", {"page": page, "rows": rows})


@never_cache
@require_safe
@login_required
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where an application stands, what comes next, and its documents."""
    case = _case(request, pk)
    return render(request, "casework/case.html", case_page_view.context(request, case))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def form(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Show one topic of the form and keep what is typed; nothing is lost, whatever is wrong with it."""
    from shetong.casework.views.section import handle

    case = _case(request, pk)
    if case.state not in (State.DRAFT, State.CORRECTION):
        messages.info(request, _("申请已经提交，不能再修改。"))
        return redirect("casework:case", pk=pk)
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    try:
        asked = matter.applying(case.form).section(section)
    except KeyError:
        raise Http404 from None
    return handle(request, case, matter, asked)


@never_cache
@require_POST
@login_required
def autosave(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Keep one topic while it is being typed."""
    from shetong.casework.views.section import autosave as keep

    case = _case(request, pk)
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    try:
        asked = matter.applying(case.form).section(section)
    except KeyError:
        raise Http404 from None
    return keep(request, case, asked, matter)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything once more with what is still missing; a POST hands it in."""
    case = _case(request, pk)
    if case.state not in (State.DRAFT, State.CORRECTION):
        return redirect("casework:case", pk=pk)
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            done = submission.submit(case_id=pk, actor=current_user(request))
        except InvalidInputError as error:
            faults = error.fields or {"": error.message}
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("casework:check", pk=pk)
        else:
            messages.success(request, _("申请已经提交，办件编号 %(number)s。") % {"number": done.number})
            return redirect("casework:case", pk=pk)
    context = {
        "case": case,
        "matter": matter,
        "topics": cases.topics(matter, case.form),
        "gaps": [row for row in case_page_view.task_rows(case, matter, None) if row.progress is not Progress.DONE]
        if request.method != "POST"
        else [],
        "faults": [(_link(case, matter, place), message) for place, message in faults.items()],
        "files": cases.files(case),
        "changes": resubmission.changes(case, matter) if case.state == State.CORRECTION else None,
    }
    return render(request, "casework/check.html", context, status=422 if request.method == "POST" else 200)


def _link(case: Case, matter: Matter, place: str) -> str:
    """Return the address of the question that a fault is about."""
    head, _dot, rest = place.partition(".")
    names = [section.name for section in matter.sections]
    section = head if head in names else _holding(matter, head)
    anchor = rest.replace(".", "-") if head in names else head
    if head == "materials":
        return reverse("casework:materials", args=[case.pk]) + f"#material-{rest}"
    url = reverse("casework:form", args=[case.pk, section])
    return f"{url}#id_{anchor}" if anchor else url


def _holding(matter: Matter, name: str) -> str:
    found = (section.name for section in matter.sections for one in section.fields if one.name == name)
    return next(found, matter.sections[0].name)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Withdraw or give up."""
    _case(request, pk)
    acts: dict[str, Any] = {"withdraw": closing.withdraw, "discard": drafts.discard}
    if name not in acts:
        raise Http404
    try:
        acts[name](case_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("casework:case", pk=pk)
    if name == "discard":
        messages.success(request, _("申请草稿已经删除。"))
        return redirect("casework:cases")
    messages.success(request, _("申请已经撤回。"))
    return redirect("casework:case", pk=pk)


def _matter(code: str) -> Matter:
    try:
        return matters.in_force(code, "")
    except NotFoundError:
        raise Http404 from None


def _case(request: HttpRequest, pk: int) -> Case:
    case = cases.for_applicant(current_user(request), pk)
    if case is None:
        raise Http404
    return case
