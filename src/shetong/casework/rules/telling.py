"""What applicants are told when something happens to their case: short, plain, without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shetong.casework.models.choices import NoticeKind
from shetong.casework.rules.matters import Nature
from shetong.casework.rules.notice_words import nature

_SHORT: dict[NoticeKind, str] = {
    NoticeKind.RECEIPT: "申请已收到",
    NoticeKind.CORRECTION: "申请需要补正",
    NoticeKind.ACCEPTANCE: "申请已受理",
    NoticeKind.NOT_ACCEPTED: "申请不予受理",
    NoticeKind.EXTENSION: "办理期限已延长",
    NoticeKind.PROCEDURE: "进入特别程序",
    NoticeKind.APPROVAL: "申请已准予",
    NoticeKind.REFUSAL: "申请未获批准",
    NoticeKind.TERMINATION: "办理已终止",
    NoticeKind.DEREGISTERED: "注销登记证明已送达",
}
# Filings are taken on file and confirmations given, not granted.
_BY_NATURE: dict[Nature, dict[NoticeKind, str]] = {
    Nature.CONFIRMATION: {NoticeKind.APPROVAL: "已予确认", NoticeKind.REFUSAL: "未予确认"},
    Nature.FILING: {
        NoticeKind.RECEIPT: "备案材料已收到",
        NoticeKind.CORRECTION: "备案材料需要补正",
        NoticeKind.ACCEPTANCE: "备案材料已接收",
        NoticeKind.NOT_ACCEPTED: "备案材料不予接收",
        NoticeKind.APPROVAL: "已经备案",
        NoticeKind.REFUSAL: "不予备案",
    },
    Nature.SERVICE: {NoticeKind.APPROVAL: "已经办结", NoticeKind.REFUSAL: "不予办理"},
}


def of_notice(kind: str, content: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and text of the message that a document has been delivered. ``content``: what the document says."""
    known = NoticeKind(kind) if kind in NoticeKind.values else None
    head = _SHORT.get(known, "有新的文书") if known else "有新的文书"
    if known:
        head = _BY_NATURE.get(nature(content), {}).get(known, head)
    return f"{head}：{content.get('applicant', '')}", f"{_lead(content)}{_what(known, content)}"


def _lead(content: Mapping[str, Any]) -> str:
    return f"{content.get('matter', '')}（办件编号{content.get('case_number', '')}）："


def _what(kind: NoticeKind | None, content: Mapping[str, Any]) -> str:
    due = content.get("due_on", "")
    if kind is NoticeKind.RECEIPT:
        if nature(content) is Nature.FILING:
            return "登记管理机关将在五个工作日内核对，需要补正的，一次性告知全部内容。"
        return "登记管理机关将在五个工作日内受理，或者一次性告知需要补正的全部内容。"
    if kind is NoticeKind.CORRECTION:
        by = f"在{content['until']}前" if content.get("until") else ""
        return f"有{len(content.get('items', []))}项内容需要补正，请{by}修改后重新提交。"
    if kind is NoticeKind.ACCEPTANCE:
        done = "办结" if nature(content) is Nature.FILING else "作出决定"
        return f"应当在{due}前{done}。" if due else f"登记管理机关将在法定期限内{done}。"
    if kind is NoticeKind.EXTENSION:
        return f"经批准，作出决定的期限延长到{due}。" if due else "作出决定的期限经批准延长，理由见告知书。"
    if kind is NoticeKind.APPROVAL:
        return str(content.get("outcome") or "文书和证书可以下载。")
    if kind is NoticeKind.REFUSAL:
        return "理由、依据和救济途径见文书。"
    return "内容见文书。"


def correction_waits(name: str, matter: str, asked_on: date) -> tuple[str, str]:
    """Return the reminder that a correction is still to be made."""
    return (
        f"申请还没有补正：{name}",
        f"{matter}：{asked_on}告知的补正内容还没有提交。补正以后才能受理；不再办理的可以撤回。",
    )


def overdue(name: str, matter: str, due: date, authority: str) -> tuple[str, str]:
    """Return the message that the authority has let its time pass."""
    return (
        f"办理已超过期限：{name}",
        f"{matter}：应当在{due}前办结，现已超过。可以向{authority}查询，也可以依法申请行政复议或者提起行政诉讼。",
    )


def opinion_asked(name: str, matter: str, asked_of: str) -> tuple[str, str]:
    """Return the message that somebody else's opinion was asked."""
    return f"正在征求意见：{name}", f"{matter}：登记管理机关正在征求{asked_of}的意见，办理期限照常计算。"


def withdrawn(name: str, matter: str) -> tuple[str, str]:
    """Return the message that an application was withdrawn."""
    return f"申请已撤回：{name}", f"{matter}：申请已经撤回，不再办理。需要时可以重新申请。"


def followed_up(name: str, matter: str) -> tuple[str, str]:
    """Return the message that a low rating was answered."""
    return f"评价已有回复：{name}", f"{matter}：登记管理机关对您的评价作了回复，见办件页面。"


def correction_due(name: str, matter: str, until: date) -> tuple[str, str]:
    """Return the reminder that the day comes by which a correction was asked."""
    return (
        f"请在{until}前补正：{name}",
        f"{matter}：登记管理机关要求在{until}前提交补正的内容。需要更多时间的，请与登记管理机关联系。",
    )


def mandate_ended(organisation: str, by: str) -> tuple[str, str]:
    """Return the message to the person whose mandate ended."""
    return (
        f"经办人授权已撤销：{organisation}",
        f"{by}撤销了您为{organisation}办事的授权，您不能再查看和办理它的申请。有疑问的，请与该组织联系。",
    )


def mandate_granted(organisation: str, person: str) -> tuple[str, str]:
    """Return the message that somebody may act for an organisation."""
    return (
        f"新增经办人：{organisation}",
        f"{person}现在可以为{organisation}办事。不是本组织授权的，请立即在“经办人授权”中撤销。",
    )
