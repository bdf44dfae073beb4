"""Public numbers of volunteers, teams and activities: drawn at random, so that they tell nothing of anybody.

A letter, random digits, and a check digit after ISO/IEC 7064 MOD 11,10, which finds every wrong digit and nearly every
pair that was exchanged. The identity number is never a source (MZ/T 061-2015: 志愿者统一编号).
"""

from __future__ import annotations

import secrets

LENGTHS = {"V": 12, "T": 10, "A": 10}  # volunteer, team, activity: digits before the check digit


def draw(letter: str) -> str:
    """Return a new number of the kind ``V``, ``T`` or ``A``; who meets one already given draws again."""
    digits = "".join(secrets.choice("0123456789") for _ in range(LENGTHS[letter]))
    return f"{letter}{digits}{check_digit(digits)}"


def check_digit(digits: str) -> str:
    """Return the check digit of ``digits`` (ISO/IEC 7064 MOD 11,10)."""
    product = 10
    for digit in digits:
        product = (((product + int(digit)) % 10 or 10) * 2) % 11
    return str((11 - product) % 10)


def is_number(text: str) -> bool:
    """Whether ``text`` is a well-formed number with the right check digit."""
    letter, digits = text[:1], text[1:]
    return (
        letter in LENGTHS
        and len(digits) == LENGTHS[letter] + 1
        and digits.isascii()
        and digits.isdigit()
        and check_digit(digits[:-1]) == digits[-1]
    )
