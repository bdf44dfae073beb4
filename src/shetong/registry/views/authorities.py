"""The authorities of one's jurisdiction in the office, and the code under which each publishes."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError, ForbiddenError
from shetong.registry.queries import authorities as queries
from shetong.registry.services import authorities


class CodeForm(forms.Form):
    """The code of an authority."""

    code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"), required=False, max_length=40,
        help_text=gettext_lazy("机关自己的18位代码，第1位是1。可以带空格；要删去的，留空保存。"),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


@require_safe
@office(Permission.REGISTER_VIEW_INTERNAL)
def authority_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the authorities, those without a code where asked."""
    text, missing = request.GET.get("q", "").replace("\x00", "")[:100], request.GET.get("show") == "missing"
    page = Paginator(queries.seen(grants, text=text, missing=missing), queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "text": text,
        "missing": missing,
        "without": queries.seen(grants, missing=True).count(),
        "may_set": {one.pk for one in page if grants.may(Permission.REGISTER_CORRECT, one.division_code)},
    }
    return render(request, "registry/authorities.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.REGISTER_CORRECT)
def authority_code(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Ask for the code of an authority and keep it."""
    found = queries.seen(grants).filter(pk=pk).first()
    if found is None:
        raise Http404
    form = CodeForm(request.POST if request.method == "POST" else None, initial={"code": found.uscc})
    if request.method == "POST" and form.is_valid():
        try:
            kept, remark = authorities.set_code(authority_id=pk, actor=current_user(request), **form.cleaned_data)
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("已保存%(name)s的代码。") % {"name": kept.name})
            if remark:
                messages.warning(request, remark)
            return redirect("registry:authorities")
    status = 422 if form.errors else 200
    return render(request, "registry/authority_code.html", {"authority": found, "form": form}, status=status)
