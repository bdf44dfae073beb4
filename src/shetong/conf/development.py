"""Settings of ``make run``: embedded database unless DATABASE_URL says otherwise, debug pages off, demo keys."""

from __future__ import annotations

import os

from shetong.conf import embedded
from shetong.conf.base import *  # noqa: F403
from shetong.conf.base import VAR, database

SECRET_KEY = os.environ.get("SECRET_KEY", "development-only-key-never-used-in-production")
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or embedded.start(VAR))}
