"""JSON Canonicalization Scheme (RFC 8785): one byte string per JSON value, to be hashed or signed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

# RFC 8785 section 3.2.2.3 takes numbers as IEEE 754 doubles; beyond this an integer is no longer exact.
LARGEST_INTEGER = 2**53 - 1

# Section 3.2.2.2: the short escapes of ECMAScript, every other control character as \u00xx, nothing else escaped.
_ESCAPES = {
    **{number: f"\\u{number:04x}" for number in range(0x20)},
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}


def canonical(value: Json) -> bytes:
    """Return the canonical UTF-8 encoding of ``value``.

    Raises ``ValueError`` for what JSON or RFC 8785 cannot express: NaN, infinities, lone surrogates, integers beyond
    2**53 - 1; ``TypeError`` for other types and for keys that are not strings.
    """
    return _write(value).encode("utf-8")


def _write(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError(f"{value} is not exact as an IEEE 754 double")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_string(key)}:{_write(value[key])}" for key in sorted(value, key=_sort_key)) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return "[" + ",".join(_write(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} is not JSON")


def _string(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a key must be a string, not {type(text).__name__}")
    return '"' + text.translate(_ESCAPES) + '"'


def _sort_key(key: str) -> bytes:
    # Section 3.2.3: by UTF-16 code units, which differs from code points beyond the basic plane.
    return key.encode("utf-16-be") if isinstance(key, str) else b""


def _number(number: float) -> str:
    """Write a double as ECMAScript's ``Number::toString`` does (ECMA-262 section 6.1.6.1.20)."""
    if not math.isfinite(number):
        raise ValueError(f"{number} is not JSON")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = f"{abs(number)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    # The decimal point stands after this many digits.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        if len(digits) <= point:
            return sign + digits + "0" * (point - len(digits))
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"
