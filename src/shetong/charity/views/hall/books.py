"""An organisation's books in the hall: balances, entries, what its accounts are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shetong.accounts.views.own import current_user
from shetong.charity.forms.fields import blame
from shetong.charity.forms.spending import AccountForm
from shetong.charity.models import JournalEntry
from shetong.charity.queries import books
from shetong.charity.services.books import ACCOUNTS, Code, rename_account
from shetong.charity.views import words
from shetong.charity.views.hall import lists
from shetong.charity.views.hall.acting import keeper
from shetong.core.errors import DomainError
from shetong.core.money import format_plain
from shetong.registry.models import Organisation

HEADINGS = ("凭证号", "记账日期", "摘要", "科目代码", "科目名称", "借方（元）", "贷方（元）", "项目")


@require_safe
@keeper
def page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show balances and entries."""
    return render(request, "charity/hall/books.html", {"organisation": organisation, **account(request, organisation)})


def account(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """Balances and entries of an organisation in words."""
    before = request.GET.get("before", "")
    rows = list(books.entries(organisation, before=before)[: books.PAGE + 1])
    shown = rows[: books.PAGE]
    lines = books.balances(organisation)
    return {
        "balances": [
            {
                "account": line.account, "kind": _(str(line.account.get_kind_display())),
                "debit": words.money(line.debit), "credit": words.money(line.credit),
                "balance": words.money(abs(line.balance)), "side": _side(line.balance),
            }
            for line in lines
        ],
        "balanced": sum(line.balance for line in lines) == 0,
        "total": words.money(sum(line.debit for line in lines)),
        "entries": [{"entry": row, "lines": _lines(row)} for row in shown],
        "next_url": f"?before={shown[-1].pk}#entries" if len(rows) > books.PAGE else "",
        "first_url": "?#entries" if before else "",
    }  # fmt: skip


def _side(balance: int) -> str:
    if balance == 0:
        return _("平")
    return _("借") if balance > 0 else _("贷")


def _lines(row: JournalEntry) -> list[dict[str, object]]:
    return [
        {
            "account": line.account,
            "debit": words.money(line.amount) if line.amount > 0 else "",
            "credit": words.money(-line.amount) if line.amount < 0 else "",
            "project": line.pool.project.name if line.pool and line.pool.project else "",
        }
        for line in row.postings.all()
    ]


@require_safe
@keeper
def export(request: HttpRequest, organisation: Organisation) -> HttpResponseBase:
    """Hand out the journal as CSV, a line for each posting."""

    def lines() -> Iterator[tuple[Any, ...]]:
        for row in books.entries(organisation).iterator(chunk_size=2_000):
            for line in row.postings.all():
                yield (
                    row.pk, row.booked_on.isoformat(), row.summary, line.account.code, line.account.name,
                    format_plain(line.amount) if line.amount > 0 else "",
                    format_plain(-line.amount) if line.amount < 0 else "",
                    line.pool.project.name if line.pool and line.pool.project else "",
                )  # fmt: skip

    return lists.download(request, organisation, "journal", HEADINGS, lines())


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def accounts(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show what the accounts are called, and rename one."""
    known = {line.account.role: line.account for line in books.balances(organisation)}
    rows = []
    failed = None
    for role, (code, name, _kind) in ACCOUNTS.items():
        own = known.get(role)
        initial = {"code": own.code if own else code, "name": own.name if own else name}
        chosen = request.method == "POST" and request.POST.get("role") == role.value
        form = AccountForm(request.POST if chosen else None, prefix=role.value, initial=initial)
        if chosen and form.is_valid():
            try:
                rename_account(
                    organisation=organisation, role=Code(role), actor=current_user(request), **form.cleaned_data
                )
            except DomainError as error:
                blame(form, error)
            else:
                messages.success(request, _("科目已经改名，以前的账随之显示新名称。"))
                return redirect("charity:accounts", code=organisation.public_code)
        if chosen:
            failed = form
        rows.append({"role": role.value, "usual": f"{code} {name}", "form": form})
    context = {"organisation": organisation, "rows": rows, "failed": failed}
    return render(request, "charity/hall/accounts.html", context, status=422 if failed else 200)
