"""What the system itself finds in a registration application: for the applicant as typed, for the officer beside it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext, gettext_noop

from shetong.casework.rules.matters import Authority as CaseAuthority
from shetong.casework.rules.matters import Values
from shetong.core import divisions, statutes
from shetong.core.findings import Finding, Severity
from shetong.registry.models import AuditOpinion, Authority, Organisation, OrganisationKind, Status
from shetong.registry.rules.authorities import division_of
from shetong.registry.services import case_changes, case_effects, checks, names, person_checks
from shetong.registry.services.projection import authority_meant
from shetong.registry.services.registration import PNR_13
from shetong.store import rows

FR_20 = "《基金会管理条例》第二十条"
_SHOWN = 5


def establishment(values: Values, authority: CaseAuthority, on: date, kind: OrganisationKind) -> list[Finding]:
    """Check the application for a new body: name, conditions, people."""
    found = _name(values, authority, on, kind)
    found += checks.check_items({**values, "kind": kind}, authority_division=authority.division_code, on=on)
    if kind == OrganisationKind.SOCIAL_GROUP:
        found += _members(values, on)
    if kind == OrganisationKind.FOUNDATION:
        found += _directors(values, on)
        found += _paid_and_serving(values)
    found += _supervision(values)
    found += _representative(values)
    found += same_address(values)
    return found + person_checks.founding(values, kind, on)


def amendment(values: Values, authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check an application for changes: each chosen item must change, and each change on its own."""
    organisation = case_effects.of(code)
    changed = case_changes.differing(organisation, values)
    found = _status(organisation, (Status.NORMAL,))
    found += _unchanged(values, changed)
    if "name" in changed:
        found += _name(values, authority, on, OrganisationKind(organisation.kind), organisation)
    items = {"kind": organisation.kind, **changed}
    if values.get("representative_identity_number"):
        items.pop("legal_representative", None)  # judged by the person below, not by the name
        found += person_checks.representative(values, organisation, on)
    found += checks.check_items(
        items, authority_division=organisation.authority.division_code, on=on, organisation_id=organisation.pk
    )
    found += _moves(values, organisation)
    if values.get("changes_supervision"):
        found += _supervision(values)
    if "domicile" in changed:
        found += same_address(values, organisation.pk)
    return found + _deadline(
        values.get("consented_on"), "application_change", on, "consented_on", gettext_noop("业务主管单位同意")
    )


# What is ticked → the items of which one must then differ.
_CHOSEN = {
    "changes_name": ("name",),
    "changes_representative": ("legal_representative",),
    "changes_domicile": ("division_code", "domicile"),
    "changes_authority": ("authority",),
    "changes_funds": ("registered_funds",),
    "changes_scope": ("business_scope",),
    "changes_supervision": ("supervising_body", "direct_registration"),
    "changes_area": ("activity_area",),
}


def _unchanged(values: Values, changed: Values) -> list[Finding]:
    chosen = {name: items for name, items in _CHOSEN.items() if values.get(name) is True}
    if not chosen:
        return [Finding("nothing-changed", Severity.REFUSE, gettext("请选择需要变更的事项。"), field="changes_name")]
    return [
        Finding(
            "item-unchanged",
            Severity.REFUSE,
            gettext("与现登记的内容相同，请改填，或者不选这一项。"),
            field=_place(items[0]),
        )
        for items in chosen.values()
        if not set(items) & set(changed)
    ]


def _place(item: str) -> str:
    return "receiving_authority" if item == "authority" else item


