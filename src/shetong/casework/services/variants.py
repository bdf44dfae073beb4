"""Regional differences of matters: entered with their basis from a day on, ended, never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework import catalogue
from shetong.casework.models import MatterVariant
from shetong.casework.queries import matters
from shetong.core import divisions
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.statutes import Unit
from shetong.core.working_days import Period

MOST_MATERIALS = 20


def draft(
    *,
    matter: str,
    division_code: str,
    valid_from: date,
    basis: str,
    valid_to: date | None = None,
    promised_number: int | None = None,
    promised_unit: str = "",
    without_steps: Sequence[str] = (),
    without_materials: Sequence[str] = (),
    more_materials: Sequence[str] = (),
) -> MatterVariant:
    """Return a difference that is not stored, checked as a whole, so that the guide can be shown with it.

    ``more_materials``: titles. Raises :class:`InvalidInputError` with every fault by field.
    """
    declared = catalogue.national(matter)
    faults = {}
    if divisions.get(division_code) is None and division_code != divisions.NATION:
        faults["division_code"] = gettext("请填写六位行政区划代码，全国填 100000。")
    if valid_from < timezone.localdate():
        faults["valid_from"] = gettext("生效日期不能早于今天：已受理的办件沿用受理时的规定。")
    if valid_to is not None and valid_to <= valid_from:
        faults["valid_to"] = gettext("失效日期须晚于生效日期。")
    if not basis.strip():
        faults["basis"] = gettext("请写明依据，例如文件名称和文号。")
    if promised_number is not None and promised_unit not in ("day", "working_day"):
        faults["promised_unit"] = gettext("请选择承诺时限的单位。")
    titles = [title.strip() for title in more_materials if title.strip()]
    if len(titles) > MOST_MATERIALS or any(len(title) > 80 for title in titles):
        faults["more_materials"] = gettext("最多增加%(most_materials)s项材料，每项名称最多80个字。") % {
            "most_materials": MOST_MATERIALS
        }
    if promised_number is None and not (without_steps or without_materials or titles):
        faults["promised_number"] = gettext("请至少写明一项与全国规定不同之处。")
    row = MatterVariant(
        matter=declared.code,
        division_code=division_code,
        valid_from=valid_from,
        valid_to=valid_to,
        promised_number=promised_number,
        promised_unit=promised_unit if promised_number is not None else "",
        without_steps=list(without_steps),
        without_materials=list(without_materials),
        more_materials=[
            {"code": f"local-{division_code}-{number}", "title": title} for number, title in enumerate(titles, 1)
        ],
        basis=basis.strip()[:300],
    )
    if not faults:
        faults = _against_law(row)
    if faults:
        raise InvalidInputError(gettext("地区差异有误，请改正后重试。"), fields=faults)
    return row


def _against_law(row: MatterVariant) -> dict[str, str]:
    """Return what a difference must not do: name what is not there, or promise more time than the law gives."""
    try:
        resulting = matters.with_row(row)
    except ValueError:
        return {"without_steps": "所选的环节或者材料在本地区的这个事项中没有，或者不能省去。"}
    legal, promised = resulting.limits.legal(row.valid_from), resulting.limits.promised
    if row.promised_number and promised and not _within(promised, legal):
        return {"promised_number": f"承诺时限不能长于法定时限（{legal}）。"}
    return {}


def _within(promised: Period, legal: Period) -> bool:
    """Whether a promise never takes longer than the law gives: so many working days take at least 7/5 as many days."""
    if promised.unit == legal.unit or promised.unit is Unit.DAY:
        return promised.number <= legal.number
    return promised.number * 7 <= legal.number * 5


@transaction.atomic
def add(*, row: MatterVariant, actor: User) -> MatterVariant:
    """Put a difference from :func:`draft` in force from its day on.

    Raises :class:`ConflictError` where the division has one for the matter in these days already.
    """
    permissions.require(actor, Permission.MATTER_MANAGE, row.division_code)
    row.recorded_by, row.recorded_at = actor, timezone.now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise ConflictError(gettext("本地区这段时间已经有这个事项的差异，请先让原来的失效，再增加新的。")) from None
    _record(actor, "variant.add", row)
    return row


@transaction.atomic
def end(*, variant_id: int, valid_to: date, actor: User) -> MatterVariant:
    """End a difference on a day (exclusive), today at the earliest; running cases keep what held for them."""
    row = MatterVariant.objects.select_for_update(of=("self",)).filter(pk=variant_id).first()
    if row is None:
        raise NotFoundError(gettext("没有找到这项地区差异。"))
    permissions.require(actor, Permission.MATTER_MANAGE, row.division_code)
    today = timezone.localdate()
    if row.valid_to is not None and row.valid_to <= today:
        raise WrongStateError(gettext("这项差异已经失效。"))
    if valid_to < today or valid_to <= row.valid_from or (row.valid_to is not None and valid_to > row.valid_to):
        message = gettext("失效日期不能早于今天，须晚于生效日期，也不能比原定的晚。")
        raise InvalidInputError(message, fields={"valid_to": message})
    row.valid_to = valid_to
    row.save(update_fields=["valid_to"])
    _record(actor, "variant.end", row)
    return row


def _record(actor: User, action: str, row: MatterVariant) -> None:
    audit.record(
        actor=actor,
        action=action,
        target=row,
        jurisdiction=row.division_code,
        detail={
            "matter": row.matter,
            "from": str(row.valid_from),
            "to": str(row.valid_to) if row.valid_to else None,
            "basis": row.basis,
        },
    )
