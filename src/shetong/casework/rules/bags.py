"""BagIt bags (RFC 8493, version 1.0) in memory: payload, manifests, and their verification.

The ZIP around a bag is deterministic: the same contents give the same octets.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BagError(ValueError):
    """A package is not a sound bag; says what is wrong."""


def pack(payload: Mapping[str, bytes], info: Mapping[str, str], *, name: str) -> bytes:
    """Return a ZIP with the bag ``name``: ``payload`` by path below ``data/``, ``info`` for ``bag-info.txt``."""
    files = {f"data/{path}": content for path, content in payload.items()}
    size = sum(map(len, payload.values()))
    tags = {
        "bagit.txt": DECLARATION.encode(),
        "bag-info.txt": _info({**info, "Payload-Oxum": f"{size}.{len(payload)}"}).encode(),
        "manifest-sha256.txt": _manifest(files).encode(),
    }
    tags["tagmanifest-sha256.txt"] = _manifest(tags).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted((files | tags).items()):
            entry = zipfile.ZipInfo(f"{name}/{path}", _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def verify(package: bytes) -> dict[str, bytes]:
    """Return the payload of a package by path. Raises :class:`BagError` saying what is missing, more or altered."""
    files = _unpack(package)
    if files.get("bagit.txt") != DECLARATION.encode():
        raise BagError("bagit.txt is missing or of another version")
    listed = _read_manifest(files, "manifest-sha256.txt")
    payload = {path: content for path, content in files.items() if path.startswith("data/")}
    _compare(listed, payload)
    tags = _read_manifest(files, "tagmanifest-sha256.txt")
    _compare(tags, {path: content for path, content in files.items() if path in tags})
    return {path.removeprefix("data/"): content for path, content in payload.items()}


def _unpack(package: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return {entry.filename.partition("/")[2]: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise BagError(f"not a readable ZIP file: {error}") from error


def _compare(listed: Mapping[str, str], there: Mapping[str, bytes]) -> None:
    if missing := sorted(set(listed) - set(there)):
        raise BagError(f"missing: {', '.join(missing)}")
    if more := sorted(set(there) - set(listed)):
        raise BagError(f"not listed: {', '.join(more)}")
    altered = [path for path, content in there.items() if hashlib.sha256(content).hexdigest() != listed[path]]
    if altered:
        raise BagError(f"altered: {', '.join(sorted(altered))}")


def _manifest(files: Mapping[str, bytes]) -> str:
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {_escaped(path)}\n" for path, content in sorted(files.items())
    )


def _read_manifest(files: Mapping[str, bytes], name: str) -> dict[str, str]:
    if name not in files:
        raise BagError(f"missing: {name}")
    try:
        lines = files[name].decode().removesuffix("\n").split("\n")
        return {_unescaped(path): digest for digest, path in (line.split("  ", 1) for line in lines)}
    except (UnicodeDecodeError, ValueError) as error:
        raise BagError(f"{name} is not a manifest") from error


def _info(info: Mapping[str, str]) -> str:
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in info.items())


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _unescaped(path: str) -> str:
    return path.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
