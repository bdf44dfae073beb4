"""How fast the importer fills an empty register: ``make bench-import SCALE=national`` prints one JSON object.

``rows_per_s``: rows of a Parquet file through ``import_organisations`` into an empty, migrated database: every element
validated, filings and search entries with their tokens written, each chunk recorded so that a killed run resumes,
indexes and foreign keys built, statistics gathered. ``copy_rows_per_s``: the same organisations by one bare COPY into a
table without any index, in the same run. Both are timed from the first statement to the commit of the last; the file
is generated before.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import installation

SCALE = os.environ.get("SCALE", "small")
ROWS = {"small": 20_000, "national": 900_000}
DATABASE = "shetong_bench_import"
# What the bare COPY writes: the columns of the register's own table, in text as a file would carry them.
COPIED = (
    "uscc", "name", "kind", "legal_representative", "domicile", "division_code", "founded_on", "registered_funds",
    "business_scope", "activity_area", "supervising_body", "direct_registration", "status", "status_since",
    "certificate_valid_from", "certificate_valid_to", "former_certificate_number", "field", "demo", "updated_at",
)  # fmt: skip


def generate(path: Path, rows: int) -> None:
    """Write the generated national register as a file that the importer reads."""
    import pyarrow.parquet as pq

    from shetong.registry.demo.national import national_frames

    writer: pq.ParquetWriter | None = None
    for frame in national_frames(rows):
        table = frame.to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def empty_database() -> None:
    """Make the benchmark's own database anew and migrate it."""
    from django.core.management import call_command
    from django.db import connection, connections

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    connection.close()
    connections.databases["default"]["NAME"] = connection.settings_dict["NAME"] = DATABASE
    call_command("migrate", verbosity=0)


def timed_import(path: Path) -> tuple[dict[str, float], int]:
    """Import and return seconds (whole, and until the last row was written) and the number of organisations."""
    from shetong.registry.models import Filing, Organisation, SearchEntry
    from shetong.registry.services.imports import import_organisations

    started, client, server = time.perf_counter(), time.process_time(), _server_cpu()
    seconds = {"rows": 0.0}

    def note(stage: str, _done: int, _total: int | None) -> None:
        if stage == "rows":
            seconds["rows"] = time.perf_counter() - started

    report = import_organisations(path, demo=True, progress=note)
    seconds["all"] = time.perf_counter() - started
    seconds |= {"client": time.process_time() - client, "server": _server_cpu() - server}
    created = Organisation.objects.count()
    if not report.rows == report.created == created == Filing.objects.count() <= SearchEntry.objects.count():
        raise SystemExit(f"the import is not whole: {report.rows} rows, {created} organisations, {report.reasons[:3]}")
    return seconds, created


def _server_cpu() -> float:
    """Seconds of processor time of the database so far: every process of the server, ended ones (workers) too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    server = int(_stat(backend)[1])
    seconds = 0.0
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = _stat(int(directory.name))
            own, of_ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
            if int(directory.name) == server:
                seconds += own + of_ended
            elif int(fields[1]) == server:
                seconds += own
    return seconds / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name: state, parent, and so on (proc_pid_stat(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def timed_copy(rows: int) -> float:
    """COPY the imported organisations into a table without index; return seconds."""
    from django.db import connection

    columns = ", ".join(COPIED)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY registry_organisation ({columns}) TO STDOUT") as out:
            blocks = [bytes(block) for block in out]
        cursor.execute(f"CREATE TABLE bench_bare AS SELECT {columns} FROM registry_organisation WITH NO DATA")
        started = time.perf_counter()
        with cursor.copy(f"COPY bench_bare ({columns}) FROM STDIN") as into:
            for at in range(0, len(blocks), 1_000):
                into.write(b"".join(blocks[at : at + 1_000]))
        seconds = time.perf_counter() - started
        cursor.execute("SELECT count(*) FROM bench_bare")
        if cursor.fetchone()[0] != rows:
            raise SystemExit("the bare COPY lost rows")
    return seconds


def main() -> None:
    """Generate, import, copy, print."""
    os.environ.update(installation.environment(f"import-{SCALE}"))
    import django

    django.setup()
    from django.db import connection

    rows = ROWS[SCALE]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "organisations.parquet"
        generate(path, rows)
        empty_database()
        before = os.getloadavg()[0]
        seconds, created = timed_import(path)
        copy_seconds = timed_copy(created)
    connection.close()
    figures = {
        "scale": SCALE,
        "rows": rows,
        "rows_per_s": round(rows / seconds["all"]),
        "copy_rows_per_s": round(rows / copy_seconds),
        "ratio": round(copy_seconds / seconds["all"], 4),
        "seconds": round(seconds["all"], 1),
        "seconds_until_indexes": round(seconds["rows"], 1),
        "client_cpu_s": round(seconds["client"], 1),
        "server_cpu_s": round(seconds["server"], 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load_before": round(before, 1),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
