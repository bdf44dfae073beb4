"""Granting and ending dated attributes: charity, public fundraising, volunteer mark and the rest."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.registry.models import AttributeCode, Filing, FilingKind
from shetong.registry.rules import history
from shetong.registry.rules.history import ATTRIBUTE_PREFIX
from shetong.registry.services import locks
from shetong.registry.services.projection import load
from shetong.registry.services.recording import authorise, record

CL_22 = "《中华人民共和国慈善法》第二十二条"
GRADES = ("1A", "2A", "3A", "4A", "5A")


@transaction.atomic
def grant_attribute(
    *,
    organisation_id: int,
    code: AttributeCode,
    basis: str,
    effective_on: date,
    actor: User | None,
    value: str = "",
    valid_to: date | None = None,
    granted_by: str = "",
    published_at: date | None = None,
) -> Filing:
    """Record an attribute held from ``effective_on`` (to ``valid_to``, exclusive) and return the filing.

    ``value``: the grade of an evaluation (``1A`` … ``5A``), the certificate number of a fundraising qualification.
    ``basis`` is kept as the basis document. Raises :class:`ConflictError` where it is held already or, for public
    fundraising, where the body is no charity; else as :func:`record`.
    """
    organisation = locks.take_one(organisation_id)
    authorise(actor, Permission.ATTRIBUTE_GRANT, organisation.authority.division_code)
    _check_grant(code, value, effective_on, valid_to)
    key = f"{ATTRIBUTE_PREFIX}{code}"
    spans = history.spans(load(organisation.pk).stands, ATTRIBUTE_PREFIX)
    for span in spans:
        if span.key == key and (span.end is None or span.end > effective_on) and not _ends_by(valid_to, span.start):
            raise ConflictError(
                gettext("该组织在此期间已有“%(label)s”，请先终止原有的再办理。") % {"label": gettext(str(code.label))},
                code="attribute-held",
            )
    if code == AttributeCode.PUBLIC_FUNDRAISING:
        held = history.held_on(spans, effective_on)
        if f"{ATTRIBUTE_PREFIX}{AttributeCode.CHARITY}" not in held:
            raise ConflictError(gettext("只有慈善组织可以取得公开募捐资格，请先办理慈善组织认定。"), provision=CL_22)
    details = {
        "valid_from": effective_on.isoformat(),
        "valid_to": valid_to.isoformat() if valid_to else None,
        "value": value.strip(),
        "basis_document": basis.strip()[:120],
        "granted_by": granted_by.strip() or organisation.authority.name,
        "published_at": published_at.isoformat() if published_at else None,
    }
    return record(
        organisation=organisation,
        kind=FilingKind.ATTRIBUTE,
        after={key: {name: detail for name, detail in details.items() if detail}},
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.grant-attribute",
    )


@transaction.atomic
def end_attribute(
    *, organisation_id: int, code: AttributeCode, basis: str, effective_on: date, actor: User | None
) -> Filing:
    """Record that an attribute is no longer held from ``effective_on`` and return the filing.

    With the charity attribute the public-fundraising qualification ends too. Raises :class:`ConflictError` where it is
    not held on that day.
    """
    organisation = locks.take_one(organisation_id)
    authorise(actor, Permission.ATTRIBUTE_GRANT, organisation.authority.division_code)
    key = f"{ATTRIBUTE_PREFIX}{code}"
    held = history.held_on(history.spans(load(organisation.pk).stands, ATTRIBUTE_PREFIX), effective_on)
    if key not in held:
        raise ConflictError(
            gettext("该组织在%(effective_on)s没有“%(label)s”，无需终止。")
            % {"effective_on": effective_on, "label": gettext(str(code.label))},
            code="attribute-not-held",
        )
    ended = {key: None}
    dependent = f"{ATTRIBUTE_PREFIX}{AttributeCode.PUBLIC_FUNDRAISING}"
    if code == AttributeCode.CHARITY and dependent in held:
        ended[dependent] = None
    return record(
        organisation=organisation,
        kind=FilingKind.ATTRIBUTE,
        after=ended,
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        action="registry.end-attribute",
    )


def _ends_by(valid_to: date | None, day: date) -> bool:
    return valid_to is not None and valid_to <= day


def _check_grant(code: AttributeCode, value: str, effective_on: date, valid_to: date | None) -> None:
    faults = {}
    if valid_to is not None and valid_to <= effective_on:
        faults["valid_to"] = gettext("截止日期应晚于起始日期。")
    if code == AttributeCode.EVALUATION and value.strip() not in GRADES:
        faults["value"] = gettext("评估等级应为%(list)s之一。") % {"list": "、".join(GRADES)}
    if len(value.strip()) > 40:
        faults["value"] = gettext("证书编号最多40个字符，请核对。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
