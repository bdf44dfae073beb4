"""What must not stand in a text that everybody reads: numbers by which people are known or reached."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
# Also written in groups: 138 0013 8000, 138-0013-8000.
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


def complaint(text: str, *, phones: bool = False) -> str:
    """Return what is wrong with a public text, empty for nothing. ``phones``: phone numbers are what it is for."""
    text = unicodedata.normalize("NFKC", text)
    if _IDENTITY.search(text):
        return gettext("内容中有身份证件号码，请删去后再公布。")
    if not phones and _MOBILE.search(text):
        return gettext("内容中有手机号码，请删去后再公布。")
    return ""


def complaints(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with public texts, by the names of those that have something wrong."""
    return {name: found for name, text in texts.items() if (found := complaint(text))}
