"""What documents of an authority are called and how they begin, by the legal nature of the matter (职权类型).

A permit is granted (准予行政许可), a confirmation confirmed (行政确认), a filing taken on file (备案): documents say
so, and rest on the provisions of their own kind. The law of licences governs permits alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.casework.models.choices import NoticeKind
from shetong.casework.rules.matters import Nature

_TITLES: Mapping[tuple[NoticeKind, Nature], str] = {
    (NoticeKind.ACCEPTANCE, Nature.FILING): N_("材料接收通知书"),
    (NoticeKind.NOT_ACCEPTED, Nature.FILING): N_("不予接收通知书"),
    (NoticeKind.APPROVAL, Nature.PERMIT): N_("准予行政许可决定书"),
    (NoticeKind.APPROVAL, Nature.CONFIRMATION): N_("行政确认决定书"),
    (NoticeKind.APPROVAL, Nature.FILING): N_("备案通知书"),
    (NoticeKind.APPROVAL, Nature.SERVICE): N_("办理结果通知书"),
    (NoticeKind.REFUSAL, Nature.PERMIT): N_("不予行政许可决定书"),
    (NoticeKind.REFUSAL, Nature.CONFIRMATION): N_("不予行政确认决定书"),
    (NoticeKind.REFUSAL, Nature.FILING): N_("不予备案通知书"),
    (NoticeKind.REFUSAL, Nature.SERVICE): N_("不予办理通知书"),
}
_DECIDING: Mapping[tuple[NoticeKind, Nature], str] = {
    (NoticeKind.APPROVAL, Nature.PERMIT): "你（单位）提出的“{matter}”申请，经审查符合法定条件，决定准予许可。",
    (NoticeKind.APPROVAL, Nature.CONFIRMATION): "你（单位）提出的“{matter}”申请，经审查符合规定条件，予以确认。",
    (NoticeKind.APPROVAL, Nature.FILING): "你（单位）报送的“{matter}”材料，经核对符合规定，予以备案。",
    (NoticeKind.APPROVAL, Nature.SERVICE): "你（单位）提出的“{matter}”申请，经核对符合办理条件，已经办结。",
    (NoticeKind.REFUSAL, Nature.PERMIT): "你（单位）提出的“{matter}”申请，经审查不符合法定条件，决定不予许可。",
    (NoticeKind.REFUSAL, Nature.CONFIRMATION): "你（单位）提出的“{matter}”申请，经审查不符合规定条件，不予确认。",
    (NoticeKind.REFUSAL, Nature.FILING): "你（单位）报送的“{matter}”材料，经核对不符合规定，不予备案。",
    (NoticeKind.REFUSAL, Nature.SERVICE): "你（单位）提出的“{matter}”申请，经核对不符合办理条件，不予办理。",
}
_OTHERS: Mapping[NoticeKind, str] = {
    NoticeKind.RECEIPT: "你（单位）提交的“{matter}”申请材料已经收到。登记管理机关将在五个工作日内决定是否受理，"
    "或者一次性告知需要补正的全部内容；逾期不告知的，自收到申请材料之日起即为受理。",
    NoticeKind.CORRECTION: "你（单位）提交的“{matter}”{thing}不齐全或者不符合法定形式，"
    "现一次性告知需要补正的全部内容，请补正后重新提交：",
    NoticeKind.ACCEPTANCE: "{asked}，经审查材料齐全、符合法定形式，决定予以受理。",
    NoticeKind.NOT_ACCEPTED: "{asked}，经审查，本机关决定不予受理。",
    NoticeKind.EXTENSION: "{asked}，因故不能在规定期限内作出决定，经本机关负责人批准，延长办理期限。",
    NoticeKind.PROCEDURE: "{asked}，依法需要进行{procedure}，所需时间不计入办理期限。",
    NoticeKind.TERMINATION: "{asked}，经审查，本机关决定终止办理。",
    NoticeKind.DEREGISTERED: "兹证明你单位已经本机关准予注销登记，法人资格自注销登记之日起终止，登记证书同时废止。",
}
# A filing is handed in and taken, not applied for and accepted.
_OF_FILINGS: Mapping[NoticeKind, str] = {
    NoticeKind.RECEIPT: "你（单位）报送的“{matter}”材料已经收到。登记管理机关将在五个工作日内核对，"
    "材料不齐全或者不符合规定的，一次性告知需要补正的全部内容；逾期不告知的，自收到材料之日起视为材料齐全。",
    NoticeKind.ACCEPTANCE: "{asked}，经核对材料齐全、符合规定形式，予以接收。",
    NoticeKind.NOT_ACCEPTED: "{asked}，经核对，本机关不予接收。",
    NoticeKind.EXTENSION: "{asked}，因故不能在规定期限内办结，经本机关负责人批准，延长办理期限。",
}
# The character of a document's number (机关代字) where the nature changes it.
_WORDS: Mapping[tuple[NoticeKind, Nature], str] = {
    (NoticeKind.APPROVAL, Nature.CONFIRMATION): "确",
    (NoticeKind.APPROVAL, Nature.FILING): "备",
    (NoticeKind.APPROVAL, Nature.SERVICE): "办",
    (NoticeKind.REFUSAL, Nature.CONFIRMATION): "不确",
    (NoticeKind.REFUSAL, Nature.FILING): "不备",
    (NoticeKind.REFUSAL, Nature.SERVICE): "不办",
}


def title(kind: str, content: Mapping[str, Any]) -> str:
    """Return what a document is called: as its decision was named, else by kind and nature; unknown kinds by code."""
    if given := content.get("title"):
        return str(given)
    if kind not in NoticeKind.values:
        return kind
    known = NoticeKind(kind)
    return _TITLES.get((known, nature(content)), str(known.label))


def nature(content: Mapping[str, Any]) -> Nature:
    """Return the nature that a document tells; those from before natures were told are permits'."""
    told = content.get("nature", "")
    return Nature(told) if told in {one.value for one in Nature} else Nature.PERMIT


def opening(kind: NoticeKind, content: Mapping[str, Any]) -> str:
    """Return the sentence with which a document begins."""
    of = nature(content)
    filing = of is Nature.FILING
    words = _DECIDING.get((kind, of)) or (filing and _OF_FILINGS.get(kind)) or _OTHERS[kind]
    matter = content["matter"]
    asked = f"你（单位）报送的“{matter}”材料" if filing else f"你（单位）提出的“{matter}”申请"
    thing = "材料" if filing else "申请材料"
    return words.format(matter=matter, procedure=content.get("procedure", ""), thing=thing, asked=asked)


def number_word(kind: NoticeKind, of: Nature, usual: str) -> str:
    """Return the character for a document's number; ``usual`` where the nature does not change it."""
    return _WORDS.get((kind, of), usual)


def provisions(kind: NoticeKind, content: Mapping[str, Any]) -> str:
    """Return what a document rests upon: that of the act, and of the matter where its substance is decided on.

    The officer who refuses names the provisions himself.
    """
    told = [str(content["provision"])] if content.get("provision") else []
    if kind in (NoticeKind.APPROVAL, NoticeKind.ACCEPTANCE, NoticeKind.DEREGISTERED):
        told += [str(one) for one in content.get("basis", [])]
    return "、".join(dict.fromkeys(told))
