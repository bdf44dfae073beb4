"""``/api/v1/certificates/{serial}``: what the register says of a certificate, for verifiers of QR codes.

The second half of verification (``docs/specs/certificate-qr.md`` section 7); the first needs no server.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Router, Schema
from pydantic import Field

from shetong.core.errors import NotFoundError
from shetong.registry.api.shapes import ProblemShape, encode
from shetong.registry.queries.certificates import Standing, standing
from shetong.registry.rules.certificate_serials import parse_serial

router = Router(tags=["certificates"])


class DifferenceShape(Schema):
    """An item whose registered value is no longer the certified one, both as people read them."""

    element: str
    label: str
    certified: str = Field(description="证书所载")
    registered: str = Field(description="现登记")


class HolderShape(Schema):
    """The organisation that holds the certificate."""

    code: str
    url: str


class CertificateStatus(Schema):
    """A certificate as the register knows it now."""

    serial: str = Field(description="证书编号", examples=["2026A1B2C3D4E5F"])
    state: Literal["valid", "replaced", "revoked"] = Field(description="有效、已换发、已废止")
    state_reason: str
    state_changed_at: datetime | None
    issued_at: datetime
    token_sha256: str = Field(description="签名数据的 SHA-256，应与二维码中的一致")
    demo: bool
    organisation: HolderShape
    certified: dict[str, Any] = Field(description="证书所载事项，金额以分计")
    differences: list[DifferenceShape]


@router.get(
    "/certificates/{serial}",
    response={200: CertificateStatus, frozenset({404, 422, 429}): ProblemShape},
    summary=N_("登记证书的现状"),
    url_name="certificate-status",
)
def certificate_status(request: HttpRequest, serial: str) -> HttpResponse:  # noqa: ARG001 - the router passes it
    """按证书编号查询是否已换发、废止，以及证书所载事项与现登记的差异。"""
    found = standing(parse_serial(serial))
    if found is None:
        raise NotFoundError(gettext("登记库中没有这个编号的证书。"))
    return HttpResponse(encode(status(found)), content_type="application/json")


def status(found: Standing) -> dict[str, Any]:
    """Return a standing in the shape :class:`CertificateStatus`."""
    return {
        "serial": found.serial,
        "state": found.state,
        "state_reason": found.state_reason,
        "state_changed_at": found.state_changed_at,
        "issued_at": found.issued_at,
        "token_sha256": found.token_digest.hex(),
        "demo": found.demo,
        "organisation": {"code": found.organisation_code, "url": f"/organisations/{found.organisation_code}/"},
        "certified": found.snapshot,
        "differences": found.differences,
    }
