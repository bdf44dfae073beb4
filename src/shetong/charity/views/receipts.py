"""A donor's own receipt, found by its unguessable address: no log-in, no personal data in the address."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shetong.charity.models import MONEY, Donation
from shetong.charity.queries import projects as reading
from shetong.charity.queries import tracing
from shetong.charity.queries.tracing import Fate, Leg
from shetong.charity.rules import receipt_links
from shetong.charity.services.receipt_document import render_receipt
from shetong.charity.views import words
from shetong.core.errors import NotFoundError


@require_safe
@never_cache
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was given and everything that has become of it."""
    donation = _found(token)
    legs = tracing.path_of(donation)
    context = {
        "donation": donation,
        "token": token,
        "facts": _facts(donation),
        "amount": words.quantity(donation.pool, donation.quantity),
        "goods": "" if donation.pool.asset == MONEY else donation.pool.goods,
        "proof": words.proof(
            f"donation-{donation.pk}",
            {
                "amount": donation.amount,
                "pool": donation.pool_id,
                "from": donation.pool_from,
                "to": donation.pool_to,
                "channel": donation.channel,
            },
        ),
        "legs": legs_of(donation, legs),
        "summary": _summary(donation, legs),
        "data": words.browser_data(),
        "project_url": reverse("charity:project", args=[donation.pool.project.number]) if donation.pool.project else "",
    }
    response = render(request, "charity/receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@never_cache
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Send the receipt as PDF with the data of a 捐赠票据."""
    donation = _found(token)
    response = HttpResponse(render_receipt(donation, _address(token)), content_type="application/pdf")
    name = content_disposition_header("download" in request.GET, f"捐赠回执-{donation.number}.pdf")
    response["Content-Disposition"] = name or "inline"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@never_cache
def receipt_qr(request: HttpRequest, token: str) -> HttpResponse:
    """Draw the receipt's own address as QR code (SVG)."""
    _found(token)
    buffer = io.BytesIO()
    segno.make(_address(token), error="m", micro=False).save(
        buffer, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=True
    )
    return HttpResponse(buffer.getvalue(), content_type="image/svg+xml")


def _address(token: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('charity:receipt', args=[token])}"


def _found(token: str) -> Donation:
    number = receipt_links.donation_of(token)
    try:
        if number is None:
            raise Http404
        return reading.donation(number)
    except NotFoundError as error:
        raise Http404 from error


def _facts(donation: Donation) -> list[dict[str, object]]:
    pool = donation.pool
    facts: list[dict[str, object]] = [
        {"label": _("捐赠编号"), "value": donation.number, "code": True},
        {"label": _("捐赠人"), "value": donation.shown or _("匿名"), "chinese": True},
        {"label": _("捐赠时间"), "value": timezone.localtime(donation.donated_at).strftime("%Y-%m-%d %H:%M")},
        {
            "label": _("渠道"),
            "value": donation.platform.name if donation.platform else _(str(donation.get_channel_display())),
        },
        {
            "label": _("慈善组织"),
            "value": pool.organisation.name,
            "url": reverse("charity:organisation", args=[pool.organisation.public_code]),
            "chinese": True,
        },
    ]
    if pool.project is not None:
        url = reverse("charity:project", args=[pool.project.number])
        facts.append({"label": _("慈善项目"), "value": pool.project.name, "url": url, "chinese": True})
    if pool.earmark and pool.project is not None:
        line = pool.project.budget_lines.filter(code=pool.earmark).first()
        facts.append({"label": _("指定用途"), "value": line.name if line else pool.earmark, "chinese": True})
    if back := tracing.taken_back(donation):
        facts.append({"label": _("已退还"), "value": words.quantity(pool, back)})
    if donation.activity is not None:
        facts.append({"label": _("备案编号"), "value": donation.activity.plan.number, "code": True})
    return facts


def legs_of(donation: Donation, legs: list[Leg]) -> list[dict[str, object]]:
    """The pieces of a donation's path in words."""
    return [_leg(donation, leg) for leg in legs]


def _leg(donation: Donation, leg: Leg) -> dict[str, object]:
    row = leg.disbursement
    said = {
        Fate.SPENT: _("已支出"),
        Fate.USED: _("执行机构已使用"),
        Fate.WAITING: _("已拨付执行机构，尚未使用"),
        Fate.MOVED: _("转入其他项目，去向见下"),
        Fate.RETURNED: _("支出后退回，去向见下"),
        Fate.HELD: _("尚未使用"),
        Fate.REFUNDED: _("已退还"),
    }
    shown = leg.part or row
    return {
        "fate": said[leg.fate],
        "amount": words.quantity(donation.pool, leg.quantity),
        "purpose": (leg.carry.reason if leg.carry else shown.purpose) if shown else "",
        "recipient": words.recipient(shown) if shown and not leg.carry else "",
        "on": shown.spent_on if shown else None,
        "reached": bool(shown and shown.reached_final),
        "evidence": list(shown.evidence.all()) if shown and not leg.carry else [],
        "url": reverse("charity:disbursement", args=[row.pk]) if row else "",
        "proof": words.disbursement_proof(row) if row else None,
        "depth": leg.depth,
    }


def _summary(donation: Donation, legs: list[Leg]) -> str:
    spent = sum(leg.quantity for leg in legs if leg.fate in (Fate.SPENT, Fate.USED))
    reached = sum(leg.quantity for leg in legs if leg.fate in (Fate.SPENT, Fate.USED) and _reached(leg))
    said = _("其中 %(spent)s 已经用出，%(reached)s 有凭证证明到达最终受益人。") % {
        "spent": words.quantity(donation.pool, spent),
        "reached": words.quantity(donation.pool, reached),
    }
    if repaid := tracing.repaid(donation):
        said += _("已经用出的部分中有 %(repaid)s 已由慈善组织的非限定性资金退还。") % {
            "repaid": words.quantity(donation.pool, repaid)
        }
    return said


def _reached(leg: Leg) -> bool:
    row = leg.part or leg.disbursement
    return bool(row and row.reached_final)
