"""The sections of an organisation's page: what is registered, in the words and the order of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shetong.core import divisions
from shetong.core.metadata import DataElement, ElementType
from shetong.core.money import format_amount, format_english
from shetong.registry.elements import ORGANISATION
from shetong.registry.models.choices import AttributeCode, FilingKind, OfficerRole, OrganisationKind, Status
from shetong.registry.queries.organisation import (
    MOST_BRANCHES,
    FormerName,
    OrganisationPage,
    Penalty,
    Permit,
    PublicOfficer,
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
    """A table with its label, which is shown (``captioned``) where the section's heading does not say it already."""

    label: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    captioned: bool = False


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
class Card:
    """One of several records of a section that are too long for a table."""

    title: str
    rows: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section; ``empty`` says that the register holds nothing here."""

    name: str
    title: str
    rows: tuple[Value, ...] = ()
    tables: tuple[Table, ...] = ()
    cards: tuple[Card, ...] = ()
    entries: tuple[Happening, ...] = ()
    links: tuple[Link, ...] = ()
    empty: str = ""
    note: str = ""


def sections(page: OrganisationPage) -> list[Section]:
    """Return the sections of a page; those that cannot apply are left out.

    Of a day that the register knows nothing of, no section says that there was nothing.
    """
    if not page.known:
        text = _("登记册没有这一天的记载：该组织当时尚未成立，或记载始于以后。")
        return [Section("basic", _("基本信息"), empty=text)]
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
        return format_english(int(value)) if get_language() == "en" else format_amount(int(value))
    if element.type is ElementType.BOOLEAN:
        return _("是") if value else _("否")
    if element.type is ElementType.DATE:
        return value.isoformat() if isinstance(value, date) else str(value)
    if element.code_list is not None:
        return element.code_list.name(str(value), english=get_language() == "en")
    return str(value)


def _basic(page: OrganisationPage) -> Section:
    title, parent = _("基本信息"), page.parent
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
    if not page.attributes and not page.past_attributes:
        return Section("attributes", title, empty=_("没有登记慈善组织、公开募捐资格等资格和标识。"))
    rows = [
        (
            Cell(" ".join(filter(None, (_(AttributeCode(held.code).label), held.value)))),
            Cell(held.valid_from.isoformat(), whole=True),
            Cell(_last_day(held.valid_to), whole=True),
            Cell(" ".join(filter(None, (held.granted_by, held.basis_document))), chinese=True),
        )
        for held in (*page.attributes, *page.past_attributes)
    ]
    headings = (_("资格或标识"), _("起"), _("止"), _("依据"))
    # Imported lists rarely say the document; an empty column would only take room.
    width = len(headings) if any(cells[-1].text for cells in rows) else len(headings) - 1
    table = Table(title, headings[:width], tuple(cells[:width] for cells in rows))
    empty = "" if page.attributes else _("现在没有资格和标识，以下各项均已终止。")
    return Section("attributes", title, tables=(table,), empty=empty)


def _last_day(valid_to: date | None) -> str:
    """Return the last day of a span that ends before ``valid_to``, as certificates and decisions write it."""
    return (valid_to - timedelta(days=1)).isoformat() if valid_to else _("至今")


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
    return Section("former-names", title, tables=(Table(title, (_("名称"), _("启用日期"), _("变更日期")), rows),))


def _officers(page: OrganisationPage) -> Section:
    title, note = _("负责人"), _("只公开姓名和职务。")
    past = (_past_officers(page),) if page.past_officers else ()
    if not page.officers:
        representative = page.legal_representative
        rows = (
            (Value(_(OfficerRole.LEGAL_REPRESENTATIVE.label), representative, chinese=True),) if representative else ()
        )
        empty = "" if rows else _("没有备案的负责人。")
        return Section("officers", title, rows=rows, tables=past, empty=empty, note=note)
    table = tuple((*_post(officer), Cell(officer.valid_from.isoformat(), whole=True)) for officer in page.officers)
    present = Table(title, (_("职务"), _("姓名"), _("任职日期")), table)
    return Section("officers", title, tables=(present, *past), note=note)


def _post(officer: PublicOfficer) -> tuple[Cell, Cell]:
    return Cell(_(OfficerRole(officer.role).label), whole=True), Cell(officer.name, chinese=True)


def _past_officers(page: OrganisationPage) -> Table:
    rows = tuple(
        (*_post(officer), Cell(f"{officer.valid_from.isoformat()} – {_last_day(officer.valid_to)}", whole=True))
        for officer in page.past_officers
    )
    return Table(_("历任负责人"), (_("职务"), _("姓名"), _("任期")), rows, captioned=True)


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
    return Section("permits", title, tables=(Table(title, headings, rows),))


def _penalties(penalties: tuple[Penalty, ...]) -> Section:
    title = _("行政处罚")
    if not penalties:
        return Section("penalties", title, empty=_("没有公示期内的行政处罚记录。"))
    return Section("penalties", title, cards=tuple(map(_penalty, penalties)))


def _penalty(penalty: Penalty) -> Card:
    rows = [
        Value(_("违法事实"), penalty.facts, chinese=True),
        Value(_("处罚内容"), penalty.penalty, chinese=True),
        Value(_("处罚依据"), penalty.basis, chinese=True),
        Value(_("处罚机关"), penalty.authority_name, chinese=True),
        Value(_("决定日期"), penalty.decided_on.isoformat(), figure=True),
    ]
    if penalty.public_until:
        rows.append(Value(_("公示至"), penalty.public_until.isoformat(), figure=True))
    return Card(penalty.document_number, tuple(row for row in rows if row.value))


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
    return Section("certificates", title, tables=(Table(title, (_("证书编号"), _("发证日期"), _("状态")), rows),))


def _timeline(entries: tuple[TimelineEntry, ...]) -> Section:
    return Section("timeline", _("登记沿革"), entries=tuple(map(happening, entries)))


def happening(entry: TimelineEntry) -> Happening:
    """Return a filing as the component ``timeline`` shows it."""
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
