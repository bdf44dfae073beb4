"""What a matter (事项) is: everything that guide, form, review screens, API and tests read, declared in one place.

A sector declares its matters in its own ``matters.py`` and offers them through :mod:`shetong.casework.catalogue`.
Regions change time limits, materials and steps by data (:mod:`shetong.casework.models.variant`), never by code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from django.utils.translation import gettext_noop

from shetong.accounts.rules import Permission
from shetong.casework.rules.conditions import When, hold, said
from shetong.casework.rules.eligibility import Check
from shetong.casework.rules.samples import Sample
from shetong.core import statutes
from shetong.core.findings import Finding
from shetong.core.metadata import DataElement
from shetong.core.working_days import Period

Values: TypeAlias = Mapping[str, Any]
# Where a kept form holds the facts of the matter, beside its sections.
FACTS = "facts"


class Nature(StrEnum):
    """Legal nature of a matter (职权类型); decides which general rules apply to it."""

    PERMIT = "permit"  # 行政许可: 《行政许可法》, 双公示
    CONFIRMATION = "confirmation"  # 行政确认
    FILING = "filing"  # 备案
    SERVICE = "service"  # 公共服务


NATURE_NAMES = {
    Nature.PERMIT: gettext_noop("行政许可"),
    Nature.CONFIRMATION: gettext_noop("行政确认"),
    Nature.FILING: gettext_noop("备案"),
    Nature.SERVICE: gettext_noop("公共服务"),
}


class Applicant(StrEnum):
    """Who may apply."""

    FOUNDER = "founder"  # 发起人、举办者: somebody with a verified account, for a body that does not exist yet
    ORGANISATION = "organisation"  # 登记在册的组织, through a person it has authorised (经办人)


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form: a data element, asked as its standard says. ``personal`` values are kept sealed.

    ``traced``: context of the keyed index under which a personal answer is found again in other applications.
    """

    element: DataElement
    required: bool = False
    personal: bool = False
    hint: str = ""
    when: tuple[When, ...] = ()
    traced: str = ""

    @property
    def name(self) -> str:
        """Return the name under which the answer is kept."""
        return self.element.name


@dataclass(frozen=True, slots=True)
class Section:
    """One topic of the form, on a page of its own. With ``most`` over one it is a list of like records."""

    name: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    least: int = 1
    most: int = 1
    when: tuple[When, ...] = ()

    @property
    def repeated(self) -> bool:
        """Whether the section holds several records."""
        return self.most > 1

    @property
    def condition(self) -> str:
        """Return in words when the section is asked, empty for always."""
        return said(self.when)


@dataclass(frozen=True, slots=True)
class Material:
    """A document that the applicant hands in. ``formats`` are media types, ``most`` counts files.

    ``sample``: how it is written, where applicants write it themselves.
    """

    code: str
    title: str
    hint: str = ""
    required: bool = True
    formats: tuple[str, ...] = ("application/pdf", "image/jpeg", "image/png")
    most: int = 5
    provision: str = ""
    when: tuple[When, ...] = ()
    sample: Sample | None = None

    @property
    def condition(self) -> str:
        """Return in words when the material is asked, empty for always."""
        return said(self.when)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of review after acceptance; the last one decides. ``days``: the office's own target, working days."""

    code: str
    title: str
    permission: Permission
    days: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits by key of :mod:`shetong.core.statutes`; ``promised`` (承诺时限): the authority's own, shorter one."""

    decision: str
    extension: str = ""
    promised: Period | None = None

    def legal(self, on: date) -> Period:
        """Return the statutory limit for deciding, as in force on a day."""
        return _period(self.decision, on)

    def longest_extension(self, on: date) -> Period | None:
        """Return by how much the head of the authority may extend it, or ``None``."""
        return _period(self.extension, on) if self.extension else None


