"""Roles of this slice as data: what each may do, which exclude each other, and how far a jurisdiction reaches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.core import divisions


class Permission(StrEnum):
    """What can be allowed; asked through :func:`shetong.accounts.queries.permissions.may`."""

    REGISTER_VIEW = "register.view"  # what the public may see
    REGISTER_VIEW_INTERNAL = "register.view-internal"  # officers, internal remarks, masked personal data
    REGISTER_FILE = "register.file"  # registration, change, deregistration
    REGISTER_CORRECT = "register.correct"
    ATTRIBUTE_GRANT = "attribute.grant"
    PERSONAL_DATA_REVEAL = "personal-data.reveal"
    CERTIFICATE_ISSUE = "certificate.issue"
    CERTIFICATE_REVOKE = "certificate.revoke"
    IMPORT_RUN = "import.run"
    EXPORT_RUN = "export.run"
    SIGNING_KEYS_MANAGE = "signing-keys.manage"
    AUDIT_VIEW = "audit.view"
    ACCOUNTS_MANAGE = "accounts.manage"
    API_KEYS_MANAGE = "api-keys.manage"
    CASE_VIEW = "case.view"
    CASE_ACCEPT = "case.accept"
    CASE_REVIEW = "case.review"
    CASE_DECIDE = "case.decide"
    CASE_ASSIGN = "case.assign"
    CASE_ARCHIVE = "case.archive"
    CASE_STATISTICS = "case.statistics"
    OPINION_GIVE = "opinion.give"
    KNOWLEDGE_WRITE = "knowledge.write"
    KNOWLEDGE_REVIEW = "knowledge.review"
    QUESTION_ASK = "question.ask"
    QUESTION_ANSWER = "question.answer"
    MATTER_MANAGE = "matter.manage"
    VOLUNTEERING_MANAGE = "volunteering.manage"
    CHARITY_SUPERVISE = "charity.supervise"
    CREDIT_DECIDE = "charity.credit-decide"


PERMISSION_NAMES: dict[Permission, str] = {
    Permission.REGISTER_VIEW: N_("查询社会组织公开信息"),
    Permission.REGISTER_VIEW_INTERNAL: N_("查看内部登记信息（个人信息脱敏）"),
    Permission.REGISTER_FILE: N_("办理成立、变更、注销登记"),
    Permission.REGISTER_CORRECT: N_("更正登记事项"),
    Permission.ATTRIBUTE_GRANT: N_("认定慈善组织等资格"),
    Permission.PERSONAL_DATA_REVEAL: N_("按目的查看个人信息原文"),
    Permission.CERTIFICATE_ISSUE: N_("制发登记证书"),
    Permission.CERTIFICATE_REVOKE: N_("废止登记证书"),
    Permission.IMPORT_RUN: N_("导入数据"),
    Permission.EXPORT_RUN: N_("导出数据"),
    Permission.SIGNING_KEYS_MANAGE: N_("管理证书签名密钥"),
    Permission.AUDIT_VIEW: N_("查看审计记录"),
    Permission.ACCOUNTS_MANAGE: N_("管理账号与角色"),
    Permission.API_KEYS_MANAGE: N_("管理接口密钥"),
    Permission.CASE_VIEW: N_("查看办件"),
    Permission.CASE_ACCEPT: N_("受理申请"),
    Permission.CASE_REVIEW: N_("审查办件"),
    Permission.CASE_DECIDE: N_("作出许可决定"),
    Permission.CASE_ASSIGN: N_("分派办件"),
    Permission.CASE_ARCHIVE: N_("归档办件"),
    Permission.CASE_STATISTICS: N_("查看办件统计"),
    Permission.OPINION_GIVE: N_("代表业务主管单位出具意见"),
    Permission.KNOWLEDGE_WRITE: N_("编写登记管理知识"),
    Permission.KNOWLEDGE_REVIEW: N_("审定登记管理知识"),
    Permission.QUESTION_ASK: N_("向上级请示"),
    Permission.QUESTION_ANSWER: N_("答复下级请示"),
    Permission.MATTER_MANAGE: N_("设定本地区的事项差异"),
    Permission.VOLUNTEERING_MANAGE: N_("指导志愿服务：核实团体、审核活动、合并记录"),
    Permission.CHARITY_SUPERVISE: N_("监督慈善信息公开，告知失信行为"),
    Permission.CREDIT_DECIDE: N_("决定慈善信用记录和守信激励"),
}


@dataclass(frozen=True, slots=True)
class Role:
    """A role. ``official`` roles are granted by administrators and need a second factor at log-in."""

    code: str
    name_zh: str
    permissions: frozenset[Permission]
    official: bool = True
    incompatible: frozenset[str] = frozenset()


_PUBLIC = frozenset({Permission.REGISTER_VIEW})
_INTERNAL = _PUBLIC | {Permission.REGISTER_VIEW_INTERNAL}
_REGISTRAR = _INTERNAL | {
    Permission.REGISTER_FILE,
    Permission.CERTIFICATE_ISSUE,
    Permission.PERSONAL_DATA_REVEAL,
    Permission.CASE_VIEW,
    Permission.CASE_ACCEPT,
    Permission.CASE_REVIEW,
    Permission.CASE_ARCHIVE,
    Permission.KNOWLEDGE_WRITE,
    Permission.QUESTION_ASK,
    Permission.VOLUNTEERING_MANAGE,
    Permission.CHARITY_SUPERVISE,
}

ANONYMOUS = Role("anonymous", N_("公众"), _PUBLIC, official=False)
CITIZEN = Role("citizen", N_("个人用户"), _PUBLIC, official=False)

# Separation of duties: who manages accounts, who runs the system and who audits are different people
# (三员分立; GB/T 22239-2019 8.1.5 系统管理、审计管理、安全管理). Compatibility is symmetric; a test checks it.
ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("registrar", N_("登记员"), _REGISTRAR),
        Role(
            "chief-registrar",
            N_("登记负责人"),
            _REGISTRAR
            | {
                Permission.REGISTER_CORRECT,
                Permission.ATTRIBUTE_GRANT,
                Permission.CREDIT_DECIDE,
                Permission.CERTIFICATE_REVOKE,
                Permission.CASE_DECIDE,
                Permission.CASE_ASSIGN,
                Permission.CASE_STATISTICS,
                Permission.KNOWLEDGE_REVIEW,
                Permission.QUESTION_ANSWER,
                Permission.MATTER_MANAGE,
            },
        ),
        Role(
            "supervisor",
            N_("业务主管与监管人员"),
            _INTERNAL
            | {
                Permission.PERSONAL_DATA_REVEAL,
                Permission.CASE_VIEW,
                Permission.CASE_STATISTICS,
                Permission.OPINION_GIVE,
            },
        ),
        Role(
            "operator",
            N_("系统管理员"),
            _INTERNAL | {Permission.IMPORT_RUN, Permission.EXPORT_RUN, Permission.SIGNING_KEYS_MANAGE},
            incompatible=frozenset({"administrator", "auditor"}),
        ),
        Role(
            "administrator",
            N_("账号管理员"),
            _PUBLIC | {Permission.ACCOUNTS_MANAGE, Permission.API_KEYS_MANAGE},
            incompatible=frozenset({"operator", "auditor"}),
        ),
        Role(
            "auditor",
            N_("审计员"),
            _PUBLIC | {Permission.AUDIT_VIEW},
            incompatible=frozenset({"operator", "administrator", "registrar", "chief-registrar", "supervisor"}),
        ),
    )
}

# The auditor audits everyone, so everyone's role excludes the auditor's.
INCOMPATIBLE: dict[str, frozenset[str]] = {
    code: role.incompatible | {other.code for other in ROLES.values() if code in other.incompatible}
    for code, role in ROLES.items()
}

# What an absent officer may lend to a colleague (代理): work on cases, never accounts, keys or personal data.
LENDABLE: tuple[Permission, ...] = (
    Permission.CASE_ACCEPT,
    Permission.CASE_REVIEW,
    Permission.CASE_DECIDE,
    Permission.CASE_ASSIGN,
    Permission.OPINION_GIVE,
)

# What a program's key may be allowed, and how often it may ask.
API_SCOPES: dict[str, str] = {
    "organisations.read": N_("查询社会组织（检索、详情）"),
    "organisations.lookup": N_("批量核对社会组织名称或代码"),
    "cases.read": N_("查看本人和所代理组织的办件进度"),
    "volunteering.read": N_("查询志愿服务活动"),
    "volunteering.exchange": N_("与其他志愿服务信息系统交换数据"),
    "volunteering.attendance": N_("读取场次名单，登记到场，转交扫码"),
    "volunteering.credit": N_("按目录查询志愿者的信用激励信息"),
}
# What reads somebody's own matters: a key for it is made by that person alone.
OWN_SCOPES = frozenset({"cases.read"})
# Requests per minute; addresses without a key have the lowest class.
RATE_CLASSES: dict[str, int] = {"public": 60, "standard": 600, "partner": 6_000}

# Why an official may see personal data (PIPL articles 6, 13 and 34: a definite purpose within statutory duty).
PURPOSES: dict[str, str] = {
    "registration-review": N_("办理登记审查"),
    "officer-verification": N_("核对负责人身份"),
    "complaint-handling": N_("办理投诉举报"),
    "supervision": N_("开展监督检查"),
    "enforcement": N_("调查行政执法案件"),
    "judicial-assistance": N_("协助司法机关依法查询"),
    "data-subject-request": N_("答复个人查阅、更正请求"),
}

NATIONAL = divisions.NATION


def holds(jurisdiction: str, division_code: str) -> bool:
    """Return whether a role in ``jurisdiction`` reaches ``division_code``.

    Trailing zeros are a prefix: ``110000`` reaches ``110105``; ``100000`` reaches everything. What belongs to no
    division (``""``) belongs to the ministry and is reached by ``100000`` only.
    """
    return divisions.contains(jurisdiction, division_code or NATIONAL)


def permissions_of(role: str) -> frozenset[Permission]:
    """Return the permissions of a role code; none for a code that this version does not know."""
    known = ROLES.get(role)
    return known.permissions if known else frozenset()
