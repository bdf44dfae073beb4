"""What a platform asks before it publishes, and how its page compares with the filed plan."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.charity.rules.platform_records import NUMBER

R74_17 = "《慈善组织公开募捐管理办法》（民政部令第74号）第十七条"
Long = Annotated[str, msgspec.Meta(max_length=1_000)]


class Page(msgspec.Struct, forbid_unknown_fields=True):
    """A fundraising page as a platform wants to publish it. ``target``: fen; ``page``: the platform's own number."""

    page: Annotated[str, msgspec.Meta(pattern=f"^{NUMBER.pattern}$")]
    plan: Annotated[str, msgspec.Meta(max_length=24)]
    title: Annotated[str, msgspec.Meta(max_length=200)]
    starts_on: date
    ends_on: date
    purpose: Long
    target: Annotated[int, msgspec.Meta(gt=0)] | None = None
    address: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^(https?://\S+)?$")] = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an organisation may raise funds in public on a day. ``reasons``: why not, by code."""

    code: str
    name: str
    status: str
    charity: bool
    qualified_from: date | None
    qualified_to: date | None
    certificate: str
    on: date
    registered: bool

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it may not."""
        held = self.qualified_from is not None and self.qualified_from <= self.on
        ends = self.qualified_to is not None and self.qualified_to <= self.on
        checks = (("not-registered", not self.registered), ("not-qualified", not held or ends))
        return tuple(code for code, holds in checks if holds)

    @property
    def may_publish(self) -> bool:
        """Whether a platform may publish for it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class FiledPlan:
    """A plan as filed, the version in force. ``platforms``: names of the platforms it lists; ``target``: fen a year."""

    number: str
    name: str
    organisation_code: str
    organisation_name: str
    project: str
    project_name: str
    starts_on: date
    ends_on: date
    target: int | None
    purpose: str
    use: str
    platforms: tuple[str, ...]
    open: bool
    edition: int
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a page that is not what was filed."""

    field: str
    filed: str
    shown: str
    reason: str


FIELDS = {
    "title": N_("活动名称"),
    "starts_on": N_("起始日期"),
    "ends_on": N_("结束日期"),
    "target": N_("募集数额"),
    "purpose": N_("募捐目的"),
}


def differences(page: Page, plan: FiledPlan) -> list[Difference]:
    """Name, period, amount and purpose of a page that are not those of the plan."""
    found = []
    if _plain(page.title) != _plain(plan.name):
        found.append(Difference("title", plan.name, page.title, "页面名称应当与备案的活动名称相同。"))
    if page.starts_on < plan.starts_on:
        found.append(
            Difference("starts_on", str(plan.starts_on), str(page.starts_on), "页面的起始日期早于备案的日期。")
        )
    if page.ends_on > plan.ends_on or page.ends_on < page.starts_on:
        found.append(Difference("ends_on", str(plan.ends_on), str(page.ends_on), "页面的结束日期晚于备案的日期。"))
    if page.target is not None and plan.target is not None and page.target > plan.target:
        found.append(Difference("target", str(plan.target), str(page.target), "募集数额超过备案的预期数额。"))
    if _plain(page.purpose) != _plain(plan.purpose):
        found.append(Difference("purpose", plan.purpose, page.purpose, "募捐目的应当与备案的目的相同。"))
    return found


def _plain(text: str) -> str:
    """Without differences of width, blanks and closing stops, which change nothing that a reader sees."""
    return "".join(unicodedata.normalize("NFKC", text).split()).strip("。.")
