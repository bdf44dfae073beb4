"""The system's checks while a form is being filled: on what is answered already, without a word of what is not."""

from __future__ import annotations

from django.utils import timezone

from shetong.casework.models import Case
from shetong.casework.rules import forms
from shetong.casework.rules.matters import Matter, Values
from shetong.casework.services import answers
from shetong.core import divisions
from shetong.core.errors import DomainError
from shetong.core.findings import Finding
from shetong.core.values import is_empty


def findings(case: Case, matter: Matter) -> list[Finding]:
    """Return what the checks find in the answered questions; nothing is written.

    Where the place is not given yet, the one at the head of the name is taken; without any, nothing can be checked.
    """
    values = forms.sound(matter, answers.whole(case))
    if is_empty(values.get("division_code")):
        named = divisions.find(matter.title_of(values))
        if named is not None and named.certain:
            values["division_code"] = named.division.code
    try:
        authority = matter.authority(values, case.subject_code)
        found = matter.checks(values, authority, case.rules_on or timezone.localdate(), case.subject_code)
    except DomainError:
        return []
    # What lists and other cases say of a person is for the office alone.
    shown = [finding for finding in found if finding.field and not finding.internal]
    return [finding for finding in shown if _answered(values, finding.field)]


def _answered(values: Values, place: str) -> bool:
    head, *rest = place.split(".")
    answer = values.get(head)
    if len(rest) == 2 and isinstance(answer, list) and rest[0].isdigit() and int(rest[0]) < len(answer):
        answer = answer[int(rest[0])].get(rest[1])
    return not is_empty(answer)
