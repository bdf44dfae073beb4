"""Settings of the tests: the embedded database, fast password hashing, no waiting."""

from __future__ import annotations

from shetong.conf import env
from shetong.conf.development import *  # noqa: F403
from shetong.conf.development import DATABASES, INSTALLED_APPS

INSTALLED_APPS += ["django_migration_linter"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Whoever acts finds the chain complete; the thread that does so behind has tests of its own.
AUDIT_CHAIN_SECONDS = 0.0
# A cache of its own for each process, emptied by tests that count.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# SHETONG_TEST_RUN: several runs may share one database server; each names its own database.
DATABASES["default"]["TEST"] = {
    "TEMPLATE": "template0",
    "NAME": "test_shetong_" + env.text("SHETONG_TEST_RUN", "main"),
}
