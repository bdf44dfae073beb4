"""Conditions of recognition (慈善组织认定) and of the public-fundraising qualification, from the law of the day.

What the register knows is computed; what it does not know is declared and looked at by the officer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue

from shetong.charity.rules import ratios
from shetong.core import statutes
from shetong.core.findings import Finding, Severity

CL_3 = "《中华人民共和国慈善法》第三条"
CL_22 = "《中华人民共和国慈善法》第二十二条"
R73_4 = "《慈善组织认定办法》（民政部令第73号）第四条"
R73_5 = "《慈善组织认定办法》（民政部令第73号）第五条"
R73_6 = "《慈善组织认定办法》（民政部令第73号）第六条"
R74 = "《慈善组织公开募捐管理办法》（民政部令第74号）"
# What a form must give before the ratios of last year can be judged.
_FIGURES = ("income_before", "net_assets_before", "charity_spending", "management_cost", "total_spending")


@dataclass(frozen=True, slots=True)
class Body:
    """What the register and the records of charity know of an applicant on the day.

    ``charity_since``: since when it is a charity without a break; ``public``: whether it holds the qualification;
    ``grade``: its evaluation grade in force, 0 for none; ``officers``: names by post; ``provincial``: registered at
    provincial level or above; ``lost_on``: when a qualification was last revoked; ``dishonest``: what is held against
    it today; ``years``: figures on file; ``penalised_on``: its last administrative penalty on record; ``listed``:
    whether a decision in effect put it on the list of grave breaches. The list of abnormal operation (活动异常名录) is
    kept elsewhere: what the applicant declares of it is looked at by the officer.
    """

    kind: str
    normal: bool
    charity_since: date | None
    public: bool
    grade: int
    officers: Mapping[str, tuple[str, ...]]
    provincial: bool
    lost_on: date | None = None
    dishonest: tuple[str, ...] = ()
    years: Mapping[int, ratios.Figures] = field(default_factory=dict)
    penalised_on: date | None = None
    listed: bool = False


def recognition(values: Mapping[str, Any], body: Body, on: date) -> list[Finding]:
    """Check an application for recognition; incomplete answers are passed over."""
    found = _standing(body)
    if body.charity_since is not None:
        found.append(
            _refuse("charity-already", gettext("本组织已经是慈善组织，不需要再认定。"), R73_4, "purpose_fields")
        )
    for name, wanted, message, provision in (
        ("no_distribution", True, N_("慈善组织不得分配财产和利润，章程应当写明。"), R73_4),
        ("surplus_to_charity", True, N_("章程应当写明终止后的剩余财产用于目的相同或者相近的慈善组织。"), R73_4),
        ("sound_finance", True, N_("应当有健全的财务制度和合理的薪酬制度。"), R73_4),
        ("heads_barred", False, N_("负责人有法律规定不得担任的情形，不予认定。"), R73_5),
    ):
        if values.get(name) is not None and values.get(name) is not wanted:
            found.append(_refuse(f"recognition-{name.replace('_', '-')}", gettext(message), provision, name))
    found += _listed(
        values, body, "recognition-listed", N_("被列入活动异常名录或者严重违法失信名单，不予认定。"), R73_5
    )
    found += _penalty(values, body, "recognition_penalty_years", on)
    found += _ratio(values, body, on, public=False)
    adopted = _day(values.get("adopted_on"))
    if adopted and adopted > on:
        found.append(_refuse("adopted-ahead", gettext("表决日期不能晚于今天。"), R73_6, "adopted_on"))
    return found


def fundraising(values: Mapping[str, Any], body: Body, on: date) -> list[Finding]:
    """Check an application for the public-fundraising qualification; incomplete answers are passed over."""
    found = _standing(body)
    if body.public:
        found.append(_refuse("fundraising-already", gettext("本组织已经有公开募捐资格。"), CL_22, "directors"))
    found += _waiting(body, on)
    found += _barred(body, on)
    found += _board(values)
    found += _posts(body, on)
    if statutes.holds("fundraising_evaluation", on=on):
        held = statutes.in_force("fundraising_evaluation", on=on)
        if body.grade < held.value:
            message = gettext("评估等级应当在%(held)sA以上，登记簿中为%(text)s。") % {
                "held": held.value,
                "text": f"{body.grade}A" if body.grade else gettext("没有"),
            }
            found.append(_refuse("fundraising-grade", message, held.provision, "directors"))
    for name, wanted, message in (
        ("board_decides", True, N_("理事会应当能够有效决策。")),
        ("systems_sound", True, N_("财务、项目、采购、资产、人事、档案、会计监督、信息公开等制度应当健全并执行。")),
        ("taxed", True, N_("应当依法办理税务登记、履行纳税义务。")),
        ("reports_on_time", True, N_("应当按时报送年度工作报告。")),
        ("relatives_together", False, N_("理事之间有近亲属关系的，不得同时在理事会任职。")),
        ("mainland_representative", True, N_("法定代表人应当由内地居民担任。")),
    ):
        if values.get(name) is not None and values.get(name) is not wanted:
            found.append(_refuse(f"fundraising-{name.replace('_', '-')}", gettext(message), _rule(on), name))
    message = N_("被列入活动异常名录或者严重违法失信名单，不能取得公开募捐资格。")
    found += _listed(values, body, "fundraising-listed", message, _rule(on))
    found += _penalty(values, body, "fundraising_penalty_years", on)
    return found + _ratio(values, body, on, public=False)


def _rule(on: date) -> str:
    return R74 if on >= date(2024, 9, 5) else "《慈善组织公开募捐管理办法》（民政部令第59号）"


def _standing(body: Body) -> list[Finding]:
    found = []
    if not body.normal:
        found.append(_refuse("status", gettext("登记状态不是“正常”，不能办理这个事项。"), "", ""))
    if body.kind == "BR":
        found.append(_refuse("branch", gettext("分支（代表）机构不是法人，由所属组织申请。"), "", ""))
    if body.dishonest:
        message = gettext("有尚在有效期内的失信记录：%(text)s，请先申请信用修复。") % {
            "text": "、".join(body.dishonest)
        }
        found.append(Finding("dishonest", Severity.WARN, message))
    return found


def _waiting(body: Body, on: date) -> list[Finding]:
    if body.charity_since is None:
        return [
            _refuse(
                "fundraising-no-charity", gettext("只有慈善组织可以申请，请先办理慈善组织认定。"), CL_22, "directors"
            )
        ]
    held = statutes.in_force("fundraising_waiting", on=on)
    earliest = years_later(body.charity_since, held.value)
    if on >= earliest:
        return []
    message = gettext(
        "登记（认定）为慈善组织满%(held)s年才能申请：%(charity_since)s登记（认定），最早%(earliest)s可以申请。"
    ) % {"held": held.value, "charity_since": body.charity_since, "earliest": earliest}
    return [_refuse("fundraising-waiting", message, held.provision, "directors")]


def _barred(body: Body, on: date) -> list[Finding]:
    if body.lost_on is None or not statutes.holds("fundraising_bar", on=on):
        return []
    held = statutes.in_force("fundraising_bar", on=on)
    until = years_later(body.lost_on, held.value)
    if on >= until:
        return []
    message = gettext("公开募捐资格于%(lost_on)s被撤销，%(held)s年内不得再次申请，最早%(until)s可以申请。") % {
        "lost_on": body.lost_on,
        "held": held.value,
        "until": until,
    }
    return [_refuse("fundraising-barred", message, held.provision, "directors")]


def _board(values: Mapping[str, Any]) -> list[Finding]:
    directors = values.get("directors")
    if not isinstance(directors, int) or directors <= 0:
        return []
    found = []
    for name, words in (
        ("related_directors", N_("来自同一组织以及相互间有关联关系的组织的")),
        ("outside_directors", N_("非内地居民的")),
    ):
        number = values.get(name)
        if isinstance(number, int) and number * 3 > directors:
            message = gettext("%(words)s理事不得超过理事总数的三分之一，现填报%(directors)s人中有%(number)s人。") % {
                "words": gettext(words),
                "directors": directors,
                "number": number,
            }
            found.append(_refuse(f"fundraising-{name.replace('_', '-')}", message, R74, name))
    return found


def _posts(body: Body, on: date) -> list[Finding]:
    """Posts as filed with the registrar: a secretary general of its own, and supervisors enough."""
    found = []
    heads, secretaries = set(body.officers.get("president", ())), body.officers.get("secretary-general", ())
    if not secretaries:
        message = gettext("登记簿中没有秘书长。应当有专职秘书长，请先办理负责人备案。")
        found.append(_refuse("fundraising-secretary", message, _rule(on), ""))
    elif both := heads & set(secretaries):
        message = gettext("理事长与秘书长不得由同一人担任，现登记同为%(text)s。") % {"text": "、".join(sorted(both))}
        found.append(_refuse("fundraising-posts", message, _rule(on), ""))
    least = statutes.in_force("fundraising_supervisors", on=on)
    supervisors = len(body.officers.get("supervisor", ()))
    if body.provincial and supervisors < least.value:
        message = gettext(
            "在省级以上民政部门登记的应当设立监事会，监事不少于%(least)s人，登记簿中为%(supervisors)s人。"
        ) % {"least": least.value, "supervisors": supervisors}
        found.append(_refuse("fundraising-supervisors", message, least.provision, ""))
    return found


def _listed(values: Mapping[str, Any], body: Body, code: str, message: str, provision: str) -> list[Finding]:
    """Being listed stands in the way whether it is declared or on record."""
    return [_refuse(code, gettext(message), provision, "listed")] if body.listed or values.get("listed") is True else []


def _penalty(values: Mapping[str, Any], body: Body, key: str, on: date) -> list[Finding]:
    """The last penalty counts, the one that is declared or the one on record."""
    declared = _day(values.get("penalised_on"))
    if declared is not None and declared > on:
        return [_refuse("penalty-ahead", gettext("处罚日期不能晚于今天。"), "", "penalised_on")]
    penalised = max((day for day in (declared, body.penalised_on) if day is not None), default=None)
    if penalised is None:
        return []
    held = statutes.in_force(key, on=on)
    free = years_later(penalised, held.value)
    if on >= free:
        return []
    message = gettext("申请前%(held)s年内受过行政处罚（%(penalised)s），最早%(free)s可以申请。") % {
        "held": held.value,
        "penalised": penalised,
        "free": free,
    }
    return [_refuse("penalty-recent", message, held.provision, "penalised_on")]


def figures(values: Mapping[str, Any], year: int) -> dict[int, ratios.Figures] | None:
    """Return the figures that a form gives of last year and the year before, ``None`` where they are incomplete."""
    if not all(isinstance(values.get(name), int) for name in _FIGURES):
        return None
    now = ratios.Figures(
        year, 0, 0, 0, 0, values["charity_spending"], values["management_cost"], values["total_spending"]
    )
    before = ratios.Figures(year - 1, values["income_before"], 0, 0, values["net_assets_before"], 0, 0, 0)
    return {year: now, year - 1: before}


def _ratio(values: Mapping[str, Any], body: Body, on: date, *, public: bool) -> list[Finding]:
    year = on.year - 1
    given = figures(values, year)
    if given is None:
        return []
    found = []
    spent, total = given[year].spending + given[year].management, given[year].total
    if spent > total:
        message = gettext("慈善活动支出与管理费用之和不能超过当年总支出，请核对。")
        found.append(_refuse("figures-sum", message, "", "total_spending"))
    for line in ratios.judge(kind=body.kind, public=public, year=year, years=given):
        if line.code == "fundraising" or line.state is not ratios.State.MISSED:
            continue
        place = "management_cost" if line.code == "management" else "charity_spending"
        found.append(_refuse(f"ratio-{line.code}", f"{line.title}：{line.working}。", line.provision or R73_4, place))
    return found


def years_later(day: date, years: int) -> date:
    """Return the same day of a later year; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def until(start: date, months: int) -> date:
    """Return the day that many months after ``start``, the last of its month where that has none."""
    at = start.year * 12 + start.month - 1 + months
    first = date(at // 12, at % 12 + 1, 1)
    last = date((at + 1) // 12, (at + 1) % 12 + 1, 1) - timedelta(days=1)
    return first.replace(day=min(start.day, last.day))


def _refuse(code: str, message: str, provision: str, place: str) -> Finding:
    return Finding(code, Severity.REFUSE, message, provision, place)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
