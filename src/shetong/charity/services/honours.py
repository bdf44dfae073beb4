"""Donors' honours (守信激励): granted on what was given, named as the donor agreed to, withdrawn with a reason."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.charity.models import DonorHonour
from shetong.charity.rules import privacy
from shetong.charity.rules.qualification import years_later
from shetong.core import statutes
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.registry.models import Authority, Organisation

TERM = "donor_honour_term"


@transaction.atomic
def grant(
    *,
    shown: str,
    ground: str,
    total: int,
    period_from: date,
    period_to: date,
    document: str,
    consented_on: date | None,
    authority: Authority,
    actor: User,
    organisation: Organisation | None = None,
    today: date | None = None,
    demo: bool = False,
) -> DonorHonour:
    """Hold a donor in honour for the time of :data:`TERM`.

    Without the donor's consent nobody is named, so nothing is granted.

    Raises :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    today = today or timezone.localdate()
    permissions.require(actor, Permission.CREDIT_DECIDE, authority.division_code)
    faults = {
        name: gettext("请填写。")
        for name, text in {"shown": shown, "ground": ground, "document": document}.items()
        if not text.strip()
    }
    if consented_on is None:
        faults["consented_on"] = gettext("捐赠人没有同意公开的，不能授予。")
    elif consented_on > today:
        faults["consented_on"] = gettext("同意的日期不能晚于今天。")
    if total <= 0:
        faults["total"] = gettext("捐赠数额应当大于零。")
    if period_to < period_from or period_to > today:
        faults["period_to"] = gettext("期间应当先后有序，不晚于今天。")
    if complaint := privacy.complaint(f"{shown} {ground}"):
        faults["ground"] = complaint
    if faults or consented_on is None:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    made = DonorHonour.objects.create(
        organisation=organisation,
        shown=shown.strip()[:100],
        consented_on=consented_on,
        ground=ground.strip()[:300],
        total=total,
        period_from=period_from,
        period_to=period_to,
        document=document.strip()[:120],
        granted_by=authority.name,
        division_code=authority.division_code,
        effective_on=today,
        expires_on=years_later(today, statutes.in_force(TERM, on=today).value),
        demo=demo or bool(organisation and organisation.demo),
        recorded_at=timezone.now(),
    )
    audit.record(
        actor=actor, action="charity.grant-honour", target=made, jurisdiction=authority.division_code,
        detail={"document": made.document},
    )  # fmt: skip
    return made


@transaction.atomic
def withdraw(*, honour_id: int, reason: str, actor: User, today: date | None = None) -> DonorHonour:
    """Take an honour back, with the reason. Raises :class:`WrongStateError` where it is withdrawn already."""
    found = DonorHonour.objects.select_for_update(of=("self",)).filter(pk=honour_id).first()
    if found is None:
        raise NotFoundError(gettext("没有这项激励，请刷新页面查看。"))
    permissions.require(actor, Permission.CREDIT_DECIDE, found.division_code)
    if found.withdrawn_on is not None:
        raise WrongStateError(gettext("已经撤销。"))
    if not reason.strip():
        raise InvalidInputError(gettext("请写明理由。"), fields={"reason": gettext("请写明理由。")})
    found.withdrawn_on, found.withdrawn_reason = today or timezone.localdate(), reason.strip()[:300]
    found.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    audit.record(actor=actor, action="charity.withdraw-honour", target=found, jurisdiction=found.division_code)
    return found
