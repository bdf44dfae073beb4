"""What may be written of a post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError
from shetong.volunteering.models.choices import Language, Skill

WRITTEN = (
    "title", "duties", "places", "waiting_limit", "skills", "languages", "age_from", "age_to", "training", "insured",
)  # fmt: skip
MOST = 100_000
OLDEST = 120
_LONGEST = {"title": 40, "duties": 500, "training": 100}


def number_faults(places: Any, waiting_limit: Any) -> dict[str, str]:
    """Return what is wrong with the numbers of a shift or post, by field."""
    faults = {}
    if not isinstance(places, int) or not 1 <= places <= MOST:
        faults["places"] = gettext("请填写1至100000之间的名额。")
    if not isinstance(waiting_limit, int) or not 0 <= waiting_limit <= MOST:
        faults["waiting_limit"] = gettext("请填写0至100000之间的候补上限，0表示不设候补。")
    return faults


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is written of a post, trimmed. Raises :class:`InvalidInputError` with all that is wrong."""
    given = {name: values[name] for name in WRITTEN if name in values}
    given = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    faults = number_faults(given.get("places"), given.get("waiting_limit", 0))
    if not given.get("title"):
        faults["title"] = gettext("请填写岗位名称。")
    for name, longest in _LONGEST.items():
        if len(given.get(name, "")) > longest:
            faults[name] = gettext("最多%(most)d个字，请缩短。") % {"most": longest}
    low, high = given.get("age_from"), given.get("age_to")
    for name, age in (("age_from", low), ("age_to", high)):
        if age is not None and not 0 <= age <= OLDEST:
            faults[name] = gettext("请填写0至120之间的年龄。")
    if low is not None and high is not None and high < low:
        faults["age_to"] = gettext("最高年龄不能小于最低年龄。")
    for name, known in (("skills", Skill), ("languages", Language)):
        if set(given.get(name, ())) - set(known.values):
            faults[name] = gettext("请从所列各项中选择。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    return given
