"""What the demonstration's foundations publish in time, late and not at all. Sums are invented."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shetong.charity.models import (
    MONEY,
    CreditDocument,
    CreditGrade,
    CreditKind,
    CreditSubject,
    DutyKind,
    FundraisingPlan,
    Pool,
    Project,
)
from shetong.charity.queries import disclosure as queries
from shetong.charity.rules.disclosure_contents import CONTENTS
from shetong.charity.rules.ratios import Figures
from shetong.charity.services import annual_figures, credit, disclosure, honours, progress
from shetong.core import statutes
from shetong.core.money import format_yuan
from shetong.registry.demo import past
from shetong.registry.demo.cases import Scene
from shetong.registry.models import Organisation

ACTOR = "system:demonstration"
# Texts by part of an entry; what the books say stands beside them.
_WORDS = {
    "raised": "募得款物来自平台和银行转账，数额以账目为准。",
    "used": "按照备案的用途使用，每笔支出和凭证在项目页面公开。",
    "unused": "尚未使用的资金按照方案继续用于受益人。",
    "activities": "开展公开募捐和慈善项目，捐赠收入和支出逐笔公开，可以在明白账中核对。",
    "costs": "募捐成本不超过备案数额；没有与境外组织和个人的合作。",
    "accounts": "财务会计报告已经会计师事务所审计，出具无保留意见。",
    "pay": "秘书长：年薪18万元；项目总监：年薪15万元；其余三人：年薪12万元以下。",
    "standards": "差旅按照内部制度执行，全年没有出国（境）和公务用车支出。",
    "list": "理事单位一家：与本组织没有交易。",
    "party": "理事所在单位，为本组织的办公场所提供租赁。",
    "summary": "租用办公室一间，租期一年。",
    "pricing": "按照同地段市场价格，经理事会表决，关联理事回避。",
}
_GOING_ON = frozenset({DutyKind.CAMPAIGN_PROGRESS, DutyKind.RESCUE})
_WAN = 1_000_000  # fen


def progress_of(project: Project) -> None:
    """Publish how a project goes, as of now."""
    today = timezone.localdate()
    pools = Pool.objects.filter(project=project, asset=MONEY)
    spent = sum(pool.spent - pool.returned for pool in pools)
    said = f"截至{today}，在{project.area}为{project.beneficiaries}支出{format_yuan(spent)}，按照计划进行。"
    parts = {"progress": said, "used": _WORDS["used"]}
    progress.report(
        project=project.number, title=f"{today:%Y年%m月}进展", covers_to=today, parts=parts, photos=[], actor=ACTOR
    )


def campaign_of(plan: FundraisingPlan) -> None:
    """Publish how a campaign goes, as of now, where that is due."""
    today = timezone.localdate()
    disclosure.refresh(plan.organisation)
    told = set()
    for duty in queries.open_duties(plan.organisation):
        kind = DutyKind(duty.kind)
        if kind in _GOING_ON and kind not in told and duty.subject == plan.number and duty.period_from <= today:
            # What is told now tells of everything of its kind that had begun.
            _publish(duty.pk, kind)
            told.add(kind)


def year_of(body: Organisation, number: int, now: datetime) -> None:
    """Give figures of the last three years, and publish the reports of the last one in its April.

    The last of four foundations publishes nothing and stays overdue; one of them missed its ratio.
    """
    spring = date(timezone.localdate(now).year, 4, 20 + number)
    moment = timezone.make_aware(datetime.combine(spring, time(10)))
    if moment >= now:
        return
    with past.at(moment):
        year = spring.year - 1
        for at, spending in ((year - 2, 800), (year - 1, 820), (year, 780 if number != 2 else 640)):
            figures = Figures(
                year=at, income=1_000 * _WAN, restricted=0, lifted=0, net_assets=2_600 * _WAN, spending=spending * _WAN,
                management=70 * _WAN, total=(spending + 90) * _WAN, fundraising=8 * _WAN, donations=960 * _WAN,
            )  # fmt: skip
            annual_figures.record(organisation=body, figures=figures, actor=ACTOR)
        disclosure.refresh(body)
        wanted = {DutyKind.ANNUAL, DutyKind.PAY, DutyKind.RELATED_LIST} if number != 3 else set()
        for duty in queries.open_duties(body):
            if duty.kind in wanted and duty.period_to < spring:
                _publish(duty.pk, DutyKind(duty.kind))


def happened(body: Organisation, now: datetime) -> None:
    """A transaction with a related party, reported and published in time."""
    with past.at(past.office_hour(30, 60, now=now)):
        fact = disclosure.report_fact(
            organisation=body, kind=DutyKind.RELATED_PARTY, happened_on=timezone.localdate() - timedelta(days=3),
            summary="向理事所在单位租用办公室", counterparty="示范物业服务公司", amount=6 * _WAN, actor=ACTOR,
        )  # fmt: skip
    with past.at(past.office_hour(20, 60, now=now)):
        for duty in queries.open_duties(body):
            if duty.kind == DutyKind.RELATED_PARTY and duty.subject == str(fact.pk):
                _publish(duty.pk, DutyKind.RELATED_PARTY)


def credit_of(discredited: Organisation, honoured: Organisation, scene: Scene) -> None:
    """A breach recorded after the charity was heard, and a donor that is held in honour."""
    now = scene.now

    def then(days: int) -> Any:
        return past.at(past.office_hour(days, 90, now=now))

    with then(70):
        fined_on = timezone.localdate()
    if statutes.holds("credit_general_most", on=fined_on):
        with then(60):
            record = credit.notify(
                kind=CreditKind.BREACH, subject=CreditSubject.CHARITY, organisation=discredited, actor=scene.clerk,
                facts="未按期公布年度工作报告，经责令限期改正仍未改正。", provision="《慈善法》第七十九条",
                division_code=discredited.authority.division_code,
            )  # fmt: skip
        with then(50):
            statement = "工作人员更换，审计报告延误，正在补办。"
            credit.state(record_id=record.pk, statement=statement, actor=scene.applicant)
        with then(40):
            credit.decide(
                record_id=record.pk, document=CreditDocument.PENALTY, document_number="示范民罚字第1号",
                document_on=fined_on, decision_number="示范民信字第1号", grade=CreditGrade.GENERAL,
                reason="事实清楚，陈述的理由不能免除公开的义务。", actor=scene.chief,
            )  # fmt: skip
    with then(35):
        today = timezone.localdate()
        honours.grant(
            shown="示范纺织有限公司", ground="连续三年资助乡村学生，捐赠全部到账。", total=300 * _WAN,
            period_from=date(today.year - 3, 1, 1), period_to=date(today.year - 1, 12, 31), document="示范民奖字第1号",
            consented_on=today - timedelta(days=10), authority=honoured.authority, actor=scene.chief,
            demo=True,
        )  # fmt: skip


def _publish(duty: int, kind: DutyKind) -> None:
    parts = {part.name: _WORDS[part.name] for part in CONTENTS[kind]}
    disclosure.publish(duty_id=duty, parts=parts, actor=ACTOR)
