"""Numbers that identify bodies and people: unified social credit codes and identity-card numbers.

GB 32100-2015 (统一社会信用代码) with the main part of GB 11714 (组织机构代码); GB 11643 (公民身份号码), whose scheme
is shared by the residence permits of Hong Kong, Macao and Taiwan and by the permanent-residence card of foreigners.
Whoever types a number is forgiven full-width characters, lower case, spaces and hyphens; everything else is named.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

from django.utils.translation import gettext
from stdnum.cn import ric

from shetong.core.errors import InvalidInputError

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {sign: value for value, sign in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_USCC_FORM = re.compile(r"[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
# The five letters that GB 32100 leaves out, with the sign that they are usually mistaken for.
_LEFT_OUT = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U 或 Y"}

_MAIN_VALUE = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_MAIN_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_SEPARATORS = re.compile(r"[\s\-‐‑–—·.]+")

CIVIL_AFFAIRS = "5"
# D2 under civil affairs → kind of organisation; 9 (其他) says nothing about the kind.
KIND_OF_CATEGORY = {"1": "SG", "2": "PN", "3": "FD"}


@dataclass(frozen=True, slots=True)
class UsccParts:
    """The parts of a unified social credit code (GB 32100-2015 clause 4)."""

    department: str  # D1: the registering department; "5" is civil affairs
    category: str  # D2: the category of body under that department
    division_code: str  # D3–8: division of the registering organ when the code was given
    main: str  # D9–17: 主体标识码 (GB 11714)
    check: str  # D18


class IdentityKind(StrEnum):
    """Which card carries an identity number."""

    RESIDENT = "resident"  # 居民身份证
    HONG_KONG_MACAO_TAIWAN = "hmt-residence"  # 港澳台居民居住证
    PERMANENT_RESIDENT = "permanent-resident"  # 外国人永久居留身份证


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A checked identity number and what it says of its holder."""

    number: str
    kind: IdentityKind
    born_on: datetime.date
    female: bool


def tidy(text: str) -> str:
    """Return ``text`` half-width, upper-case, without blanks and hyphens: the form in which numbers are compared."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def uscc_check_character(first17: str) -> str:
    """Return the 18th sign for the first 17 (GB 32100-2015 appendix A). Raises ``KeyError`` for foreign signs."""
    total = sum(map(mul, map(_USCC_VALUE.__getitem__, first17), _USCC_WEIGHTS))
    return USCC_ALPHABET[-total % 31]


def organisation_code_check_character(first8: str) -> str:
    """Return the 9th sign of an organisation code (GB 11714) for its first eight."""
    value = -sum(map(mul, map(_MAIN_VALUE.__getitem__, first8), _MAIN_WEIGHTS)) % 11
    return "X" if value == 10 else str(value)


def is_uscc(code: str) -> bool:
    """Say whether ``code``, as it stands, is a well-formed code with both check signs right."""
    return (
        len(code) == 18
        and _USCC_FORM.fullmatch(code) is not None
        and uscc_check_character(code[:17]) == code[17]
        and organisation_code_check_character(code[8:16]) == code[16]
    )


def parse_uscc(text: str) -> str:
    """Return the unified social credit code written in ``text``, normalised to 18 signs.

    Raises :class:`InvalidInputError` with the first reason found, in Chinese, and one of the codes ``uscc-empty``,
    ``uscc-length``, ``uscc-sign``, ``uscc-form``, ``uscc-main-check``, ``uscc-check``.
    """
    if is_uscc(text):
        return text
    code = tidy(text)
    if is_uscc(code):
        return code
    raise _uscc_refusal(code)


def split_uscc(code: str) -> UsccParts:
    """Split a normalised code into its parts; raises :class:`InvalidInputError` like :func:`parse_uscc`."""
    code = parse_uscc(code)
    return UsccParts(code[0], code[1], code[2:8], code[8:17], code[17])


def uscc_main_part(code: str) -> str:
    """Return the organisation code (主体标识码) inside a unified code, as old certificates print it: ``12345678-9``."""
    main = split_uscc(code).main
    return f"{main[:8]}-{main[8]}"


def _uscc_refusal(code: str) -> InvalidInputError:
    if not code:
        return InvalidInputError(gettext("请填写统一社会信用代码。"), code="uscc-empty")
    for position, sign in enumerate(code, start=1):
        if sign in _LEFT_OUT:
            return InvalidInputError(
                gettext("统一社会信用代码不使用字母“%(sign)s”（第%(position)s位），请核对是否应为“%(left_out)s”。")
                % {"sign": sign, "position": position, "left_out": _LEFT_OUT[sign]},
                code="uscc-sign",
            )
        if sign not in _USCC_VALUE:
            return InvalidInputError(
                gettext("统一社会信用代码只含数字和大写字母，第%(position)s位“%(sign)s”不能使用，请核对。")
                % {"position": position, "sign": sign},
                code="uscc-sign",
            )
    if len(code) != 18:
        return InvalidInputError(
            gettext("统一社会信用代码应为18位，现有%(count)s位，请核对是否漏填或者多填。") % {"count": len(code)},
            code="uscc-length",
        )
    if not _USCC_FORM.fullmatch(code):
        return InvalidInputError(
            gettext(
                "统一社会信用代码的第1位为登记管理部门代码，第2位为机构类别代码，第3至8位为数字的行政区划码，请核对。"
            ),
            code="uscc-form",
        )
    if uscc_check_character(code[:17]) != code[17]:
        return InvalidInputError(
            gettext("统一社会信用代码的校验码（第18位）不符，请逐位核对是否有误填。"), code="uscc-check"
        )
    return InvalidInputError(
        gettext("统一社会信用代码中组织机构代码的校验码（第17位）不符，请逐位核对第9至17位。"), code="uscc-main-check"
    )


_IDENTITY_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]")
# Two-digit heads of GB/T 2260 that were ever given; 81–83 head the residence permits of Hong Kong, Macao and Taiwan.
_PROVINCES = frozenset(
    str(head)
    for heads in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for head in heads
)
_RESIDENCE_PERMIT_HEADS = frozenset({"810000", "820000", "830000"})
_OLDEST_BIRTH = datetime.date(1880, 1, 1)


def identity_check_character(first17: str) -> str:
    """Return the 18th sign of an identity number for its first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return ric.calc_check_digit(first17 + "0")


