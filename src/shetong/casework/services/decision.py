"""The decision: granted, with everything that approval does in the same transaction, or refused with the reason."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.casework.models import Act, Case, NoticeKind
from shetong.casework.queries import matters
from shetong.casework.rules import forms
from shetong.casework.rules.matters import Approval, Authority, Matter, Outcome
from shetong.casework.services import answers, moves, notices, numbers
from shetong.core.errors import InvalidInputError, WrongStateError
from shetong.store import rows
from shetong.store.transactions import whole

REMEDIES = "如不服本决定，可以自收到本决定之日起六十日内申请行政复议，或者六个月内提起行政诉讼。"
_AWAITED = "FROM casework_opinion WHERE case_id = %s AND answered_at IS NULL"


def approve(*, case_id: int, actor: User, reason: str) -> tuple[Case, Outcome]:
    """Grant an application: the register changes, the decision is issued, all or nothing.

    Of several who decide at once one does; the others get :class:`WrongStateError`. What the register refuses
    (:class:`DomainError`) leaves the case undecided.
    """
    with whole(), permissions.once():
        case, matter = _decided(case_id, reason)
        if matter.joint_opinion and rows.exists(_AWAITED, [case.pk]):
            raise WrongStateError(
                gettext("征求的意见还没有全部反馈，不能作出准予决定；对方以其他方式反馈的，请先录入。")
            )
        case.decided_on = timezone.localdate()
        event = moves.move(case, Act.APPROVE, actor=actor, reason=reason, matter=matter)
        number = numbers.document_number(NoticeKind.APPROVAL, case.authority_division, case.decided_on, matter.nature)
        outcome = matter.effect(
            Approval(
                case_number=case.number or "",
                document_number=number,
                values=forms.flat(matter, answers.whole(case)),
                subject_code=case.subject_code,
                authority=Authority(case.authority_name, case.authority_division),
                decided_on=case.decided_on,
                applicant=rows.load(User, "WHERE id = %s", [case.applicant_id])[0],
                actor=actor,
                demo=case.demo,
                announced=matter.publish,
            )
        )
        case.subject_code, case.subject_name = outcome.subject_code, outcome.subject_name
        moves.save(case)
        content = {"delivers": list(matter.delivers), "outcome": outcome.sentence, "subject_code": outcome.subject_code}
        if outcome.document_title:
            content["title"] = outcome.document_title
        notices.issue(case, matter, NoticeKind.APPROVAL, event, content, document_number=number)
        for kind in outcome.documents:
            further = {"subject_code": outcome.subject_code, "reason": ""}
            notices.issue(case, matter, NoticeKind(kind), event, further)
        return case, outcome


@transaction.atomic
def refuse(*, case_id: int, actor: User, reason: str, provision: str) -> Case:
    """Refuse an application with reason and provision; the decision names the remedies."""
    if not provision.strip():
        raise InvalidInputError(
            gettext("请写明作出不予决定所依据的条款。"), fields={"provision": gettext("请写明依据。")}
        )
    case, matter = _decided(case_id, reason)
    case.decided_on = timezone.localdate()
    event = moves.move(case, Act.REFUSE, actor=actor, reason=reason, provision=provision.strip()[:300], matter=matter)
    notices.issue(case, matter, NoticeKind.REFUSAL, event, {"remedies": REMEDIES})
    return case


def _decided(case_id: int, reason: str) -> tuple[Case, Matter]:
    if not reason.strip():
        raise InvalidInputError(gettext("请写明决定的理由。"), fields={"reason": gettext("请写明决定的理由。")})
    case = moves.lock(case_id)
    return case, matters.of(case)
