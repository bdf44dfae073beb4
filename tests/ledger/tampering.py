"""What a database administrator could do past every service and trigger."""

from __future__ import annotations

from django.db import connection


def tamper(*changes: str, parameters: tuple[object, ...] = ()) -> None:
    """Execute SQL with triggers and foreign keys switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for change in changes:
            cursor.execute(change, parameters)
        cursor.execute("SET session_replication_role = origin")


def forget_everything_signed() -> None:
    """Take back places, tiles and checkpoints, so that the log is sequenced and signed anew with its true key."""
    tamper(
        "INSERT INTO ledger_waiting (entry_id, log_id) SELECT entry_id, log_id FROM ledger_place",
        "DELETE FROM ledger_place",
        "DELETE FROM ledger_tile",
        "DELETE FROM ledger_checkpoint",
    )
