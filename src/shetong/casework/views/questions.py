"""Questions to the authority above (请示) and answers (答复)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework import catalogue
from shetong.casework.models import Case
from shetong.casework.queries import cases
from shetong.casework.queries import knowledge as queries
from shetong.casework.services import questions
from shetong.casework.views.desk import blame
from shetong.core.asked import whole
from shetong.core.errors import DomainError


class QuestionForm(forms.Form):
    """A question."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=120, required=False)
    text = forms.CharField(
        label=gettext_lazy("请示内容"), widget=forms.Textarea(attrs={"rows": 8}), max_length=10_000, required=False
    )
    division_code = forms.CharField(label=gettext_lazy("请示单位行政区划代码"), max_length=6, required=False)
    matter = forms.ChoiceField(label=gettext_lazy("相关事项（选填）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["matter"]
        chosen.choices = [("", _("不限")), *((matter.code, matter.title) for matter in catalogue.matters())]


class AnswerForm(forms.Form):
    """An answer."""

    answer = forms.CharField(
        label=gettext_lazy("答复"), widget=forms.Textarea(attrs={"rows": 8}), max_length=10_000, required=False
    )


@require_safe
@office(Permission.CASE_VIEW)
def question_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the questions that one's authority asked or was asked, open ones first."""
    page = Paginator(queries.questions(grants), queries.PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_ask": grants.anywhere(Permission.QUESTION_ASK)}
    return render(request, "casework/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.QUESTION_ASK)
def new(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Ask, about a case (``?case=``) or freely."""
    case = _case(grants, request.GET.get("case", ""))
    first = next(iter(grants.jurisdictions(Permission.QUESTION_ASK)), "")
    form = QuestionForm(request.POST if request.method == "POST" else None, initial={"division_code": first})
    if case is not None:
        del form.fields["division_code"], form.fields["matter"]
    if request.method == "POST" and form.is_valid():
        given = {name: str(value) for name, value in form.cleaned_data.items()}
        try:
            made = questions.ask(actor=current_user(request), case_id=case.pk if case else None, **given)
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("请示已经送出。"))
            return redirect("casework:question", pk=made.pk)
    context = {"form": form, "case": case}
    return render(request, "casework/question_new.html", context, status=422 if form.errors else 200)


def _case(grants: Grants, given: str) -> Case | None:
    if not given:
        return None
    case = cases.for_officer(grants, number) if (number := whole(given)) is not None else None
    if case is None:
        raise Http404
    return case


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CASE_VIEW)
def question(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show a question with its answer; a POST answers it."""
    found = queries.question(grants, pk)
    if found is None:
        raise Http404
    may = grants.may(Permission.QUESTION_ANSWER, found.asked_division)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            questions.answer(question_id=pk, actor=current_user(request), text=form.cleaned_data["answer"])
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经答复。"))
            return redirect("casework:question", pk=pk)
    context = {
        "question": found,
        "form": form,
        "may_answer": may and found.answered_at is None,
        "may_publish": may and found.answered_at is not None and found.article_id is None,
        "case": cases.for_officer(grants, found.case_id) if found.case_id else None,
    }
    return render(request, "casework/question.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.CASE_VIEW)
def make_article(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Make a draft of the knowledge base out of a question."""
    if queries.question(grants, pk) is None:
        raise Http404
    try:
        made = questions.make_article(question_id=pk, actor=current_user(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("casework:question", pk=pk)
    return redirect("casework:article-edit", pk=made.article_id)
