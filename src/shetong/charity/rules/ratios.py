"""Annual charitable expenditure, management cost and fundraising cost by the official table, with the working shown.

Bands, percentages and the sum below which management cost is free are parameters of law (:mod:`shetong.core.statutes`,
keys ``ratio_…``) as in force on the last day of the year. Everything is in whole fen; nothing is rounded before it is
compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext

from shetong.core import statutes
from shetong.core.money import format_yuan
from shetong.core.statutes import Value

FOUNDATION = "FD"
# From the highest; the last band has no floor.
BANDS = ("top", "high", "middle", "low")
AVERAGED = 3


class State(StrEnum):
    """How a figure stands to what is asked."""

    MET = "met"
    MISSED = "missed"
    EXCUSED = "excused"  # missed for a reason that the rule lets pass, reported and published
    UNKNOWN = "unknown"  # figures of earlier years are not on file


@dataclass(frozen=True, slots=True)
class Figures:
    """One year of a charity, in fen.

    ``restricted``: income that may not be used in that year; ``lifted``: net assets whose time restriction ended in
    it; ``net_assets``: at the end of the year; ``spending``: on charitable activities.
    """

    year: int
    income: int
    restricted: int
    lifted: int
    net_assets: int
    spending: int
    management: int
    total: int
    fundraising: int = 0
    donations: int = 0

    @property
    def adjusted(self) -> int:
        """Income as the table takes it (调整后的总收入)."""
        return self.income - self.restricted + self.lifted


@dataclass(frozen=True, slots=True)
class Base:
    """What a percentage is taken of: ``total`` over ``years`` years, so an average stays exact."""

    name: str
    total: int
    years: int = 1

    def share(self, amount: int) -> tuple[int, int]:
        """Return ``amount`` over the base in hundredths of a per cent, rounded down, and the remainder."""
        return divmod(amount * 10_000 * self.years, self.total) if self.total > 0 else (0, 0)

    @property
    def shown(self) -> str:
        """The base in words."""
        mean = self.total // self.years
        # Chinese runs on, other scripts need a space.
        return f"{self.name}{' ' if self.name.isascii() else ''}{format_yuan(mean)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement: what is asked, what is, and how both were worked out."""

    code: str
    title: str
    working: str
    state: State
    provision: str = ""


def judge(*, kind: str, public: bool, year: int, years: Mapping[int, Figures], excuse: str = "") -> tuple[Line, ...]:
    """Judge a year of a charity.

    ``kind``: ``FD`` is a foundation; ``public``: holds the public-fundraising qualification; ``years``: its figures by
    year, the judged one among them; ``excuse``: a reason for management cost that was reported and published.
    """
    now = years[year]
    found = _spending(kind, public, now, years)
    found.append(_management(kind, public, now, years, excuse))
    if statutes.holds("ratio_fundraising_cost", on=_end(year)):
        found.append(_fundraising(now, years))
    return tuple(found)


def band(kind: str, net_assets: int, on: date) -> str:
    """Return the band of a body without the qualification by its net assets at the end of the year before."""
    who = _who(kind)
    for name in BANDS[:-1]:
        if net_assets >= statutes.value(f"ratio_{who}_{name}_assets", on=on):
            return name
    return BANDS[-1]


def _spending(kind: str, public: bool, now: Figures, years: Mapping[int, Figures]) -> list[Line]:
    on, before = _end(now.year), years.get(now.year - 1)
    if before is None:
        return [_unknown("spending", gettext("年度慈善活动支出"), now.year - 1)]
    if public:
        held = statutes.in_force("ratio_public_spending", on=on)
        return [_least("spending", now.spending, held, _incomes(now.year, years))]
    who, which = _who(kind), band(kind, before.net_assets, on)
    held = statutes.in_force(f"ratio_{who}_{which}_spending", on=on)
    found = [_least("spending", now.spending, held, _assets(now.year, years))]
    if who == "other" and which == "low":
        of_income = statutes.in_force("ratio_other_low_income", on=on)
        found.append(_least("spending-income", now.spending, of_income, _incomes(now.year, years)))
    return found


def _incomes(year: int, years: Mapping[int, Figures]) -> list[Base]:
    return _bases(
        year,
        gettext("上年总收入"),
        gettext("前三年平均总收入"),
        {one: figures.adjusted for one, figures in years.items()},
    )


def _assets(year: int, years: Mapping[int, Figures]) -> list[Base]:
    return _bases(
        year,
        gettext("上年末净资产"),
        gettext("前三年年末平均净资产"),
        {one: held.net_assets for one, held in years.items()},
    )


