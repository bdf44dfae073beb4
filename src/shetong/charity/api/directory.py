"""``/api/v1/charity/platforms``: designated platforms for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router

from shetong.charity.api import shapes
from shetong.charity.models import Platform
from shetong.core.errors import NotFoundError

router = Router(tags=["charity"])


@router.get(
    "/charity/platforms",
    response={200: shapes.PlatformList},
    summary=N_("互联网公开募捐服务平台名录"),
    url_name="charity-platforms",
)
def platforms(request: HttpRequest) -> Any:  # noqa: ARG001 - a view's form
    """List platforms, designated ones first."""
    found = [_shape(one) for one in Platform.objects.order_by("designated_on", "pk")[:500]]
    return {"items": sorted(found, key=lambda one: not one["designated"])}


@router.get(
    "/charity/platforms/{slug:code}",
    response={200: shapes.PlatformShape, 404: shapes.ProblemShape},
    summary=N_("一个互联网公开募捐服务平台"),
    url_name="charity-platform",
)
def platform(request: HttpRequest, code: str) -> Any:  # noqa: ARG001 - a view's form
    """Answer with one platform."""
    found = Platform.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError(gettext("没有这个平台。"))
    return _shape(found)


def _shape(one: Platform) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "operator": one.operator_name,
        "operator_code": one.operator_uscc,
        "website": one.website,
        "scope": one.scope,
        "batch": one.batch,
        "designated_on": one.designated_on.isoformat(),
        "withdrawn_on": one.withdrawn_on.isoformat() if one.withdrawn_on else None,
        "designated": one.designated(timezone.localdate()),
    }
