"""One topic of a form: a record, or a list of records that can grow and shrink without a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from shetong.accounts.views.own import current_user
from shetong.casework.forms import RecordForm, initial
from shetong.casework.models import Case
from shetong.casework.queries import corrections
from shetong.casework.queries.cases import text
from shetong.casework.rules import corrections as correcting
from shetong.casework.rules import forms as rules
from shetong.casework.rules.matters import Matter, Section
from shetong.casework.services import drafts, early
from shetong.casework.views import pasting
from shetong.core.asked import whole
from shetong.core.errors import ConflictError, DomainError
from shetong.core.findings import Severity
from shetong.core.values import is_empty

# Lists longer than this show their records folded, all but those with something to do.
FOLDED_FROM = 4


def handle(request: HttpRequest, case: Case, matter: Matter, section: Section) -> HttpResponse:
    """Show the topic, or keep what was posted and go where the pressed button says."""
    if request.method == "POST":
        return _keep(request, case, matter, section)
    kept = case.form.get(section.name)
    records = list(kept or []) if section.repeated else [kept or {}]
    if section.repeated and not records:
        records = [{}]
    forms = [_form(section, number, record) for number, record in enumerate(records)]
    if kept:
        _, faults = rules.clean_section(section, _without_masks(section, kept))
        _blame(section, forms, faults)
    return _show(request, case, matter, section, forms)


def autosave(request: HttpRequest, case: Case, section: Section, matter: Matter) -> JsonResponse:
    """Keep what is typed so far, and answer with what the checks say of it, by the questions' ids on the page.

    ``seen`` is the digest to send next time. 409: saved elsewhere meanwhile; nothing was kept.
    """
    _forms, records = _typed(request, section)
    try:
        case, faults = drafts.save(
            case_id=case.pk,
            actor=current_user(request),
            section=section.name,
            given=records if section.repeated else records[0],
            seen=request.POST.get("seen", ""),
        )
    except DomainError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
    errors = {_id(place): message for place, message in faults.items()}
    notes: dict[str, list[str]] = {}
    for finding in early.findings(case, matter):
        if rules.section_of(matter, finding.field) != section.name:
            continue
        place = _id(finding.field.removeprefix(f"{section.name}."))
        if finding.severity is Severity.REFUSE:
            errors.setdefault(place, finding.message)
        else:
            notes.setdefault(place, []).append(finding.message)
    return JsonResponse(
        {
            "seen": rules.digest(case.form.get(section.name)),
            "saved": timezone.localtime().strftime("%H:%M:%S"),
            "errors": errors,
            "notes": notes,
        }
    )


def _id(place: str) -> str:
    return "id_" + place.replace(".", "-")


def _typed(request: HttpRequest, section: Section) -> tuple[list[RecordForm], list[dict[str, Any]]]:
    count = _count(request, section)
    forms = [RecordForm(section, request.POST, prefix=_prefix(section, number)) for number in range(count)]
    return forms, [form.answers() for form in forms]


def _keep(request: HttpRequest, case: Case, matter: Matter, section: Section) -> HttpResponse:
    forms, records = _typed(request, section)
    pressed = request.POST.get("do", "next")
    if pressed == "add" and len(records) < section.most:
        records.append({})
    actor = current_user(request)
    try:
        case, faults = drafts.save(
            case_id=case.pk,
            actor=actor,
            section=section.name,
            given=records if section.repeated else records[0],
            seen=request.POST.get("seen"),
        )
        changed = section.repeated and _change_list(request, case, section, pressed)
    except ConflictError:
        differing = _differing(section, case.form.get(section.name), records)
        return _show(request, case, matter, section, forms, status=409, differing=differing)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("casework:case", pk=case.pk)
    if changed:
        return redirect("casework:form", pk=case.pk, section=section.name)
    if faults and pressed != "later":
        _blame(section, forms, faults)
        return _show(request, case, matter, section, forms, status=422)
    if pressed == "later":
        messages.success(request, _("已经保存，随时可以回来接着填。"))
        return redirect("casework:case", pk=case.pk)
    following = _beside(matter.applying(case.form), section, 1)
    if following is None:
        return redirect("casework:materials", pk=case.pk)
    return redirect("casework:form", pk=case.pk, section=following.name)


def _change_list(request: HttpRequest, case: Case, section: Section, pressed: str) -> bool:
    """Let the list grow or shrink as the pressed button says; return whether it was such a button."""
    actor, where = current_user(request), section.name
    if pressed == "add":
        return True
    if pressed.startswith("remove-") and (number := whole(pressed[7:], most=9_999)) is not None:
        drafts.remove_record(case_id=case.pk, actor=actor, section=where, number=number)
        return True
    if pressed == "paste":
        records = pasting.records(section, request.POST.get("pasted", ""))
        drafts.add_records(case_id=case.pk, actor=actor, section=where, records=records)
        messages.success(request, _("已经加入%(count)d项，请核对。") % {"count": len(records)})
        return True
    if pressed == "oneself":
        if not drafts.add_oneself(case_id=case.pk, actor=actor, section=where):
            messages.info(request, _("以前的申请中还没有您本人的信息，请填写。"))
        return True
    return False


@dataclass(frozen=True, slots=True)
class Differing:
    """An answer that was saved elsewhere, beside the one typed here; personal ones are only named."""

    label: str
    there: str
    here: str


def _differing(section: Section, kept: Any, records: list[dict[str, Any]]) -> list[Differing]:
    there = kept if isinstance(kept, list) else [kept or {}]
    cleaned, _wrong = rules.clean_section(section, records if section.repeated else records[0])
    here = cleaned if isinstance(cleaned, list) else [cleaned]
    found = []
    for number in range(max(len(there), len(here))):
        one = there[number] if number < len(there) else {}
        other = here[number] if number < len(here) else {}
        for question in section.fields:
            old, new = one.get(question.name), other.get(question.name)
            if old == new or (is_empty(old) and is_empty(new)):
                continue
            label = question.element.label + (f" {number + 1}" if section.repeated else "")
            shown = ("…", "…") if question.personal else (_text(question, old), _text(question, new))
            found.append(Differing(label, *shown))
    return found


def _text(question: Any, value: Any) -> str:
    return _("（空）") if is_empty(value) else text(question.element, value)


def _show(
    request: HttpRequest,
    case: Case,
    matter: Matter,
    section: Section,
    forms: list[RecordForm],
    status: int = 200,
    differing: list[Differing] | None = None,
) -> HttpResponse:
    matter = matter.applying(case.form)
    asked = corrections.waiting(case, matter)
    mine = correcting.questions(section, asked.at(section.name) if asked else ())
    folded = section.repeated and len(forms) >= FOLDED_FROM
    context = {
        "case": case,
        "matter": matter,
        "section": section,
        "forms": forms,
        "records": [
            (_beside_questions(form, mine), folded and not form.errors and not form.is_blank(), form.headline())
            for form in forms
        ],
        "asked": (*mine.get("", ()), *asked.at("")) if asked else (),
        "until": asked.until if asked else None,
        "seen": rules.digest(case.form.get(section.name)),
        "number": [one.name for one in matter.sections].index(section.name) + 1,
        "previous": _beside(matter, section, -1),
        "may_add": section.repeated and len(forms) < section.most,
        "people": section.repeated and any(one.name == "identity_number" for one in section.fields),
        "columns": pasting.columns(section) if section.repeated else [],
        "differing": differing,
        "errors": [(str(error), field.id_for_label) for form in forms for field in form for error in field.errors]
        + [(str(error), "") for form in forms for error in form.non_field_errors()],
    }
    return render(request, "casework/form.html", context, status=status)


def _beside_questions(form: RecordForm, asked: Mapping[str, tuple[str, ...]]) -> list[tuple[Any, tuple[str, ...]]]:
    """Return the questions of a form, each with what a correction asks of it."""
    return [(field, asked.get(field.name, ())) for field in form]


def _beside(matter: Matter, section: Section, step: int) -> Section | None:
    at = [one.name for one in matter.sections].index(section.name) + step
    return matter.sections[at] if 0 <= at < len(matter.sections) else None


def _prefix(section: Section, number: int) -> str | None:
    return str(number) if section.repeated else None


def _form(section: Section, number: int, record: Mapping[str, Any]) -> RecordForm:
    shown = initial(section, record)
    prefix = _prefix(section, number)
    bound = {f"{prefix}-{name}" if prefix else name: value for name, value in shown.items() if value is not None}
    form = RecordForm(section, bound, prefix=prefix)
    form.full_clean()
    return form


def _blame(section: Section, forms: list[RecordForm], faults: Mapping[str, str]) -> None:
    for number, form in enumerate(forms):
        head = f"{number}." if section.repeated else ""
        form.blame({place.removeprefix(head): text for place, text in faults.items() if place.startswith(head)})


def _without_masks(section: Section, kept: Any) -> Any:
    """Return kept answers without personal ones, whose masks would be taken for faults."""
    personal = {question.name for question in section.fields if question.personal}
    if isinstance(kept, list):
        return [{name: value for name, value in record.items() if name not in personal} for record in kept]
    return {name: value for name, value in kept.items() if name not in personal}


def _count(request: HttpRequest, section: Section) -> int:
    if not section.repeated:
        return 1
    return min(whole(request.POST.get("count", ""), most=99_999) or 1, section.most)
