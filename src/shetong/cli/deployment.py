"""Is this installation fit for the public? What the production profile promises, verified on the settings in force."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from shetong.cli.findings import Check, Finding, Level

UNSAFE_SOURCES = ("'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:")
LEAST_TOKEN_LENGTH = 24
LEAST_HSTS_SECONDS = 182 * 24 * 3600
REQUIRED_DIRECTIVES = (
    "default-src",
    "script-src",
    "style-src",
    "object-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
)


def _error(check: str, message: str, remedy: str) -> Finding:
    return Finding(check, Level.ERROR, message, remedy)


def _warning(check: str, message: str, remedy: str) -> Finding:
    return Finding(check, Level.WARNING, message, remedy)


def django_checks() -> Iterable[Finding]:
    """Run Django's own checks, ``check --deploy`` included."""
    from django.core import checks

    for found in checks.run_checks(include_deployment_checks=True):
        if not found.is_silenced() and found.level >= checks.WARNING:
            level = Level.ERROR if found.level >= checks.ERROR else Level.WARNING
            yield Finding(f"django {found.id}", level, " ".join(str(found.msg).split()), str(found.hint or ""))


def demonstration_keys() -> Iterable[Finding]:
    """Check that no key of the development profile is in force."""
    from django.conf import settings

    from shetong.conf import demo

    for name in ("SECRET_KEY", "PII_KEYS", "PII_INDEX_KEY"):
        known, used = getattr(demo, name), getattr(settings, name)
        parts = [part.partition(":")[2] or part for part in used.split(",")]
        if known == used or (known.partition(":")[2] or known) in parts:
            yield _error("keys", f"{name} is the demonstration's, which everybody knows", "make one of your own")


def hosts() -> Iterable[Finding]:
    """Check that the site answers under its own names only, and its own address is HTTPS."""
    from urllib.parse import urlsplit

    from django.conf import settings

    if not settings.ALLOWED_HOSTS or any(host.startswith("*") for host in settings.ALLOWED_HOSTS):
        yield _error("hosts", "ALLOWED_HOSTS does not name the site's hosts", "ALLOWED_HOSTS=www.example.org")
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme != "https":
        yield _error("hosts", "PUBLIC_URL is not an https:// address", "PUBLIC_URL=https://www.example.org")
    elif address.hostname not in settings.ALLOWED_HOSTS:
        yield _warning("hosts", "the host of PUBLIC_URL is not in ALLOWED_HOSTS", "name it in both")


def transport() -> Iterable[Finding]:
    """Check that everything goes over HTTPS, and the proxy in front is known."""
    from django.conf import settings

    if not settings.SECURE_SSL_REDIRECT:
        yield _warning("https", "plain HTTP is not redirected", "SECURE_SSL_REDIRECT=1, unless the proxy does it")
    if settings.SECURE_PROXY_SSL_HEADER is None:
        yield _error("https", "the proxy's X-Forwarded-Proto is not read", "use shetong.conf.production")
    if settings.SECURE_HSTS_SECONDS < LEAST_HSTS_SECONDS:
        yield _warning("https", "HSTS_SECONDS is less than half a year", "HSTS_SECONDS=31536000")
    if not settings.TRUSTED_PROXY_COUNT:
        yield _warning(
            "https",
            "TRUSTED_PROXY_COUNT is 0: all clients share one address in rate limits and lock-outs",
            "TRUSTED_PROXY_COUNT=1 behind one proxy",
        )


def content_security_policy() -> Iterable[Finding]:
    """Check that the policy is enforced, complete, and allows no inline or foreign script."""
    from django.conf import settings

    policy: dict[str, Any] = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
    directives = policy.get("DIRECTIVES", {})
    if not directives:
        yield _error("csp", "no Content-Security-Policy is sent", "restore CONTENT_SECURITY_POLICY")
        return
    for name in REQUIRED_DIRECTIVES:
        if name not in directives:
            yield _error("csp", f"the policy does not say {name}", "name its sources")
    for name in ("default-src", "script-src", "style-src", "object-src", "base-uri"):
        unsafe = [str(source) for source in directives.get(name, ()) if str(source) in UNSAFE_SOURCES]
        if unsafe:
            yield _error("csp", f"{name} allows {' '.join(unsafe)}", "move scripts and styles into files")
    if policy.get("EXCLUDE_URL_PREFIXES"):
        yield _error("csp", "some addresses are excluded from the policy", "remove EXCLUDE_URL_PREFIXES")


