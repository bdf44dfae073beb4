"""What acts on a case are called by the legal nature of its matter: filings are not granted, nor permits filed."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.casework.models.choices import Act
from shetong.casework.rules.matters import Nature

_WORDS: Mapping[tuple[Act, Nature], str] = {
    (Act.ACCEPT, Nature.FILING): N_("接收材料"),
    (Act.NOT_ACCEPT, Nature.FILING): N_("不予接收"),
    (Act.APPROVE, Nature.CONFIRMATION): N_("予以确认"),
    (Act.APPROVE, Nature.FILING): N_("予以备案"),
    (Act.APPROVE, Nature.SERVICE): N_("办结"),
    (Act.REFUSE, Nature.CONFIRMATION): N_("不予确认"),
    (Act.REFUSE, Nature.FILING): N_("不予备案"),
    (Act.REFUSE, Nature.SERVICE): N_("不予办理"),
}
_CONFIRMING: Mapping[tuple[Act, Nature], str] = {
    (Act.NOT_ACCEPT, Nature.FILING): N_("将向申请人制发不予接收通知书，办件就此结束，不能撤回。"),
    (Act.APPROVE, Nature.CONFIRMATION): N_("将作出行政确认决定、记入登记簿并制发决定书，不能撤回。"),
    (Act.APPROVE, Nature.FILING): N_("将予以备案并制发备案通知书，不能撤回。"),
    (Act.APPROVE, Nature.SERVICE): N_("将办结并制发办理结果通知书，不能撤回。"),
    (Act.REFUSE, Nature.CONFIRMATION): N_("将向申请人制发不予行政确认决定书，不能撤回。"),
    (Act.REFUSE, Nature.FILING): N_("将向申请人制发不予备案通知书，不能撤回。"),
    (Act.REFUSE, Nature.SERVICE): N_("将向申请人制发不予办理通知书，不能撤回。"),
}


def named(act: str, nature: Nature | None) -> str:
    """Return the name of an act for the catalogue; the code where this version does not know it."""
    if act not in Act.values:
        return act
    known = Act(act)
    return _WORDS.get((known, nature), str(known.label)) if nature else str(known.label)


def own_name(act: Act, nature: Nature) -> str:
    """Return the name that a nature gives an act, empty where it has none of its own."""
    return _WORDS.get((act, nature), "")


def confirming(act: Act, nature: Nature) -> str:
    """Return what the nature says of an act that cannot be taken back, empty where nothing of its own."""
    return _CONFIRMING.get((act, nature), "")
