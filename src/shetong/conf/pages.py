"""Settings of pages: templates, languages, static files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shetong.web.preferences.context",
            ]
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# What Vite named by its contents never changes; other files are asked for again after an hour.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/static/dist/assets/"
WHITENOISE_MAX_AGE = 3600
CSRF_FAILURE_VIEW = "shetong.web.views.errors.csrf_failure"


def build_digest(package: Path) -> str:
    """Return what changes whenever templates, translations or the front end change; part of pages' entity tags."""
    digest = hashlib.blake2b(digest_size=8)
    parts = ("*/templates/**/*.html", "locale/*/LC_MESSAGES/*.mo", "web/static/dist/manifest.json")
    for path in sorted(file for part in parts for file in package.glob(part)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


BUILD = build_digest(Path(__file__).resolve().parents[1])
