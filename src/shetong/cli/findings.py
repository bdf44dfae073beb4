"""Is this installation ready? Each check returns findings; an empty list is good news."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

LEAST_FREE_BYTES = 1024**3
LEAST_POSTGRESQL = 150000


class Level(StrEnum):
    """How bad a finding is: an error stops the site or endangers data, a warning wants attention."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: what was checked, how bad it is, what is wrong, what to do."""

    check: str
    level: Level
    message: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        """Return the finding as plain values for JSON."""
        return {key: str(value) for key, value in asdict(self).items()}


Check = Callable[[], Iterable[Finding]]


def database() -> Iterable[Finding]:
    """Check that the database answers, is new enough and speaks UTF-8."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_encoding')")
            version, encoding = cursor.fetchone()
    except DatabaseError as error:
        reason = " ".join(str(error).split())[:200]
        yield Finding(
            "database", Level.ERROR, f"the database does not answer: {reason}", "start it; check DATABASE_URL"
        )
        return
    if version < LEAST_POSTGRESQL:
        yield Finding(
            "database", Level.ERROR, f"PostgreSQL {version // 10000} is too old", "use PostgreSQL 15 or newer"
        )
    if encoding != "UTF8":
        yield Finding("database", Level.ERROR, f"the database's encoding is {encoding}", "create it with UTF8")


def migrations() -> Iterable[Finding]:
    """Check that every migration has been applied."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return  # said by the check of the database
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Finding("migrations", Level.ERROR, f"{len(missing)} migrations are not applied", "shetong migrate")


def static_files() -> Iterable[Finding]:
    """Check that the front end is built and the static files are collected."""
    from django.conf import settings

    from shetong.cli.assets import DIST

    if not (DIST / ".sources").is_file() and not (DIST / ".vite" / "manifest.json").is_file():
        yield Finding("static files", Level.ERROR, "the front end is not built", "shetong assets")
    elif not Path(settings.STATIC_ROOT).is_dir() or not any(Path(settings.STATIC_ROOT).iterdir()):
        yield Finding("static files", Level.ERROR, f"nothing is collected in {settings.STATIC_ROOT}", "shetong assets")


def keys() -> Iterable[Finding]:
    """Check that the keys are there and well-formed; their values are never shown."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from shetong.core.pii import KeyRing

    try:
        secret = settings.SECRET_KEY
    except ImproperlyConfigured:
        secret = ""
    if not secret:
        yield Finding("keys", Level.ERROR, "SECRET_KEY is missing", "openssl rand -base64 48")
    try:
        KeyRing.parse(settings.PII_KEYS, settings.PII_INDEX_KEY)
    except ImproperlyConfigured as error:
        yield Finding("keys", Level.ERROR, str(error), "openssl rand -base64 32; see docs/configuration.md")


def disk() -> Iterable[Finding]:
    """Check that the directory for everything that is written exists, can be written and has room."""
    from django.conf import settings

    var: Path = settings.VAR
    if not var.is_dir() or not os.access(var, os.W_OK):
        yield Finding("disk", Level.ERROR, f"{var} cannot be written", "create it or set SHETONG_VAR")
        return
    free = shutil.disk_usage(var).free
    if free < LEAST_FREE_BYTES:
        yield Finding("disk", Level.ERROR, f"only {free // 2**20} MB are free for {var}", "free some space")


INSTALLATION: tuple[Check, ...] = (database, migrations, static_files, keys, disk)