def parse_identity_number(text: str, *, today: datetime.date) -> IdentityNumber:
    """Return the 18-digit identity number written in ``text`` and what it says; births after ``today`` are refused.

    The county of a number is not compared with the year of birth: a number is given at first registration, which may
    come years after birth, when the county bore another code. Numbers beginning with 9 follow the permanent-residence
    card issued since December 2023 (province, nationality, birth date, serial, same check sign).

    Raises :class:`InvalidInputError` (``identity-empty|length|sign|place|birth|check``). The message never repeats
    the number.
    """
    number = tidy(text)
    if not number:
        raise InvalidInputError(gettext("请填写证件号码。"), code="identity-empty")
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise InvalidInputError(gettext("15位的旧身份证号码已停止使用，请填写18位号码。"), code="identity-length")
    if len(number) != 18:
        raise InvalidInputError(
            gettext("证件号码应为18位，现有%(count)s位，请核对。") % {"count": len(number)}, code="identity-length"
        )
    if not _IDENTITY_FORM.fullmatch(number):
        raise InvalidInputError(gettext("证件号码前17位应为数字，末位为数字或X，请核对。"), code="identity-sign")
    foreign = number[0] == "9"
    if (number[1:3] if foreign else number[:2]) not in _PROVINCES:
        raise InvalidInputError(gettext("证件号码开头的地区代码不存在，请核对。"), code="identity-place")
    born_on = _birth(number[6:14], today)
    if identity_check_character(number[:17]) != number[17]:
        raise InvalidInputError(gettext("证件号码的末位校验码不符，请逐位核对是否有误填。"), code="identity-check")
    if foreign:
        kind = IdentityKind.PERMANENT_RESIDENT
    elif number[:6] in _RESIDENCE_PERMIT_HEADS:
        kind = IdentityKind.HONG_KONG_MACAO_TAIWAN
    else:
        kind = IdentityKind.RESIDENT
    return IdentityNumber(number, kind, born_on, female=int(number[16]) % 2 == 0)


def _birth(digits: str, today: datetime.date) -> datetime.date:
    born_on: datetime.date | None = None
    with contextlib.suppress(ValueError):
        born_on = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if born_on is None or not _OLDEST_BIRTH <= born_on <= today:
        raise InvalidInputError(gettext("证件号码第7至14位的出生日期不是有效日期，请核对。"), code="identity-birth")
    return born_on
