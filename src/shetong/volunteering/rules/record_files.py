"""Records of service in a table that another system gave out: which columns it has, and what is wrong with a row.

One row a record under a heading in Chinese (:data:`COLUMNS`); times by the clock of China.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

MOST_ROWS = 100_000
CHINA = timezone(timedelta(hours=8))
# Name, heading, whether it must be there; in the order of the batch.
COLUMNS = (
    ("number", N_("记录编号"), True),
    ("volunteer", N_("志愿者在来源系统的编号"), True),
    ("team", N_("本系统的团体编号"), False),
    ("start", N_("开始时间"), True),
    ("end", N_("结束时间"), True),
    ("minutes", N_("时长（分钟）"), True),
    ("field", N_("服务类别"), True),
    ("division", N_("行政区划代码"), True),
    ("place", N_("服务地点"), False),
    ("content", N_("服务内容"), False),
)
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
# Why a row was not taken, by the code that the import gives.
FAULTS = {
    "number": N_("没有记录编号，或者超过60个字符"),
    "doubled": N_("同一文件里这个记录编号出现了两次"),
    "unknown-volunteer": N_("本系统还没有这位志愿者：来源系统须先交换志愿者"),
    "no-consent": N_("本人没有同意与其他系统交换记录"),
    "volunteer-state": N_("这位志愿者的档案已注销或者已并入别的档案"),
    "unknown-team": N_("没有这个编号的团体"),
    "time": N_("时间应写成 2026-11-01 09:00，结束晚于开始，并且已经过去"),
    "minutes": N_("时长为整数分钟，不超过起止时间和24小时"),
    "field": N_("没有这个服务类别"),
    "division": N_("没有这个行政区划代码（GB/T 2260，6位）"),
    "changed": N_("这个编号的记录早已导入，内容不同，没有改动；由来源系统通过接口发送新版次"),
}


@dataclass(slots=True)
class Read:
    """What a table holds: the good rows column by column in the order of a batch, and of the others why not.

    ``lines``: number of a record to its row in the file (from 1); ``faults``: row, number, code of :data:`FAULTS`.
    """

    columns: tuple[list[str], list[str], list[str], list[int], list[int], list[int], list[str], list[str], list[str],
                   list[str]] = field(default_factory=lambda: ([], [], [], [], [], [], [], [], [], []))  # fmt: skip
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return len(self.lines) + len(self.faults)


def heading(titles: Sequence[str]) -> dict[str, int] | list[str]:
    """Return where each column stands, or the headings that are missing."""
    tidy = ["".join(title.split()).lstrip("\ufeff") for title in titles]
    found = {name: tidy.index(title) for name, title, _ in COLUMNS if title in tidy}
    missing = [title for name, title, needed in COLUMNS if needed and name not in found]
    return missing or found


def read(
    rows: Iterable[tuple[int, Sequence[str]]], at: Mapping[str, int], *, fields: Mapping[str, str],
    division: Callable[[str], bool], now: datetime,
) -> Read:  # fmt: skip
    """Read numbered rows. ``fields``: codes of fields by code and by name; ``division``: whether a code is one."""
    read_ = Read()
    for line, cells in rows:
        row = {name: cells[place].strip() if place < len(cells) else "" for name, place in at.items()}
        if not any(row.values()):
            continue
        start, end = moment(row["start"]), moment(row["end"])
        fault = _fault(row, start, end, read_, fields, division, now)
        if fault or start is None or end is None:
            read_.faults.append((line, row["number"][:60], fault or "time"))
            continue
        values = (
            row["number"], row["volunteer"], row.get("team", "").upper(), int(start.timestamp()), int(end.timestamp()),
            int(row["minutes"]), fields[row["field"]], row["division"], row.get("place", ""), row.get("content", ""),
        )  # fmt: skip
        for column, value in zip(read_.columns, values, strict=True):
            column.append(value)  # type: ignore[attr-defined] # each column has its own type
        read_.lines[row["number"]] = line
    return read_


def moment(text: str) -> datetime | None:
    """Return a moment of China's clock, ``None`` for what is none."""
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=CHINA)
        except ValueError:
            continue
    return None


def _fault(
    row: Mapping[str, str], start: datetime | None, end: datetime | None, before: Read, fields: Mapping[str, str],
    division: Callable[[str], bool], now: datetime,
) -> str:  # fmt: skip
    number, minutes = row["number"], row["minutes"]
    if not 0 < len(number) <= 60 or "\x00" in "".join(row.values()):
        return "number"
    if number in before.lines:
        return "doubled"
    if start is None or end is None or not start < end <= now:
        return "time"
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 5):
        return "minutes"
    if not 1 <= int(minutes) <= min(1_440, (end - start) // timedelta(minutes=1)):
        return "minutes"
    if row["field"] not in fields:
        return "field"
    return "" if division(row["division"]) else "division"
