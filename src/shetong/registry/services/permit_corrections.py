"""Correcting what is published of a permit: the record, never the decision; with a reason, kept in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.registry.models import PermitCategory, PermitRecord

# What can be set right: how the decision is told. Its number, day and authority are the decision's own.
CORRECTABLE = (
    "document_title", "category", "title", "content", "valid_from", "valid_to", "certificate_title",
    "certificate_number", "subject_name", "legal_representative",
)  # fmt: skip
REQUIRED = ("document_title", "category", "title", "content", "valid_from", "subject_name", "legal_representative")


@transaction.atomic
def correct(*, permit_id: int, values: Mapping[str, Any], reason: str, actor: User) -> PermitRecord:
    """Set published data of a permit right; receivers are told by the next file. ``values``: by field, all or some.

    Raises :class:`InvalidInputError` by field, :class:`NotFoundError`, :class:`WrongStateError` where nothing differs
    or the permit is withdrawn, ``ForbiddenError``.
    """
    found = PermitRecord.objects.select_for_update(of=("self",)).select_related("organisation__authority")
    permit = found.filter(pk=permit_id).first()
    if permit is None:
        raise NotFoundError(gettext("没有找到这项行政许可。"))
    division = permit.organisation.authority.division_code
    permissions.require(actor, Permission.REGISTER_CORRECT, division)
    if permit.withdrawn_at is not None:
        raise WrongStateError(gettext("这项公示已经撤回，不能再更正。"))
    given = {name: _tidy(values[name]) for name in CORRECTABLE if name in values}
    _check(permit, given, reason)
    changed = {name: value for name, value in given.items() if value != getattr(permit, name)}
    if not changed:
        raise WrongStateError(gettext("内容没有变化，不需要更正。"))
    before = {name: getattr(permit, name) for name in changed}
    for name, value in changed.items():
        setattr(permit, name, value)
    permit.corrected_at, permit.correction = timezone.now(), reason.strip()
    permit.save(update_fields=[*changed, "corrected_at", "correction"])
    audit.record(
        actor=actor,
        action="permit.correct",
        target=permit,
        jurisdiction=division,
        detail={
            "document": permit.document_number,
            "reason": permit.correction,
            # The representative's name is personal: that it was changed is told, not what it was.
            "changed": {
                name: "" if name == "legal_representative" else f"{before[name] or ''} → {value or ''}"[:300]
                for name, value in changed.items()
            },
        },
    )
    return permit


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _check(permit: PermitRecord, given: Mapping[str, Any], reason: str) -> None:
    faults = {name: "请填写。" for name in REQUIRED if name in given and not given[name]}
    for name, value in given.items():
        longest = PermitRecord._meta.get_field(name).max_length if isinstance(value, str) else None  # type: ignore[union-attr]
        if longest and len(str(value)) > longest:
            faults[name] = gettext("最多%(longest)s个字。") % {"longest": longest}
    if given.get("category") and given["category"] not in PermitCategory.values:
        faults["category"] = gettext("请选择许可类别。")
    begins, ends = given.get("valid_from", permit.valid_from), given.get("valid_to", permit.valid_to)
    if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
        faults["valid_to"] = gettext("有效期至不能早于有效期自。")
    if not reason.strip() or len(reason.strip()) > 300:
        faults["reason"] = gettext("请写明更正的理由，最多300个字。")
    if faults:
        raise InvalidInputError(gettext("请改正后重试。"), fields=faults)
