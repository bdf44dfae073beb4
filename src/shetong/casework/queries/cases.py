"""One case, as its applicant and as an officer see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext

from shetong.accounts.models import User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.casework import states
from shetong.casework.models import (
    Act,
    Case,
    CaseEvent,
    CaseMaterial,
    CaseNote,
    CheckFile,
    Mandate,
    Notice,
    Opinion,
    SiteCheck,
    State,
)
from shetong.casework.queries import clocks, matters
from shetong.casework.queries.mandates import may_act
from shetong.casework.rules import forms
from shetong.casework.rules.clock import Clock
from shetong.casework.rules.matters import FACTS, Matter
from shetong.core import divisions, working_days
from shetong.core.metadata import DataElement, ElementType
from shetong.core.money import format_amount
from shetong.core.statutes import Unit
from shetong.core.values import is_empty
from shetong.core.working_days import Period


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question as people read it; personal answers are masked."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A section of the form with its answers: one record, or several numbered ones."""

    name: str
    title: str
    records: tuple[tuple[Answer, ...], ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything of a case that its page shows. ``acts``: what the viewer could do now by the table of states."""

    case: Case
    matter: Matter
    clock: Clock | None
    topics: tuple[Topic, ...]
    events: tuple[CaseEvent, ...]
    notices: tuple[Notice, ...]
    opinions: tuple[Opinion, ...]
    files: tuple[CaseMaterial, ...]
    step_title: str
    checks: tuple[SiteCheck, ...] = ()
    notes: tuple[CaseNote, ...] = ()

    @property
    def step_due(self) -> date | None:
        """Return the office's own target for the present step (内部节点), ``None`` where the step has none.

        It begins with the act that brought the case there; the legal limit is the clock's alone.
        """
        if self.case.state != State.REVIEWING or not self.case.step:
            return None
        days = self.matter.step(self.case.step).days
        came = next((event for event in self.events if event.act in _BRINGING), None)
        if not days or came is None:
            return None
        return working_days.due(timezone.localdate(came.recorded_at), Period(days, Unit.WORKING_DAY, ""))


_BRINGING = (Act.ACCEPT, Act.DEEM_ACCEPTED, Act.FORWARD, Act.SEND_BACK)


def supervised(shown: CasePage) -> bool:
    """Whether the body of a case has, or is to have, a supervising body (双重管理)."""
    given = forms.flat(shown.matter, shown.case.form)
    if given.get("direct_registration"):
        return False
    facts = shown.case.form.get(FACTS) or {}
    return bool(given.get("supervising_body") or facts.get("dual"))


def page(case: Case) -> CasePage:
    """Return the page of a case. Six queries."""
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    return CasePage(
        case=case,
        matter=matter,
        clock=clocks.of(case, matter),
        topics=topics(matter, case.form),
        events=tuple(CaseEvent.objects.filter(case=case).order_by("-number")),
        notices=tuple(Notice.objects.filter(case=case).order_by("-pk")),
        opinions=tuple(Opinion.objects.filter(case=case).order_by("-pk")),
        files=files(case),
        step_title=matter.step(case.step).title if case.step else "",
    )


_KEPT_FILES = Prefetch(
    "files",
    CheckFile.objects.filter(removed_at__isnull=True).select_related("file").order_by("pk"),
    to_attr="kept_files",
)


def office_page(case: Case) -> CasePage:
    """Return the page of a case with what only officers see: checks and notes between them. Ten queries."""
    return replace(
        page(case),
        checks=tuple(SiteCheck.objects.filter(case=case).prefetch_related(_KEPT_FILES).order_by("-pk")),
        notes=tuple(CaseNote.objects.filter(case=case).select_related("author").order_by("-pk")),
    )


def files(case: Case) -> tuple[CaseMaterial, ...]:
    """Return the files handed in for a case, in the order of upload."""
    there = CaseMaterial.objects.filter(case=case, removed_at__isnull=True)
    return tuple(there.select_related("file").order_by("code", "pk"))


def digests(case_number: str, code: str) -> tuple[str, ...]:
    """Return the SHA-256 of the files handed in as a material of the case with that number."""
    there = CaseMaterial.objects.filter(case__number=case_number, code=code, removed_at__isnull=True)
    return tuple(there.order_by("pk").values_list("file_id", flat=True))


def of_applicant(user: User) -> QuerySet[Case]:
    """Return the cases of a person and of the organisations that it acts for, the latest first."""
    codes = Mandate.objects.filter(user=user, revoked_at__isnull=True).values("organisation_code")
    founded = Case.objects.filter(Q(founds=True) | Q(subject_code=""), applicant=user)
    own = founded | Case.objects.filter(founds=False, subject_code__in=codes)
    return own.exclude(state=State.DISCARDED).order_by("-updated_at", "-pk")


def for_applicant(user: User, case_id: int) -> Case | None:
    """Return a case that ``user`` may see from the applicant's side, else ``None``.

    Who began an organisation's case and lost its mandate since sees it no more: others add to it.
    """
    case = Case.objects.select_related("applicant", "holder").filter(pk=case_id).first()
    return case if case is not None and may_act(user, case) else None


def by_number(user: User, number: str) -> Case | None:
    """Return a case by its number, as :func:`for_applicant` does for one by its key."""
    pk = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    return for_applicant(user, pk) if pk is not None else None


def wanted(page: CasePage) -> list[str]:
    """Return what the applicant is asked to correct now."""
    asked = next((event for event in page.events if event.act == Act.ASK_CORRECTION), None)
    return list(asked.detail.get("wanted", [])) if asked and page.case.state == State.CORRECTION else []


def for_officer(grants: Grants, case_id: int) -> Case | None:
    """Return a submitted case within the officer's jurisdiction, else ``None``."""
    case = Case.objects.select_related("applicant", "holder").exclude(state=State.DRAFT).filter(pk=case_id).first()
    if case is None or case.state == State.DISCARDED:
        return None
    return case if grants.may(Permission.CASE_VIEW, case.authority_division) else None


def possible(case: Case) -> tuple[Act, ...]:
    """Return the acts that the table of states knows for a case now, whoever may do them."""
    return tuple(act for state, act in states.TRANSITIONS if state == case.state)


def topics(matter: Matter, form: Mapping[str, Any]) -> tuple[Topic, ...]:
    """Return a form as people read it; questions without an answer are left out."""
    found = []
    for section in matter.applying(form).sections:
        given = form.get(section.name)
        records = (given if isinstance(given, list) else []) if section.repeated else [given or {}]
        shown = tuple(
            tuple(
                Answer(field.element.label, text(field.element, record.get(field.name)))
                for field in section.fields
                if not is_empty(record.get(field.name))
            )
            for record in records
        )
        found.append(Topic(section.name, section.title, tuple(record for record in shown if record)))
    return tuple(found)


def text(element: DataElement, value: Any) -> str:
    """Return an answer as people read it."""
    if element.name == "division_code":
        return divisions.full_name(str(value)) or str(value)
    if element.type is ElementType.MONEY and isinstance(value, int):
        return format_amount(value)
    if element.type is ElementType.BOOLEAN:
        return gettext("是") if value else gettext("否")
    if element.code_list is not None:
        return element.code_list.name(str(value), english=get_language() == "en")
    return str(value)
