"""The page of one organisation, its address as QR code, and the same for machines (JSON-LD)."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import date

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from shetong.core.errors import InvalidInputError
from shetong.core.identifiers import parse_uscc
from shetong.registry.models.choices import AttributeCode, OrganisationKind, Status
from shetong.registry.queries import organisation as reading
from shetong.registry.queries.organisation import OrganisationPage
from shetong.registry.views.organisation_sections import Link, sections

FIRST_DAY = date(1949, 10, 1)
ENDED = (Status.DEREGISTERED, Status.CANCELLED, Status.REVOKED)
QR_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Head:
    """What the component ``organisation_header`` shows."""

    name: str
    code: str
    code_label: str
    status: str
    status_name: str
    kind_name: str
    marks: tuple[str, ...]
    qr_url: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A notice above the page: the organisation no longer stands as registered."""

    title: str
    text: str


@gzip_page
@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Show an organisation, today or (``?on=YYYY-MM-DD``) on a day in the past; conditional requests are answered."""
    on, problem = _day(request.GET.get("on", ""))
    page = reading.by_code(code, request.user, on=on)
    if page is None:
        return _missing(request, code)
    if code != page.code:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponsePermanentRedirect(reverse("registry:organisation", args=[page.code]) + query)
    etag, modified = _etag(request, page, problem), int(page.updated_at.timestamp())
    response: HttpResponse | HttpResponseNotModified | None = None
    if "If-None-Match" in request.headers:
        # Only the tag: certificates, posts and the passing of days change the page without a later filing.
        response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "registry/organisation.html", _context(page, problem))
        response.headers["Last-Modified"] = http_date(modified)
    response.headers["ETag"] = etag
    patch_vary_headers(response, ("Cookie",))
    signed_in = request.user.is_authenticated
    patch_cache_control(response, no_cache=True, **({"private": True} if signed_in else {"public": True}))
    return response


@require_safe
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the address of an organisation's page as QR code (SVG); the address alone decides, no database is asked."""
    buffer = io.BytesIO()
    segno.make(canonical(code), error="m", micro=False).save(
        buffer, kind="svg", scale=4, border=2, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=True
    )
    response = HttpResponse(buffer.getvalue(), content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=QR_SECONDS)
    return response


def canonical(code: str) -> str:
    """Return the whole address of an organisation's page, under the public address of this installation."""
    return f"{settings.PUBLIC_URL}{reverse('registry:organisation', args=[code])}"


def linked_data(page: OrganisationPage) -> dict[str, object]:
    """Return the organisation in the vocabulary of schema.org (JSON-LD), facts of today only; no people."""
    data: dict[str, object | None] = {
        "@context": "https://schema.org",
        "@type": "NGO",
        "@id": canonical(page.code),
        "url": canonical(page.code),
        "name": page.name,
        "legalName": page.name,
        "alternateName": [former.name for former in page.former_names] or None,
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "统一社会信用代码",
            "value": page.code,
        }
        if page.kind != OrganisationKind.BRANCH
        else None,
        "foundingDate": page.founded_on.isoformat() if page.founded_on else None,
        "dissolutionDate": page.status_since.isoformat() if page.status in ENDED and page.status_since else None,
        "description": page.business_scope or None,
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressRegion": page.division_name or None,
            "streetAddress": page.domicile or None,
        },
        "parentOrganization": {"@type": "NGO", "@id": canonical(page.parent.code), "name": page.parent.name}
        if page.parent
        else None,
        "disambiguatingDescription": "演示数据，由程序生成" if page.demo else None,
    }
    return {name: value for name, value in data.items() if value}


def _day(given: str) -> tuple[date | None, str]:
    """Return the day asked for, ``None`` for today; and what is wrong with what was given."""
    if not given.strip():
        return None, ""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(given.strip())
    except ValueError:
        return None, _("请按“2024-03-01”的格式填写日期。")
    if day > today:
        return None, _("只能查看今天和以前的登记情况。")
    if day < FIRST_DAY:
        return None, _("请填写 1949 年 10 月 1 日以后的日期。")
    return (None if day == today else day), ""


