"""What every call to the API passes: key, rate limit, cross-origin headers, conditional answers, problems."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_http_date_safe
from django.utils.translation import gettext

from shetong.accounts import client
from shetong.accounts.models import ApiKey
from shetong.accounts.rules import RATE_CLASSES
from shetong.accounts.services import api_keys
from shetong.core.errors import DomainError, ForbiddenError
from shetong.registry.api import plain
from shetong.registry.api.problems import of_domain_error, problem
from shetong.registry.services import api_rates

View = Callable[..., HttpResponse]
# Reads a token that is no API key: whose it is (kept as ``request.api_bearer``) and whom the rate limit counts.
BearerReader = Callable[[str], tuple[object, str] | None]
_bearers: dict[str, tuple[BearerReader, str]] = {}
SUGGESTIONS_FACTOR = 10  # somebody who types asks at every stroke
_EXPOSED = "ETag, Last-Modified, RateLimit, RateLimit-Policy, Retry-After"
_UNKNOWN = "unknown address"


class UnauthorisedError(DomainError):
    """The call needs a key or token and came without a good one."""

    code = "unauthorised"
    status = 401


class TooManyRequestsError(DomainError):
    """The caller has spent the minute's requests."""

    code = "too-many-requests"
    status = 429


def accept(prefix: str, reader: BearerReader, *, rate_class: str = "public") -> None:
    """Let tokens that begin with ``prefix`` be read by ``reader``; it returns ``None`` for a bad one."""
    _bearers[prefix] = reader, rate_class


def gate(view: View, *, bucket: str = "api") -> View:
    """Wrap a view of the API. ``bucket`` ``suggest`` has an allowance of its own."""

    @wraps(view)
    def passed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _open(_preflight())
        response = _answer(view, request, bucket, args, kwargs)
        return _open(_rated(request, _conditional(request, response)))

    return passed


def spend(request: HttpRequest, cost: int) -> None:
    """Spend further requests of the caller; raises :class:`TooManyRequestsError`."""
    subject, limit = request.api_caller  # type: ignore[attr-defined]
    standing = api_rates.spend(subject, limit=limit, cost=min(cost, limit))
    request.api_standing = standing  # type: ignore[attr-defined]
    if not standing.allowed:
        raise TooManyRequestsError(
            gettext("每分钟最多 %(limit)s 次请求，请在 %(seconds)s 秒后重试。")
            % {"limit": limit, "seconds": standing.seconds_left}
        )


def require_scope(request: HttpRequest, scope: str) -> None:
    """Refuse a key that was not given ``scope``; callers without a key see what is public."""
    key: ApiKey | None = request.api_key  # type: ignore[attr-defined]
    if key is not None and scope not in key.scopes:
        raise ForbiddenError(gettext("该接口密钥没有这项权限，请向管理员申请。"))


def _answer(view: View, request: HttpRequest, bucket: str, args: Any, kwargs: Any) -> HttpResponse:
    raw = _raw_key(request)
    reader, rate_class = next((found for prefix, found in _bearers.items() if raw.startswith(prefix)), (None, "public"))
    bearer = reader(raw) if reader else None
    key = api_keys.authenticate(raw) if raw and reader is None else None
    if raw and key is None and bearer is None:
        response = problem(401, gettext("接口密钥不存在、已过期或者已吊销，请检查后重试。"))
        response["WWW-Authenticate"] = 'Bearer realm="shetong"'
        return response
    request.api_key = key  # type: ignore[attr-defined]
    request.api_bearer = bearer[0] if bearer else None  # type: ignore[attr-defined]
    request.api_caller = (  # type: ignore[attr-defined]
        (f"{bucket} {bearer[1]}", RATE_CLASSES[rate_class]) if bearer else _caller(request, key, bucket)
    )
    try:
        spend(request, 1)
        plain.require(request, kwargs)
        response = view(request, *args, **kwargs)
    except DomainError as error:
        response = of_domain_error(error)
    except Http404:
        response = problem(404, gettext("接口没有这个地址，请对照接口说明检查。"))
    except RequestDataTooBig:
        response = problem(413, gettext("请求体过大，请分批提交。"))
    except UnicodeDecodeError:
        response = problem(400, gettext("请求体须为 UTF-8 编码的 JSON，请检查后重试。"))
    except Exception:
        # What Django would do (the signal has it logged), in the form of the API.
        got_request_exception.send(sender=gate, request=request)
        response = problem(500, gettext("系统出错，请稍后重试；多次出错请联系平台管理员。"))
    if response.status_code == 405:
        allowed = response.get("Allow", "")
        response = problem(405, gettext("请改用以下方法之一：%(methods)s。") % {"methods": allowed or "GET"})
        if allowed:
            response["Allow"] = allowed
    return response


def _raw_key(request: HttpRequest) -> str:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller(request: HttpRequest, key: ApiKey | None, bucket: str) -> tuple[str, int]:
    factor = SUGGESTIONS_FACTOR if bucket == "suggest" else 1
    if key is not None:
        return f"{bucket} key {key.prefix}", RATE_CLASSES[key.rate_class] * factor
    return f"{bucket} {_address(request)}", settings.API_RATE_PUBLIC * factor


def _address(request: HttpRequest) -> str:
    """Return the address that is limited: a whole network of IPv6, of which one line has many addresses."""
    address = client.address(request)
    return client.network(address) if ":" in address else address or _UNKNOWN


def _rated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tell the allowance in the header fields of draft-ietf-httpapi-ratelimit-headers."""
    standing: api_rates.Standing | None = getattr(request, "api_standing", None)
    if standing is not None:
        response["RateLimit-Policy"] = f'"minute";q={standing.limit};w={api_rates.WINDOW_SECONDS}'
        response["RateLimit"] = f'"minute";r={standing.remaining};t={standing.seconds_left}'
        if response.status_code == 429:
            response["Retry-After"] = str(standing.seconds_left)
    return response


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Name the state of a good answer, and answer 304 where the caller has it."""
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        return response
    tag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    response["ETag"] = tag
    response.setdefault("Cache-Control", "public, max-age=60")
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    if _has(request, response, tag):
        unchanged = HttpResponse(status=304)
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            if name in response:
                unchanged[name] = response[name]
        del unchanged["Content-Type"]
        return unchanged
    return response


def _has(request: HttpRequest, response: HttpResponse, tag: str) -> bool:
    wanted = request.META.get("HTTP_IF_NONE_MATCH")
    if wanted is not None:
        # RFC 9110, 13.1.2: weak comparison; If-Modified-Since is then not looked at.
        return wanted.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in wanted.split(",")}
    if "HTTP_IF_MODIFIED_SINCE" not in request.META:
        return False
    since = parse_http_date_safe(request.META["HTTP_IF_MODIFIED_SINCE"])
    changed = parse_http_date_safe(response.get("Last-Modified", ""))
    return since is not None and changed is not None and changed <= since


def _preflight() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match, If-Modified-Since"
    response["Access-Control-Max-Age"] = "86400"
    del response["Content-Type"]
    return response


def _open(response: HttpResponse) -> HttpResponse:
    """Let any site's scripts read the answer: what the API tells is public, and no cookie is looked at."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = _EXPOSED
    # Nothing in an answer is to be run, whoever shows it; the policy of pages would be written anew for every answer.
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response["Content-Length"] = str(len(response.content))
    return response
