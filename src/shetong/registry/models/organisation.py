"""Organisations: the register's present state, a projection of its filings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.registry.models.authority import Authority
from shetong.registry.models.choices import OrganisationKind, Status


class Organisation(models.Model):
    """A registered body as it stands today. Written only by :mod:`shetong.registry.services`, through filings."""

    uscc = models.CharField("统一社会信用代码", max_length=18, null=True)  # noqa: DJ001 - unique, and branch bodies have none
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=2, choices=OrganisationKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="branches", verbose_name="所属组织"
    )
    legal_representative = models.CharField("法定代表人", max_length=100, blank=True)
    domicile = models.CharField("住所", max_length=300, blank=True)
    division_code = models.CharField("住所行政区划代码", max_length=6)
    founded_on = models.DateField("成立登记日期", null=True)
    registered_funds = models.BigIntegerField("注册资金（分）", null=True)
    business_scope = models.TextField("业务范围", blank=True)
    activity_area = models.CharField("活动地域", max_length=100, blank=True)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="organisations", verbose_name="登记管理机关")
    supervising_body = models.CharField("业务主管单位", max_length=200, blank=True)
    direct_registration = models.BooleanField("直接登记", default=False)
    status = models.CharField("登记状态", max_length=12, choices=Status, default=Status.NORMAL)
    status_since = models.DateField("登记状态变更日期", null=True)
    certificate_valid_from = models.DateField("证书有效期起", null=True)
    certificate_valid_to = models.DateField("证书有效期止", null=True)
    former_certificate_number = models.CharField("原登记证号", max_length=60, blank=True)
    field = models.CharField("行业领域", max_length=30, blank=True)
    demo = models.BooleanField("演示数据", default=False)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "社会组织"
        constraints = [
            # In the order of patterns, so that the same index finds codes by their beginning.
            models.UniqueConstraint(fields=["uscc"], name="organisation_code_once", opclasses=["varchar_pattern_ops"]),
            # The form of the code and its check sign: constraint organisation_uscc_check_sign of migration 0002.
            models.CheckConstraint(
                condition=Q(uscc__isnull=False) | Q(kind=OrganisationKind.BRANCH),
                name="organisation_code_unless_branch",
            ),
            models.CheckConstraint(
                condition=Q(division_code__regex=r"^[1-9]\d{5}$"), name="organisation_division_form"
            ),
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="organisation_status_known"),
            models.CheckConstraint(
                condition=Q(registered_funds__isnull=True) | Q(registered_funds__gte=0),
                name="organisation_funds_positive",
            ),
            models.CheckConstraint(
                condition=Q(certificate_valid_from__isnull=True)
                | Q(certificate_valid_to__isnull=True)
                | Q(certificate_valid_to__gte=models.F("certificate_valid_from")),
                name="organisation_certificate_period",
            ),
            models.CheckConstraint(
                condition=Q(kind=OrganisationKind.BRANCH, parent__isnull=False)
                | (~Q(kind=OrganisationKind.BRANCH) & Q(parent__isnull=True)),
                name="organisation_branch_has_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["legal_representative"], name="organisation_representative"),
            # Few bodies are branches: an index of the others would hold nothing.
            models.Index(fields=["parent"], name="organisation_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["division_code", "id"], name="organisation_division"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_code(self) -> str:
        """The identifier used in addresses: the unified code, or ``BR`` and the number for a branch body."""
        return self.uscc or f"BR{self.pk}"
