"""What the system itself finds in a registration application: for the applicant as typed, for the officer beside it."""

from __future__ import annotations

from datetime import date

from shetong.casework.rules.matters import Authority as CaseAuthority
from shetong.casework.rules.matters import Values
from shetong.core import statutes
from shetong.core.errors import InvalidInputError
from shetong.core.findings import Finding, Severity
from shetong.core.identifiers import parse_identity_number
from shetong.registry.models import Authority, Organisation, OrganisationKind, Status
from shetong.registry.services import case_effects, checks, names
from shetong.registry.services.projection import authority_named


def establishment(values: Values, authority: CaseAuthority, on: date, kind: OrganisationKind) -> list[Finding]:
    """Check the application for a new body: name, conditions, people."""
    found = _name(values, authority, on, kind)
    found += checks.check_items({**values, "kind": kind}, authority_division=authority.division_code, on=on)
    if kind == OrganisationKind.SOCIAL_GROUP:
        found += _members(values, on)
    if kind == OrganisationKind.FOUNDATION:
        found += _directors(values, on)
    found += _supervision(values)
    found += _representative(values)
    return found + _people(values, on)


def amendment(values: Values, authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check an application for changes: something must change, and each change on its own."""
    organisation = case_effects.of(code)
    changed = case_effects.differing(organisation, values)
    found = _status(organisation, (Status.NORMAL,))
    if not changed:
        found.append(Finding("nothing-changed", Severity.REFUSE, "填报的内容与现登记事项相同，没有需要变更的事项。"))
    if "name" in changed:
        found += _name(values, authority, on, OrganisationKind(organisation.kind), organisation)
    found += checks.check_items(
        {"kind": organisation.kind, **changed},
        authority_division=organisation.authority.division_code,
        on=on,
        organisation_id=organisation.pk,
    )
    return found + _deadline(values.get("consented_on"), "application_change", on, "consented_on", "业务主管单位同意")


def ending(values: Values, _authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check an application for deregistration: status, dates of the liquidation, time of the application."""
    found = _status(
        case_effects.of(code), (Status.NORMAL, Status.SUSPENDED, Status.LIQUIDATING, Status.CANCELLED, Status.REVOKED)
    )
    began, ended = values.get("liquidated_from"), values.get("liquidated_to")
    if began and ended and ended < began:
        found.append(
            Finding("liquidation-dates", Severity.REFUSE, "清算结束日期不能早于开始日期。", field="liquidated_to")
        )
    if ended and date.fromisoformat(ended) > on:
        found.append(
            Finding("liquidation-open", Severity.REFUSE, "清算结束后才能申请注销登记。", field="liquidated_to")
        )
    return found + _deadline(ended, "application_deregistration", on, "liquidated_to", "清算结束")


def _name(
    values: Values,
    authority: CaseAuthority,
    on: date,
    kind: OrganisationKind,
    organisation: Organisation | None = None,
) -> list[Finding]:
    name = str(values.get("name") or "")
    if not name:
        return []
    report = names.check_name(
        name=name,
        kind=kind,
        authority=_registry_authority(authority),
        on=on,
        organisation_id=organisation.pk if organisation else None,
    )
    return list(report.findings)


def _registry_authority(authority: CaseAuthority) -> Authority:
    return authority_named(authority.name, near=authority.division_code)


def _status(organisation: Organisation, allowed: tuple[Status, ...]) -> list[Finding]:
    if organisation.status in allowed:
        return []
    return [
        Finding("status", Severity.REFUSE, f"该组织登记状态为“{organisation.get_status_display()}”，不能办理这个事项。")
    ]


def _members(values: Values, on: date) -> list[Finding]:
    people, units = int(values.get("members_individual") or 0), int(values.get("members_unit") or 0)
    least = {key: statutes.in_force(key, on=on) for key in ("members_individual", "members_unit", "members_mixed")}
    mixed = people > 0 and units > 0 and people + units >= least["members_mixed"].value
    if people >= least["members_individual"].value or units >= least["members_unit"].value or mixed:
        return []
    return [
        Finding(
            "members-too-few",
            Severity.REFUSE,
            f"应有{least['members_individual'].value}个以上的个人会员，或者{least['members_unit'].value}个以上的单位会员；"
            f"两类会员都有的，总数不得少于{least['members_mixed'].value}个。现填报个人会员{people}个、单位会员{units}个。",
            least["members_individual"].provision,
            "members_individual",
        )
    ]


def _directors(values: Values, on: date) -> list[Finding]:
    directors = [one for one in values.get("officers", []) if one.get("role") not in (None, "", "supervisor")]
    least = statutes.in_force("foundation_directors_min", on=on)
    most = statutes.value("foundation_directors_max", on=on)
    if least.value <= len(directors) <= most:
        return []
    return [
        Finding(
            "directors-number",
            Severity.REFUSE,
            f"基金会理事应为{least.value}人至{most}人，现填报{len(directors)}人。",
            least.provision,
            "officers",
        )
    ]


def _supervision(values: Values) -> list[Finding]:
    has_body, direct = bool(values.get("supervising_body")), bool(values.get("direct_registration"))
    if has_body != direct:
        return []
    message = (
        "直接登记的不填业务主管单位，请二者选一。"
        if has_body
        else "请填写业务主管单位；属于直接登记的，请选择“直接登记”。"
    )
    return [Finding("supervision", Severity.REFUSE, message, field="supervising_body")]


def _representative(values: Values) -> list[Finding]:
    named = str(values.get("legal_representative") or "")
    if not named or any(one.get("name") == named for one in values.get("officers", [])):
        return []
    return [
        Finding(
            "representative-no-officer",
            Severity.REFUSE,
            f"法定代表人{named}不在拟任负责人之中，请补充或者核对姓名。",
            field="legal_representative",
        )
    ]


def _people(values: Values, on: date) -> list[Finding]:
    found: list[Finding] = []
    for section in ("founders", "officers"):
        seen: dict[str, int] = {}
        for number, person in enumerate(values.get(section, [])):
            place = f"{section}.{number}.identity_number"
            given = str(person.get("identity_number") or "")
            try:
                identity = parse_identity_number(given, today=on)
            except InvalidInputError as error:
                found.append(Finding("identity-number", Severity.REFUSE, error.message, "GB 11643-1999", place))
                continue
            if section == "founders" and identity.number in seen:
                message = f"与第{seen[identity.number] + 1}人的公民身份号码相同，请核对。"
                found.append(Finding("same-person", Severity.REFUSE, message, field=place))
            seen.setdefault(identity.number, number)
    return found


def _deadline(day: object, key: str, on: date, field: str, event: str) -> list[Finding]:
    """An application after the time that the law gives is late, but not refused for it."""
    if not day:
        return []
    limit = statutes.in_force(key, on=on)
    late = (on - date.fromisoformat(str(day))).days - limit.value
    if late <= 0:
        return []
    message = f"{event}之日起{limit.value}日内应当申请，已超过{late}日。"
    return [Finding("late-application", Severity.WARN, message, limit.provision, field)]
