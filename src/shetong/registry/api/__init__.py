"""The public API of the register, ``/api/v1/``: OpenAPI 3.1, problems after RFC 9457, cursors, rate limits."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, re_path
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.types import DictStrAny

from shetong.casework.api import cases, matters
from shetong.core.errors import DomainError, NotFoundError
from shetong.registry.api import certificates, detail, organisations
from shetong.registry.api.gate import gate
from shetong.registry.api.problems import of_domain_error, of_validation, problem

VERSION = "1.0.0"

PHRASES = {status.value: status.phrase for status in HTTPStatus}
_PROBLEM = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemShape"}}},
}


class RegisterAPI(NinjaAPI):
    """The API with what the gate does told in its description: optional keys, problems, conditional answers."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None) -> Any:
        """Return the OpenAPI document."""
        schema = super().get_openapi_schema(path_prefix=path_prefix or "/api/v1/", path_params=path_params)
        schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{}, {"key": []}]
        for path in schema["paths"].values():
            for method, operation in path.items():
                statuses = {401, 429, *(() if method == "get" else (400, 413))}
                statuses |= {status for status in operation["responses"] if status >= 400}
                for status in statuses - _told_otherwise(operation):
                    operation["responses"][status] = {"description": PHRASES[status], **_PROBLEM}
                if method == "get":
                    operation["responses"][304] = {"description": PHRASES[304]}
        return schema


def _told_otherwise(operation: DictStrAny) -> set[int]:
    """Statuses whose answers an operation describes itself, as other than a problem."""
    found = set()
    for status, described in operation["responses"].items():
        schemas = [one.get("schema", {}) for one in described.get("content", {}).values()]
        if status >= 400 and any(not str(one.get("$ref", "")).endswith("/ProblemShape") for one in schemas):
            found.add(status)
    return found


api = RegisterAPI(
    title="社通开放接口",
    version=VERSION,
    description="查询依法登记的社会组织。错误按 RFC 9457 返回，列表以游标翻页，限额见 RateLimit 响应头。",
    urls_namespace="api-1",
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", matters.router)
api.add_router("", cases.router)
api.add_router("", organisations.router)
api.add_router("", certificates.router)
# Last: its address would take the words above for codes.
api.add_router("", detail.router)


@api.exception_handler(DomainError)
def _refused(_request: HttpRequest, error: DomainError) -> HttpResponse:
    return of_domain_error(error)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return of_validation(error.errors)


@api.exception_handler(HttpError)
def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, gettext("请求体不是有效的 JSON，请检查后重试。"))


def urls() -> list[URLPattern | URLResolver]:
    """Return the addresses of the API, every view behind the gate."""
    patterns, _, _ = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = gate(pattern.callback, bucket="suggest" if "suggest" in str(pattern.name) else "api")
    return [*patterns, re_path("", gate(_no_such_address), name="no-such-address")]


def _no_such_address(_request: HttpRequest) -> HttpResponse:
    raise NotFoundError(gettext("接口没有这个地址，请对照接口说明检查。"))


def document() -> dict[str, Any]:
    """Return the OpenAPI document as committed in ``docs/api/openapi.json``, with what upper floors add."""
    _ = get_resolver().url_patterns  # reading the address plan adds them
    described: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    return described
