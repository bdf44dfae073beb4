"""Recognition as a charity and the public-fundraising qualification: checked as typed, entered into the register."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.casework.services.numbers import take
from shetong.charity.models import FundraisingActivity, FundraisingPlan, PlanState, QualificationLoss
from shetong.charity.queries.bodies import body
from shetong.charity.queries.projects import organisation as organisation_of
from shetong.charity.rules import qualification as rules
from shetong.core.errors import InvalidInputError
from shetong.core.findings import Finding
from shetong.registry.models import AttributeCode, Organisation, PermitCategory
from shetong.registry.services import permits
from shetong.registry.services.attributes import end_attribute, grant_attribute


def check_recognition(values: Values, authority: Authority, on: date, code: str) -> list[Finding]:  # noqa: ARG001
    """Check an application for recognition as it is typed."""
    return rules.recognition(values, body(organisation_of(code), on), on)


def check_fundraising(values: Values, authority: Authority, on: date, code: str) -> list[Finding]:  # noqa: ARG001
    """Check an application for the qualification as it is typed."""
    return rules.fundraising(values, body(organisation_of(code), on), on)


def recognised(approval: Approval) -> Outcome:
    """Enter the recognition: the register holds the body as a charity from the day of the decision."""
    organisation = organisation_of(approval.subject_code)
    grant_attribute(
        organisation_id=organisation.pk,
        code=AttributeCode.CHARITY,
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
        granted_by=approval.authority.name,
        published_at=approval.decided_on,
    )
    sentence = f"认定“{organisation.name}”为慈善组织，自{approval.decided_on}起，登记簿和公开页面已经注明。"
    return Outcome(organisation.public_code, organisation.name, sentence, "慈善组织认定决定书")


def qualified(approval: Approval) -> Outcome:
    """Enter the qualification with the number of its certificate, and publish the permit."""
    organisation = organisation_of(approval.subject_code)
    number = certificate_number(organisation, approval.decided_on)
    grant_attribute(
        organisation_id=organisation.pk,
        code=AttributeCode.PUBLIC_FUNDRAISING,
        basis=approval.document_number,
        effective_on=approval.decided_on,
        actor=approval.actor,
        value=number,
        granted_by=approval.authority.name,
        published_at=approval.decided_on,
    )
    permits.record(
        organisation,
        approval,
        title="准予公开募捐资格",
        content=f"准予{organisation.name}开展公开募捐，公开募捐资格证书编号{number}。",
        category=PermitCategory.ORDINARY,
    )
    sentence = f"准予公开募捐资格，证书编号{number}。开展公开募捐活动前应当逐次备案募捐方案。"
    return Outcome(organisation.public_code, organisation.name, sentence)


def certificate_number(organisation: Organisation, on: date) -> str:
    """Return a new number of a qualification certificate: unified code, ``G``, two digits of the year, serial."""
    code, year = organisation.public_code, on.year % 100
    return f"{code}G{year:02}{take(f'CH-FUND/{code}/{year:02}'):03}"


@transaction.atomic
def revoke(
    *, organisation: Organisation, document: str, reason: str, provision: str, effective_on: date, actor: User
) -> QualificationLoss:
    """Take the qualification away by a decision: fundraising stops at once, money raised is used as filed.

    Activities that run are suspended; their plans stay public with what was raised (令74号第二十三条). Raises
    :class:`ConflictError` where the qualification is not held, :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    permissions.require(actor, Permission.ATTRIBUTE_GRANT, organisation.authority.division_code)
    faults = {
        name: gettext("请填写。")
        for name, text in {"document": document, "reason": reason, "provision": provision}.items()
        if not text.strip()
    }
    if effective_on > timezone.localdate():
        faults["effective_on"] = gettext("撤销日期不能晚于今天。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    end_attribute(
        organisation_id=organisation.pk,
        code=AttributeCode.PUBLIC_FUNDRAISING,
        basis=document,
        effective_on=effective_on,
        actor=actor,
    )
    loss = QualificationLoss.objects.create(
        organisation=organisation,
        lost_on=effective_on,
        document=document.strip()[:120],
        reason=reason.strip()[:500],
        provision=provision.strip()[:300],
        actor=actor,
        recorded_at=timezone.now(),
    )
    running = FundraisingPlan.objects.select_for_update().filter(
        organisation=organisation, state=PlanState.FILED, ends_on__gte=effective_on
    )
    plans = [plan.pk for plan in running.order_by("pk")]
    stopped = FundraisingPlan.objects.filter(pk__in=plans).update(state=PlanState.SUSPENDED)
    # What was given before is the charity's, and platforms may still report it.
    FundraisingActivity.objects.filter(plan__in=plans, closed_at__isnull=True).update(closed_at=_since(effective_on))
    audit.record(
        actor=actor,
        action="charity.revoke-qualification",
        target=organisation,
        jurisdiction=organisation.authority.division_code,
        detail={"document": loss.document, "plans_suspended": stopped},
    )
    return loss


def _since(effective_on: date) -> datetime:
    """The moment from which a decision stops activities: its day's beginning, or now where it is of today."""
    if effective_on == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(effective_on, time()))