def cookies() -> Iterable[Finding]:
    """Check that cookies are unreadable for scripts, unknown to other sites, and never sent in the clear."""
    from django.conf import settings

    wanted = {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
    }
    for name, value in wanted.items():
        if getattr(settings, name) != value:
            yield _error("cookies", f"{name} is not {value}", "use shetong.conf.production")
    if settings.SESSION_COOKIE_SAMESITE not in ("Lax", "Strict"):
        yield _error("cookies", "SESSION_COOKIE_SAMESITE lets other sites use the session", "set it to Lax")
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"):
        if not getattr(settings, name).startswith("__Host-"):
            yield _warning("cookies", f"{name} lets other hosts of the domain set it", "use shetong.conf.production")


def identity_service() -> Iterable[Finding]:
    """Check that volunteers' identities are verified by a service, over TLS and with a key."""
    from django.conf import settings

    address = settings.IDENTITY_SERVICE_URL
    if address == "demo:":
        yield _error("identity", "every identity number is believed", "name a service in IDENTITY_SERVICE_URL")
    elif address and not (address.startswith("https://") and settings.IDENTITY_SERVICE_KEY):
        yield _error("identity", "the identity service is asked without TLS or key", "https, and IDENTITY_SERVICE_KEY")


def accounts() -> Iterable[Finding]:
    """Check that no demonstration account can log in, and passwords are hashed with argon2."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import DatabaseError

    if settings.DEMO_ACCOUNTS:
        yield _error("accounts", "DEMO_ACCOUNTS is on", "use shetong.conf.production")
    if "argon2" not in settings.PASSWORD_HASHERS[0].lower():
        yield _error("accounts", "passwords are not hashed with argon2", "restore PASSWORD_HASHERS")
    try:
        known = get_user_model().objects.filter(demo=True, is_active=True).count()
    except DatabaseError:
        return  # said by the check of the database
    if known:
        yield _error(
            "accounts", f"{known} demonstration accounts are active", "deactivate or use a database of its own"
        )


def data() -> Iterable[Finding]:
    """Check that the database is one of your own, used by an ordinary role, without demonstration records."""
    from django.db import DatabaseError, connection

    from shetong.registry.models import Organisation

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            (superuser,) = cursor.fetchone()
        demonstration = Organisation.objects.filter(demo=True).exists()
    except DatabaseError:
        return
    if superuser:
        yield _warning("database", "the site uses the database as superuser", "give it a role of its own")
    if demonstration:
        yield _warning("database", "the register holds demonstration organisations", "use a database of its own")


def monitoring() -> Iterable[Finding]:
    """Check that the metrics are not for everybody, and a token that opens them cannot be guessed."""
    from django.conf import settings

    for network in settings.METRICS_NETWORKS:
        if not ipaddress.ip_network(network).is_private:
            yield _error("metrics", f"METRICS_NETWORKS holds public addresses: {network}", "name your own networks")
    if 0 < len(settings.METRICS_TOKEN) < LEAST_TOKEN_LENGTH:
        yield _error("metrics", "METRICS_TOKEN is short enough to be guessed", "openssl rand -hex 24")


def profile() -> Iterable[Finding]:
    """Check that the production profile is in force and logs are for machines."""
    import os

    from django.conf import settings

    used = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    if used != "shetong.conf.production":
        yield _error("profile", f"the profile is {used}", "DJANGO_SETTINGS_MODULE=shetong.conf.production")
    if settings.DEBUG:
        yield _error("profile", "DEBUG is on", "never in public")
    if settings.LOG_FORMAT != "json":
        yield _warning("profile", "logs are not JSON", "LOG_FORMAT=json")


def seals() -> Iterable[Finding]:
    """Check that authorities that handle cases have electronic seals, and that none is made for demonstration."""
    from django.conf import settings
    from django.db import DatabaseError

    from shetong.casework.queries.seals import authorities_without_seal

    if settings.SEALS_AUTOMATIC:
        yield _error("seals", "authorities get demonstration seals by themselves", "set SEALS_AUTOMATIC=0")
    try:
        for division, name in authorities_without_seal():
            remedy = f"shetong keys seal-import {division} {name} FILE, or keys seal-create"
            yield _warning("seals", f"{name} issues documents without an electronic seal", remedy)
    except DatabaseError:
        return  # said by the check of the database


DEPLOYMENT: tuple[Check, ...] = (
    profile,
    django_checks,
    demonstration_keys,
    identity_service,
    hosts,
    transport,
    content_security_policy,
    cookies,
    accounts,
    monitoring,
    data,
    seals,
)
