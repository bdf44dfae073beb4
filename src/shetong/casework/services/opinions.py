"""Opinions of other bodies on a case: asked, answered in their own to-do or entered by the authority."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.casework.models import Act, Opinion
from shetong.casework.queries import routing
from shetong.casework.services import applicants, moves, telling
from shetong.core import divisions
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

_OFFICE = (Permission.CASE_ACCEPT, Permission.CASE_REVIEW, Permission.CASE_DECIDE)


@transaction.atomic
def ask(*, case_id: int, actor: User, asked_of: str, question: str, asked_division: str = "") -> Opinion:
    """Ask another body for its opinion; the clock runs on and the case shows for whom it waits.

    ``asked_division``: the division whose officers (业务主管单位) answer in their own to-do; without one the
    authority enters the answer that it gets.
    """
    case = moves.lock(case_id)
    faults = {}
    if not asked_of.strip():
        faults["asked_of"] = gettext("请填写征求对象。")
    if not question.strip():
        faults["question"] = gettext("请填写征求内容。")
    if asked_division and divisions.get(asked_division) is None:
        faults["asked_division"] = gettext("请选择由谁反馈。")
    elif asked_division and not routing.speakers(asked_division).exists():
        faults["asked_division"] = gettext("该地区没有可以在线反馈的业务主管单位人员，请改由本机关录入。")
    if faults:
        raise InvalidInputError(gettext("请填写征求对象和征求内容。"), fields=faults)
    detail = {"asked_of": asked_of.strip(), **({"division": asked_division} if asked_division else {})}
    event = moves.move(case, Act.ASK_OPINION, actor=actor, reason=question, detail=detail)
    opinion = Opinion.objects.create(
        case=case,
        asked_of=asked_of.strip()[:200],
        asked_division=asked_division,
        question=question.strip(),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    moves.wait(case)
    applicants.opinion_asked(case, event, opinion.asked_of)
    if asked_division:
        telling.officers(
            routing.speakers(asked_division)[: telling.MOST],
            key=f"opinion:{opinion.pk}",
            title=f"{case.authority_name}征求本单位的意见",
            case=case,
            url=reverse("casework:opinion", args=[opinion.pk]),
        )
    return opinion


@transaction.atomic
def give(*, opinion_id: int, actor: User, agrees: bool, answer: str, answered_by: str = "") -> Opinion:
    """Answer an opinion asked; once: by the body that was asked, or entered by the authority that asked.

    ``answered_by``: who said it and how, where the authority enters it for another body; asked for where that body
    could have answered itself. Raises :class:`ConflictError` where the answer is there already,
    :class:`ForbiddenError` for a body that was asked for another opinion.
    """
    if not answer.strip():
        raise InvalidInputError(gettext("请填写意见。"), fields={"answer": gettext("请填写意见。")})
    opinion = Opinion.objects.filter(pk=opinion_id).first()
    if opinion is None:
        raise NotFoundError(gettext("没有找到这次征求意见。"))
    case = moves.lock(opinion.case_id)
    opinion.refresh_from_db()
    if opinion.answered_at is not None:
        raise ConflictError(gettext("这项意见已经反馈，不能再改。"))
    grants = permissions.grants_of(actor)
    if not (opinion.asked_division and grants.may(Permission.OPINION_GIVE, opinion.asked_division)):
        # The authority enters what it was told, lest a body that stays silent hold the case up for ever.
        if not any(grants.may(one, case.authority_division) for one in _OFFICE):
            raise ForbiddenError(gettext("只有被征求意见的单位可以反馈。"))
        if opinion.asked_division and not answered_by.strip():
            message = gettext("请写明反馈人和反馈方式，例如“市教育局来函”。")
            raise InvalidInputError(message, fields={"answered_by": message})
    event = moves.move(
        case, Act.GIVE_OPINION, actor=actor, reason=answer, detail={"asked_of": opinion.asked_of, "agrees": agrees}
    )
    opinion.answer, opinion.agrees = answer.strip(), agrees
    opinion.answered_by = (answered_by.strip() or event.actor_name)[:100]
    opinion.answered_at = timezone.now()
    opinion.save()
    moves.wait(case)
    if opinion.asked_by_id != actor.pk:
        title = f"{opinion.asked_of}已反馈意见"
        telling.officer(opinion.asked_by, key=f"opinion-answer:{opinion.pk}", title=title, case=case)
    return opinion
