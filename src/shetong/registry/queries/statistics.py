"""Numbers about the whole register, from counts kept while it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from shetong.registry.models import AttributeCode, OrganisationAttribute, OrganisationCount, OrganisationKind, Status

# Registered and not yet ended; an organisation in liquidation still exists (《民法典》第七十二条).
EXISTING = (Status.NORMAL, Status.SUSPENDED, Status.LIQUIDATING)


@dataclass(frozen=True, slots=True)
class RegisterStatistics:
    """Numbers of organisations: existing ones by kind and province, all by status, and holders of an attribute.

    ``by_province`` has two-digit keys; ``organisations`` leaves branch bodies out, which are no legal entities.
    ``demo`` says that generated organisations are among them.
    """

    organisations: int
    by_kind: Mapping[str, int]
    by_status: Mapping[str, int]
    by_province: Mapping[str, int]
    by_attribute: Mapping[str, int]
    demo: bool

    @property
    def social_groups(self) -> int:
        """Existing social groups (社会团体)."""
        return self.by_kind.get(OrganisationKind.SOCIAL_GROUP, 0)

    @property
    def service_institutions(self) -> int:
        """Existing private non-enterprise units (民办非企业单位)."""
        return self.by_kind.get(OrganisationKind.SERVICE_INSTITUTION, 0)

    @property
    def foundations(self) -> int:
        """Existing foundations (基金会)."""
        return self.by_kind.get(OrganisationKind.FOUNDATION, 0)

    @property
    def charities(self) -> int:
        """Organisations that are charities (慈善组织) today."""
        return self.by_attribute.get(AttributeCode.CHARITY, 0)

    @property
    def public_fundraisers(self) -> int:
        """Organisations qualified for public fundraising (公开募捐资格) today."""
        return self.by_attribute.get(AttributeCode.PUBLIC_FUNDRAISING, 0)

    @property
    def volunteer_organisations(self) -> int:
        """Organisations marked as volunteer organisations (志愿服务组织) today."""
        return self.by_attribute.get(AttributeCode.VOLUNTEER_ORGANISATION, 0)

    @property
    def social_work_agencies(self) -> int:
        """Social-work agencies (社会工作服务机构) today."""
        return self.by_attribute.get(AttributeCode.SOCIAL_WORK_AGENCY, 0)


def register_statistics(*, today: date) -> RegisterStatistics:
    """Return the numbers as they stand now, attributes as of ``today``; two queries."""
    kinds: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    provinces: Counter[str] = Counter()
    demo = 0
    rows = OrganisationCount.objects.values_list("kind", "status", "province", "demo").annotate(
        number=Sum("difference")
    )
    for kind, status, province, generated, number in rows:
        demo += number if generated else 0
        if kind != OrganisationKind.BRANCH:
            statuses[status] += number
        if status in EXISTING:
            kinds[kind] += number
            if kind != OrganisationKind.BRANCH:
                provinces[province] += number
    return RegisterStatistics(
        organisations=provinces.total(),
        by_kind=dict(kinds),
        by_status=dict(statuses),
        by_province=dict(provinces),
        by_attribute=_attribute_holders(today),
        demo=demo > 0,
    )


def _attribute_holders(today: date) -> dict[str, int]:
    held = OrganisationAttribute.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
    return dict(held.values_list("code").annotate(number=Count("organisation_id", distinct=True)))