def _period(key: str, on: date) -> Period:
    held = statutes.in_force(key, on=on)
    return Period(held.value, held.unit, held.provision)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority that decides: its name and the division whose registrars it employs."""

    name: str
    division_code: str


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approved case tells the effect of its matter; ``announced``: whether the matter is announced publicly."""

    case_number: str
    document_number: str
    values: Values
    subject_code: str
    authority: Authority
    decided_on: date
    applicant: Any
    actor: Any
    demo: bool
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What approval did: the public code and name of the body concerned, and a sentence for the applicant.

    ``document_title``: what the decision is called, where it has a name of its own; ``documents``: kinds
    (:class:`~shetong.casework.models.choices.NoticeKind`) of what goes out beside it.
    """

    subject_code: str
    subject_name: str
    sentence: str
    document_title: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter as it is offered. Callables get plain values and return plain values; they live in the sector.

    ``facts``: what the register knows of the applicant and conditions look at; ``prefill`` gives their values beside
    the answers that are known already. They are kept with the form, never asked. ``handled_by``: which office decides,
    as the guide says it, where that is not the registering authority. ``parameters``: those of
    :mod:`shetong.core.statutes` that the checks read, ``ratio_*`` for all that begin so; these can be tried.
    """

    code: str
    title: str
    nature: Nature
    basis: tuple[str, ...]
    applicant: Applicant
    summary: str
    conditions: tuple[str, ...]
    sections: tuple[Section, ...]
    materials: tuple[Material, ...]
    steps: tuple[Step, ...]
    limits: Limits
    delivers: tuple[str, ...]
    authority: Callable[[Values, str], Authority]
    effect: Callable[[Approval], Outcome]
    checks: Callable[[Values, Authority, date, str], list[Finding]] = lambda *_: []
    prefill: Callable[[str], Values] = lambda _code: {}
    title_of: Callable[[Values], str] = lambda values: str(values.get("name") or "")
    joint_opinion: bool = False
    publish: bool = False
    handled_by: str = ""
    keywords: tuple[str, ...] = ()
    facts: tuple[DataElement, ...] = ()
    eligibility: tuple[Check, ...] = ()
    variants: tuple[str, ...] = field(default=())
    parameters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [one.name for section in self.sections for one in section.fields if not section.repeated]
        names += [section.name for section in self.sections if section.repeated]
        names += [fact.name for fact in self.facts]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.code}: two questions share a name")
        self._check_conditions()
        codes = [material.code for material in self.materials] + [step.code for step in self.steps]
        if len(codes) != len(set(codes)):
            raise ValueError(f"{self.code}: two materials or steps share a code")
        if not self.steps:
            raise ValueError(f"{self.code}: nobody decides")

    def tries(self, key: str) -> bool:
        """Whether a parameter of the law is one that the checks of this matter read."""
        return any(fnmatchcase(key, one) for one in self.parameters)

    def _check_conditions(self) -> None:
        """Refuse a condition on what is not known when it is looked at."""
        known = {fact.name for fact in self.facts}
        for section in self.sections:
            for condition in (*section.when, *(one for asked in section.fields for one in asked.when)):
                if condition.question not in known:
                    raise ValueError(f"{self.code}: {section.name} depends on {condition.question}, not asked before")
            known |= set() if section.repeated else {asked.name for asked in section.fields}
        for material in self.materials:
            if unknown := {condition.question for condition in material.when} - known:
                raise ValueError(f"{self.code}: {material.code} depends on {unknown}, which nobody answers")

    def applying(self, form: Mapping[str, Any]) -> Matter:
        """Return the matter with the topics, questions and materials only that a form's answers call for.

        What stands in topics that are not asked counts for nothing, also where later conditions look at it.
        """
        answers: dict[str, Any] = dict(form.get(FACTS) or {})
        sections = []
        for section in self.sections:
            if not hold(section.when, answers):
                continue
            asked = section
            if any(one.when for one in section.fields):
                asked = replace(section, fields=tuple(one for one in section.fields if hold(one.when, answers)))
            sections.append(asked)
            if not section.repeated:
                given = form.get(section.name) or {}
                answers |= {one.name: given[one.name] for one in asked.fields if one.name in given}
        materials = tuple(material for material in self.materials if hold(material.when, answers))
        if len(materials) == len(self.materials) and tuple(sections) == self.sections:
            return self
        applying = copy(self)
        object.__setattr__(applying, "sections", tuple(sections))
        object.__setattr__(applying, "materials", materials)
        return applying

    def section(self, name: str) -> Section:
        """Return a section by name. Raises ``KeyError``."""
        return {section.name: section for section in self.sections}[name]

    def material(self, code: str) -> Material:
        """Return a material by code. Raises ``KeyError``."""
        return {material.code: material for material in self.materials}[code]

    def step(self, code: str) -> Step:
        """Return a step by code. Raises ``KeyError``."""
        return {step.code: step for step in self.steps}[code]

    def step_after(self, code: str) -> Step | None:
        """Return the step after ``code``, ``None`` where it is the last."""
        at = [step.code for step in self.steps].index(code)
        return self.steps[at + 1] if at + 1 < len(self.steps) else None

    def step_before(self, code: str) -> Step | None:
        """Return the step before ``code``, ``None`` where it is the first."""
        at = [step.code for step in self.steps].index(code)
        return self.steps[at - 1] if at else None

    @property
    def deciding(self) -> Step:
        """Return the step that decides."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a region does otherwise; ``None`` and empty leave the national declaration as it is."""

    division_code: str
    promised: Period | None = None
    without_steps: tuple[str, ...] = ()
    more_materials: tuple[Material, ...] = ()
    without_materials: tuple[str, ...] = ()


def localised(matter: Matter, differences: tuple[Difference, ...]) -> Matter:
    """Return the matter with the differences of its regions applied, the widest region first.

    The deciding step cannot be left out, nor can a region ask for what the nation asks for already.
    Raises ``ValueError`` for a difference that names an unknown step or material.
    """
    for difference in differences:
        steps = {step.code for step in matter.steps[:-1]}
        materials = {material.code for material in matter.materials}
        unknown = (set(difference.without_steps) - steps) | (set(difference.without_materials) - materials)
        if unknown:
            raise ValueError(f"{matter.code} in {difference.division_code}: cannot leave out {sorted(unknown)}")
        kept = tuple(one for one in matter.materials if one.code not in difference.without_materials)
        matter = replace(
            matter,
            limits=replace(matter.limits, promised=difference.promised or matter.limits.promised),
            steps=tuple(step for step in matter.steps if step.code not in difference.without_steps),
            materials=(*kept, *difference.more_materials),
            variants=(*matter.variants, difference.division_code),
        )
    return matter
