"""The sections of an organisation's page: what is registered, in the words and the order of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shetong.core import divisions
from shetong.core.metadata import DataElement, ElementType
from shetong.core.money import format_amount
from shetong.registry.elements import ORGANISATION
from shetong.registry.models.choices import AttributeCode, FilingKind, OfficerRole, OrganisationKind, Status
from shetong.registry.queries.organisation import (
    MOST_BRANCHES,
    FormerName,
    OrganisationPage,
    Penalty,
    Permit,
)
from shetong.registry.queries.timeline import TimelineEntry

# What 基本信息 lists, in this order; name, code, kind and status stand in the page's head.
BASIC = (
    "legal_representative", "domicile", "division_code", "founded_on", "registered_funds", "business_scope",
    "activity_area", "authority", "supervising_body", "direct_registration", "certificate_valid_from",
    "certificate_valid_to", "field", "former_certificate_number",
)  # fmt: skip
# Shown even where the register holds nothing, so that nobody takes silence for an omission of the page.
ALWAYS = frozenset(
    {"legal_representative", "domicile", "founded_on", "registered_funds", "business_scope", "authority"}
)
CERTIFICATE_STATES = {"valid": "有效", "replaced": "已换发", "revoked": "已废止"}


@dataclass(frozen=True, slots=True)
class Value:
    """A labelled value of the component ``key_values``."""

    label: str
    value: str
    code: bool = False
    figure: bool = False
    chinese: bool = False
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    chinese: bool = False
    url: str = ""
    whole: bool = False  # not to be broken over lines


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its label for those who cannot see it."""

    label: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the component ``timeline``; ``recorded`` only where it differs from the day of effect."""

    title: str
    day: date
    recorded: date | None
    basis: str
    ahead: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link with a remark."""

    text: str
    url: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One section; ``empty`` says that the register holds nothing here."""

    name: str
    title: str
    rows: tuple[Value, ...] = ()
    table: Table | None = None
    entries: tuple[Happening, ...] = ()
    links: tuple[Link, ...] = ()
    empty: str = ""
    note: str = ""


def sections(page: OrganisationPage) -> list[Section]:
    """Return the sections of a page; those that cannot apply are left out."""
    found = [_basic(page), _attributes(page)]
    if page.former_names:
        found.append(_former_names(page.former_names))
    found.append(_officers(page))
    if page.branches:
        found.append(_branches(page))
    found += [_permits(page.permits), _penalties(page.penalties)]
    if page.kind != OrganisationKind.BRANCH and page.on is None:
        found.append(_certificates(page))
    if page.timeline:
        found.append(_timeline(page.timeline))
    return found


def label(element: DataElement) -> str:
    """Return an element's name in the visitor's language."""
    return element.name_en if get_language() == "en" else element.name_zh


def text(element: DataElement, value: Any) -> str:
    """Return a value as people read it, empty for none."""
    if value is None or value == "":
        return ""
    if element.name == "division_code":
        return divisions.full_name(str(value)) or str(value)
    if element.type is ElementType.MONEY:
        return format_amount(int(value))
    if element.type is ElementType.BOOLEAN:
        return _("是") if value else _("否")
    if element.type is ElementType.DATE:
        return value.isoformat() if isinstance(value, date) else str(value)
    if element.code_list is not None:
        name = element.code_list.name(str(value))
        english = {code.value: code.name_en for code in element.code_list.codes}
        return english.get(str(value), name) if get_language() == "en" else name
    return str(value)


def _basic(page: OrganisationPage) -> Section:
    title, parent = _("基本信息"), page.parent
    if not page.known:
        return Section("basic", title, empty=_("登记册没有这一天的记载：该组织当时尚未成立，或记载始于以后。"))
    rows = []
    for name in BASIC:
        element, value = ORGANISATION[name], getattr(page, name)
        written = text(element, value)
        if not written and name not in ALWAYS:
            continue
        if name == "direct_registration" and not value:
            continue
        note = str(value) if name == "division_code" else ""
        rows.append(
            Value(
                label(element),
                written or _("未登记"),
                figure=element.type in (ElementType.MONEY, ElementType.DATE),
                chinese=element.type is ElementType.TEXT and bool(written),
                note=note,
            )
        )
    if parent:
        url = reverse("registry:organisation", args=[parent.code])
        rows.insert(0, Value(_("所属社会组织"), parent.name, chinese=True, url=url))
    return Section("basic", title, rows=tuple(rows))


def _attributes(page: OrganisationPage) -> Section:
    title = _("资格与标识")
    if not page.attributes:
        return Section("attributes", title, empty=_("没有登记慈善组织、公开募捐资格等资格和标识。"))
    rows = [
        (
            Cell(" ".join(filter(None, (_(AttributeCode(held.code).label), held.value)))),
            Cell(held.valid_from.isoformat(), whole=True),
            Cell(held.valid_to.isoformat() if held.valid_to else _("至今"), whole=True),
            Cell(" ".join(filter(None, (held.granted_by, held.basis_document))), chinese=True),
        )
        for held in page.attributes
    ]
    headings = (_("资格或标识"), _("起"), _("止（不含当日）"), _("依据"))
    # Imported lists rarely say the document; an empty column would only take room.
    width = len(headings) if any(cells[-1].text for cells in rows) else len(headings) - 1
    return Section("attributes", title, table=Table(title, headings[:width], tuple(cells[:width] for cells in rows)))


def _former_names(names: tuple[FormerName, ...]) -> Section:
    rows = tuple(
        (
            Cell(former.name, chinese=True),
            Cell(former.valid_from.isoformat() if former.valid_from else _("不详"), whole=True),
            Cell(former.valid_to.isoformat() if former.valid_to else _("不详"), whole=True),
        )
        for former in names
    )
    title = _("曾用名")
    return Section("former-names", title, table=Table(title, (_("名称"), _("起"), _("止（不含当日）")), rows))


def _officers(page: OrganisationPage) -> Section:
    title = _("负责人")
    if not page.officers:
        representative = page.legal_representative
        rows = (
            (Value(_(OfficerRole.LEGAL_REPRESENTATIVE.label), representative, chinese=True),) if representative else ()
        )
        empty = "" if rows else _("没有备案的负责人。")
        return Section("officers", title, rows=rows, empty=empty, note=_("只公开姓名和职务。"))
    table = tuple(
        (
            Cell(_(OfficerRole(officer.role).label), whole=True),
            Cell(officer.name, chinese=True),
            Cell(officer.valid_from.isoformat(), whole=True),
        )
        for officer in page.officers
    )
    headings = (_("职务"), _("姓名"), _("任职日期"))
    return Section("officers", title, table=Table(title, headings, table), note=_("只公开姓名和职务。"))


def _branches(page: OrganisationPage) -> Section:
    links = tuple(
        Link(
            branch.name,
            reverse("registry:organisation", args=[branch.code]),
            "" if branch.status == Status.NORMAL else _(Status(branch.status).label),
        )
        for branch in page.branches
    )
    more = len(page.branches) >= MOST_BRANCHES
    note = _("只列出前 %(number)s 个。") % {"number": MOST_BRANCHES} if more else ""
    return Section("branches", _("分支（代表）机构"), links=links, note=note)


def _permits(permits: tuple[Permit, ...]) -> Section:
    title = _("行政许可")
    if not permits:
        return Section("permits", title, empty=_("没有行政许可记录。"))
    rows = tuple(
        (
            Cell(permit.title, chinese=True),
            Cell(permit.document_number, chinese=True),
            Cell(permit.decided_on.isoformat(), whole=True),
            Cell(permit.authority_name, chinese=True),
        )
        for permit in permits
    )
    headings = (_("许可内容"), _("决定文书号"), _("决定日期"), _("许可机关"))
    return Section("permits", title, table=Table(title, headings, rows))


def _penalties(penalties: tuple[Penalty, ...]) -> Section:
    title = _("行政处罚")
    if not penalties:
        return Section("penalties", title, empty=_("没有公示期内的行政处罚记录。"))
    rows = tuple(
        (
            Cell(penalty.facts, chinese=True),
            Cell(penalty.penalty, chinese=True),
            Cell(f"{penalty.document_number}，{penalty.basis}", chinese=True),
            Cell(penalty.decided_on.isoformat(), whole=True),
            Cell(penalty.authority_name, chinese=True),
        )
        for penalty in penalties
    )
    headings = (_("违法事实"), _("处罚内容"), _("文书号和依据"), _("决定日期"), _("处罚机关"))
    return Section("penalties", title, table=Table(title, headings, rows))


def _certificates(page: OrganisationPage) -> Section:
    title = _("登记证书")
    if not page.certificates:
        return Section("certificates", title, empty=_("没有签发过带二维码的登记证书。"))
    rows = tuple(
        (
            Cell(line.serial, url=reverse("registry:verify-serial", args=[line.serial])),
            Cell(timezone.localdate(line.issued_at).isoformat(), whole=True),
            Cell(_(CERTIFICATE_STATES[line.state])),
        )
        for line in page.certificates
    )
    return Section("certificates", title, table=Table(title, (_("证书编号"), _("发证日期"), _("状态")), rows))


def _timeline(entries: tuple[TimelineEntry, ...]) -> Section:
    return Section("timeline", _("登记沿革"), entries=tuple(map(_happening, entries)))


def _happening(entry: TimelineEntry) -> Happening:
    recorded = timezone.localdate(entry.recorded_at)
    title = _(FilingKind(entry.kind).label)
    return Happening(
        title=_("%(act)s（后经更正）") % {"act": title} if entry.corrected else title,
        day=entry.effective_on,
        recorded=recorded if recorded != entry.effective_on else None,
        basis=entry.basis,
        ahead=entry.pending,
        lines=entry.sentences,
    )
