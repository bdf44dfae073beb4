"""Questions to the authority above (请示) and answers (答复)."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework import catalogue
from shetong.casework.models import ArticleKind, Case, Question, State
from shetong.casework.queries.knowledge import superior
from shetong.casework.services import knowledge, telling
from shetong.core import divisions
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError

LONGEST_TITLE, LONGEST = 120, 10_000


@transaction.atomic
def ask(
    *, actor: User, title: str, text: str, division_code: str = "", case_id: int | None = None, matter: str = ""
) -> Question:
    """Ask the authority above: about a case (whose authority asks), or freely for ``division_code``."""
    case = None
    if case_id is not None:
        case = Case.objects.filter(pk=case_id).exclude(state__in=(State.DRAFT, State.DISCARDED)).first()
        if case is None:
            raise NotFoundError(gettext("没有找到这个办件，请核对办件编号。"))
        division_code, matter = case.authority_division, case.matter
    faults = {}
    if divisions.get(division_code) is None or not superior(division_code):
        faults["division_code"] = gettext("请填写请示单位所在的六位行政区划代码；全国一级没有上级可以请示。")
    if not title.strip() or len(title.strip()) > LONGEST_TITLE:
        faults["title"] = gettext("请填写标题，最多%(longest_title)s个字。") % {"longest_title": LONGEST_TITLE}
    if not text.strip() or len(text.strip()) > LONGEST:
        faults["text"] = gettext("请填写请示内容，最多%(longest)s个字。") % {"longest": LONGEST}
    if matter and matter not in {one.code for one in catalogue.matters()}:
        faults["matter"] = gettext("请从事项清单中选择。")
    if faults:
        raise InvalidInputError(gettext("请示有误，请改正后重试。"), fields=faults)
    permissions.require(actor, Permission.QUESTION_ASK, division_code)
    question = Question.objects.create(
        division_code=division_code,
        asked_division=superior(division_code),
        case=case,
        matter=matter,
        title=title.strip(),
        text=text.strip(),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    _record(actor, "question.ask", question, division_code)
    return question


@transaction.atomic
def answer(*, question_id: int, actor: User, text: str) -> Question:
    """Answer a question; once. Raises :class:`ConflictError` where somebody has answered already."""
    question = _locked(question_id)
    permissions.require(actor, Permission.QUESTION_ANSWER, question.asked_division)
    if question.answered_at is not None:
        raise ConflictError(gettext("这项请示已经答复。需要补充的，请通过知识条目发布。"))
    if not text.strip() or len(text.strip()) > LONGEST:
        message = gettext("请填写答复，最多%(longest)s个字。") % {"longest": LONGEST}
        raise InvalidInputError(message, fields={"answer": message})
    question.answer, question.answered_by, question.answered_at = text.strip(), actor, timezone.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    _record(actor, "question.answer", question, question.asked_division)
    url = reverse("casework:question", args=[question.pk])
    telling.officers([question.asked_by], key=f"question:{question.pk}", title="上级已答复您的请示", url=url)
    return question


@transaction.atomic
def make_article(*, question_id: int, actor: User) -> Question:
    """Make a draft of the knowledge base out of a question with its answer; published after review as any other."""
    question = _locked(question_id)
    if question.answered_at is None:
        raise WrongStateError(gettext("请示尚未答复，不能形成知识条目。"))
    if question.article_id is not None:
        raise ConflictError(gettext("这项请示已经形成知识条目。"))
    version = knowledge.write(
        actor=actor,
        title=question.title,
        body=f"## 问\n\n{question.text}\n\n## 答\n\n{question.answer}",
        kind=ArticleKind.FAQ,
        division_code=question.asked_division,
        matters=[question.matter] if question.matter else [],
    )
    question.article = version.article
    question.save(update_fields=["article"])
    return question


def _locked(question_id: int) -> Question:
    found = Question.objects.select_for_update(of=("self",)).filter(pk=question_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这项请示。"))
    return found


def _record(actor: User, action: str, question: Question, jurisdiction: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        target=question,
        jurisdiction=jurisdiction,
        detail={"from": question.division_code, "to": question.asked_division},
    )
