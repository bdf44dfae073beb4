"""Checks of an application's substance on the spot or by experts (核查): ordered, then recorded once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.casework.models import Act, CheckFile, Conclusion, Inspection, SiteCheck
from shetong.casework.queries import mandates
from shetong.casework.rules import contents
from shetong.casework.services import materials, moves, scanning, storage, telling
from shetong.casework.states import APL
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

LEAST_OFFICERS = 2
MOST_FILES = 30
FORMATS = (contents.JPEG, contents.PNG, contents.PDF)
ARTICLE = f"{APL}第三十四条第三款"


@transaction.atomic
def order(
    *,
    case_id: int,
    actor: User,
    kind: str,
    purpose: str,
    planned_on: date,
    officers: Sequence[User],
    place: str = "",
) -> SiteCheck:
    """Order a check with at least two officers who may review the authority's cases; the clock runs on.

    Raises :class:`InvalidInputError` with the provision where there are fewer than two.
    """
    case = moves.lock(case_id)
    faults = {}
    if kind not in Inspection.values:
        faults["kind"] = gettext("请选择核查方式。")
    if not purpose.strip():
        faults["purpose"] = gettext("请写明要核实的内容。")
    if planned_on < timezone.localdate():
        faults["planned_on"] = gettext("计划日期不能早于今天。")
    people = {officer.pk: officer for officer in officers}
    if len(people) < LEAST_OFFICERS:
        faults["officers"] = gettext("核查须由两名以上工作人员进行，请再选择一名。")
    if faults:
        raise InvalidInputError(gettext("核查安排有误，请改正后重试。"), fields=faults, provision=ARTICLE)
    for officer in people.values():
        if not permissions.may(officer, Permission.CASE_REVIEW, case.authority_division):
            raise ForbiddenError(
                gettext("%(name)s没有审查本机关办件的权限，不能参加核查。") % {"name": officer.get_full_name()}
            )
        if mandates.sides_with(case, {officer.pk}):
            raise ForbiddenError(gettext("申请人及其经办人不能参加核查。"))
    names = [officer.get_full_name() for officer in people.values()]
    moves.move(
        case,
        Act.ORDER_CHECK,
        actor=actor,
        reason=purpose,
        detail={"kind": kind, "officers": names, "planned_on": str(planned_on)},
    )
    check = SiteCheck.objects.create(
        case=case,
        kind=kind,
        purpose=purpose.strip(),
        place=place.strip()[:200],
        planned_on=planned_on,
        officers=list(people),
        officer_names=names,
        ordered_by=actor,
        ordered_at=timezone.now(),
    )
    moves.wait(case)
    for officer in people.values():
        if officer.pk != actor.pk:
            telling.officer(
                officer, key=f"check:{check.pk}", title=f"{planned_on}请参加{check.get_kind_display()}", case=case
            )
    return check


@transaction.atomic
def note_down(*, check_id: int, actor: User, done_on: date, conclusion: str, record: str) -> SiteCheck:
    """Record what a check found; by one of its officers, once.

    Raises :class:`ConflictError` where it is recorded already, :class:`ForbiddenError` for others.
    """
    found = SiteCheck.objects.filter(pk=check_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这次核查。"))
    case = moves.lock(found.case_id)
    found = SiteCheck.objects.select_for_update().get(pk=check_id)
    if found.recorded_at is not None:
        raise ConflictError(gettext("这次核查已经记录，不能再改；情况有变的请另行安排核查。"))
    if actor.pk not in found.officers:
        raise ForbiddenError(gettext("核查结果由参加核查的人员记录。"))
    faults = {}
    if conclusion not in Conclusion.values:
        faults["conclusion"] = gettext("请选择结论。")
    if not record.strip():
        faults["record"] = gettext("请写明核查的情况。")
    if not timezone.localdate(found.ordered_at) <= done_on <= timezone.localdate():
        faults["done_on"] = gettext("核查日期不能早于安排核查的日期，也不能晚于今天，请改正。")
    if faults:
        raise InvalidInputError(gettext("核查记录有误，请改正后重试。"), fields=faults)
    moves.move(
        case,
        Act.RECORD_CHECK,
        actor=actor,
        reason=record,
        detail={
            "kind": found.kind,
            "officers": list(found.officer_names),
            "conclusion": conclusion,
            "done_on": str(done_on),
            "files": CheckFile.objects.filter(check_made=found, removed_at__isnull=True).count(),
        },
    )
    found.done_on, found.conclusion, found.record = done_on, conclusion, record.strip()
    found.recorded_by, found.recorded_at = actor, timezone.now()
    found.save()
    moves.wait(case)
    return found


def attach(*, check_id: int, actor: User, name: str, content: bytes) -> CheckFile:
    """Add a photo or paper to a check before it is recorded, by one of its officers; the same file again is one.

    Raises :class:`InvalidInputError` with the reason where the file is refused, and as :func:`to_be_recorded`.
    """
    to_be_recorded(check_id=check_id, actor=actor)
    kind = contents.check(content, allowed=FORMATS, largest=settings.UPLOAD_LARGEST)
    scanning.require_clean(content)
    file = storage.keep(content, media_type=kind)
    with transaction.atomic():
        check = to_be_recorded(check_id=check_id, actor=actor)
        there = list(CheckFile.objects.filter(check_made=check, removed_at__isnull=True).order_by("pk"))
        if (known := next((one for one in there if one.file_id == file.pk), None)) is not None:
            return known
        if len(there) >= MOST_FILES:
            raise ConflictError(gettext("一次核查最多%(most)d个附件，请先删去不需要的。") % {"most": MOST_FILES})
        return CheckFile.objects.create(
            check_made=check,
            file=file,
            name=materials.name_of(name, kind, otherwise="核查附件"),
            uploaded_by=actor,
            uploaded_at=timezone.now(),
        )


@transaction.atomic
def detach(*, file_id: int, actor: User) -> None:
    """Take a file back before the check is recorded; the record of it stays."""
    found = CheckFile.objects.filter(pk=file_id, removed_at__isnull=True).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个文件，可能已经删去。"))
    to_be_recorded(check_id=found.check_made_id, actor=actor)
    found.removed_at, found.removed_by = timezone.now(), actor
    found.save(update_fields=["removed_at", "removed_by"])


def to_be_recorded(*, check_id: int, actor: User) -> SiteCheck:
    """Return a check that waits for its record, held for this transaction where there is one.

    Raises :class:`NotFoundError`, :class:`ForbiddenError` for others than its officers, :class:`ConflictError` where
    it is recorded already.
    """
    rows = SiteCheck.objects.filter(pk=check_id)
    check = (rows.select_for_update() if transaction.get_connection().in_atomic_block else rows).first()
    if check is None:
        raise NotFoundError(gettext("没有找到这次核查。"))
    if actor.pk not in check.officers:
        raise ForbiddenError(gettext("核查附件由参加核查的人员上传。"))
    if check.recorded_at is not None:
        raise ConflictError(gettext("这次核查已经记录，不能再增减附件；情况有变的请另行安排核查。"))
    return check
