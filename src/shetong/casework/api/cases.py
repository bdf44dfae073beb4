"""``/api/v1/cases/{number}``: where a case stands, for the system of its applicant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Path, Router, Schema
from pydantic import Field

from shetong.accounts.models import ApiKey
from shetong.casework.queries import cases
from shetong.core.errors import DomainError, ForbiddenError, NotFoundError

router = Router(tags=["cases"])
SCOPE = "cases.read"


class KeyRequiredError(DomainError):
    """The answer is for holders of a key only."""

    code = "key-required"
    status = 401


class CaseEventShape(Schema):
    """One act on the case."""

    number: int
    act: str
    act_name: str
    state: str = Field(description="行为之后的状态")
    recorded_at: datetime


class NoticeShape(Schema):
    """A document of the authority."""

    document_number: str
    kind: str
    issued_at: datetime
    delivered_at: datetime | None
    received_at: datetime | None


class CaseStatus(Schema):
    """Where a case stands."""

    number: str
    matter: str
    title: str
    state: str
    state_name: str
    step: str = Field(description="所在环节；不在审查中的为空")
    authority: str
    subject_code: str = Field(description="所涉组织；新设立的在准予后才有")
    subject_name: str
    submitted_at: datetime | None
    accepted_on: date | None
    decided_on: date | None
    due_on: date | None = Field(description="正在进行的期限的届满日；没有期限或者计时停止的为空")
    wanted: list[str] = Field(description="需要补正的内容；不在补正中的为空")
    events: list[CaseEventShape]
    notices: list[NoticeShape]


@router.get(
    "/cases/{number}",
    response={200: CaseStatus, 401: None, 403: None, 404: None, 422: None},
    summary=N_("查看办件进度"),
    description="密钥的持有人须为申请人，或者所涉组织的经办人。",
    url_name="case-status",
)
def status(
    request: HttpRequest,
    response: HttpResponse,
    number: str = Path(description="办件编号", pattern=r"^[0-9]{1,32}$"),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Answer with the standing of a case of the key's owner; of others' cases nothing is known here."""
    key: ApiKey | None = request.api_key  # type: ignore[attr-defined]
    if key is None:
        raise KeyRequiredError(gettext("查看办件进度须使用接口密钥，请向平台管理员申请。"))
    if SCOPE not in key.scopes:
        raise ForbiddenError(gettext("该接口密钥没有这项权限，请向管理员申请。"))
    case = cases.by_number(key.owner, number)
    if case is None:
        raise NotFoundError(gettext("没有找到这个办件，请核对办件编号。"))
    response["Cache-Control"] = "private, no-cache"
    page = cases.page(case)
    return {
        "number": case.number,
        "matter": case.matter,
        "title": page.matter.title,
        "state": case.state,
        "state_name": case.get_state_display(),
        "step": page.step_title,
        "authority": case.authority_name,
        "subject_code": case.subject_code,
        "subject_name": case.subject_name,
        "submitted_at": case.submitted_at,
        "accepted_on": case.accepted_on,
        "decided_on": case.decided_on,
        "due_on": page.clock.due if page.clock else None,
        "wanted": cases.wanted(page),
        "events": [
            {
                "number": event.number,
                "act": event.act,
                "act_name": event.get_act_display(),
                "state": event.to_state,
                "recorded_at": event.recorded_at,
            }
            for event in reversed(page.events)
        ],
        "notices": [
            {
                "document_number": notice.document_number,
                "kind": notice.kind,
                "issued_at": notice.issued_at,
                "delivered_at": notice.delivered_at,
                "received_at": notice.received_at,
            }
            for notice in page.notices
        ],
    }
