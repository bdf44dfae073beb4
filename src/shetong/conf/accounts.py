"""Settings of identities: log-in, second factors, sessions, lock-out, OpenID Connect."""

from __future__ import annotations

from typing import Any

from shetong.conf import env

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/accounts/"
LOGOUT_REDIRECT_URL = "/"

# Joined into INSTALLED_APPS and MIDDLEWARE by conf/base.py.
ACCOUNT_APPS: list[str] = [
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]
ACCOUNT_MIDDLEWARE: list[str] = [
    "allauth.account.middleware.AccountMiddleware",
    "shetong.accounts.middleware.SessionLimitMiddleware",
    "shetong.accounts.middleware.SecondFactorMiddleware",
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# How long events of the audit trail wait for others to be chained with them; 0: each act chains its own at once.
AUDIT_CHAIN_SECONDS = env.number("AUDIT_CHAIN_MILLISECONDS", 100, most=5_000) / 1_000

# How many proxies of our own stand in front; the client's address is read from X-Forwarded-For accordingly.
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0, most=5)

# allauth: nobody signs up with a password here; officials are invited, people come through OpenID Connect.
ACCOUNT_ADAPTER = "shetong.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"login": "shetong.accounts.forms.LoginForm"}
# Failed log-ins are counted in the database for all servers together (shetong.accounts.services.lockout).
ACCOUNT_RATE_LIMITS = {"login_failed": "1000/m/ip", "reset_password": "20/m/ip,5/m/key"}

MFA_ADAPTER = "shetong.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Shetong"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "shetong.accounts.forms.ActivateTotpForm",
    "authenticate": "shetong.accounts.forms.SecondFactorForm",
    "reauthenticate": "shetong.accounts.forms.SecondFactorAgainForm",
}

# Failed log-ins before a pause: for one account from one address, for one account, from one address; pause in minutes.
LOCKOUT_PAIR = env.number("LOCKOUT_PAIR", 5, least=1)
LOCKOUT_ACCOUNT = env.number("LOCKOUT_ACCOUNT", 20, least=1)
LOCKOUT_ADDRESS = env.number("LOCKOUT_ADDRESS", 50, least=1)
LOCKOUT_MINUTES = env.number("LOCKOUT_MINUTES", 15, least=1)

# Sessions: ended after so long without a request, so long after log-in, and the oldest beyond so many at once.
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30, least=1)
SESSION_HOURS = env.number("SESSION_HOURS", 12, least=1)
SESSION_LIMIT = env.number("SESSION_LIMIT", 5, least=1)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600

# OpenID Connect: the issuer's address switches it on. OIDC_SIGNUP: whether an unknown subject gets a citizen account.
OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")
OIDC_NAME = env.text("OIDC_NAME", "统一身份认证")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET")
OIDC_SIGNUP = env.flag("OIDC_SIGNUP", default=True)


def openid_connect(issuer: str, *, name: str, client_id: str, secret: str) -> dict[str, Any]:
    """Return allauth's provider settings for one issuer; none where the issuer is empty."""
    application = {
        "provider_id": "oidc",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer, "issuer": issuer},
    }
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile"],
            "APPS": [application] if issuer else [],
        }
    }


SOCIALACCOUNT_ADAPTER = "shetong.accounts.adapters.IdentityProviderAdapter"
SOCIALACCOUNT_PROVIDERS = openid_connect(
    OIDC_ISSUER, name=OIDC_NAME, client_id=OIDC_CLIENT_ID, secret=OIDC_CLIENT_SECRET
)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False

# How often one person may look at somebody's personal data in 24 hours.
PERSONAL_DATA_DAILY_LIMIT = env.number("PERSONAL_DATA_DAILY_LIMIT", 200, least=1)

# Rate limits and used one-time codes are remembered for all servers together, in a table without write-ahead log.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache"}}

# Demonstration accounts with known passwords and no second factor: the development profile only (check --deploy).
DEMO_ACCOUNTS = False
