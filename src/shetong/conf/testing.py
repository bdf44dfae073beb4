"""Settings of the tests: the embedded database, fast password hashing, no waiting."""

from __future__ import annotations

import os

from shetong.conf.development import *  # noqa: F403
from shetong.conf.development import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Several runs may share one database server; each names its own database.
DATABASES["default"]["TEST"] = {
    "TEMPLATE": "template0",
    "NAME": "test_shetong_" + os.environ.get("SHETONG_TEST_RUN", "main"),
}
