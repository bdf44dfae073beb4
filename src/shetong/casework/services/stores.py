"""Where octets lie: a folder, or a bucket that speaks Amazon's S3 protocol. Both keep the same keys.

What reaches a store is sealed already (:mod:`shetong.casework.services.storage`); a store knows nothing of contents.
A key is a digest, or a path of plain words such as ``uploads/…/0``.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

_MISSING = ("404", "NoSuchKey", "NotFound")


class StoreError(OSError):
    """The store does not answer or refuses; nothing is known about the content."""


class Store(Protocol):
    """What every place can do. ``get`` raises ``FileNotFoundError``; every call may raise :class:`StoreError`."""

    def put(self, key: str, content: bytes) -> None:
        """Write a content whole or not at all."""

    def get(self, key: str) -> bytes:
        """Return a content."""

    def exists(self, key: str) -> bool:
        """Whether there is a content under the key."""

    def delete(self, key: str) -> None:
        """Remove a content; one that is not there is removed already."""


class Folder:
    """A directory, shared by all servers where there are several."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Return where a key lies; digests are spread over folders."""
        return self.root / key if "/" in key else self.root / key[:2] / key[2:4] / key

    def put(self, key: str, content: bytes) -> None:
        """Write beside, force to the disk, rename."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise

    def get(self, key: str) -> bytes:
        """Read the file."""
        return self.path(key).read_bytes()

    def exists(self, key: str) -> bool:
        """Look for the file."""
        return self.path(key).exists()

    def delete(self, key: str) -> None:
        """Remove the file, and its folder where that was made for it alone."""
        path = self.path(key)
        path.unlink(missing_ok=True)
        if "/" in key:
            with contextlib.suppress(OSError):
                path.parent.rmdir()


class Bucket:
    """A bucket; what an earlier folder still holds is read from there."""

    def __init__(self, client: Any, name: str, prefix: str, before: Folder) -> None:
        self._client, self._name, self._prefix, self._before = client, name, prefix, before

    def put(self, key: str, content: bytes) -> None:
        """Write the object."""
        self._ask("put_object", key, Body=content)

    def get(self, key: str) -> bytes:
        """Read the object."""
        from botocore.exceptions import BotoCoreError

        try:
            answer = self._ask("get_object", key)
        except FileNotFoundError:
            return self._before.get(key)
        try:
            content: bytes = answer["Body"].read()
        except (BotoCoreError, OSError) as error:
            raise StoreError(str(error)) from error
        return content

    def exists(self, key: str) -> bool:
        """Ask for the object's head."""
        try:
            self._ask("head_object", key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove the object."""
        self._ask("delete_object", key)
        self._before.delete(key)

    def _ask(self, deed: str, key: str, **more: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client, deed)(Bucket=self._name, Key=self._prefix + key, **more)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                raise FileNotFoundError(key) from error
            raise StoreError(str(error)) from error
        except BotoCoreError as error:
            raise StoreError(str(error)) from error


def store() -> Store:
    """Return the store of the settings: a bucket where one is named, else the folder ``FILES_ROOT``."""
    if not settings.FILES_S3_BUCKET:
        return folder()
    client = _client(
        settings.FILES_S3_URL, settings.FILES_S3_REGION, settings.FILES_S3_KEY_ID, settings.FILES_S3_SECRET
    )
    return Bucket(client, settings.FILES_S3_BUCKET, settings.FILES_S3_PREFIX, folder())


def folder() -> Folder:
    """Return the folder of the settings."""
    return Folder(Path(settings.FILES_ROOT))


@lru_cache(maxsize=4)
def _client(url: str, region: str, key_id: str, secret: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=url or None,
        region_name=region or None,
        aws_access_key_id=key_id or None,
        aws_secret_access_key=secret or None,
        config=Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": "path"} if url else {},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
