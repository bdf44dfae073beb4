"""What is exchanged between volunteer systems, which version wins, and what the certification test asks.

``docs/specs/volunteer-exchange.md`` states it for other developers; this module and that page change together.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.core.canonical_json import canonical

MOST_ITEMS = 200
MOST_BATCHED = 5_000
LONGEST_NUMBER = 60
_NUMBER = re.compile(r"[\x21-\x7e]{1,60}")
_INDEX = re.compile(r"[0-9a-f]{64}")
# What neither the database nor UTF-8 can hold.
_UNFIT = re.compile("[\x00\ud800-\udfff]")

CREATED, UPDATED, UNCHANGED, STALE, CONFLICT, KEPT, FLAGGED, REFUSED, FAILED = (
    "created", "updated", "unchanged", "stale", "conflict", "kept", "flagged", "refused", "failed",
)  # fmt: skip
# What every outcome means and what the sender does about it.
OUTCOMES = {
    CREATED: N_("已接收"),
    UPDATED: N_("已按新版次更新"),
    UNCHANGED: N_("同一版次已经接收，没有变化"),
    STALE: N_("已有更新的版次，没有采用"),
    CONFLICT: N_("同一版次内容不同，没有采用；请提高版次重新发送"),
    KEPT: N_("已登记，本系统还没有这位志愿者或者没有本人同意；以后可以重新发送同一版次"),
    FLAGGED: N_("已接收，与其他记录重叠或者存疑，核实后才计入"),
    REFUSED: N_("内容不符合规定，没有采用"),
    FAILED: N_("本系统处理这一项时出错，没有采用，其他各项不受影响；请稍后重新发送，仍然出错的请联系管理方"),
}
RULES = (
    N_("数据以产生它的系统为准：只有来源系统可以更改，其他系统照收。"),
    N_("同一编号版次大的为准；版次相同内容不同的不采用，退回来源系统。"),
    N_("同一人同一时间在两个系统都有记录的，先计入的继续计入，后到的存疑，由志愿服务管理部门核实。"),
    N_("志愿者只用交换盲索引指认，不传姓名和证件号码；没有本人同意的记录不转移。来源系统随时可以撤回它发来的记录。"),
    N_("组织以统一社会信用代码对应；没有代码的按来源系统的编号保存。"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the certification test."""

    code: str
    title: str


STEPS = (
    Step("volunteers", N_("发送志愿者")),
    Step("organisations", N_("发送组织")),
    Step("activities", N_("发送活动")),
    Step("records", N_("发送服务记录")),
    Step("repeat", N_("重复发送同一版次，得到“没有变化”")),
    Step("newer", N_("发送新版次，得到“已更新”")),
    Step("stale", N_("发送旧版次，得到“没有采用”")),
    Step("conflict", N_("同一版次发送不同内容，得到“冲突”")),
    Step("overlap", N_("发送同一人时间重叠的两条记录，得到“存疑”")),
    Step("read", N_("从头读完任一种数据")),
    Step("compare", N_("对账一致")),
)


def blind_index(number: str, *, key: bytes) -> bytes:
    """Return the index of an identity number: HMAC-SHA-256 under the key that designated systems share.

    ``number``: as on the paper, letters in capitals, without blanks (NFKC).
    """
    normal = "".join(unicodedata.normalize("NFKC", number).upper().split())
    return hmac.new(key, f"volunteer-exchange-1\n{normal}".encode(), hashlib.sha256).digest()


def digest(content: Mapping[str, Any]) -> bytes:
    """Return SHA-256 of the canonical JSON (RFC 8785) of a content without number and version."""
    plain = {name: value for name, value in content.items() if name not in ("number", "version")}
    return hashlib.sha256(canonical(plain)).digest()


def decide(known: tuple[int, bytes] | None, version: int, content: bytes) -> str:
    """Return what becomes of a version: created, updated, unchanged, stale or conflict. ``known``: version, digest."""
    if known is None:
        return CREATED
    if version < known[0]:
        return STALE
    if version > known[0]:
        return UPDATED
    return UNCHANGED if hmac.compare_digest(known[1], content) else CONFLICT


def list_digest(pairs: Iterable[tuple[str, int]]) -> str:
    """Return the digest by which two lists are compared: SHA-256 over ``number TAB version LF``, sorted by number."""
    lines = "".join(f"{number}\t{version}\n" for number, version in sorted(pairs))
    return hashlib.sha256(lines.encode()).hexdigest()


def faults(
    kind: str, item: Mapping[str, Any], *, fields: Iterable[str], division: Callable[[str], bool], now: datetime
) -> dict[str, str]:
    """Return what is wrong with an item by field, in Chinese; empty for a good one.

    ``fields``: codes of fields of service; ``division``: whether a code is one of an administrative division.
    """
    wrong = {
        name: "含有不能保存的字符。" for name, value in item.items() if isinstance(value, str) and _UNFIT.search(value)
    }
    if (code := item.get("division_code")) and not division(code):
        wrong["division_code"] = "没有这个行政区划代码（GB/T 2260，6位）。"
    if not _NUMBER.fullmatch(str(item.get("number", ""))):
        wrong["number"] = "编号为1至60个可见的英文字符。"
    if kind in ("volunteers", "records") and not _INDEX.fullmatch(str(item.get("index", ""))):
        wrong["index"] = "交换盲索引为64位小写十六进制数。"
    if kind == "activities" and item.get("field") not in set(fields):
        wrong["field"] = "没有这个服务类别。"
    if kind == "records":
        wrong |= _record_faults(item, fields, now)
    return wrong


def _record_faults(item: Mapping[str, Any], fields: Iterable[str], now: datetime) -> dict[str, str]:
    wrong: dict[str, str] = {}
    start, end, minutes = item["start"], item["end"], item["minutes"]
    if start.tzinfo is None or end.tzinfo is None:
        wrong["start"] = "时间应带时区。"
    elif not timedelta(minutes=1) <= end - start <= timedelta(days=1):
        wrong["end"] = "一条记录为1分钟至24小时。"
    elif end > now:
        wrong["end"] = "还没有结束的服务不能记录。"
    elif not 1 <= minutes <= (end - start) // timedelta(minutes=1):
        wrong["minutes"] = "时长不能超过起止时间。"
    if item.get("field") not in set(fields):
        wrong["field"] = "没有这个服务类别。"
    return wrong