def _bases(year: int, single: str, mean: str, values: Mapping[int, int]) -> list[Base]:
    found = [Base(single, values[year - 1])]
    earlier = [values[one] for one in range(year - AVERAGED, year) if one in values]
    if len(earlier) == AVERAGED:
        found.append(Base(mean, sum(earlier), AVERAGED))
    return found


def _least(code: str, spent: int, held: Value, bases: list[Base]) -> Line:
    """Enough over one of the bases is enough: the average may take the place of the single year."""
    enough = [base for base in bases if spent * 100 * base.years >= held.value * base.total]
    base = enough[0] if enough else min(bases, key=lambda one: one.total * bases[0].years // one.years)
    wanted = -(-held.value * base.total // (100 * base.years))
    working = gettext("%(shown)s × %(held)s%% = %(amount)s，当年慈善活动支出%(spent)s%(text)s") % {
        "shown": base.shown,
        "held": held.value,
        "amount": format_yuan(max(wanted, 0)),
        "spent": format_yuan(spent),
        "text": _percent(base, spent),
    }
    title = gettext("年度慈善活动支出不低于%(name)s的%(held)s%%") % {"name": base.name, "held": held.value}
    return Line(code, title, working, State.MET if enough else State.MISSED, held.provision)


def _management(kind: str, public: bool, now: Figures, years: Mapping[int, Figures], excuse: str) -> Line:
    on = _end(now.year)
    free = statutes.in_force("ratio_management_free", on=on)
    if now.management < free.value:
        working = gettext("管理费用%(management)s，低于%(free)s，不受比例限制") % {
            "management": format_yuan(now.management),
            "free": format_yuan(free.value),
        }
        return Line("management", gettext("年度管理费用"), working, State.MET, free.provision)
    if public:
        held = statutes.in_force(f"ratio_public_management_{_who(kind)}", on=on)
    else:
        before = years.get(now.year - 1)
        if before is None:
            return _unknown("management", gettext("年度管理费用"), now.year - 1)
        held = statutes.in_force(f"ratio_{_who(kind)}_{band(kind, before.net_assets, on)}_management", on=on)
    base = Base(gettext("当年总支出"), now.total)
    most = held.value * now.total // 100
    met = now.management * 100 <= held.value * now.total
    working = gettext("%(shown)s × %(held)s%% = %(most)s，管理费用%(management)s%(text)s") % {
        "shown": base.shown,
        "held": held.value,
        "most": format_yuan(most),
        "management": format_yuan(now.management),
        "text": _percent(base, now.management),
    }
    state = State.MET if met else State.EXCUSED if excuse.strip() else State.MISSED
    if state is State.EXCUSED:
        working += gettext("；已经报告并公开原因：%(text)s") % {"text": excuse.strip()}
    return Line(
        "management",
        gettext("年度管理费用不超过当年总支出的%(held)s%%") % {"held": held.value},
        working,
        state,
        held.provision,
    )


def _fundraising(now: Figures, years: Mapping[int, Figures]) -> Line:
    held = statutes.in_force("ratio_fundraising_cost", on=_end(now.year))
    title = gettext("募捐成本不超过前三年平均捐赠收入的%(held)s%%") % {"held": held.value}
    earlier = range(now.year - AVERAGED, now.year)
    if missing := [one for one in earlier if one not in years]:
        if now.fundraising == 0:
            return Line("fundraising", title, gettext("当年没有募捐成本"), State.MET, held.provision)
        return _unknown("fundraising", title, *missing)
    base = Base(gettext("前三年平均捐赠收入"), sum(years[one].donations for one in earlier), AVERAGED)
    most = held.value * base.total // (100 * base.years)
    met = now.fundraising * 100 * base.years <= held.value * base.total
    working = gettext("%(shown)s × %(held)s%% = %(most)s，募捐成本%(fundraising)s%(text)s") % {
        "shown": base.shown,
        "held": held.value,
        "most": format_yuan(most),
        "fundraising": format_yuan(now.fundraising),
        "text": _percent(base, now.fundraising),
    }
    return Line("fundraising", title, working, State.MET if met else State.MISSED, held.provision)


def _unknown(code: str, title: str, *missing: int) -> Line:
    named = "、".join(str(one) for one in missing)
    working = gettext("没有%(years)s年的数据，无法计算，请先补填") % {"years": named}
    return Line(code, title, working, State.UNKNOWN)


def _percent(base: Base, amount: int) -> str:
    if base.total <= 0:
        return ""
    share, rest = base.share(amount)
    said = f"{share // 100}.{share % 100:02}%"
    return gettext("，占约%(share)s") % {"share": said} if rest else gettext("，占%(share)s") % {"share": said}


def _who(kind: str) -> str:
    return "foundation" if kind == FOUNDATION else "other"


def _end(year: int) -> date:
    return date(year, 12, 31)
