"""Database addresses and how Django connects to them."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from shetong.conf import env
from shetong.conf.env import SettingError

SCHEMES = ("postgresql", "postgres")


def database(url: str) -> dict[str, object]:
    """Translate a ``postgresql://`` URL (TCP, or a Unix socket in ``?host=``) into Django's database settings.

    Raises :class:`~shetong.conf.env.SettingError` where the URL is not one of PostgreSQL or names no database.
    """
    try:
        parts = urlsplit(url)
        tcp_port = str(parts.port or "")
    except ValueError as error:
        raise SettingError("DATABASE_URL: not an address like postgresql://user:password@host:5432/database") from error
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise SettingError("DATABASE_URL: not an address like postgresql://user:password@host:5432/database")
    query = parse_qs(parts.query)
    host = query.pop("host", [unquote(parts.hostname or "")])[0]
    port = query.pop("port", [tcp_port])[0]
    # Off where a pooler gives each transaction another connection and does not know prepared statements.
    prepare = env.flag("DATABASE_PREPARE", default=True)
    options = {name: values[0] for name, values in query.items()}
    if prepare:
        # What is prepared is planned once a connection, not anew for each list of values.
        options["options"] = f"{options.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": False,
        # Client-side binding: server-side binding lets PostgreSQL fall into generic plans for LIKE. What is prepared
        # is prepared by shetong.store alone.
        "OPTIONS": options,
        "PREPARE": prepare,
        "TEST": {"TEMPLATE": "template0"},
    }
