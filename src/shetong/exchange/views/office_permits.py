"""Published permits in the office: what waits, what is late, what receivers would send back; set right, taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.accounts.views.office import office, refused
from shetong.accounts.views.own import current_user
from shetong.accounts.views.users import add_errors
from shetong.core.errors import DomainError, ForbiddenError
from shetong.core.spreadsheets import inert
from shetong.exchange import permit_codes, permit_files, permit_formats
from shetong.exchange.views.permits import TYPES, period
from shetong.registry.models import PermitCategory, PermitRecord
from shetong.registry.queries import authorities, permits
from shetong.registry.services import permit_corrections
from shetong.registry.services import permits as service

PAGE = 30
FORMAT = "2019"
TABS = {
    "waiting": gettext_lazy("待公示"),
    "late": gettext_lazy("逾期"),
    "incomplete": gettext_lazy("信息不全"),
    "published": gettext_lazy("已公示"),
    "withdrawn": gettext_lazy("已撤回"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A permit with what its format finds fault with, by label, and by how many days it was or is late."""

    permit: PermitRecord
    faults: tuple[tuple[str, str], ...]
    days_late: int


class CorrectionForm(forms.Form):
    """What is told of a decision, and why it is set right."""

    document_title = forms.CharField(label=gettext_lazy("行政许可决定文书名称"), max_length=64, required=False)
    category = forms.ChoiceField(label=gettext_lazy("许可类别"), choices=PermitCategory.choices)
    title = forms.CharField(label=gettext_lazy("许可事项"), max_length=300, required=False)
    content = forms.CharField(
        label=gettext_lazy("许可内容"), max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    subject_name = forms.CharField(label=gettext_lazy("行政相对人名称"), max_length=200, required=False)
    legal_representative = forms.CharField(label=gettext_lazy("法定代表人"), max_length=50, required=False)
    valid_from = forms.DateField(
        label=gettext_lazy("有效期自"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=gettext_lazy("有效期至"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("长期有效的留空。"),
    )  # fmt: skip
    certificate_title = forms.CharField(label=gettext_lazy("许可证书名称"), max_length=64, required=False)
    certificate_number = forms.CharField(label=gettext_lazy("许可编号"), max_length=64, required=False)
    reason = forms.CharField(
        label=gettext_lazy("更正理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("更正会记入审计记录，接收方从下一份文件中得知。"),
    )  # fmt: skip


@require_safe
@office(Permission.REGISTER_VIEW_INTERNAL)
def permit_list(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Show the permits of one's jurisdictions under a tab, each with its faults."""
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in TABS else "waiting"
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    page = Paginator(permits.listed(grants, tab, text=text), PAGE).get_page(request.GET.get("page"))
    counted = {name: permits.listed(grants, name).count() for name in ("waiting", "late", "incomplete")}
    first, last = period(request)
    context = {
        "first": first,
        "last": last,
        "query": f"from={first}&to={last}",
        "tab": tab,
        "tabs": [(name, title, counted.get(name)) for name, title in TABS.items()],
        "text": text,
        "page": page,
        "rows": _rows(list(page.object_list)),
        "without_code": permits.without_code(grants),
        "codes": permit_codes.codes()[FORMAT],
        "formats": permit_formats.FORMATS.items(),
        "endings": TYPES,
        "may_publish": tab in ("waiting", "late") and grants.anywhere(Permission.REGISTER_FILE),
    }
    return render(request, "exchange/office_permits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.REGISTER_VIEW_INTERNAL)
def permit(request: HttpRequest, grants: Grants, pk: int) -> HttpResponse:
    """Show one permit as receivers get it; a POST sets it right."""
    found = permits.for_officer(grants, pk)
    if found is None:
        raise Http404
    may_correct = grants.may(Permission.REGISTER_CORRECT, found.organisation.authority.division_code)
    initial = {name: getattr(found, name) for name in permit_corrections.CORRECTABLE}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        try:
            if not may_correct:
                raise ForbiddenError(_("更正公示信息由登记负责人办理。"))
            if form.is_valid():
                given = dict(form.cleaned_data)
                reason = given.pop("reason")
                permit_corrections.correct(permit_id=pk, values=given, reason=reason, actor=current_user(request))
                messages.success(request, _("已更正。"))
                return redirect("exchange:office-permit", pk=pk)
        except ForbiddenError as error:
            return refused(request, error)
        except DomainError as error:
            add_errors(form, error)
    (row,) = _rows([found])
    told = permit_formats.record(found, FORMAT, _codes([found]))
    elements = [(one.name_zh, one.name, told.get(one.name, "")) for one in permit_formats.PERMIT_2019]
    context = {"row": row, "permit": found, "elements": elements, "form": form, "may_correct": may_correct}
    return render(request, "exchange/office_permit.html", context, status=422 if form.errors else 200)


@require_POST
@office(Permission.REGISTER_FILE)
def publish(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Publish at once what waits in one's jurisdictions, instead of with the next run of the job."""
    where = authorities.within(grants, Permission.REGISTER_FILE, "organisation__authority__division_code")
    done = service.publish(only=where, actor=current_user(request))
    messages.success(request, _("已公示%(number)d项。") % {"number": done})
    return redirect("exchange:office-permits")


@require_safe
@office(Permission.REGISTER_VIEW_INTERNAL)
def permit_file(request: HttpRequest, grants: Grants, format_: str, ending: str) -> HttpResponse:
    """Send what is published and complete, for reporting: what was decided, corrected or withdrawn in a period."""
    elements = permit_formats.FORMATS.get(format_)
    if elements is None or ending not in TYPES:
        raise Http404
    try:
        there = permits.told(*period(request), grants)
    except permits.TooManyPermitsError as error:
        messages.error(request, error.message)
        return redirect("exchange:office-permits")
    codes = _codes(there)
    told = [permit_formats.record(one, format_, codes) for one in there]
    rows = [one for one in told if not permit_formats.faults(elements, one)]
    if ending == "csv":
        content = permit_files.as_csv(elements, rows)
    elif ending == "xlsx":
        content = permit_files.as_xlsx(elements, rows)
    else:
        content = permit_files.as_xml(elements, rows, sender=settings.PUBLIC_URL)
    _recorded(request, format_, len(rows), len(told) - len(rows))
    return _attached(content, TYPES[ending], f"permits-{format_}-{timezone.localdate()}.{ending}")


@require_safe
@office(Permission.REGISTER_VIEW_INTERNAL)
def faults_file(request: HttpRequest, grants: Grants) -> HttpResponse:
    """Send the list of what is missing, a line each, to be mended."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["决定文书号", "行政相对人", "许可机关", "字段", "名称", "问题"])
    for row in _rows(list(permits.listed(grants, "incomplete")[: permits.MOST])):
        one = row.permit
        for element in permit_formats.PERMIT_2019:
            told = dict(row.faults).get(element.name_zh)
            if told:
                subject = one.subject_name or one.organisation.name
                line = (one.document_number, subject, one.authority_name, element.name, element.name_zh, told)
                writer.writerow([inert(cell) for cell in line])
    name = f"permit-faults-{timezone.localdate()}.csv"
    return _attached((permit_files.BOM + target.getvalue()).encode(), TYPES["csv"], name)


def _rows(found: Sequence[PermitRecord]) -> list[Row]:
    codes, today = _codes(found), timezone.localdate()
    return [
        Row(
            one,
            tuple(
                (permit_formats.PERMIT_2019[name].name_zh, sentence)
                for name, sentence in permit_formats.faults(
                    permit_formats.PERMIT_2019, permit_formats.record(one, FORMAT, codes)
                ).items()
            ),
            _days_late(one, today),
        )
        for one in found
    ]


def _days_late(one: PermitRecord, today: Any) -> int:
    if one.publish_by is None or one.withdrawn_at is not None:
        return 0
    done = timezone.localdate(one.published_at) if one.published_at else today
    return max((done - one.publish_by).days, 0)


def _codes(found: Sequence[PermitRecord]) -> dict[str, str]:
    foreign = permits.foreign_authorities(found)
    return authorities.codes_of(foreign) if foreign else {}


def _recorded(request: HttpRequest, format_: str, complete: int, faulty: int) -> None:
    audit.record(
        actor=current_user(request), action="permit.export", target=f"permits:{format_}",
        detail={"format": format_, "complete": complete, "faulty": faulty}, request=request,
    )  # fmt: skip


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
