"""Sessions that repeat: RRULE of RFC 5545, read by dateutil on the clock of China, within bounds."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError

CHINA = ZoneInfo("Asia/Shanghai")
MOST = 366
_FORM = re.compile(
    r"FREQ=(DAILY|WEEKLY|MONTHLY)(;(INTERVAL|COUNT|BYDAY|BYMONTHDAY|UNTIL|WKST)=[A-Z0-9,+\-]{1,40}){0,6}"
)


def occurrences(rule: str, starts_at: datetime, until: date) -> list[datetime]:
    """Return the beginnings of sessions from ``starts_at`` (aware) to the end of ``until``; alone it without a rule.

    Raises :class:`InvalidInputError` for a rule that is not understood, or one of more than :data:`MOST` sessions.
    """
    first = starts_at.astimezone(CHINA)
    if not rule:
        return [first]
    if not _FORM.fullmatch(rule):
        raise InvalidInputError(
            gettext("重复规则的写法有误，请改正，例如每周六：FREQ=WEEKLY;BYDAY=SA。"),
            fields={"rule": gettext("请选择或改正。")},
        )
    last = datetime.combine(until, time.max)
    found: list[datetime] = []
    try:
        for moment in rrulestr(rule, dtstart=first.replace(tzinfo=None)):
            if moment > last:
                break
            found.append(moment.replace(tzinfo=CHINA))
            if len(found) > MOST:
                raise InvalidInputError(
                    gettext("一次最多排%(most)s个场次，请缩短期间。") % {"most": MOST},
                    fields={"until": gettext("请选更早的日期。")},
                )
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            gettext("重复规则的写法有误，请改正，例如每周六：FREQ=WEEKLY;BYDAY=SA。"),
            fields={"rule": gettext("请选择或改正。")},
        ) from error
    if not found:
        raise InvalidInputError(
            gettext("按这个规则没有任何场次，请核对日期。"), fields={"until": gettext("请选更晚的日期。")}
        )
    return found
