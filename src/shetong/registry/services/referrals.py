"""Handing over to credit management, and taking up what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.registry.models import CreditReferral, Organisation, ReferralState
from shetong.registry.services.recording import SYSTEM


@transaction.atomic
def refer(
    *,
    organisation: Organisation,
    source: str,
    ground: str,
    provision: str,
    facts: Sequence[tuple[str, str]],
    referred_on: date,
) -> CreditReferral | None:
    """Hand a fact over once and return the referral, ``None`` where its source was referred before."""
    referral, new = CreditReferral.objects.get_or_create(
        source=source,
        defaults={
            "organisation": organisation,
            "ground": ground[:300],
            "provision": provision[:300],
            "facts": [list(fact) for fact in facts],
            "referred_on": referred_on,
        },
    )
    if not new:
        return None
    audit.record(
        actor=SYSTEM,
        action="registry.refer-credit",
        target=referral,
        jurisdiction=organisation.authority.division_code,
        detail={"source": source},
    )
    return referral


@transaction.atomic
def close(*, referral_id: int, state: ReferralState, note: str, actor: User | None) -> CreditReferral:
    """Close a referral that waits: taken up, dismissed, or settled because the fact is gone. The caller has permission.

    Raises :class:`NotFoundError`, :class:`WrongStateError` where it is closed, :class:`InvalidInputError` for no note.
    """
    referral = CreditReferral.objects.select_for_update(of=("self",)).filter(pk=referral_id).first()
    if referral is None:
        raise NotFoundError(gettext("没有这件移交，请刷新页面查看。"))
    if referral.state != ReferralState.PENDING:
        raise WrongStateError(gettext("这件移交已经处理，请刷新页面。"))
    if not note.strip():
        raise InvalidInputError(gettext("请写明处理说明。"), fields={"note": gettext("请写明处理说明。")})
    referral.state, referral.closed_at, referral.closed_by = state, timezone.now(), actor
    referral.closing_note = note.strip()[:300]
    referral.save(update_fields=["state", "closed_at", "closed_by", "closing_note"])
    audit.record(
        actor=actor or SYSTEM,
        action="registry.close-referral",
        target=referral,
        jurisdiction=referral.organisation.authority.division_code,
        detail={"state": state},
    )
    return referral


def settle(*, source: str, note: str) -> bool:
    """Close what waits because its fact is gone; ``False`` where nothing waits."""
    waiting = CreditReferral.objects.filter(source=source, state=ReferralState.PENDING).first()
    if waiting is None:
        return False
    close(referral_id=waiting.pk, state=ReferralState.SETTLED, note=note, actor=None)
    return True
