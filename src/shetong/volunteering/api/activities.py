"""``/api/v1/volunteering/activities``: finding activities, one with its shifts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router

from shetong.core.asked import whole
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.registry.api.gate import require_scope
from shetong.registry.api.shapes import ProblemShape
from shetong.volunteering.api import shapes
from shetong.volunteering.models.choices import Field, Language, Skill
from shetong.volunteering.queries import activities, finder
from shetong.volunteering.rules import criteria

router = Router(tags=["volunteering"])
PAGES = "/volunteering/activities/"
SCOPE = "volunteering.read"


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "description": description,
        "schema": {"type": "string", **schema},
    }  # fmt: skip


def _several(name: str, description: str, values: list[str]) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string", "enum": values}}
    return {**_parameter(name, description), "schema": schema, "style": "form", "explode": True}


PARAMETERS = [
    _parameter("q", N_("活动名称、团体、地点中的文字"), maxLength=criteria.LONGEST_TEXT),
    _parameter("near", N_("从这里由近及远：经度,纬度（WGS 84）"), pattern=r"^-?[0-9.]+,-?[0-9.]+$"),
    _parameter("within", N_("多少公里以内"), type="integer", minimum=1, maximum=criteria.FURTHEST_KM),
    _parameter("days", N_("哪天：today、tomorrow、saturday、sunday、weekend、week，或者日期")),
    _parameter("field", N_("服务类别"), enum=Field.values),
    _parameter("division", N_("行政区划代码，含下级区划"), pattern=r"^[0-9]{6}$"),
    _several("skill", N_("具备的技能，可以重复"), Skill.values),
    _several("language", N_("会的语言，可以重复"), Language.values),
    _parameter("suits", N_("只要不需要其他技能的岗位"), enum=["0", "1"]),
    _parameter("age", N_("年龄"), type="integer", minimum=1, maximum=150),
    _parameter("limit", N_("数量"), type="integer", minimum=1, maximum=finder.LARGEST_LIMIT, default=20),
]
_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 422, 429}): ProblemShape}


@router.get(
    "/volunteering/activities",
    response={200: shapes.ActivityList, **_PROBLEMS},
    summary=N_("查找可以报名的志愿服务活动"),
    description="按位置由近及远，或者按发布时间；只含还有名额的活动。",
    url_name="volunteering-activities",
    openapi_extra={"parameters": PARAMETERS},
)
def find_activities(request: HttpRequest) -> HttpResponse:
    """Answer a search for activities."""
    require_scope(request, SCOPE)
    asked, wrong = criteria.read(request.GET)
    given = request.GET.get("limit", "")
    limit = whole(given, least=1, most=finder.LARGEST_LIMIT) if given else finder.DEFAULT_LIMIT
    if limit is None:
        wrong.append("limit")
    if wrong:
        raise InvalidInputError(
            gettext("查询条件有误，请按所列参数改正。"), fields=dict.fromkeys(wrong, gettext("格式不正确。"))
        )
    return _json(shapes.listed(finder.find(asked, limit=limit or finder.DEFAULT_LIMIT), PAGES))


@router.get(
    "/volunteering/activities/{number}",
    response={200: shapes.ActivityDetail, 404: ProblemShape, **_PROBLEMS},
    summary=N_("志愿服务活动及其班次"),
    description="活动的公开信息和尚未开始的班次。",
    url_name="volunteering-activity",
)
def activity(request: HttpRequest, number: str) -> Any:
    """Answer with one activity."""
    require_scope(request, SCOPE)
    found = activities.public(number)
    if found is None:
        raise NotFoundError(gettext("没有找到这个活动。"))
    shifts = activities.shifts(found)
    return {
        "number": found.number, "title": found.title, "team": found.team.name, "address": found.address,
        "division_code": found.division_code, "field": found.field, "longitude": found.longitude,
        "latitude": found.latitude, "metres": None, "url": f"{PAGES}{found.number}/", "demo": found.demo,
        "state": found.state, "content": found.content, "risks": found.risks, "insurance": found.insurance,
        "opens_at": found.opens_at, "closes_at": found.closes_at, "crs": found.crs,
        "room": sum(shift.places - shift.taken for shift in shifts if shift.open),
        "shifts": [
            {
                "id": shift.pk, "post": shift.post.title, "address": shift.session.address,
                "starts_at": shift.session.during.lower,
                "ends_at": shift.session.during.upper, "places": shift.places, "taken": shift.taken,
                "waiting": shift.waiting, "open": shift.open, "skills": shift.post.skills,
                "languages": shift.post.languages, "age_from": shift.post.age_from, "age_to": shift.post.age_to,
            }
            for shift in shifts
        ],
    }  # fmt: skip


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")
