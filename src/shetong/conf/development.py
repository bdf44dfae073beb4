"""Settings of ``make run``: embedded database unless DATABASE_URL says otherwise, debug pages off, demo keys."""

from __future__ import annotations

from shetong.conf import embedded, env
from shetong.conf.base import *  # noqa: F403
from shetong.conf.base import VAR, database

SECRET_KEY = env.text("SECRET_KEY", "development-only-key-never-used-in-production")
PII_KEYS = env.text("PII_KEYS", "demo:ZGV2ZWxvcG1lbnQtb25seS1zZWFsaW5nLWtleS0zMmI=")
PII_INDEX_KEY = env.text("PII_INDEX_KEY", "ZGV2ZWxvcG1lbnQtb25seS1pbmRleC1rZXktMzJieSE=")
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": database(env.text("DATABASE_URL") or embedded.start(VAR))}
