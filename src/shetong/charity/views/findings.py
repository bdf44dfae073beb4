"""What the audit of the charity log says, in Chinese."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

NOUNS = {
    "plan": N_("募捐方案"),
    "pool": N_("资金池"),
    "donation": N_("捐赠"),
    "reversal": N_("捐赠的退回"),
    "disbursement": N_("支出"),
    "carry": N_("划转与退回"),
    "part": N_("执行机构支出"),
    "evidence": N_("支出凭证"),
    "reached": N_("到达登记"),
}
_CHANGED = re.compile(r".+ was changed after it was logged as (?P<kind>[a-z]+)-[sp]?(?P<number>\d+): (?P<fields>.+)")
_GONE = re.compile(r"(?P<kind>[a-z]+)-[sp]?(?P<number>\d+) \(.+\) is in the log, but its row is gone")
_UNLOGGED = re.compile(r"(?P<kind>[a-z]+)-[sp]?(?P<number>\d+) \(.+\) has a row, but was never logged")
_POOL = re.compile(r"pool (?P<number>\d+): (?P<fields>\w+) is not what its rows add up to")


def in_words(text: str) -> str:
    """A finding for people; as it is where it is none of the known ones."""
    if found := _CHANGED.fullmatch(text):
        return _("%(what)s记入日志以后被改动：%(fields)s") % {"what": _what(found), "fields": found["fields"]}
    if found := _GONE.fullmatch(text):
        return _("%(what)s在日志里，但是账上的记录不见了") % {"what": _what(found)}
    if found := _UNLOGGED.fullmatch(text):
        return _("%(what)s在账上，但是从来没有记入日志") % {"what": _what(found)}
    if found := _POOL.fullmatch(text):
        return _("资金池%(number)s的合计与明细不符：%(fields)s") % {
            "number": found["number"],
            "fields": found["fields"],
        }
    return text


def _what(found: re.Match[str]) -> str:
    kind, number = found["kind"], int(found["number"])
    numbers = {"donation": f"D{number:012}", "disbursement": f"S{number:09}"}
    return f"{_(NOUNS.get(kind, kind))} {numbers.get(kind, number)} "
