"""What became of a disbursement: a partner's spending, evidence, and that it reached who it was for."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.charity import entry_types
from shetong.charity.models import Beneficiary, Disbursement, Evidence, EvidenceKind, OutflowKind, SubDisbursement
from shetong.charity.queries import public_log as content
from shetong.charity.services import locks
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.public_texts import require_public
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.ledger.services.entries import Act, append


@transaction.atomic
def partner_spent(
    *,
    grant: int,
    quantity: int,
    purpose: str,
    spent_on: date,
    actor: Actor,
    payee: str = "",
    beneficiary: Beneficiary | None = None,
) -> SubDisbursement:
    """Record what a partner did with the next ``quantity`` units of a grant.

    Raises :class:`ConflictError` where the grant is none or less is left of it, :class:`ForbiddenError`.
    """
    row = _row(grant, actor)
    require_public(purpose=purpose, payee=payee)
    if row.kind != OutflowKind.GRANT:
        raise ConflictError(gettext("只有拨付执行机构的支出才登记执行机构的使用情况。"), code="not-a-grant")
    if not 0 < quantity <= row.quantity - row.returned - row.sub_disbursed:
        raise ConflictError(gettext("金额应大于零，且不超过拨付款的余额，请核对。"), code="grant-insufficient")
    if beneficiary is not None and beneficiary.project_id != row.pool.project_id:
        raise InvalidInputError(gettext("受益人应属于同一个项目，请核对。"), code="project-of-another")
    part = SubDisbursement.objects.create(
        disbursement=row,
        part_from=row.sub_disbursed,
        part_to=row.sub_disbursed + quantity,
        purpose=purpose.strip()[:200],
        payee=payee,
        beneficiary=beneficiary,
        spent_on=spent_on,
        recorded_at=timezone.now(),
    )
    people = content.recipient(beneficiary)
    body = content.part_body(part)
    append(log=content.CHARITY, acts=[Act(f"part-{part.pk}", entry_types.PART.name, 1, body, people)])
    audit.record(actor=actor, action="charity.partner-spent", target=part, detail={"quantity": quantity})
    return part


@transaction.atomic
def prove(
    *,
    disbursement: int,
    kind: EvidenceKind,
    title: str,
    digest: str,
    actor: Actor,
    part: SubDisbursement | None = None,
    reached_final: bool = False,
) -> Evidence:
    """Attach a document by its SHA-256 (hexadecimal), and say whether it proves that means reached who they were for.

    A document that names people is kept outside; the public sees title and digest. Raises :class:`InvalidInputError`,
    :class:`ConflictError` where it is attached already, or a grant is said to have arrived as a whole.
    """
    row = _row(disbursement, actor)
    if part is not None and part.disbursement_id != row.pk:
        raise InvalidInputError(gettext("执行机构支出不属于这笔拨付，请核对。"), code="part-of-another")
    if reached_final and row.kind == OutflowKind.GRANT and part is None:
        raise ConflictError(
            gettext("拨付款是否到达受益人，应按执行机构的各笔支出登记。"), code="grant-arrives-in-parts"
        )
    if not title.strip():
        raise InvalidInputError(gettext("请填写凭证名称。"), fields={"title": gettext("请填写凭证名称。")})
    require_public(title=title)
    if Evidence.objects.filter(disbursement=row, part=part, digest=digest).exists():
        raise ConflictError(gettext("这份凭证已经登记过了。"), code="evidence-known")
    evidence = Evidence.objects.create(
        disbursement=row, part=part, kind=kind, title=title.strip()[:200], digest=digest, recorded_at=timezone.now()
    )
    body = content.evidence_body(evidence)
    acts = [Act(f"evidence-{evidence.pk}", entry_types.EVIDENCE.name, 1, body)]
    arrived = part or row
    if reached_final and not arrived.reached_final:
        arrived.reached_final = True
        arrived.save(update_fields=["reached_final"])
        reference = content.reached_reference(arrived)
        acts.append(Act(reference, entry_types.REACHED.name, 1, content.reached_body(arrived)))
    append(log=content.CHARITY, acts=acts)
    audit.record(actor=actor, action="charity.prove", target=evidence, detail={"reached": reached_final})
    return evidence


def _row(number: int, actor: Actor) -> Disbursement:
    row = locks.disbursement(number)
    authorise(actor, row.pool.organisation)
    return row
