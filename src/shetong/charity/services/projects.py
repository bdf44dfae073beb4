"""Projects: opened with a budget, carried out by partners, told of in reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.casework.services.numbers import take
from shetong.charity.models import Beneficiary, BeneficiaryCategory, BudgetLine, Partner, Project
from shetong.charity.queries.public_log import BENEFICIARY_CONTEXT
from shetong.charity.rules import privacy
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.public_texts import require_public
from shetong.core import divisions, pii
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.registry.models import Organisation


@transaction.atomic
def open_project(
    *,
    organisation: Organisation,
    name: str,
    summary: str,
    purpose: str,
    area: str,
    beneficiaries: str,
    starts_on: date,
    actor: Actor,
    ends_on: date | None = None,
    budget: Mapping[str, tuple[str, int]] | None = None,
    surplus: str = "",
) -> Project:
    """Open a project under a new number and return it. ``budget``: name and fen by the line's code (latin, digits, -).

    Raises :class:`InvalidInputError` where texts are missing or dates do not follow each other,
    :class:`ForbiddenError`.
    """
    authorise(actor, organisation)
    faults = {
        field: "请填写。"
        for field, text in {"name": name, "summary": summary, "purpose": purpose, "area": area}.items()
        if not text.strip()
    }
    faults |= privacy.complaints(
        {
            "name": name, "summary": summary, "purpose": purpose, "area": area, "beneficiaries": beneficiaries,
            "surplus": surplus,
        }
    )  # fmt: skip
    if ends_on is not None and ends_on < starts_on:
        faults["ends_on"] = gettext("结束日期不能早于开始日期。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    year = timezone.localdate().year % 100
    code = organisation.public_code
    project = Project.objects.create(
        organisation=organisation,
        number=f"{code}P{year:02}{take(f'CH-PROJECT/{code}/{year:02}'):03}",
        name=name.strip(),
        summary=summary.strip(),
        purpose=purpose.strip(),
        area=area.strip(),
        beneficiaries_text=beneficiaries.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        surplus=surplus.strip(),
        demo=organisation.demo,
        created_at=timezone.now(),
    )
    BudgetLine.objects.bulk_create(
        [
            BudgetLine(project=project, code=line, name=title, amount=amount)
            for line, (title, amount) in (budget or {}).items()
        ]
    )
    audit.record(actor=actor, action="charity.open-project", target=project, detail={"number": project.number})
    return project


@transaction.atomic
def add_partner(
    *,
    project: Project,
    name: str,
    task: str,
    actor: Actor,
    uscc: str = "",
    agreement_digest: str = "",
    evaluation: str = "",
) -> Partner:
    """Name an organisation that carries out a project.

    Raises :class:`ConflictError` where it was named before: what was said of it then stays. Raises
    :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    authorise(actor, project.organisation)
    require_public(name=name, task=task, evaluation=evaluation)
    partner, created = Partner.objects.get_or_create(
        project=project,
        name=name.strip(),
        defaults={
            "task": task.strip(),
            "uscc": uscc.strip().upper(),
            "agreement_digest": agreement_digest,
            "evaluation": evaluation.strip(),
        },
    )
    if not created:
        known = gettext("这家执行机构已经登记过，原来的内容没有改动。")
        raise ConflictError(known, code="partner-known", fields={"name": known})
    audit.record(actor=actor, action="charity.add-partner", target=partner, detail={"project": project.number})
    return partner


@transaction.atomic
def add_beneficiary(
    *,
    project: Project,
    name: str,
    division_code: str,
    category: BeneficiaryCategory,
    actor: Actor,
    age_from: int | None = None,
    age_to: int | None = None,
    organisation: bool = False,
) -> Beneficiary:
    """Register somebody who is helped: the name is sealed, the public sees county, category, age band and initial.

    Raises :class:`InvalidInputError` for a division that is no county, :class:`ForbiddenError`.
    """
    authorise(actor, project.organisation)
    if divisions.get(division_code) is None or division_code.endswith("0000"):
        raise InvalidInputError(
            gettext("请填写受益人所在的县（市、区）。"), fields={"division_code": gettext("请选择县（市、区）。")}
        )
    beneficiary = Beneficiary.objects.create(
        project=project,
        name_sealed=pii.seal(name.strip(), context=BENEFICIARY_CONTEXT),
        initial="" if organisation else name.strip()[:1],
        division_code=division_code,
        category=category,
        age_from=age_from,
        age_to=age_to,
        organisation=organisation,
        created_at=timezone.now(),
    )
    audit.record(actor=actor, action="charity.add-beneficiary", target=beneficiary)
    return beneficiary
