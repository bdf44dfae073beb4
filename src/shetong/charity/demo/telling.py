"""Telling the demonstration of charity through casework and the services of charity, each act at its own moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from shetong.casework.models import Case
from shetong.casework.services import decision, drafts, intake, submission
from shetong.charity.demo import publishing
from shetong.charity.demo.pictures import photograph
from shetong.charity.demo.platforms import PlatformSide, designate
from shetong.charity.demo.plots import PLOTS, WAITING, Goods, Person, Plot, Spend, Used
from shetong.charity.models import (
    MONEY,
    Beneficiary,
    BookCheck,
    Channel,
    Disbursement,
    Donation,
    DonorKind,
    EvidenceKind,
    FundraisingPlan,
    OutflowKind,
    Partner,
    Pool,
    Project,
    ReversalKind,
    SubDisbursement,
)
from shetong.charity.rules import receipt_links
from shetong.charity.rules.goods import goods_code
from shetong.charity.rules.shown_names import Showing, shown
from shetong.charity.services import (
    arrivals,
    checks,
    disclosure,
    donations,
    evidence_files,
    pools,
    projects,
    refunds,
    spending,
)
from shetong.charity.services.donations import Gift
from shetong.ledger.services.sequence import sequence
from shetong.registry.demo import cases
from shetong.registry.demo.applications import paper
from shetong.registry.demo.cases import Scene, Story
from shetong.registry.models import AttributeCode, Organisation, OrganisationKind, Status

ACTOR = "system:demonstration"
LONG_HELD = 900
# The foundation that tells nothing of how it goes on: something must be overdue.
SILENT = 1
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = ("小禾", "文静", "建国", "晓岚", "志强", "雅琴", "春梅", "海涛", "国栋", "佳宁")
YUAN = (5, 10, 10, 20, 20, 50, 50, 66, 88, 100, 100, 200, 300, 500, 1_000)
GIVERS = ("示范纺织有限公司", "示范校友会", "示范建设集团", "示范茶业合作社")


@dataclass(slots=True)
class CharityReport:
    """What the demonstration of charity holds: foundations, filed plans, donations, disbursements."""

    foundations: int
    plans: int
    donations: int
    disbursements: int
    receipt: str = ""


def tell() -> CharityReport:
    """Tell everything that is not told yet; a second call changes nothing."""
    with transaction.atomic():
        if not Project.objects.filter(demo=True, name=PLOTS[0].project).exists():
            scene = cases.stage()
            sides = designate(scene.applicant)
            found = _Foundations(scene)
            tellings = [
                _Telling(scene, plot, body, number, sides) for number, (plot, body) in enumerate(found.cast(PLOTS))
            ]
            for number, one in enumerate(tellings):
                publishing.year_of(one.body, number, scene.now)
            told = [one.story() for one in tellings]
            told += [_waiting(scene, body) for _plot, body in found.cast((WAITING,))]
            cases.run(told, scene.now)
            _supervised(tellings, sides, scene)
    while sequence(log="charity"):
        pass
    if not BookCheck.objects.exists():
        checks.check_books()
    gifts = Donation.objects.filter(pool__organisation__demo=True)
    return CharityReport(
        Organisation.objects.filter(demo=True, pools__isnull=False).distinct().count(),
        FundraisingPlan.objects.filter(demo=True).count(),
        gifts.count(),
        Disbursement.objects.filter(pool__organisation__demo=True).count(),
        a_receipt(),
    )


def a_receipt() -> str:
    """The token of a receipt whose path is worth looking at: a large gift of the first project; empty without one."""
    gifts = Donation.objects.filter(pool__project__name=PLOTS[0].project, pool__organisation__demo=True)
    found = gifts.filter(amount__gte=500_000).order_by("pk").first() or gifts.order_by("pk").first()
    return receipt_links.token(found.pk) if found else ""


def _supervised(tellings: list[_Telling], sides: list[PlatformSide], scene: Scene) -> None:
    """What follows the money: days reconciled, complaints, yearly reports, and what stayed overdue handed over."""
    for number, side in enumerate(sides):
        side.reconcile(but_for=number)
    plans = [one.plan for one in tellings if one.plan is not None]
    if plans:
        sides[-1].complained(plans[0], scene.now)
    for one in tellings:
        disclosure.refresh(one.body)
    if tellings:
        publishing.happened(tellings[0].body, scene.now)
        publishing.credit_of(tellings[-1].body, tellings[0].body, scene)
    disclosure.refer(today=timezone.localdate(scene.now))


class _Foundations:
    """Finds foundations for the plots, each another one, that may raise money in public."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._taken = (
            scene,
            list(Case.objects.exclude(subject_code="").values_list("subject_code", flat=True)),
        )

    def cast(self, plots: tuple[Plot, ...]) -> Iterator[tuple[Plot, Organisation]]:
        """Yield each plot with its foundation; those that have none in a small load are left out."""
        for plot in plots:
            if (body := self._find(plot.head)) is not None:
                yield plot, body

    def _find(self, head: str) -> Organisation | None:
        since = timezone.localdate() - timedelta(days=LONG_HELD)
        rows = Organisation.objects.filter(
            demo=True, kind=OrganisationKind.FOUNDATION, status=Status.NORMAL,
            authority__division_code__startswith=head, attributes__code=AttributeCode.PUBLIC_FUNDRAISING,
            attributes__valid_from__lte=since, attributes__valid_to=None,
        ).exclude(uscc__in=self._taken)  # fmt: skip
        body = rows.order_by("-pk").first()
        if body is None:
            return None
        self._taken.append(body.uscc or "")
        cases.authorised(self._scene, body)
        return body


