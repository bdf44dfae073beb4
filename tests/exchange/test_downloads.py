"""The page of the open data and its files: ranges, conditions, the proxy; the site map and robots.txt."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shetong.exchange.models import OpenDataFile, OpenDataRelease
from shetong.exchange.queries import site_map
from shetong.registry.models import Organisation
from tests.registry import factories

pytestmark = pytest.mark.django_db
BODY = bytes(range(256)) * 4


@pytest.fixture
def release(tmp_path: Path, settings: Any) -> OpenDataRelease:
    settings.OPEN_DATA_ROOT = tmp_path
    now = timezone.now()
    made = OpenDataRelease.objects.create(
        started_at=now,
        snapshot_at=now,
        finished_at=now,
        directory="20260101T000000Z-1",
        rows=3,
        publisher="社通",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        standard_version="1.0",
    )
    (tmp_path / made.directory).mkdir()
    (tmp_path / made.directory / "organisations.csv").write_bytes(BODY)
    OpenDataFile.objects.create(release=made, name="organisations.csv", size=len(BODY), sha256="ab" * 32)
    return made


ADDRESS = "/open-data/20260101T000000Z-1/organisations.csv"


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


class TestFiles:
    def test_the_whole_file(self, client: Client, release: OpenDataRelease) -> None:
        response = client.get(ADDRESS)
        assert body(response) == BODY
        assert response["ETag"] == f'"{"ab" * 32}"'
        assert response["Content-Length"] == str(len(BODY))
        assert response["Accept-Ranges"] == "bytes"
        assert "attachment" in response["Content-Disposition"]

    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ("bytes=0-9", 0, 9),
            ("bytes=10-", 10, 1023),
            ("bytes=-5", 1019, 1023),
            ("bytes=1000-99999", 1000, 1023),
            ("bytes=-99999", 0, 1023),
        ],
    )
    def test_a_part(self, client: Client, release: OpenDataRelease, asked: str, first: int, last: int) -> None:
        response = client.get(ADDRESS, headers={"Range": asked})
        assert (response.status_code, body(response)) == (206, BODY[first : last + 1])
        assert response["Content-Range"] == f"bytes {first}-{last}/1024"
        assert response["Content-Length"] == str(last - first + 1)

    @pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=-0", "bytes=99999999999-"])
    def test_a_part_outside_the_file(self, client: Client, release: OpenDataRelease, asked: str) -> None:
        response = client.get(ADDRESS, headers={"Range": asked})
        assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")

    @pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b", "bytes=-", "garbage"])
    def test_a_range_that_cannot_be_honoured_gives_the_whole(
        self, client: Client, release: OpenDataRelease, asked: str
    ) -> None:
        response = client.get(ADDRESS, headers={"Range": asked})
        assert (response.status_code, body(response)) == (200, BODY)

    def test_a_resumed_download_of_another_file_begins_anew(self, client: Client, release: OpenDataRelease) -> None:
        resumed = client.get(ADDRESS, headers={"Range": "bytes=10-", "If-Range": '"other"'})
        assert resumed.status_code == 200
        same = client.get(ADDRESS, headers={"Range": "bytes=10-", "If-Range": f'"{"ab" * 32}"'})
        assert same.status_code == 206

    def test_a_known_file_is_not_sent_again(self, client: Client, release: OpenDataRelease) -> None:
        first = client.get(ADDRESS)
        body(first)
        assert client.get(ADDRESS, headers={"If-None-Match": f'"x", W/{first["ETag"]}'}).status_code == 304
        assert client.get(ADDRESS, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
        assert client.get(ADDRESS, headers={"If-Modified-Since": "not a date"}).status_code == 200

    def test_nginx_sends_the_file_where_it_can(self, client: Client, release: OpenDataRelease, settings: Any) -> None:
        settings.OPEN_DATA_ACCEL = "/_open-data/"
        response = client.get(ADDRESS)
        assert response["X-Accel-Redirect"] == "/_open-data/20260101T000000Z-1/organisations.csv"
        assert response.content == b""

    def test_latest_leads_to_the_newest(self, client: Client, release: OpenDataRelease) -> None:
        response = client.get("/open-data/latest/organisations.csv")
        assert (response.status_code, response["Location"]) == (302, ADDRESS)

    @pytest.mark.parametrize(
        "path", ["latest/none.csv", "20260101T000000Z-1/..%2F..%2Fetc%2Fpasswd", ".partial-1/organisations.csv", "x/y"]
    )
    def test_only_listed_files_are_sent(self, client: Client, release: OpenDataRelease, path: str) -> None:
        assert client.get(f"/open-data/{path}").status_code == 404

    def test_a_release_that_is_not_finished_is_not_there(self, client: Client, release: OpenDataRelease) -> None:
        OpenDataRelease.objects.update(finished_at=None)
        assert client.get(ADDRESS).status_code == 404

    def test_a_file_pruned_meanwhile_is_not_found(
        self, client: Client, release: OpenDataRelease, settings: Any
    ) -> None:
        (Path(settings.OPEN_DATA_ROOT) / release.directory / "organisations.csv").unlink()
        assert client.get(ADDRESS).status_code == 404


class TestPage:
    def test_names_files_rows_and_checksums(self, client: Client, release: OpenDataRelease) -> None:
        page = client.get(reverse("exchange:open-data")).content.decode()
        assert ADDRESS in page
        assert "ab" * 32 in page
        assert "CC BY 4.0" in page

    def test_before_the_first_release_it_says_what_to_do(self, client: Client) -> None:
        page = client.get(reverse("exchange:open-data")).content.decode()
        assert "第一期数据还没有生成" in page
        assert reverse("exchange:standards") in page

    def test_few_queries_however_many_releases(
        self, client: Client, release: OpenDataRelease, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(2, 8):
            OpenDataRelease.objects.create(
                started_at=timezone.now(),
                snapshot_at=timezone.now(),
                finished_at=timezone.now(),
                directory=f"20260101T000000Z-{number}",
            )
        with django_assert_max_num_queries(3):
            client.get(reverse("exchange:open-data"))

    def test_the_catalogue_for_programs(self, client: Client, release: OpenDataRelease, settings: Any) -> None:
        settings.PUBLIC_URL = "https://example.org"
        (entry,) = client.get(reverse("exchange:open-data-catalogue")).json()["releases"]
        assert entry["files"][0]["url"] == f"https://example.org{ADDRESS}"
        assert entry["rows"] == 3


NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(data: bytes) -> list[str]:
    return [str(each.text) for each in ElementTree.fromstring(data).iter(f"{NAMESPACE}loc")]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(site_map, "BLOCK", 2)
    return 2


class TestSiteMap:
    def test_every_organisation_is_in_one_file_of_the_index(
        self, client: Client, small_blocks: int, settings: Any
    ) -> None:
        settings.PUBLIC_URL = "https://example.org"
        bodies = [factories.register_organisation() for _ in range(4)]
        branch = factories.register_branch(bodies[0])
        files = locations(client.get("/sitemap.xml").content)
        assert files[0] == "https://example.org/sitemaps/pages.xml"
        found: list[str] = []
        for address in files[1:]:
            part = locations(gzip.decompress(client.get(address.removeprefix("https://example.org")).content))
            assert len(part) <= small_blocks
            found += part
        codes = [body.uscc for body in bodies] + [f"BR{branch.pk}"]
        assert found == [f"https://example.org/organisations/{code}/" for code in codes]

    def test_the_index_asks_one_thing_of_the_database(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        factories.register_organisation()
        with django_assert_num_queries(1):
            client.get("/sitemap.xml")

    def test_last_changes_and_conditional_requests(self, client: Client) -> None:
        made = factories.register_organisation()
        address = reverse("exchange:sitemap-organisations", args=[site_map.last_block()])
        first = client.get(address)
        assert f"<lastmod>{made.updated_at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" in first.content.decode()
        known = {"If-Modified-Since": first["Last-Modified"]}
        assert client.get(address, headers=known).status_code == 304
        Organisation.objects.filter(pk=made.pk).update(updated_at=timezone.now() + timedelta(seconds=5))
        assert client.get(address, headers=known).status_code == 200

    @pytest.mark.parametrize("number", [0, 9999999])
    def test_blocks_outside_the_register_are_not_found(self, client: Client, number: int) -> None:
        factories.register_organisation()
        assert client.get(f"/sitemaps/organisations-{number}.xml").status_code == 404
        assert client.get(f"/sitemaps/organisations-{number}.xml.gz").status_code == 404

    def test_an_empty_register_has_an_index(self, client: Client) -> None:
        assert len(locations(client.get("/sitemap.xml").content)) == 1

    def test_pages_that_are_not_records(self, client: Client) -> None:
        assert any(each.endswith("/standards/") for each in locations(client.get("/sitemaps/pages.xml").content))

    def test_robots(self, client: Client, settings: Any) -> None:
        settings.PUBLIC_URL = "https://example.org"
        text = client.get("/robots.txt").content.decode()
        assert "Sitemap: https://example.org/sitemap.xml" in text
        assert "Disallow: /api/" in text
