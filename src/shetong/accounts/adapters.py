"""How allauth behaves here: lock-out, closed registration, sealed secrets, identities linked by subject only."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from shetong.accounts import client
from shetong.accounts.models import User
from shetong.accounts.queries.permissions import grants_of
from shetong.accounts.services import audit, lockout
from shetong.core import pii

WRONG = gettext_lazy("用户名、电子邮箱或密码不正确，请核对后重试。")
SECRET_CONTEXT = "accounts.second-factor"  # noqa: S105 - names what is sealed


class AccountAdapter(DefaultAccountAdapter):
    """Password log-in with lock-out; nobody registers with a password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": gettext_lazy("密码不正确，请重新输入。"),
        "too_many_login_attempts": gettext_lazy("尝试次数过多，请稍后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return False: officials are invited by administrators, people come through OpenID Connect."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address as far as it may be believed."""
        return client.address(request) or "0.0.0.0"  # noqa: S104 - stands for "none" in allauth's rate limits

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, refuse it while the account or address is locked."""
        self._attempt = lockout.attempt(login=_typed(credentials), address=client.address(request))
        try:
            lockout.begin(self._attempt)
        except lockout.LockedError as error:
            raise ValidationError(error.message, code=error.code) from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user that the credentials belong to; counts and records failures."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            lockout.succeeded(self._attempt)
        return user if isinstance(user, User) else None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure; what was typed is kept as a keyed fingerprint, since people type passwords there."""
        locked = lockout.failed(self._attempt)
        who = self._attempt.who
        audit.record(
            actor=None,
            action="account.login-failed",
            target=who if who.startswith("user:") else "account:unknown",
            detail={"typed": lockout.fingerprint(_typed(credentials)), "locked": locked},
            request=request,
        )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: secrets sealed at rest, the last one of an official stays."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy("您担任的角色要求两步验证，不能停用最后一种验证方式。"),
        "incorrect_code": gettext_lazy("验证码不正确或已用过，请输入验证器上当前显示的 6 位数字。"),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return base64.b64encode(pii.seal(text, context=SECRET_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return pii.open_sealed(base64.b64decode(encrypted_text), context=SECRET_CONTEXT)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether a second factor may be removed: officials keep one."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return others.exists() or not grants_of(authenticator.user).official

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """Return the name that a new passkey is offered with."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("通行密钥 %(number)d") % {"number": count + 1}

    def _get_site_name(self) -> str:
        name: str = gettext("社通")
        return name

    def _get_user_identifier(self, user: User) -> str:
        return user.username


class IdentityProviderAdapter(DefaultSocialAccountAdapter):
    """OpenID Connect: an unknown subject becomes a citizen account; e-mail addresses never link accounts."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Return the setting OIDC_SIGNUP."""
        return bool(settings.OIDC_SIGNUP)

    def populate_user(
        self,
        request: HttpRequest,  # noqa: ARG002
        sociallogin: SocialLogin,
        data: dict[str, Any],
    ) -> User:
        """Fill a new account: a random user name, what the person is called, nothing else."""
        user: User = sociallogin.user
        user.username = f"c-{secrets.token_hex(8)}"
        user.display_name = str(data.get("name") or "")[:100]
        sociallogin.email_addresses = []
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        """Record a failed log-in through the provider."""
        audit.record(
            actor=None,
            action="account.login-failed",
            target="account:unknown",
            detail={"provider": str(provider.id), "error": str(error)[:60], "exception": type(exception).__name__},
            request=request,
        )


def _typed(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


def current_request() -> HttpRequest:
    """Return the request that allauth is handling."""
    request: HttpRequest = context.request
    return request
