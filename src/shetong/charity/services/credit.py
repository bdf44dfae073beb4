"""Records of dishonesty: notice, statement, decision, objection, repair, expiry; each act an event with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import Topic, User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.casework.models import Mandate
from shetong.casework.queries import mandates
from shetong.charity import states
from shetong.charity.models import (
    CreditAct,
    CreditDocument,
    CreditEvent,
    CreditGrade,
    CreditKind,
    CreditRecord,
    CreditState,
    CreditSubject,
)
from shetong.charity.rules import credit as rules
from shetong.charity.services.permission import SYSTEM
from shetong.core import pii, statutes, working_days
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.core.working_days import Period
from shetong.registry.models import CreditReferral, Organisation, ReferralState
from shetong.registry.services import referrals

CONTEXT = "charity.credit"
IDENTITY_CONTEXT = "charity.credit.identity"


def _last_day(key: str, start: date) -> date:
    held = statutes.in_force(key, on=start)
    due = working_days.due(start, Period(held.value, held.unit, held.provision))
    if due is None:
        raise ValueError("a period that nothing stops has an end")
    return due


@transaction.atomic
def notify(
    *,
    kind: CreditKind,
    subject: CreditSubject,
    facts: str,
    provision: str,
    actor: User,
    division_code: str,
    organisation: Organisation | None = None,
    name: str = "",
    identity_number: str = "",
    referral: CreditReferral | None = None,
    today: date | None = None,
) -> CreditRecord:
    """Give notice of what is going to be recorded, with facts, provision and the right to be heard; nothing else yet.

    ``name`` and ``identity_number``: of people and bodies that no register knows, kept sealed. Raises
    :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    today = today or timezone.localdate()
    if organisation is not None:
        division_code = organisation.authority.division_code
    permissions.require(actor, Permission.CHARITY_SUPERVISE, division_code)
    faults = {}
    if referral is not None:
        # Who takes up what was handed over must supervise the organisation that it tells of.
        permissions.require(actor, Permission.CHARITY_SUPERVISE, referral.organisation.authority.division_code)
        if organisation is not None and organisation.pk != referral.organisation_id:
            faults["organisation"] = gettext("移交的是另一家组织的事项，请核对。")
    if not facts.strip():
        faults["facts"] = gettext("请写明事实和证据。")
    if not provision.strip():
        faults["provision"] = gettext("请写明依据。")
    if organisation is None and not name.strip():
        faults["name"] = gettext("请填写姓名或者名称。")
    if subject == CreditSubject.CHARITY and organisation is None:
        faults["organisation"] = gettext("请填写登记在册的慈善组织。")
    if kind not in rules.KINDS[subject]:
        faults["kind"] = gettext("这种行为不适用于这类对象，请核对。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    person = organisation is None
    record = CreditRecord.objects.create(
        kind=kind,
        subject=subject,
        organisation=organisation,
        name_sealed=pii.seal(name.strip(), context=CONTEXT) if person else None,
        identity_index=pii.blind_index(identity_number.strip(), context=IDENTITY_CONTEXT)
        if identity_number.strip()
        else None,
        initial=name.strip()[:1] if person else "",
        division_code=division_code,
        facts=facts.strip(),
        provision=provision.strip()[:300],
        referral=referral,
        notified_on=today,
        heard_by=_last_day("credit_statement", today),
        notified_by=actor,
        demo=bool(organisation and organisation.demo),
        recorded_at=timezone.now(),
    )
    if referral is not None:
        referrals.close(
            referral_id=referral.pk, state=ReferralState.TAKEN, note=f"已告知，信用记录{record.pk}。", actor=actor
        )
    _event(record, CreditAct.NOTIFY, "", record.state, facts.strip(), actor, today, provision)
    _tell(record, say(N_("拟记入慈善信用记录的告知")), say(N_("可以在%(day)s前陈述、申辩。"), day=record.heard_by))
    return record


@transaction.atomic
def state(*, record_id: int, statement: str, actor: User, today: date | None = None) -> CreditRecord:
    """Enter what the subject states in its defence, by its own people or taken down by an officer."""
    record = _locked(record_id)
    _own_or_officer(record, actor)
    return _move(record, CreditAct.STATE, statement, actor, today)


@transaction.atomic
def decide(
    *,
    record_id: int,
    document: CreditDocument,
    document_number: str,
    document_on: date,
    decision_number: str,
    grade: CreditGrade,
    reason: str,
    actor: User,
    months: int | None = None,
    today: date | None = None,
) -> CreditRecord:
    """Decide that the act is recorded, on a final document, after the subject was heard or had its time to be.

    Whoever gave notice does not decide. Raises :class:`WrongStateError` (not heard, another state),
    :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    today = today or timezone.localdate()
    record = _locked(record_id)
    permissions.require(actor, Permission.CREDIT_DECIDE, record.division_code)
    if record.notified_by_id == actor.pk:
        raise ForbiddenError(gettext("告知和决定应当由不同的人办理。"), code="credit-same-officer")
    if record.state == CreditState.NOTIFIED and today <= record.heard_by:
        raise WrongStateError(
            gettext("陈述、申辩的期限到%(heard_by)s为止，对方尚未陈述的，不能提前作出决定。")
            % {"heard_by": record.heard_by}
        )
    faults = {}
    if document not in rules.DOCUMENTS[CreditSubject(record.subject)]:
        faults["document"] = gettext("这类对象不能以这种文书为依据，请核对。")
    if not document_number.strip():
        faults["document_number"] = gettext("请填写法律文书的文号。")
    if not decision_number.strip():
        faults["decision_number"] = gettext("请填写决定的文号。")
    if document_on > today:
        faults["document_on"] = gettext("文书日期不能晚于今天。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    try:
        span = rules.span(grade, document_on, months)
    except statutes.NotInForceError:
        raise InvalidInputError(
            gettext("文书日期早于现行信用修复规定，没有可以适用的期限，不能记入。日期有误的，请改正。"),
            fields={"document_on": gettext("请核对文书日期。")},
        ) from None
    except ValueError:
        raise InvalidInputError(
            gettext("公示期限不在规定的范围内，请改正月数。"), fields={"months": gettext("请填写规定范围内的月数。")}
        ) from None
    if span.expires_on <= today:
        raise InvalidInputError(
            gettext("按文书日期计算，期限已经届满，不再记入。日期有误的，请改正。"),
            fields={"document_on": gettext("期限已经届满，请核对文书日期。")},
        )
    record.document, record.document_number = document, document_number.strip()[:120]
    record.decided_on, record.decision_number, record.grade = today, decision_number.strip()[:120], grade
    record.effective_on, record.least_until, record.expires_on = span.effective_on, span.least_until, span.expires_on
    moved = _move(record, CreditAct.DECIDE, reason, actor, today, span.provision)
    objections = _last_day("credit_objection", today)
    _tell(record, say(N_("已作出慈善信用记录的决定")), say(N_("有异议的，可以在%(day)s前提出。"), day=objections))
    return moved


@transaction.atomic
def dismiss(*, record_id: int, reason: str, actor: User, today: date | None = None) -> CreditRecord:
    """Decide that nothing is recorded."""
    record = _locked(record_id)
    permissions.require(actor, Permission.CREDIT_DECIDE, record.division_code)
    moved = _move(record, CreditAct.DISMISS, reason, actor, today)
    _tell(record, "拟记入的慈善信用记录不予记入", say(N_("理由见信用记录页面。")))
    return moved


@transaction.atomic
def raise_objection(*, record_id: int, reason: str, actor: User, today: date | None = None) -> CreditRecord:
    """Object to a decision in time. Raises :class:`WrongStateError` afterwards."""
    today = today or timezone.localdate()
    record = _locked(record_id)
    _own_or_officer(record, actor)
    if record.decided_on is not None and today > (last := _last_day("credit_objection", record.decided_on)):
        raise WrongStateError(gettext("提出异议的期限已于%(last)s届满；可以申请信用修复。") % {"last": last})
    return _move(record, CreditAct.OBJECT, reason, actor, today)


@transaction.atomic
def answer_objection(
    *, record_id: int, upheld: bool, reason: str, actor: User, today: date | None = None
) -> CreditRecord:
    """Answer an objection: the decision stands, or the record is corrected and has no effect from now on."""
    record = _locked(record_id)
    permissions.require(actor, Permission.CREDIT_DECIDE, record.division_code)
    moved = _move(record, CreditAct.UPHOLD if upheld else CreditAct.CORRECT, reason, actor, today)
    _tell(record, say(N_("对异议的答复")), say(N_("理由见信用记录页面。")))
    return moved


@transaction.atomic
def correct(*, record_id: int, reason: str, actor: User, today: date | None = None) -> CreditRecord:
    """Take a record back that was wrong, at any time and at once."""
    record = _locked(record_id)
    permissions.require(actor, Permission.CREDIT_DECIDE, record.division_code)
    moved = _move(record, CreditAct.CORRECT, reason, actor, today)
    _tell(record, "慈善信用记录已经更正", "这条记录自更正之日起没有效力，理由见信用记录页面。")
    return moved


@transaction.atomic
def ask_repair(*, record_id: int, promise: str, actor: User, today: date | None = None) -> CreditRecord:
    """Ask for repair once the least time is over, with what was put right and a promise."""
    today = today or timezone.localdate()
    record = _locked(record_id)
    _own_or_officer(record, actor)
    if record.least_until is not None and today < record.least_until:
        raise WrongStateError(
            gettext("最短公示期到%(least_until)s，届时可以申请信用修复。") % {"least_until": record.least_until}
        )
    return _move(record, CreditAct.ASK_REPAIR, promise, actor, today)


@transaction.atomic
def answer_repair(
    *, record_id: int, granted: bool, reason: str, actor: User, today: date | None = None
) -> CreditRecord:
    """Grant a repair, which ends every effect, or refuse it."""
    record = _locked(record_id)
    permissions.require(actor, Permission.CREDIT_DECIDE, record.division_code)
    moved = _move(record, CreditAct.REPAIR if granted else CreditAct.REFUSE_REPAIR, reason, actor, today)
    _tell(record, say(N_("对信用修复申请的答复")), say(N_("理由见信用记录页面。")))
    return moved


def expire(*, today: date) -> int:
    """End the records whose time is over; return how many. Safe to run again at any time."""
    over = CreditRecord.objects.filter(state__in=sorted(states.EFFECTIVE), expires_on__lte=today)
    done = 0
    for number in list(over.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            record = _locked(number)
            if record.state in states.EFFECTIVE and record.expires_on is not None and record.expires_on <= today:
                _move(record, CreditAct.EXPIRE, "期限届满", None, today)
                _tell(record, "慈善信用记录期限届满", "这条记录不再公示，不再有效力。")
                done += 1
    return done


def _locked(number: int) -> CreditRecord:
    found = CreditRecord.objects.select_for_update(of=("self",)).filter(pk=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这条信用记录。"), code="credit-not-found")
    return found


def _own_or_officer(record: CreditRecord, actor: User) -> None:
    if record.organisation is not None and mandates.holds(actor, record.organisation.public_code):
        return
    permissions.require(actor, Permission.CHARITY_SUPERVISE, record.division_code)


def _move(
    record: CreditRecord, act: CreditAct, reason: str, actor: User | None, today: date | None, provision: str = ""
) -> CreditRecord:
    before = record.state
    target = states.after(before, act)
    if target is None:
        raise WrongStateError(
            gettext("信用记录现为“%(text)s”，不能%(label)s。")
            % {"text": record.get_state_display(), "label": act.label}
        )
    if not reason.strip():
        raise InvalidInputError(gettext("请写明理由。"), fields={"reason": gettext("请写明理由。")})
    record.state = target
    record.save()
    _event(record, act, before, target, reason.strip(), actor, today or timezone.localdate(), provision)
    return record


def _event(
    record: CreditRecord,
    act: CreditAct,
    before: str,
    after: str,
    reason: str,
    actor: User | None,
    on: date,
    provision: str = "",
) -> None:
    CreditEvent.objects.create(
        record=record,
        act=act,
        from_state=before,
        to_state=after,
        reason=reason,
        provision=provision[:300],
        on=on,
        actor=actor,
        actor_name=actor.get_full_name() if actor else "系统",
        recorded_at=timezone.now(),
    )
    audit.record(
        actor=actor or SYSTEM,
        action=f"charity.credit-{act.value}",
        target=record,
        jurisdiction=record.division_code,
        detail={"state": after},
    )


def _tell(record: CreditRecord, heading: str, text: str) -> None:
    """Tell the people of an organisation of the last act on its record; each act is told once.

    Others are told by letter, which the officer records as a statement.
    """
    if record.organisation is None:
        return
    act = record.events.latest("pk")
    messages.send_all(
        to=_people(record.organisation),
        topic=Topic.CHARITY,
        key=f"credit:{record.pk}/{act.pk}",
        title=f"{heading}：{record.organisation.name}",
        text=text,
        url=reverse("charity:own-credit", args=[record.pk]),
    )


def _people(organisation: Organisation) -> Iterable[Any]:
    held = Mandate.objects.filter(organisation_code=organisation.public_code, revoked_at__isnull=True)
    return [mandate.user for mandate in held.select_related("user").order_by("pk")]


@transaction.atomic
def dismiss_referral(*, referral_id: int, note: str, actor: User) -> CreditReferral:
    """Decide that what was handed over leads to nothing; raises as ``referrals.close``."""
    found = CreditReferral.objects.select_related("organisation__authority").filter(pk=referral_id).first()
    if found is None:
        raise NotFoundError(gettext("没有这件移交，请刷新页面查看。"))
    permissions.require(actor, Permission.CHARITY_SUPERVISE, found.organisation.authority.division_code)
    return referrals.close(referral_id=referral_id, state=ReferralState.DISMISSED, note=note, actor=actor)