def _waiting(scene: Scene, body: Organisation) -> Story:
    """A plan that still waits for its correction."""
    yield WAITING.filed or 0
    case = scene.submitted("CH-PLAN", _form(scene, WAITING, body), body)
    yield 3
    items = ["募捐成本没有写明构成", "受益人确认方式应当写明公示的地点和期限"]
    intake.ask_correction(case_id=case.pk, actor=scene.clerk, items=items)


def _form(scene: Scene, plot: Plot, body: Organisation) -> dict[str, Any]:
    """The answers about a plan, topic by topic, as of now."""
    today = timezone.localdate()
    # A plan that has to be corrected needs time for it and must still be filed ten days before.
    first = today + timedelta(days=-2 if plot.emergency else 25 if plot.corrected else 12)
    contact = scene.cast.contact(body.division_code)
    return {
        "activity": {
            "plan_name": plot.plan_name, "start_date": str(first), "end_date": str(first + timedelta(days=300)),
            "emergency": plot.emergency, "purpose_of_donation": plot.purpose, "purpose_use": plot.use,
            "support_project": plot.project, "fundras_target": "200万元",
        },
        "methods": {
            "by_internet": True, "by_site": False, "by_media": False, "offsite_fundraising": False,
            "has_partner": False,
        },
        "platforms": {"platforms": "、".join(plot.platforms)},
        "beneficiaries": {
            "recipient_scope": plot.scope, "recipient_num": plot.number,
            "recipient_confirm_method": "学校、村（居）委会推荐，公示七日",
        },
        "costs": {
            "recipient_funding_desc": plot.use, "implement_desc": "人员报酬和差旅不超过支出的百分之五",
            "manage_cost_desc": "不超过当年总支出的百分之十", "fundraising_cost": "宣传品印制",
            "fundraising_cost_amount": "1万元", "average_income": "120万元",
            "remain_assets_desc": "用于目的相同或者相近的其他慈善项目，并公布。",
        },
        "account": {"account_holder": body.name, "account_bank": "演示银行", "account_number": "6200000000000000"},
        "responsible": {
            "responsible_name": contact["contact_name"], "office_address": body.domicile,
            "contact_phone": contact["contact_phone"],
        },
    }  # fmt: skip


