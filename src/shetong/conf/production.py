"""The hardened profile: HTTPS only, secrets from outside, no demonstration; ``check --deploy`` verifies it."""

from __future__ import annotations

from shetong.conf import env
from shetong.conf.base import *  # noqa: F403
from shetong.conf.base import PUBLIC_URL, database

_url = env.secret("DATABASE_URL")
if not _url:
    raise env.SettingError("DATABASE_URL is missing: the production profile does not use the embedded database.")
DATABASES = {"default": database(_url)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# The proxy in front ends TLS and says so; it must remove this header from what clients send (deploy/nginx does).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
# The prefix makes browsers refuse the cookie from subdomains and without HTTPS.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

# Entry into the browsers' preload lists concerns the whole domain and is its owner's decision, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
