"""Charities, projects, pools and gifts for tests, made through the real services."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.utils import timezone
from PIL import Image

from shetong.charity.models import (
    Channel,
    Disbursement,
    Donation,
    EvidenceFile,
    EvidenceKind,
    OutflowKind,
    Pool,
    Project,
)
from shetong.charity.services import donations, evidence_files, pools, projects, spending
from shetong.charity.services.donations import Gift
from shetong.registry.models import Organisation
from tests.registry import factories

SYSTEM = "system:tests"
TODAY = date(2026, 5, 6)


def foundation() -> Organisation:
    """A foundation of Beijing."""
    return factories.register_organisation(kind="FD", demo=True)


def project(organisation: Organisation | None = None, **values: Any) -> Project:
    """A project with two budget lines."""
    given: dict[str, Any] = {
        "name": f"山区学校午餐{factories.next_number()}",
        "summary": "为山区小学提供营养午餐。",
        "purpose": "教育",
        "area": "云南省昭通市",
        "beneficiaries": "山区小学生",
        "starts_on": date(2026, 1, 1),
        "budget": {"lunch": ("午餐", 10_000_000), "kitchen": ("厨房设备", 5_000_000)},
        "actor": SYSTEM,
    }
    return projects.open_project(organisation=organisation or foundation(), **{**given, **values})


def pool(of: Project | None = None, earmark: str = "", **values: Any) -> Pool:
    """The pool of a project."""
    of = of or project()
    return pools.open_pool(organisation=of.organisation, project=of, earmark=earmark, **values)


def general(organisation: Organisation) -> Pool:
    """An organisation's general pool."""
    return pools.open_pool(organisation=organisation)


def gift(into: Pool, amount: int, **values: Any) -> Gift:
    """A gift by bank transfer."""
    given: dict[str, Any] = {
        "pool": into.pk,
        "amount": amount,
        "channel": Channel.BANK,
        "donated_at": timezone.now(),
        "name": "赵示范",
        "shown": "赵**",
    }
    return Gift(**{**given, **values})


def give(into: Pool, *amounts: int, **values: Any) -> list[Donation]:
    """Take gifts of ``amounts`` fen into a pool."""
    return donations.receive(gifts=[gift(into, amount, **values) for amount in amounts], actor=SYSTEM)


def spend(out_of: Pool, quantity: int, kind: OutflowKind = OutflowKind.SERVICE, **values: Any) -> Disbursement:
    """Spend out of a pool."""
    return spending.disburse(
        pool=out_of.pk, quantity=quantity, kind=kind, purpose="食材", spent_on=TODAY, actor=SYSTEM, **values
    )


def photograph(**options: Any) -> bytes:
    """A picture of nothing; options are those of the encoder."""
    target = io.BytesIO()
    Image.new("RGB", (900, 600), "#8aa").save(target, "JPEG", **options)
    return target.getvalue()


def prove(row: Disbursement, **values: Any) -> EvidenceFile:
    """Attach a public photograph to a disbursement."""
    given: dict[str, Any] = {
        "kind": EvidenceKind.PHOTO, "title": "发放现场", "name": "现场.jpg", "content": photograph(), "public": True,
    }  # fmt: skip
    return evidence_files.attach(disbursement=row.pk, actor=SYSTEM, **{**given, **values})
