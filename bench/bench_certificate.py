"""Certificates: ``make bench-certificate`` prints one JSON object.

``pdf_p50_ms``: a PDF with its signed QR code through the service, a different certificate each time, nothing cached.
``verify_p50_ms``: a token checked as an offline verifier does (decode, signature, claims). Beside the bar:
issuing whole (lock, signature, database, audit, log) and verifying with the register's answer.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

PDFS = 300
CHECKS = 5_000
DATABASE = "shetong_bench_certificate"
BODIES = {"small": 2_000, "national": 20_000}


def quantiles(act: Callable[[Any], object], things: Iterable[Any]) -> tuple[float, float]:
    """Return median and 99th percentile of the time that ``act`` takes for one thing, in milliseconds."""
    times = []
    for thing in things:
        start = time.perf_counter()
        act(thing)
        times.append((time.perf_counter() - start) * 1_000)
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def fill(bodies: int) -> None:
    """Put generated organisations in normal status into the register."""
    from django.utils import timezone

    from shetong.core.money import parse_fen
    from shetong.registry.demo.national import national
    from shetong.registry.elements import KINDS
    from shetong.registry.models import Authority, Organisation

    now, authorities, rows = timezone.now(), {}, []
    for row in national(bodies):
        name = str(row["authority"])
        if name not in authorities:
            authorities[name] = Authority.objects.create(name=name, division_code=row["division_code"])
        rows.append(
            Organisation(
                uscc=row["uscc"],
                name=row["name"],
                kind=KINDS.parse(str(row["kind"])),
                legal_representative=row["legal_representative"] or "",
                domicile=row["domicile"] or "",
                division_code=row["division_code"],
                founded_on=row["founded_on"],
                registered_funds=None if row["registered_funds"] is None else parse_fen(str(row["registered_funds"])),
                business_scope=row["business_scope"] or "",
                supervising_body=row["supervising_body"] or "",
                authority=authorities[name],
                demo=True,
                updated_at=now,
            )
        )
    Organisation.objects.bulk_create([row for row in rows if row.uscc], batch_size=2_000)


def measure() -> dict[str, object]:
    """Issue, print and verify; return the figures."""
    from shetong.registry.models import Certificate, Organisation
    from shetong.registry.queries.certificates import published_keys, verify_token
    from shetong.registry.rules.certificate_verification import check_signature
    from shetong.registry.services import certificates

    start = time.perf_counter()
    issued = max(certificates.issue_missing(actor="system:bench"))
    bulk = issued / (time.perf_counter() - start)
    rows = list(Certificate.objects.select_related("organisation").order_by("serial")[: PDFS + 1])
    sizes = [len(certificates.render_pdf(rows[0]))]  # loads fonts and template, as a server does once
    pdf = quantiles(lambda row: sizes.append(len(certificates.render_pdf(row))), rows[1:])
    keys = published_keys()
    tokens = [bytes(token) for token in Certificate.objects.values_list("token", flat=True)[:CHECKS]]
    if any(check_signature(token, keys).verdict is not None for token in tokens):
        raise SystemExit("a certificate just issued does not verify")
    offline = quantiles(lambda token: check_signature(token, keys), tokens)
    online = quantiles(verify_token, tokens[:500])
    numbers = list(Organisation.objects.order_by("-pk").values_list("pk", flat=True)[:200])
    single = quantiles(lambda pk: certificates.issue(pk, actor="system:bench"), numbers)
    return {
        "pdf_p50_ms": round(pdf[0], 1),
        "pdf_p99_ms": round(pdf[1], 1),
        "pdf_kb": round(statistics.median(sizes) / 1_024, 1),
        "verify_p50_ms": round(offline[0], 3),
        "verify_p99_ms": round(offline[1], 3),
        "verify_with_register_p50_ms": round(online[0], 2),
        "issue_p50_ms": round(single[0], 2),
        "bulk_issued_per_s": round(bulk),
        "token_bytes_p50": statistics.median(len(token) for token in tokens),
    }


def main() -> None:
    """Make a database of its own, fill it, measure, drop it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "shetong.conf.testing"
    os.environ["SHETONG_TEST_RUN"] = DATABASE
    os.environ.setdefault("LOG_LEVEL", "error")
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        fill(BODIES[os.environ.get("SCALE", "small")])
        print(json.dumps(measure()))
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


if __name__ == "__main__":
    main()
