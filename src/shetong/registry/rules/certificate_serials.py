"""Serial numbers of certificates: the year, ten random signs, and a check sign.

The alphabet and the weights 3^i mod 31 are those of GB 32100-2015 (31 signs, without I, O, Z, S, V), so that a number
read aloud or typed from paper is not mistaken. As 31 is prime and the fifteen weights differ, every single wrong sign
and every exchange of two different signs is noticed. The numbers are random, so nobody can count certificates by them.
"""

from __future__ import annotations

import secrets

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 15
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, position, 31) for position in range(LENGTH)]


def new_serial(year: int) -> str:
    """Return a fresh serial number for a certificate issued in ``year`` (four digits)."""
    body = f"{year:04d}" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 5))
    return body + check_sign(body)


def check_sign(body: str) -> str:
    """Return the sign that makes the weighted sum of all fifteen values divisible by 31. ``body``: fourteen signs."""
    total = sum(_VALUES[sign] * weight for sign, weight in zip(body, _WEIGHTS, strict=False))
    return ALPHABET[-total * pow(_WEIGHTS[-1], -1, 31) % 31]


def parse_serial(text: str) -> str:
    """Return the serial number that ``text`` means; blanks, hyphens and case do not matter.

    Raises :class:`InvalidInputError` with the reason in Chinese.
    """
    serial = "".join(sign for sign in text.upper() if not sign.isspace() and sign != "-")
    if len(serial) != LENGTH:
        raise InvalidInputError(
            gettext("证书编号应为%(length)s位，现为%(given)s位，请核对。") % {"length": LENGTH, "given": len(serial)},
            code="serial-length",
        )
    unknown = sorted(set(serial) - set(ALPHABET))
    if unknown or not serial[:4].isdecimal() or serial[0] == "0":
        raise InvalidInputError(
            gettext("证书编号含有不使用的字符，请核对（没有字母I、O、S、V、Z）。"), code="serial-signs"
        )
    if check_sign(serial[:-1]) != serial[-1]:
        raise InvalidInputError(gettext("证书编号的校验位不符，可能抄错了，请核对。"), code="serial-check")
    return serial


def grouped(serial: str) -> str:
    """Return the number as it is printed, in groups: ``2026 ABCDE FGHJK L``."""
    return " ".join((serial[:4], serial[4:9], serial[9:14], serial[14:]))
