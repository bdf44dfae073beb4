"""Correction of what was recorded wrongly (更正): the wrong filing stays, and its correction amends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.core.text import key
from shetong.registry.models import Filing, FilingKind, Organisation
from shetong.registry.rules.history import SINCE_ELEMENTS, VOID
from shetong.registry.rules.values import ELEMENT_NAMES, clean
from shetong.registry.services import locks
from shetong.registry.services.recording import authorise, record

CORRECTABLE = ELEMENT_NAMES - {"status"} - set(SINCE_ELEMENTS)


@transaction.atomic
def correct(
    *,
    filing_id: int,
    values: Mapping[str, Any],
    basis: str,
    actor: User | None,
    effective_on: date | None = None,
    void: bool = False,
) -> Filing:
    """Correct a filing and return the correction.

    ``values``: the right values of data elements, also of those that the filing forgot; ``effective_on``: the right
    effective date where that was wrong. ``void`` says that the filing should never have been made (a registration
    cannot be voided: that is a matter of 撤销登记).

    Raises :class:`NotFoundError`, :class:`InvalidInputError`, :class:`ForbiddenError`, :class:`WrongStateError`,
    :class:`ConflictError` where the corrected history would contradict itself or another body.
    """
    corrected = Filing.objects.filter(pk=filing_id).first()
    if corrected is None:
        raise NotFoundError(gettext("没有找到要更正的记载，请核对后再办理。"))
    if corrected.kind == FilingKind.CORRECTION:
        raise InvalidInputError(gettext("更正记载不能再更正，请对最初的记载办理更正。"), code="correct-the-original")
    cleaned = clean(values, allowed=CORRECTABLE)
    if void and corrected.kind in (FilingKind.REGISTRATION, FilingKind.IMPORT):
        raise InvalidInputError(
            gettext("成立登记和导入的记载不能作废；需要撤销登记的，请办理撤销登记。"), code="void-registration"
        )
    if void and (cleaned or effective_on):
        raise InvalidInputError(gettext("作废记载时不需要填写更正内容，请删去。"))
    organisation = locks.take(
        names=[key(cleaned["name"])] if cleaned.get("name") else [],
        codes=[cleaned["uscc"]] if cleaned.get("uscc") else [],
        organisations=[corrected.organisation_id],
    )[corrected.organisation_id]
    authorise(actor, Permission.REGISTER_CORRECT, organisation.authority.division_code)
    _check_code(organisation, cleaned.get("uscc"))
    return record(
        organisation=organisation,
        kind=FilingKind.CORRECTION,
        after={VOID: True} if void else cleaned,
        basis=basis,
        effective_on=effective_on or _effective(corrected),
        actor=actor,
        action="registry.correct",
        corrects=corrected,
    )


def _effective(corrected: Filing) -> date:
    """The date of the latest correction, which may have moved the filing; else its own."""
    latest = corrected.corrections.order_by("-pk").first()
    return (latest or corrected).effective_on


def _check_code(organisation: Organisation, uscc: str | None) -> None:
    if uscc and Organisation.objects.filter(uscc=uscc).exclude(pk=organisation.pk).exists():
        raise ConflictError(
            gettext("统一社会信用代码%(uscc)s已属于另一个组织，请核对。") % {"uscc": uscc}, code="code-taken"
        )
