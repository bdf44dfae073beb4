"""Conditions of registration as far as registered items show them: funds, code against kind, retired divisions.

Values are those of a filing (:mod:`shetong.registry.rules.values`); the law's figures are parameters
(:mod:`shetong.core.statutes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext

from shetong.core import divisions, statutes
from shetong.core.errors import InvalidInputError
from shetong.core.findings import Finding, Severity
from shetong.core.identifiers import CIVIL_AFFAIRS, KIND_OF_CATEGORY, split_uscc
from shetong.core.money import format_amount
from shetong.core.statutes import Standing, Value
from shetong.registry.rules.history import Json

_KINDS = {"SG": "社会团体", "PN": "民办非企业单位", "FD": "基金会", "BR": "分支（代表）机构"}


# Parameters of the least funds of a kind, and of those registered by the ministry. Which floor a foundation has depends
# on how it raises funds, which its application does not say: the lowest that any of its level may have is asked for.
_FLOORS = {
    ("SG", True): ("funds_social_group_national",),
    ("SG", False): ("funds_social_group_local",),
    ("PN", True): ("funds_service_institution",),
    ("PN", False): ("funds_service_institution",),
    ("FD", True): ("funds_foundation_public_national", "funds_foundation_private_ministry"),
    ("FD", False): ("funds_foundation_public_local", "funds_foundation_private"),
}


def fund_floor(kind: str, *, national: bool, on: date) -> Value | None:
    """Return the least funds in fen in force on a day for a kind and level of registration; ``None`` where none is."""
    held = [statutes.in_force(key, on=on) for key in _FLOORS.get((kind, national), ()) if statutes.holds(key, on=on)]
    return min(held, key=lambda one: one.value, default=None)


def conditions(values: Mapping[str, Json], *, authority_division: str, on: date) -> list[Finding]:
    """Return what is wrong or remarkable with the registered items of one body founded ``on`` that day."""
    found = _funds(values, authority_division == divisions.NATION, on)
    if values.get("uscc"):
        found += _code(values["uscc"], values.get("kind", ""))
    if values.get("division_code"):
        found += _division(values["division_code"], on)
    return found


def _funds(values: Mapping[str, Json], national: bool, on: date) -> list[Finding]:
    funds = values.get("registered_funds")
    floor = fund_floor(values.get("kind", ""), national=national, on=on)
    if floor is None or funds is None or funds >= floor.value:
        return []
    # A figure that was not read in a provision is for a person to judge, until the deployment sets its own.
    known = floor.standing in (Standing.TEXT, Standing.LOCAL)
    level = gettext("民政部登记的") if national else gettext("地方登记的")
    return [
        Finding(
            "funds-below-floor",
            Severity.REFUSE if known else Severity.WARN,
            gettext("%(level)s%(kinds)s，注册资金不得低于%(amount)s，现填报%(declared)s。")
            % {
                "level": level,
                "kinds": gettext(_KINDS[values["kind"]]),
                "amount": format_amount(floor.value),
                "declared": format_amount(funds),
            },
            floor.provision,
            "registered_funds",
        )
    ]


def _code(uscc: str, kind: str) -> list[Finding]:
    try:
        parts = split_uscc(uscc)
    except InvalidInputError as error:
        return [Finding(error.code, Severity.REFUSE, error.message, "GB 32100-2015", "uscc")]
    found = []
    if parts.department != CIVIL_AFFAIRS:
        found.append(
            Finding(
                "code-department",
                Severity.WARN,
                gettext("统一社会信用代码第1位是“%(department)s”，不是民政部门赋码（5），请核对。")
                % {"department": parts.department},
                "GB 32100-2015",
                "uscc",
            )
        )
    elif parts.category in KIND_OF_CATEGORY and kind in _KINDS and KIND_OF_CATEGORY[parts.category] != kind:
        said = gettext(_KINDS[KIND_OF_CATEGORY[parts.category]])
        found.append(
            Finding(
                "code-kind",
                Severity.WARN,
                gettext("统一社会信用代码第2位表示%(said)s，与填报的类型“%(kinds)s”不一致，请核对。")
                % {"said": said, "kinds": gettext(_KINDS[kind])},
                "GB 32100-2015",
                "uscc",
            )
        )
    division = divisions.get(parts.division_code)
    if division is None:
        found.append(
            Finding(
                "code-division-unknown",
                Severity.WARN,
                gettext("统一社会信用代码中的行政区划码%(division_code)s不在区划表中，请核对。")
                % {"division_code": parts.division_code},
                field="uscc",
            )
        )
    elif not division.is_current:
        found.append(
            Finding(
                "code-division-retired",
                Severity.NOTE,
                gettext("统一社会信用代码中的行政区划码%(division_code)s（%(name)s）已停用；代码终身不变，无需更换。")
                % {"division_code": parts.division_code, "name": division.name},
                field="uscc",
            )
        )
    return found


def _division(code: str, on: date) -> list[Finding]:
    division = divisions.get(code, on)
    if division is not None:
        return []
    heirs = "、".join(f"{heir.name}（{heir.code}）" for heir in divisions.successors(code))
    advice = gettext("现为%(heirs)s，请改填。") % {"heirs": heirs} if heirs else gettext("请改填现行区划。")
    return [
        Finding(
            "division-retired",
            Severity.WARN,
            gettext("住所行政区划代码%(code)s在%(year)s年不是有效区划。%(advice)s")
            % {"code": code, "year": on.year, "advice": advice},
            "GB/T 2260",
            "division_code",
        )
    ]
