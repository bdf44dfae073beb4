"""Changes and supplements of filed plans: a further version under the same number, the earlier ones stay."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.charity import entry_types
from shetong.charity.models import FundraisingPlan, PlanState, PlanVersion, VersionKind
from shetong.charity.queries import public_log as content
from shetong.charity.queries.projects import organisation as organisation_of
from shetong.charity.rules import log_content, plan_changes
from shetong.charity.services.permission import SYSTEM
from shetong.charity.services.plans import PRIVATE, filer, plain
from shetong.core.errors import ConflictError, NotFoundError
from shetong.core.findings import Finding
from shetong.ledger.services.entries import Act, append


def check(values: Values, authority: Authority, on: date, code: str) -> list[Finding]:  # noqa: ARG001 - a check's form
    """Check a change as it is typed; see :mod:`shetong.charity.rules.plan_changes`."""
    organisation = organisation_of(code)
    number = str(values.get("plan_number") or "").strip().upper()
    plan = FundraisingPlan.objects.filter(organisation=organisation, number=number).first() if number else None
    return plan_changes.check(values, _filed(plan) if plan else None, filer(organisation, values, on), on)


def prefill(code: str) -> dict[str, Any]:
    """Return the answers of the plan in force, where an organisation has exactly one that is open. Three queries."""
    organisation = organisation_of(code)
    today = timezone.localdate()
    running = list(
        FundraisingPlan.objects.filter(organisation=organisation, state=PlanState.FILED, ends_on__gte=today)[:2]
    )
    if len(running) != 1:
        return {}
    return {"plan_number": running[0].number, **latest(running[0]).content}


def latest(plan: FundraisingPlan) -> PlanVersion:
    """Return the version in force."""
    return plan.versions.latest("number")


def _filed(plan: FundraisingPlan) -> plan_changes.Filed:
    open_ = plan.state == PlanState.FILED
    return plan_changes.Filed(plan.number, open_, plan.starts_on, plan.ends_on, latest(plan).content)


def changed(approval: Approval) -> Outcome:
    """File an accepted change under the plan's number."""
    values = approval.values
    version = change_plan(
        number=str(values["plan_number"]),
        organisation_code=approval.subject_code,
        kind=VersionKind(str(values["change_kind"])),
        values=values,
        reason=str(values["change_reason"]),
        filed_on=approval.decided_on,
        case_number=approval.case_number,
        actor=approval.actor or SYSTEM,
    )
    plan = version.plan
    sentence = (
        f"方案{plan.number}的{version.get_kind_display()}已经备案（第{version.number}版），请同步更新公布的内容。"
    )
    return Outcome(approval.subject_code, plan.organisation.name, sentence)


@transaction.atomic
def change_plan(
    *,
    number: str,
    organisation_code: str,
    kind: VersionKind,
    values: Values,
    reason: str,
    filed_on: date,
    case_number: str,
    actor: Any,
) -> PlanVersion:
    """File a further version; of several at once each is a version of its own, one after the other.

    Raises :class:`NotFoundError` for a plan of nobody or of somebody else, :class:`ConflictError` where it is closed.
    """
    plan = FundraisingPlan.objects.select_for_update().filter(number=number.strip().upper()).first()
    if plan is None or plan.organisation.public_code != organisation_code:
        raise NotFoundError(gettext("没有这个备案编号，请核对。"), code="plan-not-found")
    if plan.state != PlanState.FILED:
        raise ConflictError(gettext("这个方案已经暂停、终止或者结项，不能再变更。"), code="plan-closed")
    merged = plan_changes.merged(latest(plan).content, values)
    public = {name: plain(value) for name, value in merged.items() if name not in PRIVATE}
    public["starts_on"], public["ends_on"] = str(public["start_date"]), str(public["end_date"])
    version = PlanVersion.objects.create(
        plan=plan,
        number=(plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        kind=kind,
        content=public,
        digest=log_content.digest({"content": public, "reason": reason}),
        reason=reason,
        case_number=case_number,
        filed_on=filed_on,
        recorded_at=timezone.now(),
    )
    plan.starts_on, plan.ends_on = date.fromisoformat(public["starts_on"]), date.fromisoformat(public["ends_on"])
    plan.target = public.get("fundras_target") or None
    plan.save(update_fields=["starts_on", "ends_on", "target"])
    append(
        log=content.CHARITY,
        acts=[Act(f"plan-{version.pk}", entry_types.PLAN.name, 1, content.plan_body(version))],
    )
    audit.record(
        actor=actor,
        action="charity.change-plan",
        target=plan,
        detail={"number": plan.number, "version": version.number, "kind": kind},
    )
    return version
