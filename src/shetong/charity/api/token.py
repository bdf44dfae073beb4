"""``/api/v1/platform/token``: access tokens for platforms' programs (RFC 6749, 4.4, by Authlib)."""

from __future__ import annotations

from typing import Any

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.integrations.django_oauth2.requests import DjangoOAuth2Payload, DjangoOAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue
from ninja import Field, Router, Schema

from shetong.charity.models import PlatformClient, PlatformEnvironment
from shetong.charity.rules.certification import Call
from shetong.charity.services.platforms import access, sandbox

router = Router(tags=["platform"])
GRANT = "client_credentials"


class TokenAnswer(Schema):
    """An access token (RFC 6749, 5.1)."""

    access_token: str
    token_type: str
    expires_in: int = Field(description="秒")


class TokenRefusal(Schema):
    """Why there is none (RFC 6749, 5.2)."""

    error: str
    error_description: str = ""


class _Client(ClientMixin):  # type: ignore[misc] # Authlib has no types
    """A platform's client as Authlib sees it: confidential, this grant alone, secret in HTTP Basic."""

    def __init__(self, row: PlatformClient) -> None:
        self.row = row
        self.client_id = row.client_id

    def get_allowed_scope(self, scope: str) -> str:  # noqa: ARG002 - there are none
        return ""

    def check_client_secret(self, client_secret: str) -> bool:
        return access.authenticate(self.client_id, client_secret) is not None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint == "token" and method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


class _Request(DjangoOAuth2Request):  # type: ignore[misc] # Authlib has no types
    """A request whose transport the proxy secured: the inner hop alone is plain."""

    def __init__(self, request: HttpRequest) -> None:
        uri = request.build_absolute_uri().replace("http://", "https://", 1)
        OAuth2Request.__init__(self, request.method, uri, headers=request.headers)
        self.payload = DjangoOAuth2Payload(request)
        self._request = request


class _Server(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """Tokens are made and kept by our own service, as digests."""

    def create_oauth2_request(self, request: HttpRequest) -> DjangoOAuth2Request:
        return _Request(request)

    def query_client(self, client_id: str) -> _Client | None:
        if not client_id.isascii() or "\0" in client_id:
            return None
        found = PlatformClient.objects.filter(client_id=client_id[:40], revoked_at__isnull=True).first()
        return _Client(found) if found else None

    def generate_token(self, grant_type: str, client: _Client, **_rest: Any) -> dict[str, Any]:  # noqa: ARG002
        token, seconds = access.issue_token(client.row)
        if client.row.environment == PlatformEnvironment.SANDBOX:
            sandbox.note(client.row.platform_id, Call("token", 200))
        return {"access_token": token, "token_type": "Bearer", "expires_in": seconds}

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Nothing: it was kept when it was made."""


def _server() -> _Server:
    server = _Server(None, None)
    server.register_grant(ClientCredentialsGrant)
    return server


@router.post(
    "/platform/token",
    response={200: TokenAnswer, 400: TokenRefusal, 401: TokenRefusal},
    summary=N_("平台：领取访问令牌"),
    description="RFC 6749 第4.4节：HTTP Basic 中是客户端编号和密钥，表单中 grant_type=client_credentials。",
    url_name="platform-token",
    openapi_extra={
        "security": [{"client": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {"grant_type": {"const": GRANT}},
                        "required": ["grant_type"],
                    }
                }
            },
        },
    },
)
def token(request: HttpRequest) -> HttpResponse:
    """Issue a token."""
    response: HttpResponse = _server().create_token_response(request)
    response["Content-Type"] = "application/json"
    response["Cache-Control"] = "no-store"
    return response
