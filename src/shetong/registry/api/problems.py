"""Errors of the API in the form of RFC 9457: stable type, Chinese title and detail, the parameter at fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext

from shetong.core.errors import DomainError

CONTENT_TYPE = "application/problem+json"
_KINDS = {
    400: "invalid-input",
    401: "unauthorised",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "invalid-input",
    422: "invalid-input",
    429: "too-many-requests",
    500: "internal",
}


class Problem(msgspec.Struct, omit_defaults=True):
    """The members of RFC 9457, and ``errors``: parameters or fields with what is wrong with each."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: dict[str, str] = {}
    provision: str = ""


def titles() -> dict[str, str]:
    """Return the title of every kind of problem, as the documentation lists them."""
    return {
        "invalid-input": gettext("请求内容有误"),
        "unauthorised": gettext("接口密钥无效"),
        "forbidden": gettext("没有权限"),
        "not-found": gettext("没有找到"),
        "method-not-allowed": gettext("不支持这种请求方法"),
        "conflict": gettext("与现有数据冲突"),
        "too-many-requests": gettext("请求过于频繁"),
        "internal": gettext("系统出错"),
    }


def statuses(kind: str) -> list[int]:
    """Return the statuses with which a kind of problem is answered."""
    return [status for status, name in _KINDS.items() if name == kind]


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "",
    errors: Mapping[str, str] | None = None,
    provision: str = "",
) -> HttpResponse:
    """Return a problem as a response. ``kind`` is the stable name, by default that of the status."""
    known = titles()
    name = kind if kind in known else _KINDS.get(status, "internal")
    body = Problem(
        type=f"/api/#problem-{name}",
        title=known[name],
        status=status,
        detail=detail,
        errors=dict(errors or {}),
        provision=provision,
    )
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def of_domain_error(error: DomainError) -> HttpResponse:
    """Return the problem that a refused act is."""
    return problem(error.status, error.message, kind=error.code, errors=error.fields, provision=error.provision)


def of_validation(errors: list[Any]) -> HttpResponse:
    """Return the problem of a body that does not fit its schema; ``errors`` as pydantic lists them."""
    found = {".".join(str(part) for part in each["loc"][1:]) or "body": _reason(each) for each in errors}
    return problem(422, gettext("请求体不符合接口说明，请按所列字段改正。"), errors=found)


def _reason(error: Mapping[str, Any]) -> str:
    kinds = {
        "missing": gettext("缺少这一项。"),
        "too_long": gettext("超过了允许的数量。"),
        "too_short": gettext("至少要有一项。"),
        "string_type": gettext("应为文字。"),
        "string_too_long": gettext("文字过长。"),
        "list_type": gettext("应为列表。"),
        "bool_type": gettext("应为 true 或者 false。"),
        "bool_parsing": gettext("应为 true 或者 false。"),
        "extra_forbidden": gettext("没有这一项。"),
        "json_invalid": gettext("不是有效的 JSON。"),
    }
    return kinds.get(str(error.get("type")), gettext("格式不正确。"))
