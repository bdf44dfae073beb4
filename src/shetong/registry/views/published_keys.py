"""The published signing keys: as COSE_KeySet (RFC 9052 section 7) and as JSON Web Key Set (RFC 7517, RFC 8037).

Only keys that may be believed are in the sets, so that a program which knows nothing of our extensions is safe. Keys
declared compromised stand beside the JSON set under ``revoked_keys``, for verifiers that tell people why.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from shetong.core import cose
from shetong.registry.queries.certificates import published_keys
from shetong.registry.rules.certificate_tokens import ENTITY
from shetong.registry.rules.certificate_verification import PublishedKey

# A declaration of compromise reaches everybody within this time.
SECONDS = 300
NOT_BEFORE, NOT_AFTER = 1, 2


def _keys(request: HttpRequest) -> list[PublishedKey]:
    """Return all keys; asked once per request, by the entity tag and then by the view."""
    if "published_keys" not in request.__dict__:
        request.__dict__["published_keys"] = list(published_keys().values())
    keys: list[PublishedKey] = request.__dict__["published_keys"]
    return keys


def _tag(request: HttpRequest) -> str:
    states = [[key.key_id, str(key.not_after), str(key.revoked_at)] for key in _keys(request)]
    return f'"{hashlib.sha256(cose.encode(states)).hexdigest()[:24]}"'


@require_safe
@condition(etag_func=_tag)
def cose_key_set(request: HttpRequest) -> HttpResponse:
    """Send the keys as COSE_KeySet; the period in which each signs or signed under the private label -65537."""
    keys = [
        cose.cose_key(key.public_key, extra={ENTITY: _period(key)}) for key in _keys(request) if key.revoked_at is None
    ]
    return _public(HttpResponse(cose.encode(keys), content_type="application/cose-key-set"))


@require_safe
@condition(etag_func=_tag)
def json_key_set(request: HttpRequest) -> HttpResponse:
    """Send the keys as JSON Web Key Set, key ids in hexadecimal, and beside it the revoked ones."""
    published = _keys(request)
    return _public(
        JsonResponse(
            {
                "keys": [_jwk(key) for key in published if key.revoked_at is None],
                "revoked_keys": [
                    {**_jwk(key), "revoked_at": _seconds(key.revoked_at)} for key in published if key.revoked_at
                ],
            },
            content_type="application/jwk-set+json",
        )
    )


def _period(key: PublishedKey) -> dict[int, int]:
    start = {NOT_BEFORE: _seconds(key.not_before)}
    return start | {NOT_AFTER: _seconds(key.not_after)} if key.not_after else start


def _jwk(key: PublishedKey) -> dict[str, object]:
    jwk: dict[str, object] = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": base64.urlsafe_b64encode(key.public_key).rstrip(b"=").decode(),
        "kid": key.key_id.hex(),
        "alg": "EdDSA",
        "use": "sig",
        "nbf": _seconds(key.not_before),
    }
    return jwk | {"exp": _seconds(key.not_after)} if key.not_after else jwk


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _public(response: HttpResponse) -> HttpResponse:
    # Anybody's page or program may verify.
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=SECONDS)
    return response
