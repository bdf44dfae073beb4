"""Filling in an application: begun once, saved as one goes, given up or submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework import catalogue
from shetong.casework.models import Act, Case, State
from shetong.casework.queries import mandates, matters
from shetong.casework.rules import forms, sealing
from shetong.casework.rules.matters import FACTS, Applicant, Matter
from shetong.casework.services import answers, moves, remembered
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.values import is_empty
from shetong.store import queue, rows

FORGET_TASK = "casework.forget_papers"
MOST_DRAFTS = 50
# A form is text; more than this is no form.
LARGEST_FORM = 300_000


@transaction.atomic
def begin(*, matter: str, applicant: User, subject_code: str = "", subject_name: str = "", demo: bool = False) -> Case:
    """Begin an application, filled with what is known already; the same draft again where one is being filled.

    Raises :class:`ForbiddenError` (no mandate), :class:`ConflictError` (too many drafts), :class:`NotFoundError`.
    """
    declared = catalogue.national(matter)
    founds = declared.applicant is Applicant.FOUNDER
    if founds:
        subject_code = subject_name = ""
    elif not mandates.holds(applicant, subject_code):
        raise ForbiddenError(
            gettext("您还不是这家组织的经办人。请由该组织已有的经办人授权，或者到登记管理机关办理授权。")
        )
    # One person's drafts are begun one after the other, so that pressing twice begins one.
    rows.fetch("SELECT id FROM accounts_user WHERE id = %s FOR UPDATE", [applicant.pk])
    mine = Case.objects.filter(applicant=applicant, state=State.DRAFT)
    if not founds and (known := mine.filter(matter=matter, subject_code=subject_code).first()):
        return known
    drafts = "SELECT count(*) FROM casework_case WHERE applicant_id = %s AND state = %s"
    if rows.fetch(drafts, [applicant.pk, State.DRAFT])[0][0] >= MOST_DRAFTS:
        raise ConflictError(
            gettext("您有%(most_drafts)s份还没有提交的申请，请先提交或者放弃一些。") % {"most_drafts": MOST_DRAFTS}
        )
    now = timezone.now()
    case = Case(
        matter=matter,
        applicant=applicant,
        founds=founds,
        subject_code=subject_code,
        subject_name=subject_name,
        demo=demo,
        created_at=now,
        updated_at=now,
    )
    answers.store(case, declared, _known(declared, subject_code, remembered.contact(applicant)))
    rows.insert(case)
    return case


def _known(declared: Matter, subject_code: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form with what the register has already, and what the applicant gave before (一数一源)."""
    known = {**before, **(declared.prefill(subject_code) if subject_code else {})}
    form: dict[str, Any] = {FACTS: {fact.name: known.get(fact.name) for fact in declared.facts}}
    for section in declared.sections:
        if section.repeated:
            form[section.name] = list(known.get(section.name, []))
        else:
            form[section.name] = {one.name: known[one.name] for one in section.fields if one.name in known}
    return form


def save(
    *, case_id: int, actor: User, section: str, given: Any, form_version: int | None = None, seen: str | None = None
) -> tuple[Case, dict[str, str]]:
    """Keep the answers of one section, faulty ones too, and return the case with what is wrong by field.

    ``form_version``: the version of the form that the page showed; ``seen``: the digest of the section that it showed.
    Where somebody else saved since, :class:`ConflictError`; what is saved a second time stays as it is.
    Raises :class:`WrongStateError` unless the application is being filled or corrected.
    """
    case, faults = _keep(case_id, actor, {section: given}, form_version, seen)
    return case, {place.removeprefix(f"{section}."): message for place, message in faults.items()}


def save_all(*, case_id: int, actor: User, form: Mapping[str, Any]) -> dict[str, str]:
    """Keep several sections at once and return everything that is wrong with them by place."""
    return _keep(case_id, actor, form, None)[1]


