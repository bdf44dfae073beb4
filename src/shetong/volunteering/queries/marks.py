"""Which bodies are identified as volunteer organisations (志愿服务组织标识), and which systems are designated."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from shetong.registry.models import AttributeCode, OrganisationAttribute


def held(code: AttributeCode, day: date | None = None) -> QuerySet[OrganisationAttribute]:
    """Return who holds an attribute on a day, today where none is given."""
    on = day or timezone.localdate()
    return OrganisationAttribute.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), code=code, valid_from__lte=on
    )


def is_marked(organisation_id: int) -> bool:
    """Whether a body is identified as a volunteer organisation today."""
    return held(AttributeCode.VOLUNTEER_ORGANISATION).filter(organisation_id=organisation_id).exists()
