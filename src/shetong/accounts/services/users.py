"""Accounts of officials: invited, disabled, enabled, unlocked."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.utils import IntegrityError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from shetong.accounts.models import LoginSession, User
from shetong.accounts.queries.permissions import require
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, lockout, sessions
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError


def invite(
    *,
    username: str,
    display_name: str,
    email: str,
    division_code: str,
    actor: User | None,
    request: HttpRequest | None = None,
) -> tuple[User, str]:
    """Make an account without a password; returns it and the address path where its owner sets one (valid three days).

    ``actor`` needs ``accounts.manage`` in ``division_code``. Raises :class:`ForbiddenError`,
    :class:`InvalidInputError`, :class:`ConflictError` where the user name or e-mail is taken.
    """
    if actor is not None:
        require(actor, Permission.ACCOUNTS_MANAGE, division_code)
    name, mail = username.strip().lower(), email.strip().lower()
    errors = {}
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        errors["username"] = gettext("用户名只能由字母、数字和 @ . + - _ 组成。")
    if not display_name.strip():
        errors["display_name"] = gettext("请填写姓名。")
    if mail:
        try:
            validate_email(mail)
        except ValidationError:
            errors["email"] = gettext("电子邮箱格式不正确，例如 name@example.gov.cn。")
    if errors:
        raise InvalidInputError(gettext("账号信息有误，请改正后重试。"), fields=errors)
    user = User(username=name, display_name=display_name.strip(), email=mail)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
            audit.record(
                actor=actor or "system:installation",
                action="account.invite",
                target=user,
                jurisdiction=division_code,
                request=request,
            )
    except IntegrityError as error:
        raise ConflictError(
            gettext("用户名或电子邮箱已被使用，请换一个。"), fields={"username": gettext("用户名或电子邮箱已被使用。")}
        ) from error
    return user, setup_path(user)


def setup_path(user: User) -> str:
    """Return the path of the page where the account's owner sets a password; it works once."""
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )


def set_active(*, user: User, active: bool, actor: User, request: HttpRequest | None = None) -> User:
    """Disable or enable an account; disabling ends its sessions at once.

    ``actor`` needs ``accounts.manage`` wherever the account holds roles. Raises :class:`ForbiddenError`,
    :class:`WrongStateError` where nothing would change.
    """
    _require_over(actor, user)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.is_active == active:
            raise WrongStateError(gettext("账号已处于该状态，无需再次办理。"))
        locked.is_active = active
        locked.save(update_fields=["is_active"])
        audit.record(
            actor=actor, action="account.enable" if active else "account.disable", target=locked, request=request
        )
        if not active:
            sessions.end_all(user=locked, reason=LoginSession.End.DISABLED, actor=actor, request=request)
    return locked


def unlock(*, user: User, actor: User, request: HttpRequest | None = None) -> None:
    """Let a locked-out person try again at once. Raises :class:`ForbiddenError`."""
    _require_over(actor, user)
    with transaction.atomic():
        lockout.unlock(user)
        audit.record(actor=actor, action="account.unlock", target=user, request=request)


def _require_over(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise ForbiddenError(gettext("不能对自己的账号办理此事项，请由其他账号管理员办理。"))
    divisions = set(user.role_assignments.values_list("division_code", flat=True))
    for division in divisions or {""}:
        require(actor, Permission.ACCOUNTS_MANAGE, division)
