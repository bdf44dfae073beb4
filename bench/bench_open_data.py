"""How long a release of the open data takes: ``make bench-open-data SCALE=national`` prints one JSON object.

Fills the register of a database of its own with generated rows (no filings: a release does not read them), publishes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path

from django.db.backends.utils import CursorWrapper

ROWS = {"small": 20_000, "national": 900_000}
DATABASE = "shetong_bench_open_data"

COLUMNS = (
    "uscc", "name", "kind", "legal_representative", "domicile", "division_code", "founded_on", "registered_funds",
    "business_scope", "activity_area", "authority_id", "supervising_body", "direct_registration", "status",
    "former_certificate_number", "field", "demo", "updated_at",
)  # fmt: skip


def fill(rows: int) -> None:
    """COPY generated organisations into the register."""
    from django.db import connection
    from django.utils import timezone

    from shetong.registry.demo.national import national
    from shetong.registry.elements import KINDS, STATUSES
    from shetong.registry.models import Authority

    now, authorities = timezone.now(), {}
    with connection.cursor() as cursor:
        waiting: list[list[object]] = []
        for row in national(rows):
            name = str(row["authority"])
            if name not in authorities:
                authorities[name] = Authority.objects.create(name=name, division_code=row["division_code"]).pk
            funds = row["registered_funds"]
            values = {
                **{key: "" if value is None and key in TEXTS else value for key, value in row.items()},
                "kind": KINDS.parse(str(row["kind"])),
                "status": STATUSES.parse(str(row["status"])),
                "registered_funds": None if funds is None else int(float(str(funds)) * 100),
                "authority_id": authorities[name],
                "direct_registration": str(row["direct_registration"]) in ("是", "True"),
                "former_certificate_number": "",
                "demo": True,
                "updated_at": now,
            }
            waiting.append([values[column] for column in COLUMNS])
            if len(waiting) == 50_000:
                _copy(cursor, waiting)
        _copy(cursor, waiting)
        cursor.execute("VACUUM ANALYZE registry_organisation")


def _copy(cursor: CursorWrapper, waiting: list[list[object]]) -> None:
    with cursor.copy(f"COPY registry_organisation ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for values in waiting:
            copy.write_row(values)
    waiting.clear()


TEXTS = frozenset(COLUMNS) - {"uscc", "founded_on", "registered_funds"}


def main(scale: str) -> None:
    """Fill, publish, print."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    connection.close()
    connections.databases["default"]["NAME"] = connection.settings_dict["NAME"] = DATABASE
    call_command("migrate", verbosity=0)
    from shetong.exchange.services.open_data import publish

    # In another process, so that the memory of filling does not count.
    filler = multiprocessing.get_context("fork").Process(target=fill, args=(ROWS[scale],))
    connection.close()
    filler.start()
    filler.join()
    if filler.exitcode:
        raise SystemExit("the register could not be filled")
    with tempfile.TemporaryDirectory() as folder:
        settings.OPEN_DATA_ROOT = Path(folder)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.perf_counter()
        release = publish()
        seconds = time.perf_counter() - started
        sizes = {
            file.name: round(file.size / 1e6, 1) for file in release.files.filter(name__startswith="organisations")
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    settings.DATABASES["default"]["NAME"] = "postgres"
    connection.close()
    result = {
        "rows": release.rows,
        "seconds": round(seconds, 1),
        "rows_per_s": round(release.rows / seconds),
        "rss_before_mb": round(before),
        "rss_peak_mb": round(peak),
        "megabytes": sizes,
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main(os.environ.get("SCALE", "small"))
