"""``check --deploy``: silent on a hardened installation, loud on every single lapse."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import override_settings

from shetong.casework.services import seals
from shetong.cli import deployment
from shetong.cli.findings import Finding, Level
from shetong.conf import demo, security
from tests.casework import factories
from tests.registry.factories import register_organisation

HARDENED: dict[str, Any] = {
    "DEBUG": False,
    "SECRET_KEY": "q7Zr1-" + "vJ3xK9mPw2Lt8Yb5Nc6Hd4Gf0As_" * 3,
    "PII_KEYS": "2026:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=",
    "PII_INDEX_KEY": "MTIzNDU2QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
    "ALLOWED_HOSTS": ["www.example.org"],
    "PUBLIC_URL": "https://www.example.org",
    "TRUSTED_PROXY_COUNT": 1,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_HSTS_SECONDS": 31536000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "METRICS_NETWORKS": ["127.0.0.0/8", "10.1.0.0/16"],
    "SILENCED_SYSTEM_CHECKS": ["security.W021"],
    "DEMO_ACCOUNTS": False,
    "SEALS_AUTOMATIC": False,
    "LOG_FORMAT": "json",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
}
Check = Callable[[], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (
    deployment.demonstration_keys,
    deployment.hosts,
    deployment.transport,
    deployment.content_security_policy,
    deployment.cookies,
    deployment.accounts,
    deployment.monitoring,
    deployment.profile,
    deployment.data,
    deployment.django_checks,
    deployment.seals,
)


@pytest.fixture(autouse=True)
def _production_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the process environment of an installation: its profile, and nothing that only tests need."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shetong.conf.production")
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)


@pytest.fixture(autouse=True)
def _ordinary_role(db: None) -> None:
    """Let the statements of a test run as a role that is not the superuser of the embedded server."""
    with connection.cursor() as cursor:
        role = f"shetong_{os.getpid()}"  # rolled back with the test, yet other processes would wait for its name
        cursor.execute(f"CREATE ROLE {role}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")


def policy(**changes: list[str]) -> dict[str, object]:
    """Return the site's content security policy with some directives changed or, where empty, removed."""
    directives = security.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert isinstance(directives, dict)
    changed = {**directives, **{name.replace("_", "-"): sources for name, sources in changes.items()}}
    return {"DIRECTIVES": {name: sources for name, sources in changed.items() if sources}}


