"""Files of a case with their earlier versions: what was filed, then replaced after a correction, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass

from shetong.casework.models import Act, Case, CaseEvent, CaseMaterial
from shetong.casework.rules.matters import Matter


@dataclass(frozen=True, slots=True)
class Filed:
    """A material of the matter with its files now and those that were filed before and taken back since."""

    title: str
    files: tuple[CaseMaterial, ...]
    earlier: tuple[CaseMaterial, ...]


def of_case(case: Case, matter: Matter) -> tuple[Filed, ...]:
    """Return the files of a case by material, in the matter's order; drafts that were never filed are left out."""
    rows = CaseMaterial.objects.filter(case=case).select_related("file", "uploaded_by", "removed_by").order_by("pk")
    filed = list(CaseEvent.objects.filter(case=case, act=Act.SUBMIT).values_list("recorded_at", flat=True))
    titles = {material.code: material.title for material in matter.materials}
    found: dict[str, tuple[list[CaseMaterial], list[CaseMaterial]]] = {code: ([], []) for code in titles}
    for row in rows:
        now, before = found.setdefault(row.code, ([], []))
        if row.removed_at is None:
            now.append(row)
        elif any(row.uploaded_at <= moment < row.removed_at for moment in filed):
            before.append(row)
    return tuple(
        Filed(titles.get(code, code), tuple(now), tuple(before))
        for code, (now, before) in found.items()
        if now or before
    )
