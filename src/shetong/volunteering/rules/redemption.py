"""Codes with which a volunteer shows a benefit that was taken: read aloud and typed without mistakes."""

from __future__ import annotations

import secrets

# Without signs that are mistaken for others, as in GB 32100.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 10


def draw() -> str:
    """Return a new code: nine random signs (over 10¹³) and a check sign."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_sign(body)


def check_sign(body: str) -> str:
    """Return the sign that makes the weighted sum divisible by 31: one wrong sign or two exchanged are noticed."""
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return ALPHABET[-total * pow(pow(3, len(body), 31), -1, 31) % 31]


def read(text: str) -> str:
    """Return the code that somebody typed, ``""`` where it cannot be one; blanks, hyphens and case do not matter."""
    code = "".join(sign for sign in text.upper() if not sign.isspace() and sign != "-")
    whole = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return code if whole and check_sign(code[:-1]) == code[-1] else ""


def shown(code: str) -> str:
    """Return the code in two groups."""
    return f"{code[:5]} {code[5:]}"
