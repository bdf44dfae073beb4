"""``/api/v1/matters``: what can be applied for, and the guide of each with its form as JSON Schema."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Path, Query, Router, Schema
from pydantic import Field

from shetong.casework import catalogue
from shetong.casework.queries import matters
from shetong.casework.rules import form_schema
from shetong.casework.rules.matters import NATURE_NAMES, Matter
from shetong.core import divisions
from shetong.core.errors import InvalidInputError
from shetong.core.working_days import Period

router = Router(tags=["matters"])


class MatterItem(Schema):
    """A matter in the list."""

    code: str = Field(description="事项编码")
    title: str
    nature: str = Field(description="职权类型：permit、confirmation、filing、service")
    nature_name: str
    applicant: str = Field(description="谁可以申请：founder 发起人，organisation 登记在册的组织")
    summary: str


class LimitShape(Schema):
    """A time limit. Working days leave out days off and hold make-up days."""

    number: int
    unit: str = Field(description="day 日，working_day 工作日")
    provision: str = Field(description="依据；没有核对过原文的为空")


class MaterialShape(Schema):
    """A document to be handed in."""

    code: str
    title: str
    required: bool
    condition: str = Field(description="适用情形；总是需要的为空")
    hint: str
    formats: list[str]
    most: int = Field(description="最多几个文件")


class StepShape(Schema):
    """A step of review; ``days`` is the office's own target in working days."""

    code: str
    title: str
    days: int


class MatterGuide(MatterItem):
    """The guide of a matter (办事指南)."""

    basis: list[str]
    conditions: list[str]
    materials: list[MaterialShape]
    steps: list[StepShape]
    legal_limit: LimitShape = Field(description="法定办结时限，自受理之日起")
    promised_limit: LimitShape | None = Field(description="承诺办结时限")
    extension: LimitShape | None = Field(description="经批准可以延长的期限")
    delivers: list[str]
    regions: list[str] = Field(description="适用了哪些地区的差异")
    form: dict[str, Any] = Field(description="填报内容的 JSON Schema（2020-12）")


@router.get("/matters", response={200: list[MatterItem]}, summary=N_("列出政务服务事项"), url_name="matter-list")
def list_matters(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - given by the framework
    """Answer with every matter that is offered."""
    return [_item(matter) for matter in catalogue.matters()]


@router.get(
    "/matters/{code}",
    response={200: MatterGuide, 404: None, 422: None},
    summary=N_("查看办事指南"),
    url_name="matter-guide",
)
def guide(
    request: HttpRequest,  # noqa: ARG001 - given by the framework
    code: str = Path(description="事项编码"),  # type: ignore[type-arg]
    division: str = Query(  # type: ignore[type-arg]
        "", description="办理机关的行政区划代码；给出时适用该地区的差异", pattern=r"^([0-9]{6})?$"
    ),
) -> dict[str, Any]:
    """Answer with the guide of a matter, as a region offers it today."""
    if division and divisions.get(division) is None:
        message = gettext("行政区划代码不存在，请核对。")
        raise InvalidInputError(message, fields={"division": message})
    matter, today = matters.in_force(code, division), timezone.localdate()
    return {
        **_item(matter),
        "basis": list(matter.basis),
        "conditions": list(matter.conditions),
        "materials": [
            {
                "code": one.code,
                "title": one.title,
                "required": one.required,
                "condition": one.condition,
                "hint": one.hint,
                "formats": list(one.formats),
                "most": one.most,
            }
            for one in matter.materials
        ],
        "steps": [{"code": step.code, "title": step.title, "days": step.days} for step in matter.steps],
        "legal_limit": _limit(matter.limits.legal(today)),
        "promised_limit": _limit(matter.limits.promised),
        "extension": _limit(matter.limits.longest_extension(today)),
        "delivers": list(matter.delivers),
        "regions": list(matter.variants),
        "form": form_schema.of(matter),
    }


def _item(matter: Matter) -> dict[str, Any]:
    return {
        "code": matter.code,
        "title": matter.title,
        "nature": matter.nature.value,
        "nature_name": NATURE_NAMES[matter.nature],
        "applicant": matter.applicant.value,
        "summary": matter.summary,
    }


def _limit(period: Period | None) -> dict[str, Any] | None:
    if period is None:
        return None
    return {"number": period.number, "unit": period.unit.value, "provision": period.provision}
