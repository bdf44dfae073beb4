"""People of the tests: one for each role, with and without a second factor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client

from shetong.accounts.models import User
from shetong.accounts.services import roles

PASSWORD = "correct horse battery 7"
BEIJING, SHANGHAI, NATION = "110000", "310000", "100000"

MakePerson = Callable[..., User]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def person(db: None) -> MakePerson:
    """Make an account: ``person("li", role="registrar", division="110000")``; officials get a second factor."""

    def make(
        username: str, *, role: str = "", division: str = NATION, second_factor: bool = True, **more: object
    ) -> User:
        user = User.objects.create_user(username=username, password=PASSWORD, display_name=username, **more)  # type: ignore[arg-type]
        if role:
            roles.grant(user=user, role=role, division_code=division, reason="测试", actor=None)
        if role and second_factor:
            TOTP.activate(user, generate_totp_secret())
        return user

    return make


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """Return a client in which a person is logged in."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return logged_in


def confirm_again(client: Client) -> None:
    """Make the session look as if the person had just entered the password again."""
    import time

    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session.save()
