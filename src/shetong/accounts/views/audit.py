"""The audit trail for auditors: list, filter, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shetong.accounts.models import AuditEvent
from shetong.accounts.queries import audit as queries
from shetong.accounts.queries.audit import ACTION_NAMES, AuditFilter
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office
from shetong.accounts.views.own import current_user, event_id
from shetong.core.canonical_json import canonical

HEADINGS = (
    "记录编号",
    "时间",
    "经办",
    "动作",
    "对象",
    "区划",
    "目的",
    "详情",
    "请求编号",
    "来源网段",
    "链序号",
    "散列值",
)
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@require_GET
@office(Permission.AUDIT_VIEW)
def audit_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the events within the auditor's jurisdictions, newest first."""
    wanted = read_filter(request)
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "page": queries.page(grants, wanted),
        "wanted": wanted,
        "actions": ACTION_NAMES,
        "jurisdictions": grants.jurisdictions(Permission.AUDIT_VIEW),
        "query": query.urlencode(),
        "limit": queries.EXPORT_LIMIT,
    }
    return render(request, "accounts/audit.html", context)


@require_GET
@office(Permission.AUDIT_VIEW)
def audit_export(request: HttpRequest, grants: Grants) -> StreamingHttpResponse:
    """Send the matching events as CSV; the export is itself recorded."""
    wanted = read_filter(request)
    audit.record(
        actor=current_user(request),
        action="audit.export",
        target="audit",
        detail={"action": wanted.action, "actor": bool(wanted.actor), "target": wanted.target},
        request=request,
    )
    response = StreamingHttpResponse(_csv(queries.export(grants, wanted)), content_type="text/csv; charset=utf-8")
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M%S")
    response["Content-Disposition"] = f'attachment; filename="audit-{stamp}.csv"'
    return response


def read_filter(request: HttpRequest) -> AuditFilter:
    """Return the filter of a page address; what makes no sense is left out."""
    given = request.GET
    return AuditFilter(
        action=given.get("action", "").strip()[:60],
        actor=given.get("actor", "").replace("\x00", "").strip()[:150],
        target=given.get("target", "").replace("\x00", "").strip()[:120],
        first_day=_day(given.get("first_day", "")),
        last_day=_day(given.get("last_day", "")),
        before=event_id(given.get("before", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(9999, 1, 1) else None


class _Line:
    """A file whose ``write`` hands the line back, so that the csv module can feed a stream."""

    def write(self, line: str) -> str:
        return line


def _csv(events: Iterator[AuditEvent]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    # The byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + writer.writerow(HEADINGS)
    for event in events:
        link = getattr(event, "link", None)
        yield writer.writerow(
            [
                event.pk,
                timezone.localtime(event.recorded_at).isoformat(timespec="seconds"),
                *map(
                    safe_cell,
                    (
                        event.actor_label,
                        event.action,
                        event.target,
                        event.jurisdiction,
                        event.purpose,
                        canonical(event.detail).decode(),
                        event.request_id,
                        event.network,
                    ),
                ),
                link.position if link else "",
                bytes(link.hash).hex() if link else "",
            ]
        )


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
