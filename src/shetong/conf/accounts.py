"""Settings of identities: log-in, second factors, sessions, lock-out."""

from __future__ import annotations

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# Joined into INSTALLED_APPS and MIDDLEWARE by conf/base.py.
ACCOUNT_APPS: list[str] = []
ACCOUNT_MIDDLEWARE: list[str] = []
