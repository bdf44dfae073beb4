"""What the audit of the charity log says, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.charity.entry_types import TYPES

NOUNS = {
    "plan": N_("募捐方案"),
    "trust": N_("慈善信托备案"),
    "disclosure": N_("信息公开"),
    "pool": N_("资金池"),
    "donation": N_("捐赠"),
    "reversal": N_("捐赠的退回"),
    "disbursement": N_("支出"),
    "carry": N_("划转与退回"),
    "part": N_("执行机构支出"),
    "evidence": N_("支出凭证"),
    "reached": N_("到达登记"),
}
# The counters of a pool, as the audit names them.
COUNTERS = {
    "donations": N_("捐赠笔数"),
    "donated": N_("捐赠收入"),
    "received": N_("累计收入位置"),
    "carried_in": N_("划入"),
    "carried_out": N_("划出"),
    "returned": N_("支出退回"),
    "frontier": N_("累计支出位置"),
    "held": N_("结存数量"),
    "spent": N_("慈善活动支出"),
    "management": N_("管理费用"),
    "fundraising": N_("募捐成本"),
    "books": N_("账簿余额"),
}
PEOPLE = {"people.donor": N_("捐赠人信息"), "people.beneficiary": N_("受益人")}
_ACT = r"(?P<kind>[a-z]+)-[sp]?(?P<number>\d+)"


def in_words(text: str) -> str:
    """A finding for people. One of no known form is shown as the audit says it, and said to be so."""
    for form, say in _FORMS:
        if found := form.fullmatch(text):
            return say(found)
    return _("其他不一致，请交技术人员查看：%(text)s") % {"text": text}


def _changed(found: re.Match[str]) -> str:
    return _("%(what)s记入日志以后被改动：%(fields)s") % {
        "what": _what(found), "fields": _fields(found["kind"], found["fields"]),
    }  # fmt: skip


def _pool(found: re.Match[str]) -> str:
    name = COUNTERS.get(found["fields"])
    return _("资金池%(number)s的合计与明细不符：%(fields)s") % {
        "number": found["number"], "fields": _(name) if name else found["fields"],
    }  # fmt: skip


def _place(said: str) -> Callable[[re.Match[str]], str]:
    """Say something of an entry, by its place in the log."""
    return lambda found: _(said) % found.groupdict()


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf".+ was changed after it was logged as {_ACT}: (?P<fields>.+)"), _changed),
    (
        re.compile(rf"{_ACT} \(.+\) is in the log, but its row is gone"),
        lambda found: _("%(what)s在日志里，但是账上的记录不见了") % {"what": _what(found)},
    ),
    (
        re.compile(rf"{_ACT} \(.+\) has a row, but was never logged"),
        lambda found: _("%(what)s在账上，但是从来没有记入日志") % {"what": _what(found)},
    ),
    (re.compile(r"pool (?P<number>\d+): (?P<fields>\w+) is not what its rows add up to"), _pool),
    (
        re.compile(rf"entry (?P<place>\d+) \({_ACT}\) is not what was hashed when it was sequenced"),
        lambda found: (
            _("日志第%(place)s条（%(what)s）的内容在排序以后被改动")
            % {"place": found["place"], "what": _what(found).strip()}
        ),
    ),
    (
        re.compile(r"entries (?P<place>.+) are missing"),
        _place(N_("日志缺少第%(place)s条")),
    ),
    (
        re.compile(r"entry (?P<place>\d+) is filed under (?P<reference>.+), but says another reference"),
        _place(N_("日志第%(place)s条的编号是%(reference)s，内容里写的是另一个编号")),
    ),
    (
        re.compile(r"entry (?P<place>\d+) \((?P<reference>.+)\) is of the unknown type (?P<type>.+)"),
        _place(N_("日志第%(place)s条（%(reference)s）的类型“%(type)s”没有登记过")),
    ),
    (
        re.compile(r"tile \((?P<level>\d+), (?P<index>\d+)\) differs from the entries"),
        _place(N_("日志的分片（第%(level)s层第%(index)s片）与条目不符")),
    ),
    (
        re.compile(r"tile \((?P<level>\d+), (?P<index>\d+)\) holds more than the log has entries for"),
        _place(N_("日志的分片（第%(level)s层第%(index)s片）多于条目")),
    ),
    (
        re.compile(r"checkpoint (?P<size>\d+) signs another root than the entries have"),
        _place(N_("日志在%(size)s条时的签名与条目不符")),
    ),
    (
        re.compile(r"checkpoint (?P<size>\d+): .+"),
        _place(N_("日志在%(size)s条时的签名无法核验")),
    ),
    (
        re.compile(r"witness (?P<witness>.+) cosigned (?P<size>\d+) entries, of which there is no checkpoint"),
        _place(N_("见证方%(witness)s见过%(size)s条时的日志，现在没有这个检查点")),
    ),
)


def _what(found: re.Match[str]) -> str:
    kind, number = found["kind"], int(found["number"])
    numbers = {"donation": f"D{number:012}", "disbursement": f"S{number:09}"}
    return f"{_(NOUNS.get(kind, kind))} {numbers.get(kind, number)} "


def _fields(kind: str, names: str) -> str:
    """The fields of an entry as pages call them."""
    labels = {field.name: field.label for one in TYPES if one.name == f"charity.{kind}" for field in one.fields}
    labels |= PEOPLE
    return _("、").join(_(labels[name]) if labels.get(name) else name for name in names.split(", "))