def _moves(values: Values, organisation: Organisation) -> list[Finding]:
    """A domicile outside of the authority's area goes with a change of the authority, and only then."""
    division, moves = str(values.get("division_code") or ""), values.get("changes_authority") is True
    if moves and not values.get("changes_domicile"):
        message = gettext("变更登记管理机关的，同时选择变更住所。")
        return [Finding("move-without-domicile", Severity.REFUSE, message, field="changes_domicile")]
    if not division or divisions.get(division) is None:
        return []
    inside = divisions.contains(organisation.authority.division_code, division)
    if inside and moves:
        message = gettext("新住所仍在%(name)s管辖区域内，不需要变更登记管理机关。") % {
            "name": organisation.authority.name
        }
        return [Finding("move-inside", Severity.REFUSE, message, field="changes_authority")]
    if not inside and not moves:
        message = gettext("新住所不在%(name)s管辖区域内，请同时选择变更登记管理机关。") % {
            "name": organisation.authority.name
        }
        return [Finding("move-outside", Severity.REFUSE, message, field="division_code")]
    named = str(values.get("receiving_authority") or "").strip()
    if not moves or not named:
        return []
    # Under its name as the register has it, or as a division's authority is called.
    known = Authority.objects.filter(name=named).values_list("division_code", flat=True)
    receiving = next((code for code in known if divisions.contains(code, division)), None)
    receiving = receiving or division_of(named) or division_of(named, within=division)
    if receiving is None:
        message = gettext("没有识别出这个登记管理机关，请填写全称，例如“杭州市上城区民政局”。")
        return [Finding("move-unknown", Severity.REFUSE, message, field="receiving_authority")]
    if not divisions.contains(receiving, division):
        message = gettext("迁入地登记管理机关不管辖新住所所在的区划，请核对。")
        return [Finding("move-elsewhere", Severity.REFUSE, message, field="receiving_authority")]
    return []


