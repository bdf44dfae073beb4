"""How many events a second the audit trail takes, from one writer and from several, and how fast it is verified.

Every event has its own transaction, as a request has, and is chained before ``record`` returns. The writers are
processes, as servers are. The trail of the database in use grows by what is measured, so a test database is made.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time


def write(count: int) -> None:
    """Record ``count`` events, each on its own."""
    start()
    from shetong.accounts.services import audit

    for number in range(count):
        audit.record(actor="system:bench", action="bench.act", target="organisation:1", detail={"number": number})
    audit.chain_pending()


def start() -> None:
    """Set Django up in this process, on the database that :func:`main` made."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
    name = os.environ.get("BENCH_DATABASE")
    if name:
        settings.DATABASES["default"]["NAME"] = name
    django.setup()


def timed(writers: int, each: int) -> float:
    """Return events a second of so many writing processes."""
    processes = [multiprocessing.Process(target=write, args=(each,)) for _ in range(writers)]
    started = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return writers * each / (time.perf_counter() - started)


def main() -> None:
    """Measure in a database of its own and print one JSON object."""
    multiprocessing.set_start_method("spawn")
    start()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False)
    os.environ["BENCH_DATABASE"] = str(connection.settings_dict["NAME"])
    try:
        from shetong.accounts.models import AuditPending
        from shetong.accounts.services.audit_verification import verify_chain

        # The start of the processes is not what is measured: a short run is taken off a long one.
        result: dict[str, object] = {}
        for writers in (1, 4):
            short, long = 100, 1_100
            spent = [writers * each / timed(writers, each) for each in (short, long)]
            result[f"events_per_s_{writers}"] = round(writers * (long - short) / (spent[1] - spent[0]))
        started = time.perf_counter()
        checked = verify_chain(full=True)
        result["verified_per_s"] = round(checked.checked / (time.perf_counter() - started))
        result |= {"events": checked.checked, "chain_ok": checked.ok, "waiting": AuditPending.objects.count()}
    finally:
        teardown_databases(old, verbosity=0)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
