"""Health, readiness and metrics answer whom they should, and only them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from shetong.web.observability import metrics, probes


@pytest.fixture(autouse=True)
def _not_yet_known_as_migrated() -> None:
    probes._migrated.clear()


class TestHealth:
    def test_it_asks_no_database_and_accepts_any_host_name(self) -> None:
        with override_settings(ALLOWED_HOSTS=["www.example.org"]):
            response = Client().get("/healthz", headers={"host": "10.0.0.7"})
        assert response.status_code == 200
        assert response.json() == {"status": "ok"}
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
class TestReadiness:
    def test_it_is_ready_with_a_migrated_database(self) -> None:
        assert Client().get("/readyz").json() == {"status": "ok"}

    def test_a_missing_migration_makes_it_unready(self) -> None:
        last = MigrationRecorder.Migration.objects.filter(app="accounts").latest("id")
        last.delete()
        response = Client().get("/readyz")
        assert response.status_code == 503
        assert "migrate" in response.json()["reason"]

    def test_a_silent_database_makes_it_unready_without_naming_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        try:
            response = Client().get("/readyz")
            assert response.status_code == 503
            assert response.json()["reason"] == "the database does not answer"
        finally:
            connection.close()


@pytest.mark.django_db
class TestMetrics:
    def test_this_machine_reads_requests_by_route_and_jobs_by_state(self) -> None:
        Client().get("/nowhere-at-all/")
        text = Client().get("/metrics").content.decode()
        assert 'shetong_requests_total{method="GET",route="(none)",status="404"}' in text
        assert "shetong_request_seconds_bucket" in text
        assert "# TYPE shetong_jobs gauge" in text

    def test_another_address_is_refused(self) -> None:
        assert Client(REMOTE_ADDR="203.0.113.5").get("/metrics").status_code == 403

    def test_an_unannounced_proxy_does_not_make_everybody_local(self) -> None:
        response = Client(REMOTE_ADDR="127.0.0.1").get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"})
        assert response.status_code == 403

    @override_settings(TRUSTED_PROXY_COUNT=1)
    def test_behind_the_proxy_its_word_counts(self) -> None:
        refused = Client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1, 203.0.113.5"})
        assert refused.status_code == 403

    @override_settings(METRICS_TOKEN="a-long-token", METRICS_NETWORKS=[])
    def test_the_token_opens_from_anywhere(self) -> None:
        client = Client(REMOTE_ADDR="203.0.113.5")
        assert client.get("/metrics", headers={"Authorization": "Bearer a-long-token"}).status_code == 200
        assert client.get("/metrics", headers={"Authorization": "Bearer a-long-tokem"}).status_code == 403
        assert client.get("/metrics").status_code == 403

    def test_strange_methods_do_not_multiply_the_series(self) -> None:
        metrics.observe("BREW", "/x", 200, 0.1)
        text = Client().get("/metrics").content.decode()
        assert 'method="other"' in text
        assert "BREW" not in text
