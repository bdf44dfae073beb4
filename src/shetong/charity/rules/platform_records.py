"""Donations as platforms report them: their form, and what each is judged to be before anything is written.

Pure: what is known of pages is given along. Times are aware, amounts fen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

MOST = 5_000  # records in a batch
LARGEST = 10**12  # fen in one donation
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")
# Nothing that platforms report is older: the first were designated under the Charity Law of 2016.
EARLIEST = datetime(2016, 1, 1, tzinfo=UTC)
_CLOCKS = timedelta(minutes=5)  # that a platform's clock may be ahead of ours
LOCAL = "CNY"

Text = Annotated[str, msgspec.Meta(max_length=100)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Given(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A donation. ``name``: the donor's real name, kept sealed; ``shown``: as the public may see it, empty for 匿名.

    ``plan`` and ``project`` only confirm what the page says; ``earmark``: a budget line that it is meant for alone.
    ``amount``: fen that go to the charity; of foreign currency after settlement, with ``original_amount`` in its
    smallest units.
    """

    number: str
    page: str
    amount: int
    donated_at: Moment
    name: Text = ""
    shown: Annotated[str, msgspec.Meta(max_length=60)] = ""
    kind: Literal["person", "org"] = "person"
    plan: str | None = None
    project: str | None = None
    earmark: str = ""
    currency: str = LOCAL
    original_amount: int | None = None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of a page: its plan and project, when it may take donations, the budget lines there are.

    ``stopped``: since when its activity is suspended or ended by the authority, ``None`` where it is not; what was
    given before that moment is taken, however late it is reported.
    """

    plan: str
    project: str
    opens: datetime
    closes: datetime
    stopped: datetime | None
    earmarks: frozenset[str]


def read(documents: Sequence[Any], kind: type[Any] = Given) -> tuple[list[Any], dict[int, str]]:
    """Return the records, ``None`` for those that are not of their form, and what is wrong with each by its place."""
    found: list[Any] = []
    wrong: dict[int, str] = {}
    for index, document in enumerate(documents):
        try:
            found.append(msgspec.convert(document, kind))
        except msgspec.ValidationError as error:
            found.append(None)
            wrong[index] = str(error)[:200]
    return found, wrong


def judge(records: Sequence[Given | None], pages: Mapping[str, PageFacts], *, now: datetime) -> list[str]:
    """Return the code of each record (:mod:`shetong.charity.rules.platform_errors`), empty where nothing is wrong."""
    latest = now + _CLOCKS
    number = NUMBER.fullmatch
    codes: list[str] = []
    add = codes.append
    for one in records:
        if one is None:
            add("record-malformed")
        elif not number(one.number):
            add("number-malformed")
        elif (facts := pages.get(one.page)) is None:
            add("page-unknown")
        elif (
            0 < one.amount <= LARGEST
            and facts.opens <= one.donated_at < facts.closes
            and one.donated_at <= latest
            and (facts.stopped is None or one.donated_at < facts.stopped)
            and one.currency == LOCAL
            and one.original_amount is None
            and one.plan is None
            and one.project is None
            and not one.earmark
            and "\0" not in one.shown
        ):
            add("")
        else:
            add(_closer(one, facts, latest))
    return codes


def _closer(one: Given, facts: PageFacts, latest: datetime) -> str:
    """Name what is wrong with a record that is not of the plainest kind; nothing may be."""
    checks = (
        ("amount-not-positive", one.amount <= 0),
        ("amount-too-large", one.amount > LARGEST),
        ("record-malformed", "\0" in one.shown or "\0" in one.name),
        ("currency-unknown", not _CURRENCY.fullmatch(one.currency)),
        ("foreign-unsettled", one.currency != LOCAL and (one.original_amount is None or one.original_amount <= 0)),
        ("foreign-unsettled", one.original_amount is not None and one.original_amount > LARGEST),
        ("not-foreign", one.currency == LOCAL and one.original_amount is not None),
        ("wrong-plan", one.plan is not None and one.plan.upper() != facts.plan),
        ("wrong-project", one.project is not None and one.project.upper() != facts.project),
        ("earmark-unknown", bool(one.earmark) and one.earmark not in facts.earmarks),
        ("time-too-early", one.donated_at < EARLIEST),
        ("time-in-future", one.donated_at > latest),
        ("plan-stopped", facts.stopped is not None and one.donated_at >= facts.stopped),
        ("outside-period", not facts.opens <= one.donated_at < facts.closes),
    )
    return next((code for code, holds in checks if holds), "")


def doubles(records: Sequence[Given | None], codes: list[str]) -> None:
    """Mark within one batch what repeats an earlier record of it."""
    first: dict[str, int] = {}
    for index, one in enumerate(records):
        if one is None or codes[index]:
            continue
        before = first.setdefault(one.number, index)
        if before != index:
            codes[index] = "duplicate" if same(one, records[before]) else "number-conflict"


def same(one: Given, other: Given | None) -> bool:
    """Whether two records with one number say the same of the money."""
    return other is not None and (one.amount, one.page, one.donated_at, one.currency, one.original_amount) == (
        other.amount,
        other.page,
        other.donated_at,
        other.currency,
        other.original_amount,
    )


class Refund(msgspec.Struct, forbid_unknown_fields=True):
    """A refund: ``number`` is the platform's for the refund, ``donation`` its number of the donation."""

    number: str
    donation: str
    amount: int
    refunded_at: Moment
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class ArrivalReport(msgspec.Struct, forbid_unknown_fields=True):
    """Money that arrived on a charity's account. ``fee``: fen that anybody kept; ``through``: accounts passed."""

    number: str
    plan: Annotated[str, msgspec.Meta(max_length=24)]
    amount: int
    account_holder: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    given_from: Moment
    given_to: Moment
    arrived_at: Moment
    fee: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)] = 0
    account_tail: Annotated[str, msgspec.Meta(max_length=4, pattern=r"^[0-9A-Za-z]*$")] = ""
    through: Annotated[list[Text], msgspec.Meta(max_length=10)] = []


def judge_refund(one: Refund | None, *, now: datetime) -> str:
    """Return the code of a refund as such, empty where nothing is wrong with it."""
    if one is None or "\0" in one.reason:
        return "record-malformed"
    if not NUMBER.fullmatch(one.number) or not NUMBER.fullmatch(one.donation):
        return "number-malformed"
    if one.amount <= 0:
        return "amount-not-positive"
    if one.amount > LARGEST:
        return "amount-too-large"
    if one.refunded_at < EARLIEST:
        return "time-too-early"
    return "time-in-future" if one.refunded_at > now + _CLOCKS else ""


def judge_arrival(one: ArrivalReport | None, *, now: datetime) -> str:
    """Return the code of an arrival as such, empty where nothing is wrong with it."""
    if one is None or "\0" in "".join((one.account_holder, *one.through)):
        return "record-malformed"
    if not NUMBER.fullmatch(one.number):
        return "number-malformed"
    if one.amount <= 0:
        return "amount-not-positive"
    if one.amount > LARGEST:
        return "amount-too-large"
    if min(one.given_from, one.given_to, one.arrived_at) < EARLIEST:
        return "time-too-early"
    if one.arrived_at > now + _CLOCKS:
        return "time-in-future"
    return "arrival-before-giving" if not one.given_from <= one.given_to <= one.arrived_at else ""