@transaction.atomic
def _keep(
    case_id: int, actor: User, given: Mapping[str, Any], form_version: int | None, seen: str | None = None
) -> tuple[Case, dict[str, str]]:
    case = editable(case_id, actor)
    elsewhere = seen is not None and any(seen != forms.digest(case.form.get(name)) for name in given)
    if elsewhere or (form_version is not None and form_version != case.form_version):
        raise ConflictError(gettext("这份申请刚刚在别处保存过。请刷新页面，核对后再改。"), code="saved-elsewhere")
    matter = matters.of(case)
    before = answers.whole(case)
    form = dict(before)
    faults: dict[str, str] = {}
    for name, section_given in given.items():
        if name == FACTS:
            continue  # what the register says is not typed
        try:
            asked = matter.section(name)
        except KeyError:
            raise InvalidInputError(gettext("表单中没有这一部分，请刷新页面。")) from None
        form[name], wrong = forms.clean_section(asked, section_given)
        faults |= {f"{name}.{place}": message for place, message in wrong.items()}
    if len(repr(form)) > LARGEST_FORM:
        raise InvalidInputError(gettext("填写的内容过长，请删减后再保存。"))
    if seen is not None and sealing.kept(matter, case.form, form, answers.personal(case)) == before:
        return case, faults
    answers.store(case, matter, form)
    case.title = matter.title_of(forms.flat(matter, case.form))[:240] or case.title
    case.updated_at = timezone.now()
    rows.save(case)
    return case, faults


@transaction.atomic
def remove_record(*, case_id: int, actor: User, section: str, number: int) -> Case:
    """Take one record out of a list; the others keep their personal answers. An unknown number changes nothing."""
    case = editable(case_id, actor)
    matter = matters.of(case)
    form = answers.whole(case)
    records = form.get(section)
    if matter.section(section).repeated and isinstance(records, list) and 0 <= number < len(records):
        form[section] = [record for at, record in enumerate(records) if at != number]
        answers.replace(case, matter, form)
        case.updated_at = timezone.now()
        rows.save(case)
    return case


@transaction.atomic
def add_records(
    *, case_id: int, actor: User, section: str, records: Sequence[Mapping[str, Any]]
) -> tuple[Case, dict[str, str]]:
    """Add records to a list, after those that are there; return what is wrong with the section by field."""
    case = editable(case_id, actor)
    there = [record for record in answers.whole(case).get(section) or [] if not all(map(is_empty, record.values()))]
    return save(case_id=case_id, actor=actor, section=section, given=[*there, *records])


@transaction.atomic
def add_oneself(*, case_id: int, actor: User, section: str) -> bool:
    """Put the applicant into a list of people with what they gave before; ``False`` where nothing is known."""
    case = editable(case_id, actor)
    matter = matters.of(case)
    asked = tuple(one.name for one in matter.section(section).fields)
    known = remembered.oneself(actor, asked)
    if known:
        add_records(case_id=case_id, actor=actor, section=section, records=[known])
    return bool(known)


@transaction.atomic
def discard(*, case_id: int, actor: User) -> Case:
    """Give a draft up; its answers and papers are deleted. Raises :class:`WrongStateError` once it was submitted."""
    case = moves.lock(case_id)
    moves.move(case, Act.DISCARD, actor=actor)
    case.form, case.sealed, case.title = {}, b"", ""
    rows.save(case)
    queue.defer(FORGET_TASK, queue="casework", case_id=case.pk)
    return case


def editable(case_id: int, actor: User) -> Case:
    """Return a locked case that its applicant may fill in now."""
    return _fillable(moves.lock(case_id), actor)


def peek(case_id: int, actor: User) -> Case:
    """Return a case that its applicant may fill in now, without its lock: for work that takes long."""
    case = rows.first(Case, "WHERE id = %s", [case_id], also=matters.VARIED)
    if case is None:
        raise NotFoundError(gettext("没有找到这个办件。"))
    return _fillable(case, actor)


def _fillable(case: Case, actor: User) -> Case:
    if not mandates.may_act(actor, case):
        raise ForbiddenError(gettext("只有申请人或者其授权的经办人可以填报。"))
    if case.state not in (State.DRAFT, State.CORRECTION):
        raise WrongStateError(gettext("申请已经提交，不能再修改。需要修改的，可以先撤回。"))
    return case
