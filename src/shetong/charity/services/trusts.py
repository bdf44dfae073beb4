"""Charitable trusts: filed under a number, filed again when the trustee or anything else changes, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.casework.services.numbers import take
from shetong.charity import entry_types
from shetong.charity.models import CharitableTrust, TrustFiling, TrustFilingKind, TrustState
from shetong.charity.queries import public_log as content
from shetong.charity.rules import log_content, trusts
from shetong.charity.services.permission import SYSTEM
from shetong.charity.services.plans import plain
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.core.findings import Finding
from shetong.ledger.services.entries import Act, append
from shetong.registry.models import Organisation

# Answers → columns of the trust.
_COLUMNS = {
    "trust_name": "name",
    "trust_supervisor": "supervisor",
    "trust_purpose": "purpose",
    "trust_amount": "amount",
    "signed_on": "signed_on",
    "trust_ends_on": "ends_on",
    "trust_executor": "executor",
}


def check(values: Values, authority: Authority, on: date, code: str) -> list[Finding]:  # noqa: ARG001 - a check's form
    """Check a trust as it is typed; see :mod:`shetong.charity.rules.trusts`."""
    number = str(values.get("trust_number") or "").strip().upper()
    known = None
    if number and values.get("trust_filing_kind") != TrustFilingKind.NEW:
        found = CharitableTrust.objects.filter(number=number, state=TrustState.RUNNING)
        # A new trustee files a change of trustee, so the trust is not yet its own.
        if values.get("trust_filing_kind") != TrustFilingKind.TRUSTEE:
            found = found.filter(trustee_code=code)
        known = found.exists()
    return trusts.check(values, known, on)


def filed(approval: Approval) -> Outcome:
    """File what was accepted: a new trust under a new number, or a further filing of one."""
    values = approval.values
    kind = TrustFilingKind(str(values["trust_filing_kind"]))
    given: dict[str, Any] = {
        "kind": kind,
        "trustee_code": approval.subject_code,
        "values": values,
        "filed_on": approval.decided_on,
        "case_number": approval.case_number,
        "actor": approval.actor or SYSTEM,
    }
    if kind is TrustFilingKind.NEW:
        trust = file_trust(authority=approval.authority.name, demo=approval.demo, **given)
        sentence = f"慈善信托已经备案，备案编号为{trust.number}。"
    else:
        trust = file_change(number=str(values["trust_number"]), **given)
        sentence = f"慈善信托{trust.number}的{kind.label}已经备案。"
    return Outcome(approval.subject_code, trust.trustee_name, sentence)


@transaction.atomic
def file_trust(
    *,
    kind: TrustFilingKind,
    trustee_code: str,
    values: Values,
    authority: str,
    filed_on: date,
    case_number: str,
    actor: Any,
    demo: bool = False,
) -> CharitableTrust:
    """Enter a new trust under a new number (the trustee's code, ``T``, year, serial) and return it."""
    trustee = Organisation.objects.filter(uscc=trustee_code).first()
    year = filed_on.year % 100
    trust = CharitableTrust.objects.create(
        number=f"{trustee_code}T{year:02}{take(f'CH-TRUST/{trustee_code}/{year:02}'):03}",
        trustee=trustee,
        trustee_code=trustee_code,
        trustee_name=trustee.name if trustee else str(values.get("trustee_name") or ""),
        settlor=str(values.get("settlor_name") or "") if values.get("settlor_public") is True else "",
        authority_name=authority,
        filed_on=filed_on,
        demo=demo or bool(trustee and trustee.demo),
        **_columns(values),
    )
    _file(trust, kind, values, filed_on, case_number, actor)
    return trust


@transaction.atomic
def file_change(
    *,
    number: str,
    kind: TrustFilingKind,
    trustee_code: str,
    values: Values,
    filed_on: date,
    case_number: str,
    actor: Any,
) -> CharitableTrust:
    """File a change of trustee, another change or the end of a trust, and return it.

    Raises :class:`NotFoundError`, :class:`ConflictError` where it has ended or somebody else is its trustee.
    """
    if kind is TrustFilingKind.NEW:
        raise InvalidInputError(gettext("设立备案取得新的编号。"), code="trust-kind")
    trust = CharitableTrust.objects.select_for_update().filter(number=number.strip().upper()).first()
    if trust is None:
        raise NotFoundError(gettext("没有这个慈善信托，请核对备案编号。"), code="trust-not-found")
    if trust.state != TrustState.RUNNING:
        raise ConflictError(gettext("这个慈善信托已经终止，不能再办理变更。"), code="trust-ended")
    if kind is TrustFilingKind.TRUSTEE:
        trustee = Organisation.objects.filter(uscc=trustee_code).first()
        trust.trustee, trust.trustee_code = trustee, trustee_code
        trust.trustee_name = trustee.name if trustee else str(values.get("trustee_name") or "")
    elif trust.trustee_code != trustee_code:
        raise ConflictError(gettext("只有现任受托人可以办理，请由其提出。"), code="trust-of-another")
    for column, value in _columns(values).items():
        setattr(trust, column, value)
    if kind is TrustFilingKind.END:
        trust.state = TrustState.ENDED
    trust.save()
    _file(trust, kind, values, filed_on, case_number, actor)
    return trust


def _columns(values: Values) -> dict[str, Any]:
    found = {column: values[name] for name, column in _COLUMNS.items() if values.get(name) not in (None, "")}
    for column in ("signed_on", "ends_on"):
        if column in found:
            found[column] = date.fromisoformat(str(found[column]))
    return found


def _file(
    trust: CharitableTrust, kind: TrustFilingKind, values: Values, filed_on: date, case_number: str, actor: Any
) -> None:
    public = {name: plain(value) for name, value in values.items() if name not in trusts.PRIVATE}
    reason = str(values.get("trust_reason") or "")
    filing = TrustFiling.objects.create(
        trust=trust,
        number=(trust.filings.aggregate(last=Max("number"))["last"] or 0) + 1,
        kind=kind,
        trustee_code=trust.trustee_code,
        content=public,
        digest=log_content.digest({"content": public, "reason": reason}),
        reason=reason,
        case_number=case_number,
        filed_on=filed_on,
        recorded_at=timezone.now(),
    )
    body = content.trust_body(filing)
    append(log=content.CHARITY, acts=[Act(f"trust-{filing.pk}", entry_types.TRUST.name, 1, body)])
    audit.record(actor=actor, action="charity.file-trust", target=trust, detail={"number": trust.number, "kind": kind})