def ending(values: Values, _authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check an application for deregistration: status, course of the liquidation, time of the application."""
    organisation = case_effects.of(code)
    found = _status(
        organisation, (Status.NORMAL, Status.SUSPENDED, Status.LIQUIDATING, Status.CANCELLED, Status.REVOKED)
    )
    found += _course(values, on)
    if values.get("debts_settled") is not True:
        message = gettext("债权债务清理完毕后才能申请注销登记。")
        found.append(Finding("debts-open", Severity.REFUSE, message, field="debts_settled"))
    if values.get("charity") and values.get("resolved_on"):
        found += _deadline(
            values["resolved_on"], "liquidation_group", _day(values.get("liquidated_from")) or on,
            "liquidated_from", gettext_noop("终止情形出现"), act=gettext_noop("成立清算组"),
        )  # fmt: skip
    heads = [one for one in values.get("liquidators", []) if one.get("liquidator_role") == "head"]
    if len(heads) != 1:
        message = gettext("清算组应有一名组长，现填报%(count)s名。") % {"count": len(heads)}
        found.append(Finding("liquidation-head", Severity.WARN, message, field="liquidators"))
    if values.get("returned") is not True:
        message = gettext("准予注销时应当收缴登记证书、印章和财务凭证，申请人尚未确认交回。")
        found.append(Finding("not-returned", Severity.NOTE, message, field="returned"))
    found += _branches(organisation)
    return found + _deadline(
        values.get("liquidated_to"), "application_deregistration", on, "liquidated_to", gettext_noop("清算结束")
    )


def _course(values: Values, on: date) -> list[Finding]:
    """The steps of a liquidation follow one another and lie in the past."""
    steps = (
        ("resolved_on", gettext_noop("议决终止的日期")), ("liquidated_from", gettext_noop("清算组成立日期")),
        ("creditors_announced_on", gettext_noop("清算公告日期")), ("liquidated_to", gettext_noop("清算结束日期")),
    )  # fmt: skip
    found, before = [], ("", date.min)
    for name, title in steps:
        day = _day(values.get(name))
        if day is None:
            continue
        if day > on:
            found.append(
                Finding(
                    "liquidation-open",
                    Severity.REFUSE,
                    gettext("%(title)s不能晚于今天。") % {"title": gettext(title)},
                    field=name,
                )
            )
        elif day < before[1]:
            found.append(
                Finding(
                    "liquidation-dates",
                    Severity.REFUSE,
                    gettext("%(title)s不能早于%(before)s，请核对。")
                    % {"title": gettext(title), "before": gettext(before[0])},
                    field=name,
                )
            )
        before = (title, day)
    return found


def _branches(organisation: Organisation) -> list[Finding]:
    living = Organisation.objects.filter(parent=organisation, status=Status.NORMAL).values_list("name", flat=True)
    names = list(living[:20])
    if not names:
        return []
    message = gettext("注销时，其分支（代表）机构一并注销：%(list)s。") % {"list": "、".join(names)}
    return [Finding("branches-end", Severity.NOTE, message)]


def charter(values: Values, _authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check an application for approval of a charter: status, dates, time of the application."""
    found = _status(case_effects.of(code), (Status.NORMAL,)) + _past(
        values, on, "adopted_on", gettext_noop("表决通过日期")
    )
    return found + _deadline(
        values.get("consented_on"), "application_change", on, "consented_on", gettext_noop("业务主管单位同意")
    )


def branch(values: Values, authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check the notice of a branch: who may have one, its name, the seat."""
    parent = case_effects.of(code)
    found = _status(parent, (Status.NORMAL,)) + _past(values, on, "resolved_on", gettext_noop("议决设立的日期"))
    if parent.kind == OrganisationKind.SERVICE_INSTITUTION:
        message = gettext("民办非企业单位不得设立分支机构。")
        return [*found, Finding("branch-forbidden", Severity.REFUSE, message, PNR_13, "name")]
    if not values.get("name"):
        return found
    report = names.check_name(
        name=str(values["name"]),
        kind=OrganisationKind.BRANCH,
        authority=_registry_authority(authority),
        parent=parent,
        on=on,
    )
    return found + list(report.findings)


def audit(values: Values, _authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check the notice of an audit: of the registered representative, of a period gone by, with what opinion."""
    organisation = case_effects.of(code)
    found = _status(organisation, (Status.NORMAL, Status.SUSPENDED)) + _past(values, on, "audited_to", "审计期间止")
    leaving = str(values.get("leaving_representative") or "")
    if leaving != organisation.legal_representative:
        message = gettext("现登记的法定代表人是%(registered)s，请核对离任人员。") % {
            "registered": organisation.legal_representative or "—"
        }
        found.append(Finding("audit-of-another", Severity.REFUSE, message, field="leaving_representative"))
    began, ended = _day(values.get("audited_from")), _day(values.get("audited_to"))
    if began and ended and ended < began:
        message = gettext("审计期间止不能早于审计期间起。")
        found.append(Finding("audit-period", Severity.REFUSE, message, field="audited_to"))
    if values.get("audit_opinion") in (AuditOpinion.ADVERSE, AuditOpinion.DISCLAIMER, AuditOpinion.QUALIFIED):
        label = AuditOpinion(values["audit_opinion"]).label
        found.append(
            Finding(
                "audit-opinion",
                Severity.WARN,
                gettext("审计意见为“%(label)s”，请核对报告所述事项。") % {"label": label},
            )
        )
    return found


def reissue(values: Values, _authority: CaseAuthority, on: date, code: str) -> list[Finding]:
    """Check an application for a new certificate."""
    found = _status(case_effects.of(code), (Status.NORMAL,)) + _past(values, on, "lost_on", "遗失日期")
    return found + _past(values, on, "declared_on", "遗失声明日期")


def _past(values: Values, on: date, field: str, title: str) -> list[Finding]:
    day = _day(values.get(field))
    if day is None or day <= on:
        return []
    return [
        Finding(
            "in-future", Severity.REFUSE, gettext("%(title)s不能晚于今天。") % {"title": gettext(title)}, field=field
        )
    ]


def _day(given: object) -> date | None:
    return date.fromisoformat(str(given)) if given else None


def same_address(values: Values, organisation_id: int | None = None) -> list[Finding]:
    """Bodies alive at the very same domicile: for the officer to look whether the premises are real."""
    domicile, division = str(values.get("domicile") or ""), str(values.get("division_code") or "")
    if not domicile:
        return []
    others = rows.load(
        Organisation,
        "WHERE division_code = %s AND domicile = %s AND status = ANY(%s) AND kind <> %s AND id <> %s"
        " ORDER BY id LIMIT %s",
        [division, domicile, list(checks.ALIVE), OrganisationKind.BRANCH, organisation_id or 0, _SHOWN],
    )
    return [
        Finding(
            "same-address",
            Severity.NOTE,
            gettext("“%(name)s”的住所与此相同，请核实场所是否真实、能否共用。") % {"name": other.name},
            field="domicile",
            organisation=other.public_code,
            organisation_name=other.name,
            internal=True,
        )
        for other in others
    ]


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
    return authority_meant(authority.name, near=authority.division_code)


def _status(organisation: Organisation, allowed: tuple[Status, ...]) -> list[Finding]:
    if organisation.status in allowed:
        return []
    return [
        Finding(
            "status",
            Severity.REFUSE,
            gettext("该组织登记状态为“%(status)s”，不能办理这个事项。")
            % {"status": gettext(str(organisation.get_status_display()))},
        )
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
            gettext(
                "应有%(individual)s个以上的个人会员，或者%(unit)s个以上的单位会员；两类会员都有的，总数不得少于%(mixed)s个。现填报个人会员%(people)s个、单位会员%(units)s个。"
            )
            % {
                "individual": least["members_individual"].value,
                "unit": least["members_unit"].value,
                "mixed": least["members_mixed"].value,
                "people": people,
                "units": units,
            },
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
            gettext("基金会理事应为%(least)s人至%(most)s人，现填报%(count)s人。")
            % {"least": least.value, "most": most, "count": len(directors)},
            least.provision,
            "officers",
        )
    ]


def _paid_and_serving(values: Values) -> list[Finding]:
    """Of the directors at most a third is paid; the heads are no serving officials."""
    directors = [one for one in values.get("officers", []) if one.get("role") not in (None, "", "supervisor")]
    paid = sum(1 for one in directors if one.get("paid") is True)
    found = []
    if paid * 3 > len(directors):
        message = gettext(
            "在基金会领取报酬的理事不得超过理事总人数的三分之一，现填报%(count)s名理事中有%(paid)s名。"
        ) % {"count": len(directors), "paid": paid}
        found.append(Finding("directors-paid", Severity.REFUSE, message, FR_20, "officers"))
    for number, one in enumerate(values.get("officers", [])):
        if one.get("serving_official") is True and one.get("role") in _HEADS:
            message = gettext("基金会理事长、副理事长和秘书长不得由现职国家工作人员兼任。")
            place = f"officers.{number}.serving_official"
            found.append(Finding("serving-official", Severity.REFUSE, message, checks.FR_23, place))
    return found


_HEADS = ("president", "vice-president", "secretary-general")


def _supervision(values: Values) -> list[Finding]:
    has_body, direct = bool(values.get("supervising_body")), bool(values.get("direct_registration"))
    if has_body != direct:
        return []
    message = (
        gettext("直接登记的不填业务主管单位，请二者选一。")
        if has_body
        else gettext("请填写业务主管单位；属于直接登记的，请选择“直接登记”。")
    )
    return [Finding("supervision", Severity.REFUSE, message, field="supervising_body")]


def _representative(values: Values) -> list[Finding]:
    named = str(values.get("legal_representative") or "")
    officers = [one.get("name") for one in values.get("officers", []) if one.get("name")]
    # Before any officer is named there is nothing to compare with; that they are missing is said by itself.
    if not named or not officers or named in officers:
        return []
    return [
        Finding(
            "representative-no-officer",
            Severity.REFUSE,
            gettext("法定代表人%(named)s不在拟任负责人之中，请补充或者核对姓名。") % {"named": named},
            field="legal_representative",
        )
    ]


def _deadline(
    day: object, key: str, on: date, field: str, event: str, *, act: str = gettext_noop("申请")
) -> list[Finding]:
    """What is done after the time that the law gives is late, but not refused for it."""
    if not day:
        return []
    limit = statutes.in_force(key, on=on)
    late = (on - date.fromisoformat(str(day))).days - limit.value
    if late <= 0:
        return []
    message = gettext("%(event)s之日起%(limit)s日内应当%(act)s，已超过%(late)s日。") % {
        "event": gettext(event),
        "limit": limit.value,
        "act": gettext(act),
        "late": late,
    }
    return [Finding("late-application", Severity.WARN, message, limit.provision, field)]
