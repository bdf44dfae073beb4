"""What an applicant changed since a correction was asked: for their last look, and for the officer who reads it again.

With the request stands what had been filed, personal answers masked and by keyed digest only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from shetong.casework.models import Act, Case, CaseEvent, CaseMaterial
from shetong.casework.rules import corrections
from shetong.casework.rules.corrections import MATERIALS, Changed
from shetong.casework.rules.matters import Matter
from shetong.casework.services import answers
from shetong.core import pii

CONTEXT = "case.filed"
FILED = "filed"


@dataclass(frozen=True, slots=True)
class Changes:
    """Answers that changed, and files (with their material's title) that came or went.

    ``items``: what was asked, each with whether something changed in its place, ``None`` where it names no place.
    """

    items: tuple[tuple[str, bool | None], ...]
    answers: tuple[Changed, ...]
    added: tuple[tuple[str, CaseMaterial], ...]
    removed: tuple[tuple[str, CaseMaterial], ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as it was filed."""
        return not (self.answers or self.added or self.removed)

    @property
    def untouched(self) -> tuple[str, ...]:
        """Return the items in whose place nothing changed."""
        return tuple(item for item, done in self.items if done is False)


def filed(case: Case) -> dict[str, Any]:
    """Return what a case's event of asking keeps of the form as it was filed."""
    return {"form": case.form, "personal": _digests(case)}


def changes(case: Case, matter: Matter) -> Changes | None:
    """Return what changed since the correction that was asked last, ``None`` where none was. Two queries."""
    event = CaseEvent.objects.filter(case=case, act=Act.ASK_CORRECTION).order_by("number").last()
    if event is None or FILED not in event.detail:
        return None
    before = event.detail[FILED]
    changed = corrections.differences(matter, before["form"], case.form, before["personal"], _digests(case))
    titles = {material.code: material.title for material in matter.materials}
    since = Q(uploaded_at__gte=event.recorded_at) | Q(removed_at__gte=event.recorded_at)
    files = [
        (titles.get(one.code, one.code), one)
        for one in CaseMaterial.objects.filter(since, case=case).order_by("code", "pk")
    ]
    added = tuple(pair for pair in files if pair[1].removed_at is None)
    removed = tuple(pair for pair in files if pair[1].uploaded_at < event.recorded_at)
    touched = {one.section for one in changed} | {f"{MATERIALS}.{one.code}" for _title, one in (*added, *removed)}
    wanted = event.detail.get("wanted", ())
    place = {item: where for where, items in corrections.places(matter, wanted).items() for item in items}
    items = tuple((item, place[item] in touched if place[item] else None) for item in wanted)
    return Changes(items, changed, added, removed)


def _digests(case: Case) -> Mapping[str, str]:
    """Return the personal answers by place as digests that only tell whether two are the same, within this case."""
    return {
        place: pii.blind_index(f"{case.pk} {answer}", context=CONTEXT).hex()[:24]
        for place, answer in answers.personal(case).items()
    }
