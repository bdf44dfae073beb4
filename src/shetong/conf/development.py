"""Settings of ``make run``: embedded database unless DATABASE_URL says otherwise, debug pages off, demo keys."""

from __future__ import annotations

from shetong.conf import demo, embedded, env
from shetong.conf.base import *  # noqa: F403
from shetong.conf.base import VAR, database

SECRET_KEY = env.secret("SECRET_KEY", demo.SECRET_KEY)
PII_KEYS = env.secret("PII_KEYS", demo.PII_KEYS)
PII_INDEX_KEY = env.secret("PII_INDEX_KEY", demo.PII_INDEX_KEY)
ALLOWED_HOSTS = ["*"]
DEMO_ACCOUNTS = True
# Believe every well-formed identity number, unless a service is named.
IDENTITY_SERVICE_URL = env.text("IDENTITY_SERVICE_URL", "demo:")
DEMO_REGISTER = env.flag("DEMO_REGISTER", default=True)
SEALS_AUTOMATIC = env.flag("SEALS_AUTOMATIC", default=True)
DATABASES = {"default": database(env.secret("DATABASE_URL") or embedded.start(VAR))}
