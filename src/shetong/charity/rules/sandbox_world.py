"""The invented world of the sandbox: organisations and filed plans that exist nowhere else (division 99)."""

from __future__ import annotations

from datetime import date

from shetong.charity.rules.platform_errors import PlatformError
from shetong.charity.rules.platform_pages import FiledPlan, Standing
from shetong.core.identifiers import organisation_code_check_character, uscc_check_character

_BEGIN, _END = date(2020, 1, 1), date(2099, 12, 31)


def _code(serial: int) -> str:
    body = f"MJT{serial:05}"
    first = f"53990000{body}{organisation_code_check_character(body)}"
    return first + uscc_check_character(first)


GOOD, REVOKED = _code(1), _code(2)
PLAN, ENDED = f"{GOOD}A26001", f"{GOOD}A25001"
PROJECT = f"{GOOD}P26001"
EARMARKS = frozenset({"lunch"})
PLAN_NAME, PURPOSE, TARGET = "沙箱示例募捐", "为沙箱里的学生提供午餐", 100_000_000
ORGANISATION = "沙箱示例基金会"

WORLD = {"organisation": GOOD, "unqualified": REVOKED, "plan": PLAN, "ended": ENDED}


def standing(code: str, on: date) -> Standing:
    """An organisation of the sandbox. Raises :class:`PlatformError` ``organisation-not-found``."""
    found = {
        GOOD: Standing(GOOD, ORGANISATION, "正常", True, _BEGIN, None, "沙箱证书1", on, True),
        REVOKED: Standing(REVOKED, "沙箱资格被撤销的基金会", "正常", True, _BEGIN, date(2025, 1, 1), "", on, True),
    }.get(code.upper())
    if found is None:
        raise PlatformError("organisation-not-found")
    return found


def plan(number: str, platform: str) -> FiledPlan:
    """A plan of the sandbox, which lists every platform. Raises :class:`PlatformError` ``plan-not-found``."""
    if number.upper() not in (PLAN, ENDED):
        raise PlatformError("plan-not-found")
    ended = number.upper() == ENDED
    return FiledPlan(
        number.upper(),
        PLAN_NAME,
        GOOD,
        ORGANISATION,
        PROJECT,
        "沙箱示例项目",
        _BEGIN,
        date(2025, 12, 31) if ended else _END,
        TARGET,
        PURPOSE,
        "购买食材和餐具",
        (platform,),
        not ended,
        1,
    )
