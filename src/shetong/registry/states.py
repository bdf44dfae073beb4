"""Statuses of a registered body and the acts between them, as one table with its provisions.

From the three registration regulations, the Administrative Licensing Law and the Charity Law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from shetong.core.errors import WrongStateError
from shetong.registry.models.choices import FilingKind, Status
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, Json, Standing


class Act(StrEnum):
    """What can be done to a registered body."""

    REGISTER = "register"
    CHANGE = "change"
    CANCEL_CHANGE = "cancel-change"
    GRANT_ATTRIBUTE = "grant-attribute"
    END_ATTRIBUTE = "end-attribute"
    APPOINT_OFFICER = "appoint-officer"
    END_OFFICER = "end-officer"
    APPROVE_CHARTER = "approve-charter"
    SUSPEND = "suspend"
    RESUME = "resume"
    OPEN_LIQUIDATION = "open-liquidation"
    DEREGISTER = "deregister"
    CLOSE_BRANCH = "close-branch"
    CANCEL = "cancel"
    REVOKE = "revoke"


ACT_NAMES: dict[Act, str] = {
    Act.REGISTER: "成立登记",
    Act.CHANGE: "变更登记",
    Act.CANCEL_CHANGE: "撤销变更登记",
    Act.GRANT_ATTRIBUTE: "授予资格或标识",
    Act.END_ATTRIBUTE: "终止资格或标识",
    Act.APPOINT_OFFICER: "负责人任职备案",
    Act.END_OFFICER: "负责人离任备案",
    Act.APPROVE_CHARTER: "章程核准",
    Act.SUSPEND: "责令限期停止活动",
    Act.RESUME: "恢复活动",
    Act.OPEN_LIQUIDATION: "开始清算",
    Act.DEREGISTER: "注销登记",
    Act.CLOSE_BRANCH: "终止分支（代表）机构",
    Act.CANCEL: "撤销登记",
    Act.REVOKE: "吊销登记证书",
}


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an act leads, and the provisions that say so (empty: follows from the nature of the act)."""

    to: Status
    provision: str = ""


_SUSPENSION = (
    "《社会团体登记管理条例》第三十三条、《民办非企业单位登记管理暂行条例》第二十八条、《基金会管理条例》第四十四条"
)
_LIQUIDATION = (
    "《社会团体登记管理条例》第二十条、《民办非企业单位登记管理暂行条例》第十六条、《基金会管理条例》第十八条"
)
_DEREGISTRATION = "《社会团体登记管理条例》第二十一条、《民办非企业单位登记管理暂行条例》第十七条"
_CANCELLATION = (
    "《社会团体登记管理条例》第二十九条至第三十一条、《民办非企业单位登记管理暂行条例》第二十四条至第二十六条、"
    "《基金会管理条例》第四十一条、第四十二条"
)
_REVOCATION = "《中华人民共和国慈善法》第一百零九条至第一百一十一条、第一百一十六条、第一百一十七条"
_AFTER_SANCTION = "《中华人民共和国行政许可法》第七十条、《中华人民共和国慈善法》第十七条、第十八条"
_REGISTRATION = (
    "《社会团体登记管理条例》第十二条、《民办非企业单位登记管理暂行条例》第十一条、《基金会管理条例》第十一条"
)
_CHARTER = "《社会团体登记管理条例》第十八条、《民办非企业单位登记管理暂行条例》第十五条、《基金会管理条例》第十五条"
_CHANGE = "《社会团体登记管理条例》第十八条、《民办非企业单位登记管理暂行条例》第十五条"

# (status before, act) → transition; ``None`` is a body not yet registered. What is not listed is refused.
TRANSITIONS: Mapping[tuple[Status | None, Act], Transition] = {
    (None, Act.REGISTER): Transition(Status.NORMAL, _REGISTRATION),
    (Status.NORMAL, Act.CHANGE): Transition(Status.NORMAL, _CHANGE),
    (Status.NORMAL, Act.CANCEL_CHANGE): Transition(Status.NORMAL, "《中华人民共和国行政许可法》第六十九条"),
    (Status.NORMAL, Act.GRANT_ATTRIBUTE): Transition(Status.NORMAL),
    (Status.NORMAL, Act.END_ATTRIBUTE): Transition(Status.NORMAL),
    (Status.NORMAL, Act.APPOINT_OFFICER): Transition(Status.NORMAL),
    (Status.NORMAL, Act.END_OFFICER): Transition(Status.NORMAL),
    (Status.NORMAL, Act.APPROVE_CHARTER): Transition(Status.NORMAL, _CHARTER),
    (Status.NORMAL, Act.SUSPEND): Transition(Status.SUSPENDED, _SUSPENSION),
    (Status.NORMAL, Act.OPEN_LIQUIDATION): Transition(Status.LIQUIDATING, _LIQUIDATION),
    (Status.NORMAL, Act.CLOSE_BRANCH): Transition(Status.DEREGISTERED),
    (Status.NORMAL, Act.CANCEL): Transition(Status.CANCELLED, _CANCELLATION),
    (Status.NORMAL, Act.REVOKE): Transition(Status.REVOKED, _REVOCATION),
    (Status.SUSPENDED, Act.RESUME): Transition(Status.NORMAL),
    (Status.SUSPENDED, Act.CANCEL_CHANGE): Transition(Status.SUSPENDED, "《中华人民共和国行政许可法》第六十九条"),
    (Status.SUSPENDED, Act.END_ATTRIBUTE): Transition(Status.SUSPENDED),
    (Status.SUSPENDED, Act.END_OFFICER): Transition(Status.SUSPENDED),
    (Status.SUSPENDED, Act.OPEN_LIQUIDATION): Transition(Status.LIQUIDATING, _LIQUIDATION),
    (Status.SUSPENDED, Act.CANCEL): Transition(Status.CANCELLED, _CANCELLATION),
    (Status.SUSPENDED, Act.REVOKE): Transition(Status.REVOKED, _REVOCATION),
    (Status.LIQUIDATING, Act.END_ATTRIBUTE): Transition(Status.LIQUIDATING),
    (Status.LIQUIDATING, Act.END_OFFICER): Transition(Status.LIQUIDATING),
    (Status.LIQUIDATING, Act.DEREGISTER): Transition(Status.DEREGISTERED, _DEREGISTRATION),
    (Status.LIQUIDATING, Act.CANCEL): Transition(Status.CANCELLED, _CANCELLATION),
    (Status.LIQUIDATING, Act.REVOKE): Transition(Status.REVOKED, _REVOCATION),
    (Status.CANCELLED, Act.END_ATTRIBUTE): Transition(Status.CANCELLED),
    (Status.CANCELLED, Act.END_OFFICER): Transition(Status.CANCELLED),
    (Status.CANCELLED, Act.DEREGISTER): Transition(Status.DEREGISTERED, _AFTER_SANCTION),
    (Status.REVOKED, Act.END_ATTRIBUTE): Transition(Status.REVOKED),
    (Status.REVOKED, Act.END_OFFICER): Transition(Status.REVOKED),
    (Status.REVOKED, Act.DEREGISTER): Transition(Status.DEREGISTERED, _AFTER_SANCTION),
    (Status.DEREGISTERED, Act.END_ATTRIBUTE): Transition(Status.DEREGISTERED),
    (Status.DEREGISTERED, Act.END_OFFICER): Transition(Status.DEREGISTERED),
}

