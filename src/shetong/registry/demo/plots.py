"""The courses that the lives of storied organisations take: registration, elections, changes, marks, sanctions, ends.

Every document named is a demonstration document; provisions are those that such decisions rest on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shetong.registry.demo.acts import (
    Act,
    Board,
    Branch,
    Certify,
    Change,
    Correct,
    DemoPerson,
    End,
    Grant,
    Leave,
    Order,
    Penalty,
    Permit,
    Story,
)
from shetong.registry.demo.places import Place
from shetong.registry.models.choices import AttributeCode, OfficerRole

Role, Mark = OfficerRole, AttributeCode
_YEAR = 365


@dataclass(slots=True)
class Draft:
    """A story being written; ``clock`` moves from the founding day towards ``until``, the last day of the past."""

    values: dict[str, Any]
    place: Place
    people: Sequence[DemoPerson]
    dice: random.Random
    until: date
    today: date
    founded_on: date = field(init=False)
    clock: date = field(init=False)
    acts: list[Act] = field(init=False, default_factory=list)
    papers: int = field(init=False, default=0)
    name: str = field(init=False)  # as it stands at this point of the story

    def __post_init__(self) -> None:
        self.name = self.values["name"]
        self.founded_on = self.clock = date(self.dice.randint(2008, 2016), self.dice.randint(1, 12), 15)

    def later(self, *years: int) -> date:
        """Move the clock on by a number of years between the two given, and some weeks; never past the present."""
        days = self.dice.randint(years[0] * _YEAR, years[-1] * _YEAR) + self.dice.randint(10, 120)
        self.clock = min(self.clock + timedelta(days=days), self.until)
        return self.clock

    def lately(self) -> date:
        """Move the clock to a day in the last year and a half before ``until``."""
        recent = self.until - timedelta(days=self.dice.randint(30, 520))
        self.clock = min(max(self.clock + timedelta(days=20), recent), self.until)
        return self.clock

    def soon(self) -> date:
        """Return a first of the month that is still to come, one to three months ahead."""
        month = self.today.month + 1 + self.dice.randint(1, 2)
        return date(self.today.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)

    def paper(self, title: str, on: date) -> str:
        """Return the name of a demonstration document; what takes effect later was decided by now."""
        self.papers += 1
        return f"演示文书〔{min(on, self.until).year}〕{self.papers:03d}号《{title}》"

    def add(self, *acts: Act) -> int:
        """Add acts; return the place of the last one, as corrections count (the registration is 0)."""
        self.acts += acts
        return len(self.acts)

    def change(self, title: str, on: date, **values: Any) -> int:
        """Add a change of registered items."""
        return self.add(Change(values, on, self.paper(title, on)))

    def board(self, on: date, *members: tuple[OfficerRole, int], title: str = "负责人备案通知书") -> None:
        """Let people, by their place in the cast, take posts."""
        chosen = tuple((role, self.people[at]) for role, at in members)
        self.add(Board(chosen, on, self.paper(title, on)))

    def renew(self, on: date, **values: Any) -> int:
        """Add a new certificate of registration with four years to run, perhaps with other changes."""
        return self.change(
            "准予变更登记决定书", on, certificate_valid_from=on, certificate_valid_to=four_years(on), **values
        )

    def permit(self, title: str, on: date, valid_to: date | None = None) -> None:
        """Publish a permit decision of the registration authority."""
        self.papers += 1
        number = f"演示许可〔{on.year}〕{self.papers:03d}号"
        self.add(
            Permit(
                {
                    "document_number": number,
                    "title": title,
                    "decided_on": on,
                    "valid_from": on,
                    "valid_to": valid_to,
                    "authority_name": self.place.authority,
                }
            )
        )

    def penalty(self, facts: str, basis: str, penalty: str, on: date) -> None:
        """Publish a penalty decision, for three years."""
        self.papers += 1
        self.add(
            Penalty(
                {
                    "document_number": f"演示处罚〔{on.year}〕{self.papers:03d}号",
                    "facts": facts,
                    "basis": basis,
                    "penalty": penalty,
                    "decided_on": on,
                    "authority_name": self.place.authority,
                    "public_until": anniversary(on, 3),
                }
            )
        )

    def branch(self, title: str, on: date) -> None:
        """Register a branch body under the organisation's last name."""
        values = {
            "name": self.name + title,
            "kind": "BR",
            "parent": self.values["uscc"],
            "authority": self.values["authority"],
            "division_code": self.values["division_code"],
            "domicile": self.values["domicile"],
            "business_scope": f"在{self.name}授权范围内开展活动。",
            "founded_on": on,
        }
        self.add(Branch(values, on, self.paper("分支（代表）机构设立文件", on)))

    def story(self, plot: str) -> Story:
        """Return the finished story."""
        on = self.founded_on
        values = {
            **self.values,
            "founded_on": on,
            "certificate_valid_from": on,
            "certificate_valid_to": four_years(on),
        }
        return Story(plot, values, on, f"演示文书〔{on.year}〕000号《准予成立登记决定书》", tuple(self.acts))