@dataclass(slots=True)
class _Telling:
    scene: Scene
    plot: Plot
    body: Organisation
    seed: int
    sides: list[PlatformSide]
    project: Project = field(init=False)
    pool: Pool = field(init=False)
    plan: FundraisingPlan | None = field(init=False, default=None)
    people: list[Beneficiary] = field(init=False, default_factory=list)
    partner: Partner | None = field(init=False, default=None)
    grant: Disbursement | None = field(init=False, default=None)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - the same demonstration every time

    def story(self) -> Story:
        """The whole story: plan, project, and then gifts and spending in the order of time."""
        plot = self.plot
        yield from self._filing() if plot.filed else self._opening()
        self._furnish()
        acts: list[tuple[int, Callable[[], None]]] = [
            (days, partial(self._give, days)) for days in range(plot.raised[0], plot.raised[1] - 1, -plot.raised[2])
        ]
        acts += [(one.days, partial(self._spend, one)) for one in plot.spending]
        acts += [(one.days, partial(self._use, one)) for one in plot.used]
        if plot.goods:
            acts.append((plot.goods.days, partial(self._take_goods, plot.goods)))
            acts.append((plot.goods.days - 2, partial(self._hand_out, plot.goods)))
        acts.append((plot.raised[1] + 1, self._refund))
        acts += [(days, self._transfer) for days in range(plot.raised[0] - 20, 0, -20)]
        if plot.emergency:
            acts += [(days, self._tell_campaign) for days in range(plot.raised[0] - 4, 0, -4)]
        if self.seed != SILENT:
            acts += [(days, self._tell_progress) for days in range(plot.raised[0] - 40, 0, -45)]
        for days, act in sorted(acts, key=lambda one: -one[0]):
            yield days
            act()

    def _filing(self) -> Story:
        scene, days = self.scene, self.plot.filed or 0
        yield days
        case = scene.submitted("CH-PLAN", _form(scene, self.plot, self.body), self.body)
        if self.plot.corrected:
            yield days - 3
            items = ["募捐成本没有写明构成", "受益人确认方式应当写明公示的地点和期限"]
            intake.ask_correction(case_id=case.pk, actor=scene.clerk, items=items)
            yield days - 5
            costs = {**_form(scene, self.plot, self.body)["costs"], "fundraising_cost": "宣传品印制费，不超过一万元"}
            drafts.save_all(case_id=case.pk, actor=scene.applicant, form={"costs": costs})
            submission.submit(case_id=case.pk, actor=scene.applicant)
        yield days - (7 if self.plot.corrected else 1)
        intake.accept(case_id=case.pk, actor=scene.clerk)
        decision.approve(case_id=case.pk, actor=scene.chief, reason="方案内容齐全，准予备案。")
        scene.delivered(case)
        self.plan = FundraisingPlan.objects.get(organisation=self.body, name=self.plot.plan_name)
        self.project = self.plan.activity.project

    def _opening(self) -> Story:
        plot = self.plot
        yield plot.raised[0] + 5
        self.project = projects.open_project(
            organisation=self.body, name=plot.project, summary=plot.use, purpose=plot.purpose, area=plot.area,
            beneficiaries=plot.scope, starts_on=timezone.localdate(), actor=ACTOR,
        )  # fmt: skip

    def _furnish(self) -> None:
        for code, (name, amount) in self.plot.budget.items():
            self.project.budget_lines.get_or_create(code=code, defaults={"name": name, "amount": amount})
        self.people = [self._person(person) for person in self.plot.people]
        if self.plot.partner:
            name, task = self.plot.partner
            self.partner = projects.add_partner(
                project=self.project, name=name, task=task, evaluation="具备执行能力，同意合作。", actor=ACTOR
            )
        self.pool = pools.open_pool(organisation=self.body, project=self.project)

    def _person(self, person: Person) -> Beneficiary:
        ages = person.ages or (None, None)
        return projects.add_beneficiary(
            project=self.project, name=person.name, division_code=person.division, category=person.category,
            age_from=ages[0], age_to=ages[1], organisation=person.organisation, actor=ACTOR,
        )  # fmt: skip

    def _give(self, days: int) -> None:
        """A day's gifts: many small ones through platforms where a plan is filed, some by bank and in cash."""
        gifts = [] if self.plan else [self._gift(number) for number in range(self.random.randint(4, 9))]
        if self.plan:
            self._report(self.plan, days)
        if days % 3 == 0:
            giver, value = self.random.choice(GIVERS), self.random.choice((5_000, 10_000, 20_000)) * 100
            gifts.append(self._by_bank(giver, value, self.pool, DonorKind.ORGANISATION))
        if days % 8 == 0:
            general = pools.open_pool(organisation=self.body)
            gifts.append(self._by_bank(self._name(), 200_000, general, DonorKind.PERSON))
        if self.plot.earmarked and days % 10 == 0:
            kitchen = pools.open_pool(organisation=self.body, project=self.project, earmark=self.plot.earmarked)
            gifts.append(self._by_bank(self.random.choice(GIVERS), 1_000_000, kitchen, DonorKind.ORGANISATION))
        if gifts:
            donations.receive(gifts=gifts, actor=ACTOR)

    def _report(self, plan: FundraisingPlan, days: int) -> None:
        """A day's small gifts through platforms, each reported by the platform that took it."""
        if timezone.localdate() < plan.starts_on:
            # Working days before the first day of an emergency's plan.
            return
        for at, side in enumerate(self.sides):
            found = []
            for number in range(self.random.randint(2, 5)):
                name = self._name()
                said = (name, shown(name, self._showing()))
                found.append((f"DEMO{self.seed}{days:03}{at}{number:02}", self.random.choice(YUAN) * 100, *said))
            side.report(plan, found)

    def _showing(self) -> Showing:
        return self.random.choice((Showing.MASKED, Showing.MASKED, Showing.ANONYMOUS))

    def _transfer(self) -> None:
        """What platforms took arrives; once one of them kept a fee, which is found."""
        if self.plan is None:
            return
        for side in self.sides:
            fees = side is self.sides[-1] and self.seed == 0 and not side.platform.findings.exists()
            side.transfer(self.plan, fee=600 if fees else 0)

    def _tell_progress(self) -> None:
        publishing.progress_of(self.project)
        self._tell_campaign()

    def _tell_campaign(self) -> None:
        if self.plan is not None:
            publishing.campaign_of(self.plan)

    def _gift(self, number: int) -> Gift:
        name = self._name()
        return Gift(
            pool=self.pool.pk, amount=self.random.choice(YUAN) * 100, donated_at=timezone.now(), name=name,
            shown=shown(name, self._showing()), channel=Channel.CASH if number % 4 == 0 else Channel.BANK,
        )  # fmt: skip

    def _by_bank(self, giver: str, value: int, into: Pool, kind: DonorKind) -> Gift:
        showing = Showing.FULL if kind is DonorKind.ORGANISATION else Showing.MASKED
        return Gift(
            pool=into.pk, amount=value, channel=Channel.BANK, donated_at=timezone.now(), name=giver,
            shown=shown(giver, showing), donor_kind=kind,
        )  # fmt: skip

    def _name(self) -> str:
        return self.random.choice(SURNAMES) + self.random.choice(GIVEN)

    def _spend(self, one: Spend) -> None:
        self.pool.refresh_from_db()
        named: dict[str, Any] = {}
        if one.to == "partner":
            named["partner"] = self.partner
        elif isinstance(one.to, int):
            named["beneficiary"] = self.people[one.to]
        elif one.to:
            named["payee"] = one.to
        if one.line:
            named["budget_line"] = self.project.budget_lines.get(code=one.line)
        row = spending.disburse(
            pool=self.pool.pk, quantity=_rounded(self.pool.held * one.share // 100), kind=one.kind,
            purpose=one.purpose, spent_on=timezone.localdate(), actor=ACTOR, **named,
        )  # fmt: skip
        if one.kind is OutflowKind.GRANT:
            self.grant = row
        self._prove(row.pk, one.papers, reached=one.reached)

    def _use(self, one: Used) -> None:
        if self.grant is None:
            return
        part = arrivals.partner_spent(
            grant=self.grant.pk, quantity=_rounded(self.grant.quantity * one.share // 100), purpose=one.purpose,
            spent_on=timezone.localdate(), actor=ACTOR,
            beneficiary=self.people[one.person] if one.person is not None else None,
        )  # fmt: skip
        self._prove(self.grant.pk, one.papers, part=part, reached=True)

    def _prove(
        self,
        row: int,
        papers: tuple[tuple[EvidenceKind, str], ...],
        *,
        part: SubDisbursement | None = None,
        reached: bool = False,
    ) -> None:
        for number, (kind, title) in enumerate(papers):
            photo = kind is EvidenceKind.PHOTO
            evidence_files.attach(
                disbursement=row, part=part, kind=kind, title=title, name=f"{title}.jpg" if photo else f"{title}.pdf",
                content=photograph(f"{self.plot.project}：{title}") if photo else paper(title), public=photo,
                reached_final=reached and number == len(papers) - 1, actor=ACTOR,
            )  # fmt: skip

    def _goods_pool(self, goods: Goods) -> Pool:
        return pools.open_pool(
            organisation=self.body, project=self.project, asset=goods_code(goods.name, goods.unit), unit=goods.unit,
            asset_name=goods.name,
        )  # fmt: skip

    def _take_goods(self, goods: Goods) -> None:
        gift = Gift(
            pool=self._goods_pool(goods).pk, amount=goods.value, quantity=goods.quantity, channel=Channel.GOODS,
            donated_at=timezone.now(), name=goods.giver, shown=goods.giver, donor_kind=DonorKind.ORGANISATION,
        )  # fmt: skip
        donations.receive(gifts=[gift], actor=ACTOR, summary=f"接受捐赠物资：{goods.name}")

    def _hand_out(self, goods: Goods) -> None:
        row = spending.disburse(
            pool=self._goods_pool(goods).pk, quantity=goods.quantity * goods.handed_out // 100, kind=OutflowKind.AID,
            purpose=f"发放{goods.name}", spent_on=timezone.localdate(), actor=ACTOR, beneficiary=self.people[goods.to],
        )  # fmt: skip
        self._prove(row.pk, ((EvidenceKind.DELIVERY, f"{goods.name}签收单"),), reached=True)

    def _refund(self) -> None:
        """The last donor of the project changes their mind."""
        last = Donation.objects.filter(pool=self.pool, pool__asset=MONEY).order_by("-pk").first()
        if last is not None:
            refunds.take_back(
                donation=last.pk, quantity=last.quantity, kind=ReversalKind.REFUND, reason="捐赠人申请退款",
                reversed_at=timezone.now(), actor=ACTOR,
            )  # fmt: skip


def _rounded(fen: int) -> int:
    """Whole hundreds of yuan where there are some."""
    return fen // 10_000 * 10_000 or fen
