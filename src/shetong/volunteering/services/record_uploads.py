"""A file of records from another system, brought by the office: looked at without effect first, then taken in.

The file lies sealed until it is taken in or dropped. What the look tells is what taking in would do, because it is done
and undone (:func:`shetong.volunteering.services.foreign.take_in`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from python_calamine import CalamineWorkbook

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.services import storage
from shetong.core import divisions
from shetong.core.errors import InvalidInputError, NotFoundError, WrongStateError
from shetong.registry.services.imports.spreadsheet import check_archive
from shetong.volunteering.models import Field, RecordBatch, RecordUpload, VolunteerSystem
from shetong.volunteering.rules import record_files
from shetong.volunteering.services import foreign

LARGEST = 20 << 20
KEPT = timedelta(days=7)
CSV, XLSX = "text/csv", "application/zip"


class _UndoneError(Exception):
    """Ends a look: everything written is taken back."""


def look(*, actor: User, system_code: str, confirmer: str, content: bytes) -> RecordUpload:
    """Look at a file and keep it with what taking it in would do.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`InvalidInputError` with what to do about the file.
    """
    system = _system(actor, system_code)
    if len(confirmer.strip()) < 2:
        raise InvalidInputError(
            gettext("有些内容需要改正。"), fields={"confirmer": gettext("请填写来源系统确认这些记录的人。")}
        )
    read = _read(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        outcome = _tried(actor, system, confirmer, f"file-{digest[:20]}", read)
        kept = storage.keep(content, media_type=XLSX if content.startswith(b"PK") else CSV)
        made = RecordUpload.objects.create(
            system=system, number=f"file-{digest[:20]}", confirmer=confirmer.strip()[:100], file_digest=kept.digest,
            rows=read.rows, uploaded_by=actor, uploaded_at=timezone.now(), **outcome,
        )  # fmt: skip
        audit.record(
            actor=actor, action="hours.look", target=made, jurisdiction=_place(system), detail={"rows": read.rows}
        )
    return made


@transaction.atomic
def bring_in(*, actor: User, upload_id: int) -> RecordUpload:
    """Take in a file that was looked at, and forget the file.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError` where that was done or is too late.
    """
    upload = _upload(actor, upload_id)
    read = _read(storage.read(upload.file_digest))
    outcome = _take_in(actor, upload.system, upload.confirmer, upload.number, read)
    for name, value in outcome.items():
        setattr(upload, name, value)
    upload.batch = RecordBatch.objects.filter(source=upload.system.code, number=upload.number).first()
    upload.brought_at = timezone.now()
    _forget_file(upload)
    upload.save()
    return upload


@transaction.atomic
def drop(*, actor: User, upload_id: int) -> None:
    """Forget a file that was looked at and not taken in. Raises like :func:`bring_in`."""
    upload = _upload(actor, upload_id)
    audit.record(actor=actor, action="hours.drop", target=upload, jurisdiction=_place(upload.system))
    _forget_file(upload)
    upload.delete()


def forget() -> int:
    """Forget files that nobody took in within :data:`KEPT`; return how many."""
    late = RecordUpload.objects.filter(brought_at__isnull=True, uploaded_at__lt=timezone.now() - KEPT)
    total = 0
    for upload_id in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            upload = RecordUpload.objects.select_for_update().filter(pk=upload_id, brought_at__isnull=True).first()
            if upload is not None:
                _forget_file(upload)
                upload.delete()
                total += 1
    return total


def _forget_file(upload: RecordUpload) -> None:
    digest, upload.file_digest = upload.file_digest, ""
    if not RecordUpload.objects.filter(file_digest=digest).exclude(pk=upload.pk).exists():
        storage.forget(digest)


def _system(actor: User, code: str) -> VolunteerSystem:
    system = VolunteerSystem.objects.select_related("organisation").filter(code=code, ended_on__isnull=True).first()
    if system is None:
        raise NotFoundError(gettext("没有这个系统。"), fields={"system": gettext("请选择。")})
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, _place(system))
    return system


def _place(system: VolunteerSystem) -> str:
    return system.organisation.division_code or "100000"


def _upload(actor: User, upload_id: int) -> RecordUpload:
    upload = (
        RecordUpload.objects.select_for_update(of=("self",))
        .select_related("system__organisation").filter(pk=upload_id).first()
    )  # fmt: skip
    if upload is None:
        raise NotFoundError(gettext("没有找到这个文件，可能已经过期。"))
    permissions.require(actor, Permission.VOLUNTEERING_MANAGE, _place(upload.system))
    if upload.brought_at is not None:
        raise WrongStateError(gettext("这个文件已经导入。"))
    return upload


def _tried(
    actor: User, system: VolunteerSystem, confirmer: str, number: str, read: record_files.Read
) -> dict[str, object]:
    outcome: dict[str, object] = {}
    try:
        with transaction.atomic():
            outcome = _take_in(actor, system, confirmer, number, read)
            raise _UndoneError
    except _UndoneError:
        return outcome


def _take_in(
    actor: User, system: VolunteerSystem, confirmer: str, number: str, read: record_files.Read
) -> dict[str, object]:
    faults = list(read.faults)
    if not read.lines:
        return {"counted": 0, "flagged": 0, "repeated": 0, "faults": faults}
    done = foreign.take_in(
        actor=actor, source=system.code, batch=number, confirmer=confirmer.strip(),
        columns=foreign.Columns(*read.columns), demo=system.demo,
    )  # fmt: skip
    left = [*done.faults, *((number_, "changed") for number_ in done.changed)]
    faults += [(read.lines[number_], number_, why) for number_, why in left]
    return {
        "counted": done.batch.counted if done.new else 0, "flagged": done.batch.flagged if done.new else 0,
        "repeated": done.repeated if done.new else len(read.lines), "faults": sorted(faults),
    }  # fmt: skip


def _read(content: bytes) -> record_files.Read:
    if not 0 < len(content) <= LARGEST:
        raise _file_error(gettext("文件是空的或者超过%(most)dMB，请分成几个文件。") % {"most": LARGEST >> 20})
    numbered = enumerate(_rows(content), start=1)
    at = record_files.heading(next(numbered, (1, ()))[1])
    if isinstance(at, list):
        raise _file_error(gettext("第一行应是表头，缺少：%(columns)s。请下载空表对照。") % {"columns": "、".join(at)})
    fields = {**{code: code for code in Field.values}, **{str(label): code for code, label in Field.choices}}
    read = record_files.read(
        numbered, at, fields=fields, division=lambda code: divisions.get(code) is not None, now=timezone.now()
    )
    if not 1 <= read.rows <= record_files.MOST_ROWS:
        raise _file_error(gettext("一个文件1至%(most)d条记录，请分成几个文件。") % {"most": record_files.MOST_ROWS})
    return read


def _file_error(said: str) -> InvalidInputError:
    return InvalidInputError(gettext("有些内容需要改正。"), fields={"file": said})


def _rows(content: bytes) -> Iterator[Sequence[str]]:
    if content.startswith(b"PK"):
        yield from _sheet_rows(content)
        return
    for codec in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        yield from csv.reader(io.StringIO(text))
        return
    raise _file_error(gettext("文件的编码不能识别，请另存为 UTF-8 的 CSV 或者 XLSX。"))


def _sheet_rows(content: bytes) -> Iterator[Sequence[str]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        check_archive(Path(file.name))
        try:
            book = CalamineWorkbook.from_path(file.name)
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except (OSError, ValueError, RuntimeError, IndexError, zipfile.BadZipFile) as error:
            raise _file_error(gettext("电子表格已损坏或加了密码，请另存为“.xlsx”再上传。")) from error
    for row in rows:
        yield [_cell(cell) for cell in row]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
