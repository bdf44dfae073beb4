"""The knowledge base (登记管理知识库): find, read, compare, write, review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user
from shetong.casework import catalogue
from shetong.casework.models import Article, ArticleKind, ArticleVersion, VersionState
from shetong.casework.queries import knowledge as queries
from shetong.casework.rules import articles as rules
from shetong.casework.services import knowledge
from shetong.casework.views.desk import blame
from shetong.core.asked import whole
from shetong.core.errors import DomainError


class ArticleForm(forms.Form):
    """A version of an article."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=120, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=ArticleKind.choices)
    division_code = forms.CharField(label=gettext_lazy("发布单位行政区划代码"), max_length=6, required=False)
    body = forms.CharField(
        label=gettext_lazy("正文"),
        help_text=gettext_lazy("用 Markdown 书写：空行分段，“## ”开头是小标题，“- ”开头是列表。"),
        widget=forms.Textarea(attrs={"rows": 18}),
        max_length=100_000,
        required=False,
    )
    source = forms.CharField(label=gettext_lazy("出处（选填）"), max_length=300, required=False)
    change = forms.CharField(label=gettext_lazy("修改说明（选填）"), max_length=300, required=False)
    matters = forms.MultipleChoiceField(
        label=gettext_lazy("相关事项（选填，可以多选）"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    public = forms.BooleanField(label=gettext_lazy("同时在办事指南中向公众显示"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["matters"]
        chosen.choices = [(matter.code, matter.title) for matter in catalogue.matters()]


@require_safe
@office(Permission.CASE_VIEW)
def article_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Find articles by words, kind and matter."""
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    kind = request.GET.get("kind", "")
    matter = request.GET.get("matter", "")[:24]
    found = queries.search(
        queries.readable(grants), text, kind=kind if kind in ArticleKind.values else "", matter=matter
    )
    context = {
        "page": Paginator(found, queries.PAGE).get_page(request.GET.get("page")),
        "q": text,
        "kind": kind,
        "matter": matter,
        "kinds": ArticleKind.choices,
        "matters": catalogue.matters(),
        "at_work": queries.at_work(grants)[: queries.PAGE],
        "may_write": grants.anywhere(Permission.KNOWLEDGE_WRITE),
    }
    return render(request, "casework/knowledge.html", context)


@require_safe
@office(Permission.CASE_VIEW)
def article(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show an article with its versions; ``?version=`` an older one, compared with the one before."""
    found = queries.article(grants, pk)
    if found is None:
        raise Http404
    given = request.GET.get("version", "")
    number = whole(given, most=99_999)
    writer = grants.may(Permission.KNOWLEDGE_WRITE, found.division_code)
    known = [one for one in queries.versions(found) if writer or one.state == VersionState.PUBLISHED]
    shown = next((one for one in known if one.number == (number or found.published)), known[0] if known else None)
    if shown is None:
        raise Http404
    user = current_user(request)
    return render(
        request,
        "casework/article.html",
        {
            "article": found,
            "version": shown,
            "versions": known,
            "body": _drawn(shown),
            "lines": _changes(known, shown) if number else (),
            "titles": _titles(shown),
            "may_write": writer,
            "own_draft": shown.state == VersionState.DRAFT and shown.author_id == user.pk,
            "may_review": shown.state == VersionState.PENDING
            and shown.author_id != user.pk
            and grants.may(Permission.KNOWLEDGE_REVIEW, found.division_code),
            "may_withdraw": found.published is not None
            and found.withdrawn_at is None
            and grants.may(Permission.KNOWLEDGE_REVIEW, found.division_code),
        },
    )


def _drawn(version: ArticleVersion) -> str:
    return mark_safe(rules.html(version.body))  # noqa: S308 - cleaned by nh3


def _changes(known: list[ArticleVersion], shown: ArticleVersion) -> tuple[rules.Line, ...]:
    before = next((one for one in known if one.number < shown.number and one.state == VersionState.PUBLISHED), None)
    return rules.compare(before.body, shown.body) if before is not None else ()


def _titles(found: ArticleVersion) -> list[tuple[str, str]]:
    return [(matter.code, matter.title) for matter in catalogue.matters() if matter.code in found.matters]


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.KNOWLEDGE_WRITE)
def edit(request: HttpRequest, grants: Grants, pk: int | None = None) -> HttpResponse:
    """Write a new article or the next version of one; what is typed is kept as a draft, or handed in for review."""
    found = queries.article(grants, pk) if pk is not None else None
    if pk is not None and (found is None or not grants.may(Permission.KNOWLEDGE_WRITE, found.division_code)):
        raise Http404
    form = ArticleForm(request.POST if request.method == "POST" else None, initial=_initial(grants, found))
    if request.method == "POST" and form.is_valid():
        try:
            version = knowledge.write(actor=current_user(request), article_id=pk, **form.cleaned_data)
            if request.POST.get("do") == "submit":
                knowledge.submit(article_id=version.article_id, actor=current_user(request))
        except DomainError as error:
            blame(form, error)
        else:
            messages.success(request, _("已经保存。"))
            return redirect(f"{reverse('casework:article', args=[version.article_id])}?version={version.number}")
    context = {"form": form, "article": found}
    return render(request, "casework/article_edit.html", context, status=422 if form.errors else 200)


def _initial(grants: Grants, found: Article | None) -> dict[str, Any]:
    if found is None:
        return {"division_code": next(iter(grants.jurisdictions(Permission.KNOWLEDGE_WRITE)), "")}
    latest = next(iter(queries.versions(found)), None)
    kept = {"division_code": found.division_code}
    names = ("kind", "matters", "public", "title", "body", "source")
    return kept | ({name: getattr(latest, name) for name in names} if latest else {})


@require_POST
@office(Permission.CASE_VIEW)
def act(request: HttpRequest, grants: Grants, pk: int, name: str) -> HttpResponse:
    """Hand in, publish, send back, take down."""
    found = queries.article(grants, pk)
    if found is None:
        raise Http404
    user = current_user(request)
    try:
        if name == "submit":
            knowledge.submit(article_id=pk, actor=user)
        elif name in ("publish", "return"):
            remark = request.POST.get("remark", "")
            knowledge.review(article_id=pk, actor=user, publish=name == "publish", remark=remark)
        elif name == "withdraw":
            knowledge.withdraw(article_id=pk, actor=user)
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已经办理。"))
    return redirect("casework:article", pk=pk)


@require_safe
def public(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an article to everybody, where it is meant for them."""
    found = queries.public_article(pk)
    shown = queries.version(found) if found is not None else None
    if found is None or shown is None:
        raise Http404
    context = {"article": found, "version": shown, "body": _drawn(shown), "titles": _titles(shown)}
    return render(request, "casework/article_public.html", context)
