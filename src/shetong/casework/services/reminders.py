"""Warnings of limits: before they end and after, to the holder of a case and to whoever distributes the work.

A case knows the day on which its light turns next (``warn_on``). The job takes the cases of which that day has come;
the row is locked, the warning sent and the next turn written in one transaction, and a message's key is used once, so
each turn is told once whatever is run again.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import Topic, User
from shetong.accounts.services import messages
from shetong.casework.models import Act, Case, CaseEvent, Procedure, Seal, State
from shetong.casework.queries import clocks, matters, officers, ratings
from shetong.casework.rules.clock import WARNINGS, Clock, Light, Phase, turns_on
from shetong.casework.rules.matters import Matter
from shetong.core.said import say
from shetong.core.statutes import Unit
from shetong.store import rows

# How often, and how many more times, an authority is reminded of a follow-up that is overdue.
AGAIN_DAYS, MOST_AGAIN = 5, 2
_TITLES = {
    Light.AMBER: N_("办件%(number)s的期限已经过半"),
    Light.RED: N_("办件%(number)s的期限即将届满"),
    Light.OVERDUE: N_("办件%(number)s的期限已经届满"),
}
_PHASES = {Phase.INTAKE: N_("受理期限"), Phase.DECISION: N_("办理期限"), Phase.DELIVERY: N_("送达期限")}


def due(today: date) -> list[int]:
    """Return the numbers of the cases whose light has turned by ``today``, the longest ago first."""
    turned = "SELECT id FROM casework_case WHERE warn_on <= %s ORDER BY warn_on, id"
    return [number for (number,) in rows.fetch(turned, [today])]


@transaction.atomic
def warn(*, case_id: int) -> int:
    """Warn of the light of a case where it has turned, once; return how many people were told."""
    today = timezone.localdate()
    case = rows.first(Case, "WHERE id = %s AND warn_on <= %s FOR UPDATE", [case_id, today])
    if case is None:
        return 0
    matter = matters.of(case)
    running = clocks.of(case, matter)
    case.warn_on = turns_on(running, today) if running else None
    rows.save(case)
    if case.state == State.SUSPENDED:
        return _procedure_over(case, matter, today)
    if running is None or running.light not in WARNINGS:
        return 0
    return messages.send_all(
        to=_recipients(case, running.light),
        topic=Topic.DEADLINE,
        key=f"case:{case.pk}/{running.phase}/{running.started}/{running.light}",
        title=say(_TITLES[running.light], number=case.number),
        text=_text(matter, running),
        url=reverse("casework:desk-case", args=[case.pk]),
    )


def _procedure_over(case: Case, matter: Matter, today: date) -> int:
    """Tell that a special procedure takes longer than the applicant was told, once."""
    begun = CaseEvent.objects.filter(case=case, act=Act.SUSPEND).order_by("-number").first()
    if begun is None:
        return 0
    days = int(begun.detail.get("days", 0))
    return messages.send_all(
        to=_recipients(case, Light.OVERDUE),
        topic=Topic.DEADLINE,
        key=f"case:{case.pk}/procedure/{begun.number}/over",
        title=f"办件{case.number}的特别程序超过了告知的天数",
        text=f"{matter.title}：{Procedure(begun.detail['procedure']).label}告知申请人需要{days}日，到今天（{today}）还没有结束。"
        "已经结束的请恢复计时；还需要时间的，请与申请人联系。",
        url=reverse("casework:desk-case", args=[case.pk]),
    )


@transaction.atomic
def follow_up(*, rating_id: int) -> int:
    """Remind an authority of a low rating that nobody followed up in time; return how many people were told.

    Told on the day after, and again every :data:`AGAIN_DAYS` days, :data:`MOST_AGAIN` times at most.
    """
    today = timezone.localdate()
    rating = ratings.late(today=today).filter(pk=rating_id).select_for_update(of=("self",)).first()
    if rating is None or rating.follow_up_by is None:
        return 0
    number = min(((today - rating.follow_up_by).days - 1) // AGAIN_DAYS, MOST_AGAIN)
    return messages.send_all(
        to=officers.who_assign(rating.authority_division),
        topic=Topic.OFFICE,
        key=f"rating:{rating.pk}:late:{number}",
        title=say(N_("差评回访已经逾期：办件%(number)s"), number=rating.case.number),
        text=say(N_("应当在%(day)s前与评价人联系。请安排人员回访，并登记处理结果。"), day=rating.follow_up_by),
        url=reverse("casework:low-ratings"),
    )


def seals(*, today: date) -> int:
    """Remind operators of seals that run out within ``SEAL_WARNING_DAYS``, once each; return how many were told."""
    ending = Seal.objects.filter(
        use=Seal.Use.ACTIVE, demo=False, valid_to__date__lte=today + timedelta(days=settings.SEAL_WARNING_DAYS)
    )
    told = 0
    for seal in ending.order_by("valid_to", "pk"):
        last = timezone.localdate(seal.valid_to)
        told += messages.send_all(
            to=officers.who_keep_seals(),
            topic=Topic.OFFICE,
            key=f"seal:{seal.pk}:ends",
            title=f"电子印章将于{last}到期：{seal.authority_name}",
            text="到期以后这个机关的文书不能制发，会停下来等新的印章。请在到期以前更新："
            "shetong keys seal-import 或者 shetong keys seal-create。",
        )
    return told


def _recipients(case: Case, light: Light) -> list[User]:
    """Return the holder; where nobody holds the case, or the limit is over, whoever distributes the work too."""
    holder = [case.holder] if case.holder is not None else []
    if holder and light is not Light.OVERDUE:
        return holder
    return holder + officers.who_assign(case.authority_division)


def _text(matter: Matter, running: Clock) -> str:
    working, over = running.period.unit is Unit.WORKING_DAY, running.light is Light.OVERDUE
    if over:
        left = N_("已经逾期%(days)s个工作日") if working else N_("已经逾期%(days)s日")
    else:
        left = N_("还剩%(days)s个工作日") if working else N_("还剩%(days)s日")
    return say(
        N_("%(matter)s：%(phase)s于%(due)s届满，%(left)s。请及时办理。"),
        matter=say(matter.title), phase=say(_PHASES[running.phase]), due=running.due,
        left=say(left, days=abs(running.days_left)),
    )  # fmt: skip
