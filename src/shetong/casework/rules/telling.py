"""What applicants are told when something happens to their case: short, plain, without personal data.

Sentences are said with their forms (:mod:`shetong.core.said`), so that everybody reads them in their own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.casework.models.choices import NoticeKind
from shetong.casework.rules.matters import Nature
from shetong.casework.rules.notice_words import nature
from shetong.core.said import Said, say

_NEWS = N_("有新的文书")
_SHORT: dict[NoticeKind, str] = {
    NoticeKind.RECEIPT: N_("申请已收到"),
    NoticeKind.CORRECTION: N_("申请需要补正"),
    NoticeKind.ACCEPTANCE: N_("申请已受理"),
    NoticeKind.NOT_ACCEPTED: N_("申请不予受理"),
    NoticeKind.EXTENSION: N_("办理期限已延长"),
    NoticeKind.PROCEDURE: N_("进入特别程序"),
    NoticeKind.APPROVAL: N_("申请已准予"),
    NoticeKind.REFUSAL: N_("申请未获批准"),
    NoticeKind.TERMINATION: N_("办理已终止"),
    NoticeKind.DEREGISTERED: N_("注销登记证明已送达"),
}
# Filings are taken on file and confirmations given, not granted.
_BY_NATURE: dict[Nature, dict[NoticeKind, str]] = {
    Nature.CONFIRMATION: {NoticeKind.APPROVAL: N_("已予确认"), NoticeKind.REFUSAL: N_("未予确认")},
    Nature.FILING: {
        NoticeKind.RECEIPT: N_("备案材料已收到"),
        NoticeKind.CORRECTION: N_("备案材料需要补正"),
        NoticeKind.ACCEPTANCE: N_("备案材料已接收"),
        NoticeKind.NOT_ACCEPTED: N_("备案材料不予接收"),
        NoticeKind.APPROVAL: N_("已经备案"),
        NoticeKind.REFUSAL: N_("未予备案"),
    },
    Nature.SERVICE: {NoticeKind.APPROVAL: N_("已经办结"), NoticeKind.REFUSAL: N_("未予办理")},
}


def of_notice(kind: str, content: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and text of the message that a document has been delivered. ``content``: what the document says."""
    known = NoticeKind(kind) if kind in NoticeKind.values else None
    head = _BY_NATURE.get(nature(content), {}).get(known) or _SHORT.get(known, _NEWS) if known else _NEWS
    title = say(N_("%(head)s：%(name)s"), head=say(head), name=content.get("applicant", ""))
    return title, say(
        N_("%(matter)s（办件编号%(number)s）：%(what)s"),
        matter=say(str(content.get("matter", ""))),
        number=content.get("case_number", ""),
        what=_what(known, content),
    )


def _what(kind: NoticeKind | None, content: Mapping[str, Any]) -> str:
    due, filing = content.get("due_on", ""), nature(content) is Nature.FILING
    if kind is NoticeKind.RECEIPT:
        if filing:
            return say(N_("登记管理机关将在五个工作日内核对，需要补正的，一次性告知全部内容。"))
        return say(N_("登记管理机关将在五个工作日内受理，或者一次性告知需要补正的全部内容。"))
    if kind is NoticeKind.CORRECTION:
        items = len(content.get("items", []))
        if content.get("until"):
            return say(
                N_("有%(items)s项内容需要补正，请在%(until)s前修改后重新提交。"), items=items, until=content["until"]
            )
        return say(N_("有%(items)s项内容需要补正，请修改后重新提交。"), items=items)
    if kind is NoticeKind.ACCEPTANCE:
        if filing:
            return say(N_("应当在%(due)s前办结。"), due=due) if due else say(N_("登记管理机关将在法定期限内办结。"))
        return say(N_("应当在%(due)s前作出决定。"), due=due) if due else say(N_("登记管理机关将在法定期限内作出决定。"))
    if kind is NoticeKind.EXTENSION:
        if due:
            return say(N_("经批准，作出决定的期限延长到%(due)s。"), due=due)
        return say(N_("作出决定的期限经批准延长，理由见告知书。"))
    if kind is NoticeKind.APPROVAL:
        return str(content.get("outcome") or "") or say(N_("文书和证书可以下载。"))
    if kind is NoticeKind.REFUSAL:
        return say(N_("理由、依据和救济途径见文书。"))
    return say(N_("内容见文书。"))


def _about(matter: str, what: Said) -> Said:
    return say(N_("%(matter)s：%(what)s"), matter=say(matter), what=what)


def correction_waits(name: str, matter: str, asked_on: date) -> tuple[str, str]:
    """Return the reminder that a correction is still to be made."""
    what = N_("%(day)s告知的补正内容还没有提交。补正以后才能受理；不再办理的可以撤回。")
    return say(N_("申请还没有补正：%(name)s"), name=name), _about(matter, say(what, day=asked_on))


def overdue(name: str, matter: str, due: date, authority: str) -> tuple[str, str]:
    """Return the message that the authority has let its time pass."""
    what = N_("应当在%(due)s前办结，现已超过。可以向%(authority)s查询，也可以依法申请行政复议或者提起行政诉讼。")
    return say(N_("办理已超过期限：%(name)s"), name=name), _about(matter, say(what, due=due, authority=authority))


def opinion_asked(name: str, matter: str, asked_of: str) -> tuple[str, str]:
    """Return the message that somebody else's opinion was asked."""
    what = N_("登记管理机关正在征求%(asked_of)s的意见，办理期限照常计算。")
    return say(N_("正在征求意见：%(name)s"), name=name), _about(matter, say(what, asked_of=asked_of))


def withdrawn(name: str, matter: str) -> tuple[str, str]:
    """Return the message that an application was withdrawn."""
    what = N_("申请已经撤回，不再办理。需要时可以重新申请。")
    return say(N_("申请已撤回：%(name)s"), name=name), _about(matter, say(what))


def followed_up(name: str, matter: str) -> tuple[str, str]:
    """Return the message that a low rating was answered."""
    what = N_("登记管理机关对您的评价作了回复，见办件页面。")
    return say(N_("评价已有回复：%(name)s"), name=name), _about(matter, say(what))


def correction_due(name: str, matter: str, until: date) -> tuple[str, str]:
    """Return the reminder that the day comes by which a correction was asked."""
    what = N_("登记管理机关要求在%(until)s前提交补正的内容。需要更多时间的，请与登记管理机关联系。")
    return say(N_("请在%(until)s前补正：%(name)s"), until=until, name=name), _about(matter, say(what, until=until))


def mandate_ended(organisation: str, by: str) -> tuple[str, str]:
    """Return the message to the person whose mandate ended."""
    what = N_("%(by)s撤销了您为%(name)s办事的授权，您不能再查看和办理它的申请。有疑问的，请与该组织联系。")
    return say(N_("经办人授权已撤销：%(name)s"), name=organisation), say(what, by=by, name=organisation)


def mandate_granted(organisation: str, person: str) -> tuple[str, str]:
    """Return the message that somebody may act for an organisation."""
    what = N_("%(person)s现在可以为%(name)s办事。不是本组织授权的，请立即在“经办人授权”中撤销。")
    return say(N_("新增经办人：%(name)s"), name=organisation), say(what, person=person, name=organisation)
