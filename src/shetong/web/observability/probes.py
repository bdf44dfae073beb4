"""Health and readiness for process managers and load balancers: under any host name, without session or log line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

_migrated = threading.Event()


def _answer(code: int, **values: object) -> HttpResponse:
    response = JsonResponse(values, status=code)
    response.headers["Cache-Control"] = "no-store"
    return response


def health() -> HttpResponse:
    """Liveness: this process answers. Restart it where this fails; the database is not asked."""
    return _answer(200, status="ok")


def readiness() -> HttpResponse:
    """Readiness: the database answers and has every migration; 503 with the reason otherwise."""
    reason = not_ready()
    return _answer(503, status="unavailable", reason=reason) if reason else _answer(200, status="ok")


def not_ready() -> str:
    """Return why this process should get no requests, ``""`` when it may. The reason names no host and no user."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated.is_set():
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "migrations are missing: run shetong migrate"
            _migrated.set()
    except DatabaseError:
        connection.close()
        return "the database does not answer"
    return ""


PROBES: Mapping[str, Callable[[], HttpResponse]] = {"/healthz": health, "/readyz": readiness}
