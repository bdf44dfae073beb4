"""Settings of messages to people: e-mail, short messages, WeChat. A channel without its address is not offered."""

from __future__ import annotations

from shetong.conf import env

# SMTP server; empty: no e-mail goes out.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587, least=1, most=65_535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD")
# starttls, tls (from the first octet) or none.
EMAIL_SECURITY = env.text("EMAIL_SECURITY", "starttls")
if EMAIL_SECURITY not in ("starttls", "tls", "none"):
    raise env.SettingError(f"EMAIL_SECURITY={EMAIL_SECURITY!r}: write starttls, tls or none")
EMAIL_USE_TLS = EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = EMAIL_SECURITY == "tls"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "noreply@localhost")

# Gateway for short messages (docs/specs/sms-gateway.md): address, our name there, secret of the signature.
SMS_GATEWAY_URL = env.text("SMS_GATEWAY_URL")
SMS_GATEWAY_ID = env.text("SMS_GATEWAY_ID")
SMS_GATEWAY_SECRET = env.secret("SMS_GATEWAY_SECRET")

# WeChat official account: template messages. WECHAT_TEMPLATE_FIELDS: names of the template's title and time.
WECHAT_API_URL = env.text("WECHAT_API_URL", "https://api.weixin.qq.com").rstrip("/")
WECHAT_APP_ID = env.text("WECHAT_APP_ID")
WECHAT_APP_SECRET = env.secret("WECHAT_APP_SECRET")
WECHAT_TEMPLATE_ID = env.text("WECHAT_TEMPLATE_ID")
WECHAT_TEMPLATE_FIELDS = env.items("WECHAT_TEMPLATE_FIELDS", ("thing1", "time2"))
if len(WECHAT_TEMPLATE_FIELDS) != 2:
    raise env.SettingError("WECHAT_TEMPLATE_FIELDS: write two names, of the title and of the time")

# How long a mail server or gateway may take, and how often an undelivered message is tried.
MESSAGE_SECONDS = env.number("MESSAGE_SECONDS", 10, least=1, most=120)
EMAIL_TIMEOUT = MESSAGE_SECONDS
MESSAGE_ATTEMPTS = env.number("MESSAGE_ATTEMPTS", 8, least=1, most=20)