def anniversary(day: date, years: int) -> date:
    """Return the same day ``years`` later; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def four_years(day: date) -> date:
    """Return the last day of a certificate that runs for four years from ``day``."""
    return anniversary(day, 4) - timedelta(days=1)


def trade(draft: Draft) -> None:
    """A trade association: renamed, decoupled from its supervising body, graded, with branches and an election."""
    draft.values["name"] = draft.name.replace("行业协会", "同业公会")
    draft.values.update(
        supervising_body=draft.values.get("supervising_body") or f"{draft.place.prefix}工商业联合会",
        direct_registration=False,
    )
    draft.board(
        draft.founded_on,
        (Role.LEGAL_REPRESENTATIVE, 0),
        (Role.PRESIDENT, 0),
        (Role.VICE_PRESIDENT, 1),
        (Role.SECRETARY_GENERAL, 2),
        (Role.SUPERVISOR, 3),
    )
    draft.change("准予变更登记决定书", draft.later(1, 3), name=draft.name)
    draft.branch(draft.dice.choice(("标准化工作委员会", "质量专业委员会", "专家委员会")), draft.later(0, 1))
    draft.branch(draft.dice.choice(("青年企业家工作委员会", "培训工作委员会", "展览专业委员会")), draft.clock)
    # The reform that separates associations from their supervising bodies began in 2015.
    draft.clock = on = max(draft.later(1, 2), date(2017, 6, 30))
    draft.add(Grant(Mark.DECOUPLED, on, draft.paper("行业协会商会脱钩完成通知", on)))
    on = draft.lately()
    draft.renew(on, supervising_body="", direct_registration=True)
    draft.add(Certify())
    draft.change("准予变更登记决定书", draft.lately(), domicile=_elsewhere(draft))
    _grade(draft, draft.dice.choice(("3A", "4A", "5A")), draft.clock)
    draft.permit("准予变更登记（业务主管单位）", on)
    _successor(draft, 4, draft.soon())


def foundation(draft: Draft) -> None:
    """A foundation: a charity from its beginning, with public fundraising, tax marks, a higher fund, a grade."""
    on = max(draft.founded_on, date(2017, 3, 15))
    draft.founded_on = draft.clock = on
    draft.values["charity_since"] = on
    draft.board(
        on,
        (Role.LEGAL_REPRESENTATIVE, 0),
        (Role.PRESIDENT, 0),
        (Role.VICE_PRESIDENT, 1),
        (Role.SECRETARY_GENERAL, 2),
        (Role.DIRECTOR, 3),
        (Role.DIRECTOR, 4),
        (Role.SUPERVISOR, 5),
    )
    draft.add(Grant(Mark.TAX_EXEMPTION, draft.later(1), draft.paper("非营利组织免税资格认定公告", draft.clock)))
    on = draft.later(1, 2)
    number = f"演募字{draft.place.code}{on:%y%m%d}"
    draft.add(Grant(Mark.PUBLIC_FUNDRAISING, on, draft.paper("公开募捐资格证书", on), value=number, published_at=on))
    draft.permit("准予慈善组织公开募捐资格", on)
    on = draft.later(0, 1)
    draft.add(Grant(Mark.TAX_DEDUCTION, on, draft.paper("公益性捐赠税前扣除资格名单公告", on), published_at=on))
    _grade(draft, draft.dice.choice(("4A", "5A")), draft.later(1))
    more = int(draft.values["registered_funds"].removesuffix(".00")) + draft.dice.choice((100, 200, 500)) * 10_000
    draft.renew(draft.lately(), registered_funds=f"{more}.00")


def society(draft: Draft) -> None:
    """A learned society: a wrong date put right, regraded after its first grade ran out, a new president."""
    draft.board(
        draft.founded_on,
        (Role.LEGAL_REPRESENTATIVE, 0),
        (Role.PRESIDENT, 0),
        (Role.VICE_PRESIDENT, 1),
        (Role.SECRETARY_GENERAL, 2),
        (Role.DIRECTOR, 3),
        (Role.SUPERVISOR, 4),
    )
    on = draft.later(1, 2)
    wrong = on + timedelta(days=30)
    moved = draft.change("准予变更登记决定书", wrong, domicile=_elsewhere(draft))
    draft.add(Correct(moved, draft.paper("更正登记通知书", wrong), {}, on=on))
    draft.clock = wrong
    _grade(draft, "3A", draft.later(0, 1))
    _grade(draft, "4A", draft.later(5))
    draft.renew(draft.lately())
    draft.add(Certify())
    on = draft.lately()
    draft.change("准予变更登记决定书", on, legal_representative=draft.people[5].name)
    draft.add(Leave(Role.PRESIDENT, draft.people[0], on, draft.paper("负责人备案通知书", on)))
    draft.board(on, (Role.LEGAL_REPRESENTATIVE, 5), (Role.PRESIDENT, 5))


def agency(draft: Draft) -> None:
    """A social-work agency: marked as such, its funds once written down wrongly and corrected, then moved."""
    draft.founded_on = draft.clock = max(draft.founded_on, date(2010, 5, 15))
    right = draft.values["registered_funds"]
    draft.values["registered_funds"] = right.removesuffix(".00") + "0.00"
    draft.board(
        draft.founded_on, (Role.LEGAL_REPRESENTATIVE, 0), (Role.PRESIDENT, 0), (Role.DIRECTOR, 1), (Role.SUPERVISOR, 2)
    )
    basis = draft.paper("更正登记通知书（开办资金多写一位）", draft.founded_on)
    draft.add(Correct(0, basis, {"registered_funds": right}))
    on = draft.later(1, 2)
    draft.add(Grant(Mark.SOCIAL_WORK_AGENCY, on, draft.paper("社会工作服务机构名录", on)))
    on = max(draft.later(2, 3), date(2017, 12, 1))
    draft.clock = on
    draft.add(Grant(Mark.VOLUNTEER_ORGANISATION, on, draft.paper("志愿服务组织标识通知书", on)))
    _grade(draft, draft.dice.choice(("3A", "4A")), draft.lately())
    draft.renew(draft.lately(), domicile=_elsewhere(draft))


def troubled(draft: Draft) -> None:
    """A society that was a charity for some years: penalised, suspended, resumed; its charity status ended."""
    draft.founded_on = draft.clock = max(draft.founded_on, date(2014, 6, 15))
    draft.board(draft.founded_on, (Role.LEGAL_REPRESENTATIVE, 0), (Role.PRESIDENT, 0), (Role.SECRETARY_GENERAL, 1))
    on = max(draft.later(2), date(2017, 1, 10))
    draft.clock = on
    draft.add(Grant(Mark.CHARITY, on, draft.paper("认定慈善组织决定书", on), published_at=on))
    on = min(draft.later(4), draft.until - timedelta(days=900))
    draft.clock = on
    draft.penalty(
        "未按照规定接受监督检查，逾期不改正。", "《社会团体登记管理条例》第三十条", "警告，限期停止活动三个月", on
    )
    draft.add(Order("suspend", on, draft.paper("行政处罚决定书", on), until=on + timedelta(days=90)))
    on = on + timedelta(days=91)
    draft.add(Order("resume", on, draft.paper("恢复活动通知书", on)))
    draft.clock = on
    on = draft.later(0, 1)
    draft.add(End(Mark.CHARITY, on, draft.paper("终止慈善组织属性决定书", on)))
    draft.renew(draft.lately())


def dissolved(draft: Draft) -> None:
    """An institution that ended in good order: liquidation, then deregistration."""
    draft.board(draft.founded_on, (Role.LEGAL_REPRESENTATIVE, 0), (Role.DIRECTOR, 1), (Role.SUPERVISOR, 2))
    draft.renew(draft.later(3, 4))
    draft.clock = max(draft.clock, draft.until - timedelta(days=700))
    on = draft.later(0)
    draft.add(Order("open_liquidation", on, draft.paper("成立清算组备案通知", on)))
    on = draft.later(0, 1)
    draft.add(Order("deregister", on, draft.paper("准予注销登记决定书", on)))
    draft.permit("准予注销登记", on)


def sanctioned(draft: Draft) -> None:
    """A society under a sanction today: suspended, its registration cancelled, or its certificate revoked."""
    draft.board(draft.founded_on, (Role.LEGAL_REPRESENTATIVE, 0), (Role.PRESIDENT, 0), (Role.SUPERVISOR, 1))
    what = ("suspend", "cancel", "revoke")[int(draft.place.code[:2]) % 3]
    draft.clock = max(draft.later(4), draft.until - timedelta(days=1100))
    draft.renew(draft.clock)
    if what != "suspend":
        draft.add(Certify())
    if what == "revoke":
        on = draft.later(0)
        draft.add(Grant(Mark.CHARITY, on, draft.paper("认定慈善组织决定书", on), published_at=on))
    facts, basis, penalty = _SANCTIONS[what]
    on = draft.lately()
    draft.penalty(facts, basis, penalty, on)
    until = anniversary(draft.today, 1) if what == "suspend" else None
    draft.add(Order(what, on, draft.paper("行政处罚决定书", on), until=until))


_SANCTIONS: Mapping[str, tuple[str, str, str]] = {
    "suspend": (
        "超出章程规定的宗旨和业务范围开展活动。",
        "《社会团体登记管理条例》第三十条",
        "警告，限期停止活动",
    ),
    "cancel": (
        "弄虚作假骗取登记。",
        "《社会团体登记管理条例》第二十九条",
        "撤销登记",
    ),
    "revoke": (
        "未按照慈善宗旨开展活动，情节严重。",
        "《中华人民共和国慈善法》第一百零九条",
        "吊销登记证书",
    ),
}


def school(draft: Draft) -> None:
    """A school or kindergarten: operating permits, a change entered by mistake and voided, a renewal."""
    draft.board(
        draft.founded_on, (Role.LEGAL_REPRESENTATIVE, 0), (Role.PRESIDENT, 0), (Role.DIRECTOR, 1), (Role.SUPERVISOR, 2)
    )
    draft.permit("民办学校办学许可", draft.founded_on, anniversary(draft.founded_on, 8))
    on = draft.later(1, 3)
    mistaken = draft.change("准予变更登记决定书", on, business_scope="信息咨询服务。")
    draft.add(Correct(mistaken, draft.paper("更正登记通知书（误登其他单位的变更）", on), {}, void=True))
    on = draft.lately()
    draft.renew(on, domicile=_elsewhere(draft))
    draft.permit("民办学校办学许可（延续）", on, four_years(on))


def volunteers(draft: Draft) -> None:
    """A volunteers' society: marked as such, with a branch, and with a new name that takes effect later."""
    draft.board(draft.founded_on, (Role.LEGAL_REPRESENTATIVE, 0), (Role.PRESIDENT, 0), (Role.VICE_PRESIDENT, 1))
    on = max(draft.later(2, 3), date(2017, 12, 1))
    draft.clock = on
    draft.add(Grant(Mark.VOLUNTEER_ORGANISATION, on, draft.paper("志愿服务组织标识通知书", on)))
    draft.branch(draft.dice.choice(("宣传工作委员会", "培训工作委员会", "应急专业委员会")), draft.later(0, 1))
    draft.renew(draft.lately())
    on = draft.soon()
    draft.change("准予变更登记决定书", on, name=draft.name.replace("协会", "联合会"))


PLOTS: Mapping[str, Callable[[Draft], None]] = {
    plot.__name__: plot
    for plot in (trade, foundation, society, agency, troubled, dissolved, sanctioned, school, volunteers)
}


def _grade(draft: Draft, grade: str, on: date) -> None:
    """Grades are awarded by the registration authority for five years."""
    draft.add(
        Grant(
            Mark.EVALUATION,
            on,
            draft.paper("社会组织评估等级公告", on),
            value=grade,
            valid_to=anniversary(on, 5),
            published_at=on,
        )
    )


def _successor(draft: Draft, at: int, on: date) -> None:
    """Elect another legal representative, who takes over on a day still to come."""
    draft.change("准予变更登记决定书（法定代表人）", on, legal_representative=draft.people[at].name)
    draft.board(on, (Role.LEGAL_REPRESENTATIVE, at))


def _elsewhere(draft: Draft) -> str:
    """Return an address in the same division: another number in the same road."""
    road = str(draft.values["domicile"])
    head = road.rstrip("室").rstrip("0123456789").rstrip("号").rstrip("0123456789")
    return f"{head}{draft.dice.randint(400, 680)}号"
