"""One topic of a form: a record, or a list of records that can grow and shrink without a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shetong.accounts.views.own import current_user
from shetong.casework.forms import RecordForm, initial
from shetong.casework.models import Case
from shetong.casework.rules import forms as rules
from shetong.casework.rules.matters import Matter, Section
from shetong.casework.services import drafts
from shetong.core.errors import ConflictError, DomainError


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


def _keep(request: HttpRequest, case: Case, matter: Matter, section: Section) -> HttpResponse:
    count = _count(request, section)
    forms = [RecordForm(section, request.POST, prefix=_prefix(section, number)) for number in range(count)]
    records = [form.answers() for form in forms]
    pressed = request.POST.get("do", "next")
    if pressed.startswith("remove-") and pressed[7:].isdigit():
        records = [record for number, record in enumerate(records) if number != int(pressed[7:])]
    if pressed == "add" and len(records) < section.most:
        records.append({})
    given: Any = records if section.repeated else records[0]
    try:
        kept, faults = drafts.save(
            case_id=case.pk,
            actor=current_user(request),
            section=section.name,
            given=given,
            form_version=_version(request),
        )
    except ConflictError as error:
        messages.error(request, error.message)
        return _show(request, case, matter, section, forms, status=409)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("casework:case", pk=case.pk)
    if pressed == "add" or pressed.startswith("remove-"):
        return redirect("casework:form", pk=case.pk, section=section.name)
    if faults:
        case.refresh_from_db()
        _blame(section, forms, faults)
        return _show(request, case, matter, section, forms, status=422)
    if pressed == "later":
        messages.success(request, _("已经保存，随时可以回来接着填。"))
        return redirect("casework:case", pk=case.pk)
    following = _beside(matter.applying(kept.form), section, 1)
    if following is None:
        return redirect("casework:materials", pk=case.pk)
    return redirect("casework:form", pk=case.pk, section=following.name)


def _show(
    request: HttpRequest, case: Case, matter: Matter, section: Section, forms: list[RecordForm], status: int = 200
) -> HttpResponse:
    matter = matter.applying(case.form)
    context = {
        "case": case,
        "matter": matter,
        "section": section,
        "forms": forms,
        "number": [one.name for one in matter.sections].index(section.name) + 1,
        "previous": _beside(matter, section, -1),
        "may_add": section.repeated and len(forms) < section.most,
        "errors": [(str(error), field.id_for_label) for form in forms for field in form for error in field.errors]
        + [(str(error), "") for form in forms for error in form.non_field_errors()],
    }
    return render(request, "casework/form.html", context, status=status)


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
    given = request.POST.get("count", "1")
    return min(int(given), section.most) if given.isascii() and given.isdigit() and len(given) < 6 else 1


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
