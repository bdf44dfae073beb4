"""``/api/v1/volunteering/certificates/{serial}``: what is recorded of a certificate of service, for verifiers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field

from shetong.core.errors import NotFoundError
from shetong.registry.api.shapes import ProblemShape, encode
from shetong.registry.rules.certificate_serials import parse_serial
from shetong.volunteering.queries.certificates import standing

router = Router(tags=["volunteering"])


class ServiceCertificateStatus(Schema):
    """A certificate of service as it stands now; the person's name is masked."""

    serial: str = Field(description="证明编号", examples=["2026A1B2C3D4E5F"])
    state: Literal["valid", "replaced", "revoked"] = Field(description="有效、已换发、已撤销")
    state_reason: str
    state_changed_at: datetime | None
    issued_at: datetime
    notice_until: date | None = Field(description="公示至")
    token_sha256: str = Field(description="签名数据的 SHA-256，应与二维码中的一致")
    minutes: int = Field(description="证明所载的服务时间，分钟")
    minutes_now: int = Field(description="该期间现在确认的服务时间，分钟")
    shown: dict[str, Any] = Field(description="公开的内容，姓名脱敏")
    demo: bool


@router.get(
    "/volunteering/certificates/{serial}",
    response={200: ServiceCertificateStatus, frozenset({404, 422, 429}): ProblemShape},
    summary=N_("志愿服务记录证明的现状"),
    url_name="service-certificate-status",
)
def certificate_status(request: HttpRequest, serial: str) -> HttpResponse:  # noqa: ARG001 - the router passes it
    """按证明编号查询是否已换发、撤销，以及所载时间与现在确认的时间。"""
    found = standing(parse_serial(serial))
    if found is None:
        raise NotFoundError(gettext("没有这个编号的证明。"))
    told = {
        "serial": found.serial, "state": found.state, "state_reason": found.state_reason,
        "state_changed_at": found.state_changed_at, "issued_at": found.issued_at,
        "notice_until": found.notice_until.isoformat() if found.notice_until else None,
        "token_sha256": found.token_digest.hex(), "minutes": found.shown["minutes"],
        "minutes_now": found.minutes_now, "shown": found.shown, "demo": found.demo,
    }  # fmt: skip
    return HttpResponse(encode(told), content_type="application/json")
