"""Log-in through an OpenID Connect provider: authorization code flow with PKCE, the ID token verified to the letter.

Beyond allauth's own flow: the ID token's signature is always checked against the provider's keys with asymmetric
algorithms only, the discovery document must name the configured issuer, and user info must be about the same subject
(OpenID Connect Core 1.0 sections 3.1.3.7 and 5.3.2). The subject is kept as a keyed index, claims are not kept.
"""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

from shetong.core import pii

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS = 30
SUBJECT_CONTEXT = "accounts.oidc-subject"


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter, stricter."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Return the log-in of the verified subject; raises ``OAuth2Error`` (shown as a failed log-in) otherwise."""
        issuer = app.settings["issuer"]
        config = self.openid_config
        if str(config.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
            raise OAuth2Error("the discovery document names another issuer")
        claims = self._claims(kwargs["response"].get("id_token"), config, app.client_id)
        profile = claims
        if config.get("userinfo_endpoint"):
            profile = self._fetch_user_info(token.token)
            if profile.get("sub") != claims["sub"]:
                raise OAuth2Error("user info is about another subject")
        login: SocialLogin = self.get_provider().sociallogin_from_response(
            request, {"userinfo": {"sub": claims["sub"], "name": profile.get("name")}}
        )
        login.account.uid = subject_index(config["issuer"], claims["sub"])
        login.account.extra_data = {}
        return login

    def _claims(self, id_token: str | None, config: dict[str, Any], client_id: str) -> dict[str, Any]:
        if not id_token:
            raise OAuth2Error("the provider sent no ID token")
        with get_adapter().get_requests_session() as session:
            response = session.get(config["jwks_uri"])
            response.raise_for_status()
            keys = response.json()
        try:
            header = jwt.get_unverified_header(id_token)
            key_set = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == header.get("kid")]
            if header.get("alg") not in ALGORITHMS or len(key_set) != 1:
                raise OAuth2Error("the ID token names no key or algorithm of the provider")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key_set[0],
                algorithms=list(ALGORITHMS),
                issuer=config["issuer"],
                audience=client_id,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "exp", "iat", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("invalid ID token") from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client_id:
            raise OAuth2Error("the ID token was issued to another client")
        return claims


def subject_index(issuer: str, subject: str) -> str:
    """Return how a provider's account is known here: a keyed index, since a subject may be an identity number."""
    return pii.blind_index(f"{issuer}\n{subject}", context=SUBJECT_CONTEXT).hex()


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider (POST), or ask first (GET)."""
    return _answer(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Receive the browser back with a code."""
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = VerifyingAdapter(request, provider_id)
    try:
        response: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (RequestException, KeyError, ValueError) as error:
        # The provider is down, or what it publishes is no discovery document.
        response = render_authentication_error(request, adapter.get_provider(), exception=error)
    return response
