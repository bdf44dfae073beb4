"""The supervisor's view of charities' money: books, and what the checks of log and books found."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission
from shetong.accounts.views.office import office
from shetong.charity.models import MONEY, BookFinding, Donation
from shetong.charity.queries import books, flows, keeping, spending
from shetong.charity.views import words
from shetong.charity.views.findings import in_words
from shetong.charity.views.hall import evidence
from shetong.charity.views.hall.books import account
from shetong.charity.views.hall.home import fund
from shetong.core import divisions
from shetong.core.asked import whole
from shetong.registry.models import Organisation

PAGE = 30
FINDINGS = 50


def within(grants: Grants) -> Q:
    """The organisations of the viewer's jurisdictions."""
    found = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.CASE_VIEW):
        found |= Q(authority__division_code__startswith=divisions.prefix(code))
    return found


@require_safe
@office(Permission.CASE_VIEW)
def charities(request: HttpRequest, grants: Grants) -> HttpResponseBase:
    """List the charities of one's jurisdiction with their sums, and what the last check found."""
    text, before = request.GET.get("text", "")[:80], request.GET.get("before", "")
    rows = list(books.charities(within(grants), text=text, before=before)[: PAGE + 1])
    totals = flows.sums_by_organisation(rows[:PAGE])
    run = books.last_check()
    national = NATIONAL in grants.jurisdictions(Permission.CASE_VIEW)
    context = {
        "rows": [_row(one, totals.get(one.pk, flows.Sums())) for one in rows[:PAGE]],
        "text": text,
        "next_url": f"?{urlencode({'text': text, 'before': rows[PAGE - 1].pk})}" if len(rows) > PAGE else "",
        "first_url": f"?{urlencode({'text': text})}" if before else "",
        "run": run,
        **_findings(request, books.findings(run, within(grants), unowned=national)),
    }
    return render(request, "charity/office/charities.html", context)


def _row(organisation: Organisation, total: flows.Sums) -> dict[str, object]:
    return {
        "organisation": organisation, "donated": words.money(total.donated), "out": words.money(total.out),
        "balance": words.money(total.balance),
    }  # fmt: skip


def _findings(request: HttpRequest, rows: QuerySet[BookFinding]) -> dict[str, object]:
    """A page of what a check found, with how much there is and the way to the rest."""
    after = whole(request.GET.get("after", "")) or 0
    found = list(rows.filter(pk__gt=after)[: FINDINGS + 1])
    more = {**request.GET.dict(), "after": found[FINDINGS - 1].pk} if len(found) > FINDINGS else {}
    first = {name: value for name, value in request.GET.items() if name != "after"}
    return {
        "findings": [_finding(one) for one in found[:FINDINGS]],
        "findings_total": rows.count() if more or after else len(found),
        "findings_next": f"?{urlencode(more)}#findings" if more else "",
        "findings_first": f"?{urlencode(first)}#findings" if after else "",
    }


def _finding(row: BookFinding) -> dict[str, object]:
    return {
        "row": row,
        "text": in_words(row.text),
        "log": reverse("ledger:receipt-page", args=[words.LOG, row.reference]) if row.reference else "",
    }


@require_safe
@office(Permission.CASE_VIEW)
def charity(request: HttpRequest, grants: Grants, code: str) -> HttpResponseBase:
    """Show one charity's money: sums, funds, books, newest gifts and spending, findings."""
    organisation = Organisation.objects.filter(within(grants), uscc=code.upper()).first()
    if organisation is None:
        raise Http404
    pools = flows.pools_of(organisation=organisation)
    money = pools.filter(asset=MONEY)
    run = books.last_check()
    newest = keeping.page_of_donations(organisation, keeping.Wanted())[:20]
    context = {
        "organisation": organisation,
        "may_revoke": grants.may(Permission.ATTRIBUTE_GRANT, organisation.authority.division_code),
        "figures": words.figures(flows.sums(money)),
        "picture": words.picture(flows.streams(money)),
        "funds": [fund(pool) for pool in keeping.funds(organisation)],
        "run": run,
        **_findings(request, books.findings(run, Q(pk=organisation.pk))),
        "donations": [_gift(row) for row in newest],
        "spending": [
            {
                "row": row, "amount": words.quantity(row.pool, row.quantity), "proof": words.disbursement_proof(row),
                "recipient": words.recipient(row), "documents": list(row.evidence.all()),
            }
            for row in spending.listed(pools, most=20)
        ],
        "data": words.browser_data(),
        **account(request, organisation),
    }  # fmt: skip
    return render(request, "charity/office/charity.html", context)


def _gift(row: Donation) -> dict[str, object]:
    says = {"amount": row.amount, "from": row.pool_from, "to": row.pool_to, "channel": row.channel}
    return {
        "row": row, "amount": words.quantity(row.pool, row.quantity),
        "proof": words.proof(f"donation-{row.pk}", says),
    }  # fmt: skip


@require_safe
@office(Permission.CASE_VIEW)
def document(_request: HttpRequest, grants: Grants, number: int) -> HttpResponse:
    """Hand a document that proves spending out to an officer of the jurisdiction."""
    found = keeping.document(number)
    if found is None:
        raise Http404
    owner = found.evidence.disbursement.pool.organisation_id
    if not Organisation.objects.filter(within(grants), pk=owner).exists():
        raise Http404
    return evidence.handed_out(found)
