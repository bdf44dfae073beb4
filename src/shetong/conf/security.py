"""Settings of browser security: content security policy, cookies, framing, referrers."""

from __future__ import annotations

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from shetong.conf.accounts import OIDC_ISSUER

# The log-in form may lead to the identity provider; browsers apply form-action to redirects too.
_PROVIDER = urlsplit(OIDC_ISSUER)
_FORM_TARGETS = [SELF, f"{_PROVIDER.scheme}://{_PROVIDER.netloc}"] if OIDC_ISSUER else [SELF]

CONTENT_SECURITY_POLICY: dict[str, object] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": _FORM_TARGETS,
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
