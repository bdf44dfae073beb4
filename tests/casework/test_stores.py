"""Stores: a folder and a bucket of a real S3 server, behind one interface, sealed alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shetong.casework.services import archives, storage, stores
from tests.casework import factories
from tests.casework.test_archives import archived

BUCKET = "materials"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """An S3 server on this machine, with a bucket; its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="id", aws_secret_access_key="secret"
    )
    client.create_bucket(Bucket=BUCKET)
    yield url
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> stores.Store:
    """Each store in turn."""
    settings.FILES_ROOT = str(tmp_path)
    if request.param == "bucket":
        use(settings, request.getfixturevalue("service"))
    return stores.store()


def use(settings: Any, url: str) -> None:
    settings.FILES_S3_BUCKET, settings.FILES_S3_URL, settings.FILES_S3_REGION = BUCKET, url, "us-east-1"
    settings.FILES_S3_KEY_ID, settings.FILES_S3_SECRET, settings.FILES_S3_PREFIX = "id", "secret", "shetong/"


@pytest.mark.parametrize("key", [hashlib.sha256(b"key").hexdigest(), "uploads/1/0"])
def test_what_is_put_is_got_until_it_is_deleted(store: stores.Store, key: str) -> None:
    assert not store.exists(key)
    with pytest.raises(FileNotFoundError):
        store.get(key)
    store.put(key, b"\0octets")
    assert store.exists(key)
    assert store.get(key) == b"\0octets"
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)


@pytest.mark.django_db
def test_contents_are_kept_once_and_sealed(store: stores.Store) -> None:
    content = factories.pdf("两处一样")
    one, again = storage.keep(content, media_type="application/pdf"), storage.keep(content, media_type="x/y")
    assert one == again
    assert storage.read(one.digest) == content
    assert content not in store.get(one.digest)
    store.put(one.digest, store.get(one.digest)[:-1] + b"x")
    with pytest.raises(storage.AlteredError):
        storage.read(one.digest)


@pytest.mark.django_db
def test_a_bucket_still_reads_what_the_folder_held(settings: Any, service: str, tmp_path: Path) -> None:
    settings.FILES_ROOT = str(tmp_path)
    kept = storage.keep(factories.pdf("从前"), media_type="application/pdf")
    use(settings, service)
    assert storage.read(kept.digest) == factories.pdf("从前")


@pytest.mark.django_db
def test_a_service_that_is_down_is_told_and_marks_no_archive_as_broken(settings: Any) -> None:
    archive = archived()
    use(settings, "http://127.0.0.1:1")
    stores._client.cache_clear()
    with pytest.raises(stores.StoreError):
        storage.read(archive.file_id)
    with pytest.raises(stores.StoreError):
        archives.check(archive.pk)
    archive.refresh_from_db()
    assert archive.sound is None
