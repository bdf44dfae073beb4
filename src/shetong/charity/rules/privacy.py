"""What must not stand in a text that everybody reads: numbers by which people are known or reached."""

from __future__ import annotations

import re

from django.utils.translation import gettext

_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def complaint(text: str, *, phones: bool = False) -> str:
    """Return what is wrong with a public text, empty for nothing. ``phones``: phone numbers are what it is for."""
    if _IDENTITY.search(text):
        return gettext("内容中有身份证件号码，请删去后再公布。")
    if not phones and _MOBILE.search(text):
        return gettext("内容中有手机号码，请删去后再公布。")
    return ""
