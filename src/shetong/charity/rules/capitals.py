"""Amounts in the capitals of receipts and cheques (大写金额): 壹仟零贰拾元叁角整."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capitals(fen: int) -> str:
    """Return a whole, positive or zero amount of fen in capitals; raises ``ValueError`` below zero or beyond 万亿."""
    if not 0 <= fen < 10**18:
        raise ValueError("an amount between zero and ten thousand 亿亿 fen")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif cents and yuan:
        text += "零"
    if cents:
        return f"{text}{DIGITS[cents]}分"
    return f"{text or '零元'}整"


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _group(group) + GROUPS[place]
        gap = False
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + UNITS[place]
        gap = False
    return text
