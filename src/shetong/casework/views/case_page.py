"""The page of one application for its applicant: where it stands, what to do now, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.casework.models import Act, Case, CaseEvent, State
from shetong.casework.queries import cases, clocks, corrections
from shetong.casework.rules import forms, progress
from shetong.casework.rules.forms import Progress
from shetong.casework.rules.matters import Matter
from shetong.casework.services import materials, resubmission
from shetong.casework.views import ratings

# A topic shows so many of its gaps; the rest is counted.
SHOWN_GAPS = 3


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A topic in the list of what is to be done."""

    title: str
    url: str
    progress: Progress
    wanting: tuple[str, ...]
    more: int
    asked: tuple[str, ...]


def context(_request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return what the page of a case shows."""
    shown = cases.page(case)
    editable = case.state in (State.DRAFT, State.CORRECTION)
    asked = corrections.waiting(case, shown.matter)
    rows = task_rows(case, shown.matter, asked) if editable else ()
    return {
        "page": shown,
        "case": case,
        "editable": editable,
        "asked": asked,
        "tasks": rows,
        "changes": None if editable or not case.corrections else resubmission.changes(case, shown.matter),
        "untouched": all(row.progress is Progress.UNTOUCHED for row in rows),
        "continue_url": _where_to_go_on(rows),
        "stages": progress.stages(shown.matter, case.state, case.step, clocks.happened(case)),
        "history": _history(shown.events),
        "may_withdraw": Act.WITHDRAW in cases.possible(case),
        "may_discard": Act.DISCARD in cases.possible(case),
        **_result(case, shown.events),
        **ratings.context(case),
    }


def task_rows(case: Case, matter: Matter, asked: corrections.Asked | None) -> tuple[TaskRow, ...]:
    """Return the topics of the form and the materials, with what is missing, wrong or asked of each."""
    rows = [
        _row(
            task.section.title,
            reverse("casework:form", args=[case.pk, task.section.name]),
            task.progress,
            task.wanting,
            asked.at(task.section.name) if asked else (),
        )
        for task in forms.tasks(matter, case.form)
    ]
    wanted_files = matter.applying(case.form).materials
    if wanted_files:
        gaps = tuple(materials.missing(case, matter).values())
        wanted = tuple(item for one in wanted_files for item in (asked.at(f"materials.{one.code}") if asked else ()))
        untouched = len(gaps) == sum(one.required for one in wanted_files) and bool(gaps)
        state = Progress.UNTOUCHED if untouched else Progress.PARTLY if gaps else Progress.DONE
        rows.append(_row(N_("上传材料"), reverse("casework:materials", args=[case.pk]), state, gaps, wanted))
    return tuple(rows)


def _row(title: str, url: str, state: Progress, gaps: tuple[str, ...], asked: tuple[str, ...]) -> TaskRow:
    # Of what nobody has begun, everything is missing: to list it says nothing.
    listed = () if state is Progress.UNTOUCHED else gaps
    return TaskRow(title, url, state, listed[:SHOWN_GAPS], max(len(listed) - SHOWN_GAPS, 0), asked)


def _where_to_go_on(rows: tuple[TaskRow, ...]) -> str:
    """Return the first topic that was asked to be corrected, or else has something left to do, or else the first."""
    asked = [row for row in rows if row.asked]
    unfinished = [row for row in rows if row.progress is not Progress.DONE]
    return next((row.url for row in (*asked, *unfinished, *rows)), "")


def _history(events: tuple[CaseEvent, ...]) -> list[CaseEvent]:
    """Return the events that are the applicant's, with the reasons that are meant for them."""
    found = [event for event in events if progress.shows(event.act)]
    for event in found:
        event.public_reason = event.reason if progress.shows_reason(event.act) else ""  # type: ignore[attr-defined]
    return found


def _result(case: Case, events: tuple[CaseEvent, ...]) -> dict[str, Any]:
    """Return the ways to what an approved case brought, as far as this installation has pages for it."""
    acts = {event.act for event in events}
    found: dict[str, Any] = {"refused": Act.REFUSE in acts}
    if Act.APPROVE in acts and case.subject_code:
        found["delivered_code"] = case.subject_code
        for name, route in (
            ("organisation_url", "registry:organisation"),
            ("certificate_url", "registry:certificate-pdf"),
        ):
            try:
                found[name] = reverse(route, args=[case.subject_code])
            except NoReverseMatch:
                continue
    return found
