"""Demonstration accounts: known passwords, no second factor, in the development profile only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.rules import NATIONAL
from shetong.accounts.services import roles
from shetong.core.errors import WrongStateError

PASSWORD = "demo-shetong"  # noqa: S105 - printed at start-up, useless outside of the development profile
REASON = "演示账号"

# user name, called, role, division, what it may do
ACCOUNTS = (
    ("demo-registrar", "演示登记员", "registrar", "110000", "登记员（北京市）：办理登记、按目的查看个人信息"),
    ("demo-chief", "演示登记负责人", "chief-registrar", NATIONAL, "登记负责人（全国）：更正、资格认定、废止证书"),
    ("demo-supervisor", "演示监管人员", "supervisor", "310000", "监管人员（上海市）：查看内部登记信息"),
    ("demo-operator", "演示系统管理员", "operator", NATIONAL, "系统管理员（全国）：导入导出、证书签名密钥"),
    ("demo-admin", "演示账号管理员", "administrator", NATIONAL, "账号管理员（全国）：账号、角色、接口密钥"),
    ("demo-auditor", "演示审计员", "auditor", NATIONAL, "审计员（全国）：查看和导出审计记录"),
    ("demo-applicant", "演示经办人", "", "", "经办人：在办事大厅为几家演示组织申请、补正、查看进度和文书"),
    ("demo-citizen", "演示个人用户", "", "", "个人用户：查看自己的账号和访问记录"),
)


def ensure_demo_accounts() -> list[tuple[str, str, str]]:
    """Make the demonstration accounts where they are missing; return (user name, password, what it may do).

    Raises :class:`WrongStateError` outside of the development profile (setting DEMO_ACCOUNTS).
    """
    if not settings.DEMO_ACCOUNTS:
        raise WrongStateError(gettext("演示账号只能在开发环境（DEMO_ACCOUNTS）中创建。"))
    for username, name, role, division, _ in ACCOUNTS:
        with transaction.atomic():
            user, created = User.objects.get_or_create(username=username, defaults={"display_name": name, "demo": True})
            if created or not user.check_password(PASSWORD):
                user.set_password(PASSWORD)
                user.save(update_fields=["password"])
            if role and not RoleAssignment.objects.filter(user=user, role=role).exists():
                roles.grant(user=user, role=role, division_code=division, reason=REASON, actor=None)
    return [(username, PASSWORD, may_do) for username, _, _, _, may_do in ACCOUNTS]


def demo_accounts_active() -> list[str]:
    """Return the user names of demonstration accounts that can log in here; ``check --deploy`` wants none."""
    return list(
        User.objects.filter(demo=True, is_active=True)
        # Those without a password cannot.
        .exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .order_by("username")
        .values_list("username", flat=True)
    )
