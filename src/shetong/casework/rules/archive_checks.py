"""The four checks of electronic archives (四性检测) over a package's contents, after DA/T 70.

Authenticity 真实性, integrity 完整性, usability 可用性, safety 安全性: each consists of items that say what was
looked at and what was found. The same report is made when a case is archived and by whoever verifies a package later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from shetong.casework.rules import contents, sealed_pdfs
from shetong.casework.rules.sealed_pdfs import State
from shetong.core.errors import InvalidInputError

PROPERTIES = ("真实性", "完整性", "可用性", "安全性")
REQUIRED = ("档号", "题名", "责任者", "办件编号", "提交时间", "保管期限", "密级", "归档时间")
RECORDS = ("form.json", "form.txt", "events.json", "opinions.json", "metadata.json")
# What came with later versions; packages from before are whole without it.
CHECKS = "site-checks.json"
CATALOGUE = "catalogue.txt"
FOLDERS = ("materials", "documents", "site-checks")
ENTRIES = ("materials", "documents", "site_checks")
SEALS = "signatures/seals.pem"
REPORT = "checks.json"
_FORMATS = (contents.PDF, contents.JPEG, contents.PNG)
_LARGEST = 1 << 40

Payload = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at. ``finding``: what is wrong, or what is worth knowing though nothing is."""

    name: str
    passed: bool
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What the four checks found, by property."""

    items: Mapping[str, tuple[Item, ...]]

    @property
    def passed(self) -> bool:
        """Whether every item of every property passed."""
        return all(item.passed for items in self.items.values() for item in items)

    @property
    def faults(self) -> tuple[str, ...]:
        """Return what did not pass, in a line each."""
        return tuple(
            f"{name}：{item.name}{f'（{item.finding}）' if item.finding else ''}"
            for name, items in self.items.items()
            for item in items
            if not item.passed
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        return {name: [asdict(item) for item in items] for name, items in self.items.items()}


def check(payload: Payload) -> Report:
    """Return the report on a payload by path; what cannot be read is a finding, never an error."""
    metadata, events = _json(payload, "metadata.json", dict), _json(payload, "events.json", list)
    entries = [entry for name in ENTRIES for entry in _entries(metadata, name)]
    kept = sorted(path for path in payload if path.split("/")[0] in FOLDERS)
    opened = {path: _refusal(payload[path]) for path in kept}
    return Report(
        {
            "真实性": (
                _item("元数据与文件一一对应", lambda: _differences({one["path"] for one in entries}, set(kept))),
                _item("文件摘要与元数据所记一致", lambda: _altered(entries, payload)),
                _item("文书的电子印章有效、加盖后没有改动", lambda: _seals(payload)),
            ),
            "完整性": (
                _item("元数据著录项齐全", lambda: [name for name in REQUIRED if not metadata.get(name)]),
                _item("办理过程连续无缺", lambda: _gaps(events)),
                _item("申请内容、办理过程、征求的意见、元数据俱在", lambda: sorted(set(RECORDS) - set(payload))),
            ),
            "可用性": (
                _item("元数据可以读取", lambda: [] if metadata and events else ["metadata.json、events.json"]),
                _item("文件格式在允许范围内、可以打开、没有加密", lambda: [
                    f"{path} {code}" for path, code in opened.items() if code and code not in _UNSAFE
                ]),
            ),
            "安全性": (
                _item("文件中没有脚本、程序和夹带的文件", lambda: [
                    f"{path} {code}" for path, code in opened.items() if code in _UNSAFE
                ]),
                _item("包内没有来历不明的文件", lambda: _strangers(payload)),
            ),
        }
    )  # fmt: skip


_UNSAFE = ("file-active", "file-twofold")


def _item(name: str, look: Callable[[], list[str]]) -> Item:
    try:
        wrong = look()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wrong = [type(error).__name__]
    return Item(name, not wrong, "、".join(wrong)[:300])


def _json(payload: Payload, path: str, kind: type) -> Any:
    try:
        found = json.loads(payload[path])
    except (KeyError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()


def _entries(metadata: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = metadata.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _differences(described: set[str], kept: set[str]) -> list[str]:
    return sorted(described ^ kept)


def _altered(entries: list[dict[str, Any]], payload: Payload) -> list[str]:
    return [
        str(one["path"])
        for one in entries
        if hashlib.sha256(payload.get(one["path"], b"")).hexdigest() != one["sha256"]
    ]


def _seals(payload: Payload) -> list[str]:
    """Return the documents whose seal does not hold; ones that never had a seal were issued without."""
    pem = payload.get(SEALS, b"")
    known = {one.fingerprint(hashes.SHA256()).hex() for one in x509.load_pem_x509_certificates(pem)} if pem else set()
    wrong = []
    for path, content in payload.items():
        if not path.startswith("documents/"):
            continue
        found = sealed_pdfs.inspect(content)
        if found.state != State.UNSEALED and (found.state != State.INTACT or found.fingerprint not in known):
            wrong.append(f"{path} {found.state}")
    return wrong


def _gaps(events: list[Any]) -> list[str]:
    numbers = [event["number"] for event in events]
    return [] if numbers and numbers == list(range(1, len(numbers) + 1)) else ["序号不连续"]


def _refusal(content: bytes) -> str:
    """Return the code with which a file would be refused today, empty where it would be taken."""
    try:
        contents.check(content, allowed=_FORMATS, largest=_LARGEST)
    except InvalidInputError as refused:
        return refused.code
    return ""


def _strangers(payload: Payload) -> list[str]:
    known = {*RECORDS, CHECKS, CATALOGUE, SEALS, REPORT}
    return [path for path in payload if path not in known and path.split("/")[0] not in FOLDERS]