@pytest.mark.django_db
class TestDeployment:
    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_a_hardened_installation_has_no_findings(self, check: Check) -> None:
        with override_settings(**HARDENED):
            assert [finding.message for finding in check()] == []

    @pytest.mark.parametrize(
        ("check", "setting", "value"),
        [
            (deployment.demonstration_keys, "SECRET_KEY", demo.SECRET_KEY),
            (deployment.demonstration_keys, "PII_KEYS", demo.PII_KEYS),
            (
                deployment.demonstration_keys,
                "PII_KEYS",
                HARDENED["PII_KEYS"] + ",old:" + demo.PII_KEYS.partition(":")[2],
            ),
            (deployment.demonstration_keys, "PII_INDEX_KEY", demo.PII_INDEX_KEY),
            (deployment.hosts, "ALLOWED_HOSTS", ["*"]),
            (deployment.hosts, "ALLOWED_HOSTS", []),
            (deployment.hosts, "PUBLIC_URL", "http://www.example.org"),
            (deployment.hosts, "PUBLIC_URL", "https://other.example.org"),
            (deployment.transport, "SECURE_SSL_REDIRECT", False),
            (deployment.transport, "SECURE_PROXY_SSL_HEADER", None),
            (deployment.transport, "TRUSTED_PROXY_COUNT", 0),
            (deployment.transport, "SECURE_HSTS_SECONDS", 3600),
            (deployment.content_security_policy, "CONTENT_SECURITY_POLICY", None),
            (deployment.content_security_policy, "CONTENT_SECURITY_POLICY", policy(script_src=["'unsafe-inline'"])),
            (deployment.content_security_policy, "CONTENT_SECURITY_POLICY", policy(default_src=["*"])),
            (deployment.content_security_policy, "CONTENT_SECURITY_POLICY", policy(object_src=[])),
            (deployment.content_security_policy, "CONTENT_SECURITY_POLICY", policy(frame_ancestors=[])),
            (deployment.content_security_policy, "CONTENT_SECURITY_POLICY", policy(style_src=["'unsafe-inline'"])),
            (
                deployment.content_security_policy,
                "CONTENT_SECURITY_POLICY",
                {**policy(), "EXCLUDE_URL_PREFIXES": ["/accounts/"]},
            ),
            (deployment.cookies, "SESSION_COOKIE_SECURE", False),
            (deployment.cookies, "SESSION_COOKIE_HTTPONLY", False),
            (deployment.cookies, "SESSION_COOKIE_NAME", "sessionid"),
            (deployment.cookies, "CSRF_COOKIE_NAME", "csrftoken"),
            (deployment.cookies, "CSRF_COOKIE_HTTPONLY", False),
            (deployment.cookies, "SECURE_CONTENT_TYPE_NOSNIFF", False),
            (deployment.cookies, "CSRF_COOKIE_SECURE", False),
            (deployment.cookies, "SESSION_COOKIE_SAMESITE", "None"),
            (deployment.cookies, "X_FRAME_OPTIONS", "SAMEORIGIN"),
            (deployment.accounts, "DEMO_ACCOUNTS", True),
            (deployment.accounts, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"]),
            (deployment.monitoring, "METRICS_NETWORKS", ["0.0.0.0/0"]),
            (deployment.monitoring, "METRICS_NETWORKS", ["10.0.0.0/8", "203.0.0.0/8"]),
            (deployment.monitoring, "METRICS_TOKEN", "guess-me"),
            (deployment.profile, "DEBUG", True),
            (deployment.profile, "LOG_FORMAT", "line"),
            (deployment.django_checks, "DEBUG", True),
            (deployment.django_checks, "SECRET_KEY", "short"),
            (deployment.django_checks, "SECURE_HSTS_SECONDS", 0),
        ],
    )
    def test_each_lapse_is_found(self, check: Check, setting: str, value: object) -> None:
        with override_settings(**{**HARDENED, setting: value}):
            assert list(check())

    def test_an_active_demonstration_account_is_an_error(self) -> None:
        get_user_model().objects.create_user("demo-x", demo=True)
        with override_settings(**HARDENED):
            (finding,) = deployment.accounts()
        assert finding.level is Level.ERROR

    def test_another_profile_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
        with override_settings(**HARDENED):
            (finding,) = deployment.profile()
        assert finding.level is Level.ERROR

    def test_demonstration_organisations_are_reported(self) -> None:
        register_organisation(demo=True)
        with override_settings(**HARDENED):
            (finding,) = deployment.data()
        assert "demonstration organisations" in finding.message

    def test_a_superuser_is_reported(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        with override_settings(**HARDENED):
            (finding,) = deployment.data()
        assert "superuser" in finding.message

    def test_no_finding_repeats_a_key(self) -> None:
        secret = "geheim-geheim"
        with override_settings(**{**HARDENED, "SECRET_KEY": secret, "PII_KEYS": f"x:{secret}"}):
            told = [finding.as_dict() for check in CHECKS for finding in check()]
        assert secret not in str(told)


@pytest.mark.django_db
def test_authorities_without_a_seal_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # A browser of other tests of this process leaves its event loop in the thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    case = factories.submitted()
    with override_settings(**HARDENED):
        assert [case.authority_name in finding.message for finding in deployment.seals()] == [True]
        seals.create(authority_name=case.authority_name, division_code=case.authority_division, actor="system:test")
        assert list(deployment.seals()) == []
    with override_settings(SEALS_AUTOMATIC=True):
        assert [finding.level for finding in deployment.seals()] == [Level.ERROR]
