"""A whole installation of the production profile: own database and role, secrets in files, the example's settings."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.shared import ROOT

DEPLOY = ROOT / "deploy"
# What the machine gives to every service; nothing of the developer's own settings.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Installation:
    """Where it writes, and the environment that its services get."""

    var: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the tool to its end."""
        return subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the words that start the tool."""
        return [sys.executable, "-m", "shetong", *arguments]


def example_settings() -> dict[str, str]:
    """Return the settings of deploy/environment.example."""
    lines = (DEPLOY / "environment.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _address(role: str, name: str) -> str:
    server = settings.DATABASES["default"]
    return f"postgresql://{role}@/{name}?host={server['HOST']}" + (f"&port={server['PORT']}" if server["PORT"] else "")


@pytest.fixture(scope="package")
def database() -> Iterator[str]:
    """Make a database with an ordinary role that owns it, as docs/deployment.md says; yield its address."""
    name = sql.Identifier(f"shetong_deploy_{os.getpid()}")
    with psycopg.connect(_address("postgres", "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        server.execute(
            sql.SQL("CREATE DATABASE {0} OWNER {0} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").format(name)
        )
        try:
            yield _address(name.as_string().strip('"'), name.as_string().strip('"'))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            server.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.fixture(scope="package")
def installation(database: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Install as docs/deployment.md says: settings of the example, secrets in files, migrations, static files."""
    home = tmp_path_factory.mktemp("installation")
    var = home / "var"
    var.mkdir()
    given = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PII_KEYS": "2026:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "PII_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | example_settings()
    environment |= {"SHETONG_HOME": str(ROOT), "SHETONG_VAR": str(var), "DATABASE_URL": database, "WORKERS": "1"}
    for name, value in given.items():
        (home / name).write_text(value + "\n")
        environment[f"{name}_FILE"] = str(home / name)
    made = Installation(var, environment)
    for command in ("migrate", "assets"):
        done = made.run(command)
        assert done.returncode == 0, done.stderr
    return made
