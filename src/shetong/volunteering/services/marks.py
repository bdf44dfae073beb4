"""The mark of volunteer organisations and the designation of systems: dated attributes of the register, by filings.

Names that contain 志愿服务, 志愿者 or 义工 are marked without an application, and lose that mark with the name; a
nightly job looks after both. All other marks come from decided cases and stay until somebody ends them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.rules.matters import Approval, Authority, Outcome, Values
from shetong.core.errors import ConflictError, DomainError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.findings import Finding, Severity
from shetong.registry.models import AttributeCode, Organisation, OrganisationKind, Status
from shetong.registry.queries.organisation import find
from shetong.registry.services.attributes import end_attribute, grant_attribute
from shetong.volunteering.models import SystemScope, VolunteerSystem
from shetong.volunteering.queries import marks as queries

logger = structlog.get_logger(__name__)
NAMED = re.compile("志愿服务|志愿者|义工")
BY_NAME = "名称标识"
NOTICE = "民政部办公厅《关于做好志愿服务组织身份标识工作的通知》"
BATCH = 200
_CODE = re.compile(r"[a-z][a-z0-9-]{2,19}")


def check_mark(_values: Values, _authority: Authority, _on: date, code: str) -> list[Finding]:
    """Check an application for the mark."""
    organisation = _body(code)
    found = _normal(organisation)
    if queries.is_marked(organisation.pk):
        found.append(Finding("marked-already", Severity.REFUSE, gettext("该组织已有志愿服务组织标识，无须申请。")))
    elif NAMED.search(organisation.name):
        found.append(
            Finding("marked-by-name", Severity.REFUSE, gettext("名称含志愿服务字样的组织自动标识，无须申请。"))
        )
    if _values.get("keeps_records") is False:
        found.append(
            Finding(
                "no-records", Severity.REFUSE, gettext("志愿服务组织应当如实记录志愿服务信息并免费出具证明。"),
                field="keeps_records", provision="《志愿服务条例》第十九条",
            )
        )  # fmt: skip
    clause = str(_values.get("purpose_clause") or "")
    if clause and not re.search("志愿|义工", clause):
        found.append(
            Finding(
                "purpose-unclear", Severity.WARN, gettext("宗旨条款没有写明志愿服务，请对照章程核对。"),
                field="purpose_clause",
            )
        )  # fmt: skip
    return found


def mark(approval: Approval) -> Outcome:
    """Identify a body as a volunteer organisation from the day of the decision."""
    organisation = _body(approval.subject_code)
    grant_attribute(
        organisation_id=organisation.pk, code=AttributeCode.VOLUNTEER_ORGANISATION, basis=approval.document_number,
        effective_on=approval.decided_on, actor=approval.actor, value="宗旨标识", granted_by=approval.authority.name,
        published_at=approval.decided_on,
    )  # fmt: skip
    return Outcome(
        organisation.public_code,
        organisation.name,
        f"自{approval.decided_on}起标识为志愿服务组织，并向社会公布。",
        "标识结果通知书",
    )


def check_system(values: Values, _authority: Authority, on: date, code: str) -> list[Finding]:
    """Check an application for the designation of a system."""
    found = _normal(_body(code))
    given = str(values.get("system_code") or "")
    if given and not _CODE.fullmatch(given):
        found.append(
            Finding(
                "system-code", Severity.REFUSE, gettext("系统代码以小写字母开头，3至20位小写字母、数字或连字符。"),
                field="system_code",
            )
        )  # fmt: skip
    elif VolunteerSystem.objects.filter(code=given).exists():
        found.append(
            Finding("system-code-taken", Severity.REFUSE, gettext("这个系统代码已被使用。"), field="system_code")
        )
    name = str(values.get("system_name") or "").strip()
    if name and VolunteerSystem.objects.filter(name=name, ended_on__isnull=True).exists():
        found.append(Finding("system-name-taken", Severity.REFUSE, gettext("已指定同名的系统。"), field="system_name"))
    address = str(values.get("system_address") or "")
    if address and not re.fullmatch(r"https://[^\s/]+\.[^\s/]+(/\S*)?", address):
        found.append(
            Finding("system-address", Severity.REFUSE, gettext("网址应以 https:// 开头。"), field="system_address")
        )
    for field in ("follows_standard", "consents_apart", "free_of_charge"):
        if values.get(field) is False:
            found.append(
                Finding(
                    f"system-{field}", Severity.REFUSE, gettext("不符合这一项的系统不能指定。"), field=field,
                    provision="《志愿服务条例》第十九条" if field == "free_of_charge" else "",
                )
            )  # fmt: skip
    level = values.get("protection_level")
    if isinstance(level, int) and level < 3:
        found.append(
            Finding(
                "system-protection", Severity.WARN, gettext("处理大量个人信息的系统一般应达到三级。"),
                field="protection_level",
            )
        )  # fmt: skip
    if queries.held(AttributeCode.VOLUNTEER_SYSTEM, on).filter(organisation__uscc=code).exists():
        found.append(
            Finding("system-held", Severity.REFUSE, gettext("该组织已有一个指定的系统，变更请先终止原有的指定。"))
        )
    return found


def designate(approval: Approval) -> Outcome:
    """Designate a system: its operator holds the attribute, the system may rehearse the exchange.

    Raises :class:`ConflictError` where code or name were taken meanwhile.
    """
    organisation = _body(approval.subject_code)
    answers: Mapping[str, Any] = approval.values
    name = str(answers["system_name"]).strip()
    grant_attribute(
        organisation_id=organisation.pk, code=AttributeCode.VOLUNTEER_SYSTEM, basis=approval.document_number,
        effective_on=approval.decided_on, actor=approval.actor, value=name, granted_by=approval.authority.name,
        published_at=approval.decided_on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            VolunteerSystem.objects.create(
                code=answers["system_code"], name=name, organisation=organisation,
                scope=SystemScope(str(answers["system_scope"])), covers=str(answers["system_covers"]),
                address=str(answers["system_address"]), designated_on=approval.decided_on,
                document=approval.document_number, demo=approval.demo,
            )  # fmt: skip
    except IntegrityError as error:
        raise ConflictError(gettext("系统代码或者名称刚刚被使用，请申请人更换。")) from error
    return Outcome(
        organisation.public_code, organisation.name,
        f"指定“{name}”为志愿服务信息系统，可以申请数据交换测试，通过后正式交换。", "指定结果通知书",
    )  # fmt: skip


@transaction.atomic
def end_designation(*, actor: User, code: str, reason: str) -> VolunteerSystem:
    """End the designation of a system from today, with a reason; who may grant attributes for the nation.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`WrongStateError`.
    """
    permissions.require(actor, Permission.ATTRIBUTE_GRANT, "100000")
    system = VolunteerSystem.objects.select_for_update().filter(code=code).first()
    if system is None:
        raise NotFoundError(gettext("没有这个系统。"))
    if system.ended_on is not None:
        raise WrongStateError(gettext("这个系统的指定已经终止。"))
    if len(reason.strip()) < 4:
        raise InvalidInputError(gettext("终止指定须写明理由。"), fields={"reason": gettext("请写明理由。")})
    today = timezone.localdate()
    held = queries.held(AttributeCode.VOLUNTEER_SYSTEM, today).filter(organisation=system.organisation_id)
    # What began today ends tomorrow at the earliest.
    if held.filter(valid_from__lt=today).exists():
        end_attribute(
            organisation_id=system.organisation_id, code=AttributeCode.VOLUNTEER_SYSTEM, basis=reason.strip(),
            effective_on=today, actor=actor,
        )  # fmt: skip
    system.ended_on, system.end_reason = today, reason.strip()[:300]
    system.save(update_fields=["ended_on", "end_reason"])
    audit.record(actor=actor, action="volunteer-system.end", target=system, jurisdiction="100000")
    return system


def mark_by_name(*, batch: int = BATCH) -> tuple[int, int]:
    """Mark the bodies whose name says so, and end marks by name of names that say so no more; return how many."""
    held = queries.held(AttributeCode.VOLUNTEER_ORGANISATION).filter(organisation=OuterRef("pk"))
    named = Organisation.objects.filter(
        Q(name__contains="志愿服务") | Q(name__contains="志愿者") | Q(name__contains="义工"),
        ~Q(kind=OrganisationKind.BRANCH), ~Exists(held), status=Status.NORMAL,
    )  # fmt: skip
    marked = sum(_mark_by_name(pk) for pk in list(named.order_by("pk").values_list("pk", flat=True)[:batch]))
    renamed = queries.held(AttributeCode.VOLUNTEER_ORGANISATION).filter(value=BY_NAME)
    renamed = renamed.exclude(organisation__name__regex=NAMED.pattern)
    ended = sum(_unmark(pk) for pk in list(renamed.values_list("organisation_id", flat=True)[:batch]))
    return marked, ended


def _mark_by_name(organisation_id: int) -> bool:
    today = timezone.localdate()
    try:
        grant_attribute(
            organisation_id=organisation_id, code=AttributeCode.VOLUNTEER_ORGANISATION, basis=NOTICE,
            effective_on=today, actor=None, value=BY_NAME, published_at=today,
        )  # fmt: skip
    except DomainError as error:
        logger.warning("volunteer-mark.refused", organisation=organisation_id, code=error.code)
        return False
    return True


def _unmark(organisation_id: int) -> bool:
    try:
        end_attribute(
            organisation_id=organisation_id, code=AttributeCode.VOLUNTEER_ORGANISATION, basis=NOTICE,
            effective_on=timezone.localdate(), actor=None,
        )  # fmt: skip
    except DomainError as error:
        logger.warning("volunteer-mark.not-ended", organisation=organisation_id, code=error.code)
        return False
    return True


def _body(code: str) -> Organisation:
    found = find(code)
    if found is None:
        raise NotFoundError(gettext("登记簿中没有这家组织，请核对统一社会信用代码。"))
    return found


def _normal(organisation: Organisation) -> list[Finding]:
    if organisation.status == Status.NORMAL:
        return []
    return [Finding("status", Severity.REFUSE, gettext("登记状态不正常的组织不能申请。"))]