def _etag(request: HttpRequest, page: OrganisationPage, problem: str) -> str:
    """Return what changes whenever the page looks different: its facts, the day, language, mode and the visitor."""
    cookies = (request.COOKIES.get("mode", ""), request.user.pk if request.user.is_authenticated else 0)
    facts = repr((page, problem, timezone.localdate(), translation.get_language(), cookies, settings.BUILD))
    return quote_etag(hashlib.blake2b(facts.encode(), digest_size=12).hexdigest())


def _context(page: OrganisationPage, problem: str) -> dict[str, object]:
    path = reverse("registry:organisation", args=[page.code])
    in_force = any(line.state == "valid" for line in page.certificates)
    description = _("%(name)s，%(kind)s，登记状态：%(status)s，登记管理机关：%(authority)s。") % {
        "name": page.name,
        "kind": _(page.kind_label),
        "status": _(page.status_label),
        "authority": page.authority,
    }
    return {
        "page": page,
        "head": _head(page),
        "sections": sections(page),
        "warning": _warning(page),
        "on": page.on,
        "on_problem": problem,
        "today": timezone.localdate(),
        "canonical": canonical(page.code),
        "canonical_path": path,
        "api_url": _api_url(page.code),
        "certificate_url": reverse("registry:certificate-pdf", args=[page.code]) if in_force else "",
        "parent": Link(page.parent.name, reverse("registry:organisation", args=[page.parent.code]))
        if page.parent
        else None,
        "description": description,
        "linked_data": linked_data(page) if page.on is None else None,
    }


def _head(page: OrganisationPage) -> Head:
    branch = page.kind == OrganisationKind.BRANCH
    return Head(
        name=page.name,
        code=page.code,
        code_label=_("编号") if branch else _("统一社会信用代码"),
        status=page.status,
        # Of a day before the record began nothing is known, the status neither.
        status_name=_(page.status_label) if page.status else "",
        kind_name=_(page.kind_label),
        # Of values only the grade belongs beside the name; numbers of documents stand in the section.
        marks=tuple(
            f"{_(held.label)} {held.value}" if held.code == AttributeCode.EVALUATION else _(held.label)
            for held in page.attributes
        ),
        qr_url=reverse("registry:organisation-qr", args=[page.code]),
    )


def _warning(page: OrganisationPage) -> Caution | None:
    if page.status in ("", Status.NORMAL):
        return None
    since = page.status_since.isoformat() if page.status_since else ""
    texts = {
        Status.SUSPENDED: _("该组织被责令限期停止活动，期间不得开展活动。"),
        Status.LIQUIDATING: _("该组织正在清算，清算期间不得开展与清算无关的活动。"),
        Status.DEREGISTERED: _("该组织已经注销登记，不再存在。以其名义开展的活动不受登记保护，请勿参与或捐赠。"),
        Status.CANCELLED: _("该组织的登记已被撤销。以其名义开展的活动不受登记保护，请勿参与或捐赠。"),
        Status.REVOKED: _("该组织的登记证书已被吊销，不得再开展活动。请勿参与或捐赠。"),
    }
    name = _(Status(page.status).label)
    title = _("%(status)s（自 %(day)s 起）") % {"status": name, "day": since} if since else name
    return Caution(title, texts[Status(page.status)])


def _api_url(code: str) -> str:
    try:
        return reverse("api-1:organisation-detail", args=[code])
    except NoReverseMatch:
        return ""


def _missing(request: HttpRequest, code: str) -> HttpResponse:
    """Say that there is no such organisation and, where the code itself is faulty, what is wrong with it."""
    problem = ""
    try:
        parse_uscc(code)
    except InvalidInputError as error:
        problem = error.message
    return render(request, "registry/organisation_missing.html", {"code": code, "problem": problem}, status=404)
