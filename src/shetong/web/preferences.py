"""What a visitor chose and keeps across pages: language and elder-friendly mode, each in a cookie of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

MODE_COOKIE = "mode"
ELDER = "elder"
KEEP_SECONDS = 365 * 24 * 3600
# What goes into `lang`: tells browsers and readers aloud which forms of the characters are meant.
HTML_LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}


def language_of(request: HttpRequest) -> str:
    """Return the language that the visitor chose, Chinese where none was chosen.

    The browser's ``Accept-Language`` is not asked: an address shows the same text to everyone until they choose.
    """
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def is_elder(request: HttpRequest) -> bool:
    """Whether the visitor switched the elder-friendly mode (长者模式) on."""
    return request.COOKIES.get(MODE_COOKIE) == ELDER


class LanguageMiddleware:
    """Answer in the visitor's language; pages differ by cookie, and say so to caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate the language for this request and mark the response."""
        language = language_of(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie",))
            response.headers.setdefault("Content-Language", HTML_LANGUAGES[language])
        return response


def context(request: HttpRequest) -> dict[str, object]:
    """Give templates ``elder``, ``html_lang`` and ``other_language`` (code and own name)."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    other = "en" if language != "en" else settings.LANGUAGE_CODE
    return {
        "elder": is_elder(request),
        "html_lang": HTML_LANGUAGES.get(language, "zh-CN"),
        "other_language": {
            "code": other,
            "name": "English" if other == "en" else "中文",
            "html": HTML_LANGUAGES[other],
        },
    }