# What the person who is refused should do first, where there is one thing to do.
_HINTS: Mapping[tuple[Status | None, Act], str] = {
    (Status.NORMAL, Act.DEREGISTER): "请先登记开始清算，清算结束后再办理注销登记。",
    (Status.SUSPENDED, Act.DEREGISTER): "请先登记开始清算，清算结束后再办理注销登记。",
    (Status.SUSPENDED, Act.CHANGE): "请待恢复活动后再办理。",
    (Status.LIQUIDATING, Act.CHANGE): "清算期间不得开展清算以外的活动。",
}


def next_status(status: Status | None, act: Act) -> Status:
    """Return the status after ``act``. Raises :class:`WrongStateError` where the table does not allow it."""
    transition = TRANSITIONS.get((status, act))
    if transition is None:
        present = f"登记状态为“{status.label}”" if status else "尚未登记"
        hint = _HINTS.get((status, act), "请核对登记状态和拟办理的事项。")
        raise WrongStateError(
            gettext("该组织%(present)s，不能办理%(act_names)s。%(hint)s")
            % {"present": present, "act_names": ACT_NAMES[act], "hint": hint}
        )
    return transition.to


def replay(stands: Sequence[Standing], *, branch: bool) -> tuple[Standing, WrongStateError] | None:
    """Walk a history through the table; return the first filing that was not allowed, with why, else ``None``."""
    status: Status | None = None
    for stand in stands:
        act = act_of(stand.kind, stand.after, branch=branch)
        if act is None:
            status = Status(stand.after.get("status") or status or Status.NORMAL)
            continue
        try:
            status = next_status(status, act)
        except WrongStateError as error:
            return stand, error
    return None


_ORDERS = {
    Status.SUSPENDED: Act.SUSPEND,
    Status.NORMAL: Act.RESUME,
    Status.CANCELLED: Act.CANCEL,
    Status.REVOKED: Act.REVOKE,
}


def act_of(kind: str, after: Mapping[str, Json], *, branch: bool) -> Act | None:
    """Return which act a filing records; ``None`` for imports, which take the status as they find it."""
    if kind == FilingKind.IMPORT:
        return None
    if kind == FilingKind.REGISTRATION:
        return Act.REGISTER
    if kind == FilingKind.DEREGISTRATION:
        if after.get("status") == Status.LIQUIDATING:
            return Act.OPEN_LIQUIDATION
        return Act.CLOSE_BRANCH if branch else Act.DEREGISTER
    if kind == FilingKind.ORDER:
        return _ORDERS[Status(after["status"])] if "status" in after else Act.CANCEL_CHANGE
    if kind == FilingKind.ATTRIBUTE:
        granted = any(value for key, value in after.items() if key.startswith(ATTRIBUTE_PREFIX))
        return Act.GRANT_ATTRIBUTE if granted else Act.END_ATTRIBUTE
    if kind == FilingKind.OFFICERS:
        return Act.APPOINT_OFFICER if any(after.values()) else Act.END_OFFICER
    return Act.APPROVE_CHARTER if kind == FilingKind.CHARTER else Act.CHANGE


def as_markdown() -> str:
    """Render the table for ``docs/registry-states.md``; a test compares the file with this."""
    lines = [
        "# Statuses of a registered body",
        "",
        "Rendered from `shetong.registry.states` by `python -m tools.render_states`;",
        "a test fails where they differ. What is not listed is refused. Imports take the status as they find it.",
        "",
        "| from | act | to | provision |",
        "|---|---|---|---|",
    ]
    for (status, act), transition in TRANSITIONS.items():
        before = f"{status.label} `{status.value}`" if status else "—"
        after = f"{transition.to.label} `{transition.to.value}`"
        lines.append(f"| {before} | {ACT_NAMES[act]} `{act.value}` | {after} | {transition.provision} |")
    return "\n".join(lines) + "\n"
