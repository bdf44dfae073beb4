"""The page of the open data, its catalogue for programs, and the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from shetong.exchange.models import OpenDataFile, OpenDataRelease
from shetong.exchange.queries import releases
from shetong.exchange.views import files

# In the order of the page; files that are not named here (notes, checksums) come after.
DESCRIPTIONS = {
    "organisations.csv": _("表格（CSV），可以用表格软件直接打开"),
    "organisations.csv.gz": _("表格（CSV），压缩"),
    "organisations.jsonl.gz": _("每行一个 JSON 对象，压缩"),
    "organisations.parquet": _("Parquet，供分析程序使用"),
    "dictionary.xlsx": _("数据字典（Excel）"),
    "dictionary.json": _("数据字典（JSON）"),
    "divisions.json": _("行政区划代码"),
    "README.txt": _("说明"),
    "LICENCE.txt": _("许可"),
    "SHA256SUMS": _("校验值"),
}
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@conditional_page
def open_data(request: HttpRequest) -> HttpResponse:
    """Show the newest release with its files and checksums, and the earlier ones."""
    found = list(releases.finished())
    newest = found[0] if found else None
    context = {
        "release": newest,
        "files": [(file, DESCRIPTIONS.get(file.name, "")) for file in _ordered(newest)] if newest else [],
        "earlier": found[1:],
        "licence": settings.OPEN_DATA_LICENCE,
    }
    return render(request, "exchange/open_data.html", context)


@require_safe
@cache_control(public=True, max_age=300)
@conditional_page
def catalogue(request: HttpRequest) -> JsonResponse:
    """Answer with the releases, their files, sizes and checksums, newest first."""
    body = {"format": "1.0", "releases": [_as_document(request, release) for release in releases.finished()]}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@require_safe
def download(request: HttpRequest, release: str, name: str) -> HttpResponseBase:
    """Send a file of a release; ``latest`` leads to the newest one."""
    file = releases.file(release, name)
    if file is None:
        raise Http404
    if release == "latest":
        address = reverse("exchange:open-data-file", args=[file.release.directory, name])
        return HttpResponseRedirect(address, headers={"Cache-Control": "no-cache"})
    accel = f"{settings.OPEN_DATA_ACCEL}{release}/{name}" if settings.OPEN_DATA_ACCEL else ""
    path = Path(settings.OPEN_DATA_ROOT) / file.release.directory / file.name
    content_type = TYPES.get(path.suffix, "text/plain; charset=utf-8")
    try:
        return files.send(request, path, etag=file.sha256, content_type=content_type, filename=name, accel=accel)
    except FileNotFoundError:
        raise Http404 from None


def _ordered(release: OpenDataRelease) -> list[OpenDataFile]:
    rank = {name: at for at, name in enumerate(DESCRIPTIONS)}
    return sorted(release.files.all(), key=lambda file: (rank.get(file.name, len(rank)), file.name))


def _as_document(request: HttpRequest, release: OpenDataRelease) -> dict[str, Any]:
    return {
        "release": release.directory,
        "snapshot_at": release.snapshot_at,
        "rows": release.rows,
        "demo_rows": release.demo_rows,
        "publisher": release.publisher,
        "licence": release.licence,
        "licence_url": release.licence_url,
        "standard_version": release.standard_version,
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "url": settings.PUBLIC_URL + reverse("exchange:open-data-file", args=[release.directory, file.name]),
            }
            for file in _ordered(release)
        ],
    }
