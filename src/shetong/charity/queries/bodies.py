"""What the register and charity's own records know of a body on a day, for the conditions of qualifications."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, Q

from shetong.charity.models import QualificationLoss
from shetong.charity.queries.credit import held_against, listed
from shetong.charity.rules.qualification import Body
from shetong.registry.models import AttributeCode, Organisation, PenaltyRecord, Status


def body(organisation: Organisation, on: date) -> Body:
    """Return what is known of ``organisation`` on a day. Six queries."""
    held = {
        attribute.code: attribute
        for attribute in organisation.attributes.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on
        )
    }
    posts: dict[str, tuple[str, ...]] = {}
    serving = organisation.officers.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
    for role, name in serving.values_list("role", "person__name").order_by("role", "pk"):
        posts[role] = (*posts.get(role, ()), name)
    charity, grade = held.get(AttributeCode.CHARITY), held.get(AttributeCode.EVALUATION)
    lost = QualificationLoss.objects.filter(organisation=organisation, lost_on__lte=on).order_by("-lost_on").first()
    return Body(
        kind=organisation.kind,
        normal=organisation.status == Status.NORMAL,
        charity_since=charity.valid_from if charity else None,
        public=AttributeCode.PUBLIC_FUNDRAISING in held,
        grade=int(grade.value[:1]) if grade and grade.value[:1].isdigit() else 0,
        officers=posts,
        provincial=organisation.authority.division_code.endswith("0000"),
        lost_on=lost.lost_on if lost else None,
        dishonest=held_against(organisation, on),
        penalised_on=PenaltyRecord.objects.filter(organisation=organisation, decided_on__lte=on).aggregate(
            last=Max("decided_on")
        )["last"],
        listed=listed(organisation, on),
    )


def public_on(organisation: Organisation, on: date) -> bool:
    """Whether ``organisation`` holds the public-fundraising qualification on a day."""
    held = organisation.attributes.filter(code=AttributeCode.PUBLIC_FUNDRAISING, valid_from__lte=on)
    return held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).exists()
