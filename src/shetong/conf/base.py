"""Settings shared by every way of running Shetong; docs/configuration.md lists what comes from the environment."""

from __future__ import annotations

from pathlib import Path

from shetong.conf import env
from shetong.conf.accounts import *  # noqa: F403
from shetong.conf.accounts import ACCOUNT_APPS, ACCOUNT_MIDDLEWARE
from shetong.conf.casework import *  # noqa: F403
from shetong.conf.charity import *  # noqa: F403
from shetong.conf.databases import database as database
from shetong.conf.exchange import *  # noqa: F403
from shetong.conf.jobs import *  # noqa: F403
from shetong.conf.ledger import *  # noqa: F403
from shetong.conf.messages import *  # noqa: F403
from shetong.conf.observability import *  # noqa: F403
from shetong.conf.pages import *  # noqa: F403
from shetong.conf.registry import *  # noqa: F403
from shetong.conf.security import *  # noqa: F403
from shetong.conf.volunteering import *  # noqa: F403

# SHETONG_HOME: the checkout or installation; SHETONG_VAR: everything that is written while running.
ROOT = Path(env.text("SHETONG_HOME", str(Path(__file__).resolve().parents[3])))
VAR = Path(env.text("SHETONG_VAR", str(ROOT / "var")))

DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
# PII_KEYS seals personal data (id:base64 of 32 bytes, comma-separated; the first seals, all open);
# PII_INDEX_KEY (base64) keys the blind index. See shetong.core.pii.
PII_KEYS = env.secret("PII_KEYS")
PII_INDEX_KEY = env.secret("PII_INDEX_KEY")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
# The address under which people reach the site; QR codes, sitemaps and e-mails are built from it.
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
# The name under which the public logs sign; it is part of every checkpoint and must never change.
LEDGER_ORIGIN = env.text("LEDGER_ORIGIN", PUBLIC_URL.split("://", 1)[-1] + "/log")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "shetong.accounts",
    "shetong.ledger",
    "shetong.casework",
    "shetong.registry",
    "shetong.volunteering",
    "shetong.charity",
    "shetong.exchange",
    "shetong.web",
    *ACCOUNT_APPS,
]

MIDDLEWARE = [
    "shetong.web.observability.middleware.ObservabilityMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shetong.web.preferences.LanguageMiddleware",
    "shetong.web.api_entrance.ApiEntranceMiddleware",
    # From here on pages only.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shetong.web.plain_text.PlainTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shetong.web.csp.PolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *ACCOUNT_MIDDLEWARE,
]

ROOT_URLCONF = "shetong.conf.urls"
WSGI_APPLICATION = "shetong.conf.wsgi.application"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Where `shetong assets` collects the static files; a container image has them apart from SHETONG_VAR.
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "media"
# Uploaded files by their digest, outside of what any web server hands out.
FILES_ROOT = env.text("FILES_ROOT", str(VAR / "files"))
# Where releases of the open data are kept; on several servers a shared directory.
OPEN_DATA_ROOT = Path(env.text("OPEN_DATA_ROOT", str(VAR / "open-data")))
