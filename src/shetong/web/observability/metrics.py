"""Prometheus metrics: requests by route and status, their duration, the queue of background jobs."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shetong.accounts.client import address

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("shetong_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("shetong_request_seconds", "Time to answer a request", ["route"], buckets=BUCKETS)


@lru_cache(maxsize=2048)
def _children(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(route)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request. Routes are patterns and unknown methods one word, so that labels stay few."""
    counter, histogram = _children(method if method in METHODS else "other", route, status)
    counter.inc()
    histogram.observe(seconds)


class ArchiveCollector(Collector):
    """Counts electronic archives whose last nightly check found a fault."""

    def collect(self) -> Iterable[Metric]:
        """Yield one gauge; nothing where the database does not answer."""
        gauge = GaugeMetricFamily("shetong_archives_unsound", "Archives whose last check found a fault")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM casework_archive WHERE sound = false")
                gauge.add_metric([], cursor.fetchone()[0])
        except DatabaseError:
            connection.close()
            return
        yield gauge


class JobCollector(Collector):
    """Counts the background jobs by state when the metrics are read."""

    def collect(self) -> Iterable[Metric]:
        """Yield one gauge; nothing where the database does not answer, so that the other metrics still come."""
        gauge = GaugeMetricFamily("shetong_jobs", "Background jobs by state", labels=["state"])
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
                for state, count in cursor.fetchall():
                    gauge.add_metric([state], count)
        except DatabaseError:
            connection.close()
            return
        yield gauge


def allowed(request: HttpRequest) -> bool:
    """Tell whether the caller may read the metrics: bearer METRICS_TOKEN, or an address in METRICS_NETWORKS.

    A request that came through a proxy which we were not told of (TRUSTED_PROXY_COUNT) has no address to go by.
    """
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return True
    if not settings.TRUSTED_PROXY_COUNT and "X-Forwarded-For" in request.headers:
        return False
    caller = address(request)
    return bool(caller) and any(
        ipaddress.ip_address(caller) in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the metrics of all worker processes together in Prometheus' text format."""
    if not allowed(request):
        return HttpResponseForbidden("not from here\n", content_type="text/plain")
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    extra = CollectorRegistry()
    extra.register(JobCollector())
    extra.register(ArchiveCollector())
    response = HttpResponse(generate_latest(registry) + generate_latest(extra), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
