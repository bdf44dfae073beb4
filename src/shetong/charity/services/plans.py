"""Filing fundraising plans: the number, the version, and the activity that it opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.casework.services.numbers import take
from shetong.charity import entry_types
from shetong.charity.models import (
    FundraisingActivity,
    FundraisingPlan,
    PlanState,
    PlanVersion,
    Platform,
    Project,
    VersionKind,
)
from shetong.charity.queries import public_log as content
from shetong.charity.queries.projects import organisation as organisation_of
from shetong.charity.rules import log_content, plans
from shetong.charity.services.permission import SYSTEM
from shetong.charity.services.projects import open_project
from shetong.core.findings import Finding
from shetong.ledger.services.entries import Act, append
from shetong.registry.models import AttributeCode, Organisation

# Answers that name people or say how to reach them stay in the case.
PRIVATE = plans.PRIVATE


def check(values: Values, authority: Authority, on: date, code: str) -> list[Finding]:  # noqa: ARG001 - a check's form
    """Check a plan as it is typed; see :mod:`shetong.charity.rules.plans`."""
    return plans.check(values, filer(organisation_of(code), values, on), on)


def filer(organisation: Organisation, values: Values, on: date) -> plans.Filer:
    """What the register knows of who files. Three queries."""
    held = organisation.attributes.filter(code=AttributeCode.PUBLIC_FUNDRAISING).order_by("-valid_from").first()
    start = _date(values.get("start_date")) or on
    running = FundraisingPlan.objects.filter(organisation=organisation, state=PlanState.FILED, ends_on__gte=on)
    platforms = Platform.objects.filter(designated_on__lte=start).exclude(withdrawn_on__lte=start)
    return plans.Filer(
        organisation.name,
        held.valid_from if held else None,
        held.valid_to if held else None,
        frozenset(running.values_list("name", flat=True)),
        frozenset(platforms.values_list("name", flat=True)),
    )


def filed(approval: Approval) -> Outcome:
    """Enter an accepted plan under a new number and open its activity."""
    plan = file_plan(
        organisation=organisation_of(approval.subject_code),
        values=approval.values,
        authority=approval.authority.name,
        filed_on=approval.decided_on,
        case_number=approval.case_number,
        actor=approval.actor or SYSTEM,
        demo=approval.demo,
    )
    sentence = f"公开募捐方案已经备案，备案编号为{plan.number}，请在募捐活动和页面的显著位置公布。"
    return Outcome(approval.subject_code, plan.organisation.name, sentence)


@transaction.atomic
def file_plan(
    *,
    organisation: Organisation,
    values: Mapping[str, Any],
    authority: str,
    filed_on: date,
    case_number: str,
    actor: Any,
    demo: bool = False,
) -> FundraisingPlan:
    """Give a plan its number (code, ``A``, year, serial), keep what was filed, and open the activity with its project.

    ``values``: the answers by name. What the rules refuse was refused before; this enters what was decided.
    """
    public = {name: plain(value) for name, value in values.items() if name not in PRIVATE}
    public["starts_on"], public["ends_on"] = str(values["start_date"]), str(values["end_date"])
    year = filed_on.year % 100
    code = organisation.public_code
    plan = FundraisingPlan.objects.create(
        organisation=organisation,
        number=f"{code}A{year:02}{take(f'CH-PLAN/{code}/{year:02}'):03}",
        name=str(values["plan_name"]),
        starts_on=date.fromisoformat(public["starts_on"]),
        ends_on=date.fromisoformat(public["ends_on"]),
        target=values.get("fundras_target") or None,
        emergency=bool(values.get("emergency")),
        authority_name=authority,
        filed_on=filed_on,
        demo=demo or organisation.demo,
    )
    version = PlanVersion.objects.create(
        plan=plan,
        number=1,
        kind=VersionKind.ORIGINAL,
        content=public,
        digest=log_content.digest({"content": public, "reason": ""}),
        case_number=case_number,
        filed_on=filed_on,
        recorded_at=timezone.now(),
    )
    FundraisingActivity.objects.create(plan=plan, project=_project(organisation, values), opened_at=timezone.now())
    body = content.plan_body(version)
    append(log=content.CHARITY, acts=[Act(f"plan-{version.pk}", entry_types.PLAN.name, 1, body)])
    audit.record(actor=actor, action="charity.file-plan", target=plan, detail={"number": plan.number})
    return plan


def _project(organisation: Organisation, values: Mapping[str, Any]) -> Project:
    name = str(values["support_project"])
    known = Project.objects.filter(organisation=organisation, name=name).order_by("-pk").first()
    return known or open_project(
        organisation=organisation,
        name=name,
        summary=str(values["purpose_use"]),
        purpose=str(values["purpose_of_donation"])[:40],
        area=str(values.get("offsite_area") or "全国"),
        beneficiaries=str(values["recipient_scope"]),
        starts_on=date.fromisoformat(str(values["start_date"])),
        surplus=str(values.get("remain_assets_desc") or ""),
        actor=SYSTEM,
    )


def plain(value: Any) -> Any:
    """Return an answer as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
