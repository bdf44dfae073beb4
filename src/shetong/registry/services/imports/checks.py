"""From a frame of text to checked organisations: every row either has all its values or all its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from shetong.core import divisions
from shetong.core.divisions import NATION
from shetong.core.metadata import ElementType
from shetong.registry.elements import ORGANISATION
from shetong.registry.services.imports import cells
from shetong.registry.services.imports.authorities import present, resolve
from shetong.registry.services.imports.delimited import BEYOND
from shetong.registry.services.imports.table import ROW, Heading

# Places of the unified code: department, category, division of the registrar.
_CIVIL_AFFAIRS = "5"
_KIND_OF_CATEGORY = {"1": "SG", "2": "PN", "3": "FD"}
# Required elements that the unified code tells where a file does not.
_DERIVABLE = ("kind", "authority")
_PLACES_CACHED = 200_000


@dataclass(slots=True)
class Checked:
    """``rows``: the good rows, one typed column per element and ROW; ``rejected``: row number → reasons."""

    rows: pl.DataFrame
    rejected: dict[int, list[str]]
    notes: Counter[str]


@dataclass(slots=True)
class _Work:
    """One frame while it is checked: values by element, reasons by row position, remarks."""

    row: pl.Series
    values: dict[str, pl.Series] = field(default_factory=dict)
    reasons: list[pl.Series] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    undecided_funds: pl.Series | None = None

    def refuse(self, mask: pl.Series, reason: str | pl.Series) -> None:
        """Give the rows of ``mask`` a reason; null in the mask is no."""
        mask = mask.fill_null(value=False)
        if not mask.any():
            return
        texts = reason if isinstance(reason, pl.Series) else pl.repeat(reason, len(mask), eager=True)
        self.reasons.append(texts.zip_with(mask, pl.repeat(None, len(mask), dtype=pl.String, eager=True)))

    def note(self, mask: pl.Series, remark: str) -> None:
        """Count a remark for the rows of ``mask``."""
        if count := int(mask.fill_null(value=False).sum()):
            self.notes[remark] += count


class Checker:
    """Checks the frames of one file. ``as_of`` is the day for which the file speaks."""

    def __init__(self, heading: Heading, as_of: date) -> None:
        self._heading = heading
        self._as_of = as_of
        self._units = {name: _unit(heading.titles[at]) for name, at in heading.columns.items()}
        self._authorities: dict[tuple[str | None, str], tuple[str, str] | None] = {}
        self._places: dict[tuple[str, str], str | None] = {}

    def check(self, frame: pl.DataFrame) -> Checked:
        """Return good and rejected rows of ``frame`` (text columns named by position, and ROW)."""
        work = _Work(frame[ROW])
        if BEYOND in frame.columns:
            work.refuse(frame[BEYOND].is_not_null(), "本行的列数多于表头，请核对是否有多余的分隔符或未加引号的逗号。")
        self._read(frame, work)
        _complete_kind(work)
        _undecided_funds(work)
        self._authority(work)
        self._division(work)
        self._contradictions(work)
        return _split(work)

    def _read(self, frame: pl.DataFrame, work: _Work) -> None:
        columns = {name: frame[str(at)] for name, at in self._heading.columns.items()}
        if "certificate_valid_to" in columns and columns["certificate_valid_to"].str.contains("至|到|—|~|--").any():
            first, columns["certificate_valid_to"] = cells.split_period(columns["certificate_valid_to"])
            columns.setdefault("certificate_valid_from", first)
        for element in ORGANISATION:
            column = columns.get(element.name)
            if column is None:
                work.values[element.name] = _empty(element.type, len(frame))
                continue
            if element.name == "registered_funds" and (undecided := cells.undecided_funds(column)).any():
                work.undecided_funds = column.set(~undecided, None)
                column = column.set(undecided, None)
            read = cells.read(column, element, self._units.get(element.name, "元"))
            work.refuse(read.reasons.is_not_null(), read.reasons)
            values = read.values == "true" if element.type is ElementType.BOOLEAN else read.values
            work.values[element.name] = values
            if element.required and element.name not in _DERIVABLE:
                work.refuse(values.is_null() & read.reasons.is_null(), f"缺少{element.name_zh}。")

    def _authority(self, work: _Work) -> None:
        """Find name and division of the registration authority, once per distinct pair of text and code division."""
        pairs = pl.DataFrame({"text": work.values["authority"], "code": work.values["uscc"].str.slice(2, 6)})
        for text, code in pairs.filter(pl.col("code").is_not_null()).unique().iter_rows():
            if (text, code) not in self._authorities:
                self._authorities[text, code] = resolve(text, code)
        known = pl.DataFrame(
            [(text, code, *(found or (None, None))) for (text, code), found in self._authorities.items()],
            schema={"text": pl.String, "code": pl.String, "name": pl.String, "division": pl.String},
            orient="row",
        )
        found = pairs.join(known, on=["text", "code"], how="left", maintain_order="left", nulls_equal=True)
        work.refuse(
            found["name"].is_null() & pairs["code"].is_not_null(),
            "无法判断登记管理机关属于哪个行政区划，请写明机关全称，例如“杭州市民政局”。",
        )
        work.note(pairs["text"].is_null() & found["name"].is_not_null(), "没有登记管理机关，按统一社会信用代码记载")
        work.values["authority"], work.values["authority_division"] = found["name"], found["division"]

    def _division(self, work: _Work) -> None:
        """Take the division of the domicile from its code, else from the address, else from the authority."""
        given = work.values["division_code"]
        codes: dict[str, str | None] = {}
        for code in given.drop_nulls().unique():
            division = divisions.get(code)
            codes[code] = present(division).code if division else None
        mapped = given.replace_strict(codes, default=None, return_dtype=pl.String)
        work.refuse(given.is_not_null() & mapped.is_null(), "住所行政区划代码“" + given + "”不存在，请核对六位代码。")
        work.note(given.is_not_null() & mapped.is_not_null() & (given != mapped), "行政区划代码已撤销，按现行区划记载")
        authority, address = work.values["authority_division"], work.values["domicile"]
        missing = (given.is_null() & authority.is_not_null()).arg_true()
        if len(missing):
            texts, near = address.gather(missing).to_list(), authority.gather(missing).to_list()
            places = [self._place(text, code) for text, code in zip(texts, near, strict=True)]
            mapped = mapped.scatter(missing, places)
            guessed = pl.Series([text is not None for text in texts])
            work.note(guessed, "行政区划按住所地址判断")
            work.note(~guessed, "没有住所，行政区划按登记管理机关记载")
        work.values["division_code"] = mapped

    def _place(self, address: str | None, authority: str) -> str:
        if address is None:
            return authority
        key = (address[:24], authority)
        if key not in self._places:
            if len(self._places) > _PLACES_CACHED:
                self._places.clear()
            within = NATION if authority == NATION else authority[:2] + "0000"
            match = divisions.find(address, within=within) or divisions.find(address)
            self._places[key] = present(match.division).code if match else None
        return self._places[key] or authority

    def _contradictions(self, work: _Work) -> None:
        get = work.values.__getitem__
        uscc, founded = get("uscc"), get("founded_on")
        work.refuse(
            (uscc.str.slice(0, 1) != _CIVIL_AFFAIRS),
            "统一社会信用代码的第1位不是“5”，不是民政部门登记的组织，不能导入本登记簿。",
        )
        work.refuse(get("kind") == "BR", "分支（代表）机构没有法人资格，不在本导入范围内，请在所属组织的页面办理备案。")
        work.refuse(founded > self._as_of, "成立登记日期晚于数据所属日期，请核对。")
        work.refuse(get("certificate_valid_to") < get("certificate_valid_from"), "证书有效期止早于有效期起，请核对。")
        charity, raising = get("charity_since"), get("public_fundraising_since")
        work.refuse(charity < founded, "慈善组织登记（认定）日期早于成立登记日期，请核对。")
        work.refuse(raising < founded, "公开募捐资格取得日期早于成立登记日期，请核对。")
        work.refuse(raising < charity, "公开募捐资格取得日期早于慈善组织登记（认定）日期，请核对。")
        name = get("name")
        work.refuse(name.str.len_chars() < 2, "社会组织名称不完整，请填写登记证书所载的全称。")
        work.refuse(~name.str.contains(r"\p{Han}"), "社会组织名称应使用汉字，请填写登记证书所载的全称。")
        implied = uscc.str.slice(1, 1).replace_strict(_KIND_OF_CATEGORY, default=None, return_dtype=pl.String)
        work.note(implied != get("kind"), "统一社会信用代码的机构类别与社会组织类型不一致，按所填类型记载")
        work.note(get("legal_representative").is_null(), "没有法定代表人")
        work.note(founded.is_null(), "没有成立登记日期或为占位日期")


def _unit(title: str) -> str:
    """Return the unit of money that a column title names in brackets."""
    return "万元" if "万" in title else "元"


def _complete_kind(work: _Work) -> None:
    """Take the kind from the code where the file does not say it (GB 32100: 51, 52, 53)."""
    kind, uscc = work.values["kind"], work.values["uscc"]
    implied = uscc.str.slice(1, 1).replace_strict(_KIND_OF_CATEGORY, default=None, return_dtype=pl.String)
    unreadable = _any_reason(work)
    work.refuse(kind.is_null() & implied.is_null() & ~unreadable, "缺少社会组织类型，也不能从统一社会信用代码判断。")
    work.values["kind"] = kind.zip_with(kind.is_not_null(), implied)


def _undecided_funds(work: _Work) -> None:
    """Read amounts whose unit the cell leaves open; needs the kind."""
    if work.undecided_funds is None:
        return
    read = cells.read_undecided_funds(work.undecided_funds, work.values["kind"])
    work.refuse(read.reasons.is_not_null(), read.reasons)
    work.note(read.values.is_not_null(), "金额没有写明元或万元，按法定最低数额判断")
    funds = work.values["registered_funds"]
    work.values["registered_funds"] = funds.zip_with(funds.is_not_null(), read.values)


def _any_reason(work: _Work) -> pl.Series:
    bad = pl.repeat(value=False, n=len(work.row), eager=True)
    for reasons in work.reasons:
        bad |= reasons.is_not_null()
    return bad


def _split(work: _Work) -> Checked:
    bad = _any_reason(work)
    rows = pl.DataFrame({ROW: work.row, **work.values}).filter(~bad)
    rejected: dict[int, list[str]] = {}
    if bad.any():
        numbers = work.row.filter(bad).to_list()
        for number, *reasons in zip(numbers, *(r.filter(bad).to_list() for r in work.reasons), strict=True):
            rejected[number] = [reason for reason in reasons if reason is not None]
    return Checked(rows, rejected, work.notes)


_DTYPES: Mapping[ElementType, Any] = {
    ElementType.DATE: pl.Date,
    ElementType.MONEY: pl.Int64,
    ElementType.INTEGER: pl.Int64,
    ElementType.BOOLEAN: pl.Boolean,
}


def _empty(type_: ElementType, length: int) -> pl.Series:
    return pl.repeat(None, length, dtype=_DTYPES.get(type_, pl.String), eager=True)
