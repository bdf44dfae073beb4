"""Forms of accounts: log-in, second factor, roles, audit filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from shetong.accounts import client, rules
from shetong.accounts.adapters import current_request
from shetong.accounts.models.choices import Channel
from shetong.accounts.services import lockout


class LoginForm(BaseLoginForm):
    """User name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext_lazy("用户名或电子邮箱")
        self.fields["login"].max_length = 254
        self.fields["login"].widget = forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"})
        self.fields["password"].label = gettext_lazy("密码")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class _CountedCodeMixin(BaseAuthenticateForm):
    """Codes are counted like passwords: too many wrong ones and the account pauses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("验证码")
        self.fields["code"].widget = code_input()

    def clean_code(self) -> str:
        return _counted(self.user, super().clean_code)


class ActivateTotpForm(ActivateTOTPForm):
    """The first code of a new authenticator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("验证码")
        self.fields["code"].widget = code_input()


def code_input() -> forms.TextInput:
    """Return the control for one-time codes: digits first, filled in by the phone where it can."""
    return forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "inputmode": "numeric"})


class SecondFactorForm(_CountedCodeMixin, AuthenticateForm):
    """The code asked for at log-in."""


class SecondFactorAgainForm(_CountedCodeMixin, ReauthenticateForm):
    """The code asked for again before a sensitive act."""


def _counted(user: Any, judge: Callable[[], str]) -> str:
    attempt = lockout.attempt_of(user, address=client.address(current_request()), what="code")
    try:
        lockout.begin(attempt)
    except lockout.LockedError as error:
        raise ValidationError(error.message, code=error.code) from error
    try:
        code = judge()
    except ValidationError:
        lockout.failed(attempt)
        raise
    lockout.succeeded(attempt)
    return code


class GrantForm(forms.Form):
    """Granting a role."""

    role = forms.ChoiceField(
        label=gettext_lazy("角色"), choices=[(role.code, role.name_zh) for role in rules.ROLES.values()]
    )
    division_code = forms.CharField(label=gettext_lazy("管辖区划代码"), max_length=6)
    valid_to = forms.DateField(label=gettext_lazy("有效期至（不含，可不填）"), required=False)
    reason = forms.CharField(label=gettext_lazy("授予理由"), max_length=300)


class EndForm(forms.Form):
    """Ending a role, with a reason."""

    reason = forms.CharField(label=gettext_lazy("终止理由"), max_length=300)


class InviteForm(forms.Form):
    """Making an official's account."""

    username = forms.CharField(label=gettext_lazy("用户名"), max_length=150)
    display_name = forms.CharField(label=gettext_lazy("姓名"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("电子邮箱（可不填）"), required=False)
    division_code = forms.CharField(label=gettext_lazy("所属区划代码"), max_length=6)


class ApiKeyForm(forms.Form):
    """Making a key for a program."""

    owner = forms.CharField(label=gettext_lazy("持有人用户名"), max_length=150)
    label = forms.CharField(label=gettext_lazy("用途说明"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("权限范围"),
        choices=[(code, name) for code, name in rules.API_SCOPES.items() if code not in rules.OWN_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    rate_class = forms.ChoiceField(
        label=gettext_lazy("限流等级"),
        choices=[(code, f"{code} · {rate}/min") for code, rate in rules.RATE_CLASSES.items()],
        initial="standard",
    )
    expires_on = forms.DateField(
        label=gettext_lazy("到期日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class OwnKeyForm(forms.Form):
    """Making a key that reads one's own cases."""

    label = forms.CharField(label=gettext_lazy("用途说明"), max_length=100)
    expires_on = forms.DateField(
        label=gettext_lazy("到期日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AddressForm(forms.Form):
    """Where messages of a channel go."""

    address = forms.CharField(max_length=254, required=False)

    def __init__(self, channel: Channel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label, attributes = _ADDRESSES[channel]
        self.fields["address"].label = label
        self.fields["address"].widget = forms.TextInput(attrs=attributes)


_ADDRESSES: dict[Channel, tuple[Any, dict[str, str]]] = {
    Channel.EMAIL: (gettext_lazy("电子邮箱"), {"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    Channel.SMS: (gettext_lazy("手机号码"), {"autocomplete": "tel-national", "inputmode": "numeric"}),
    Channel.WECHAT: (gettext_lazy("微信识别码（在公众号中回复“识别码”取得）"), {"spellcheck": "false"}),
}


class CodeForm(forms.Form):
    """The code that was sent to an address."""

    code = forms.CharField(label=gettext_lazy("验证码"), max_length=12, required=False, widget=code_input())
