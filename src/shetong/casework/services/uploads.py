"""Resumable uploads of materials: begun with a known length, continued at the right place, checked once whole.

A piece is written to the store and then counted, with the upload's row locked: of two tabs that send the same octets
one advances and the other is told where the upload stands. Pieces lie sealed like files.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.models import CaseMaterial, CheckFile, Upload
from shetong.casework.queries import mandates
from shetong.casework.rules import contents
from shetong.casework.services import checks, drafts, materials, stores
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError

CONTEXT = "upload.piece"
# Stands in the place of a material's code for what comes back from checks.
CHECK = "site-check"
# One person can have so many uploads on their way.
MOST_OPEN = 20
NAME_LENGTH = 200


class OffsetError(ConflictError):
    """The piece does not continue the upload where it stands."""

    code = "upload-offset"


class TooLargeError(InvalidInputError):
    """The file is larger than what is taken."""

    code = "file-too-large"
    status = 413


class ExpiredError(NotFoundError):
    """The upload was not continued in time."""

    code = "upload-expired"
    status = 410


def begin(*, case_id: int, actor: User, material: str, name: str, length: int) -> Upload:
    """Begin an upload of ``length`` octets; refused before the first octet where it could not be taken.

    Raises :class:`InvalidInputError`, :class:`TooLargeError`, :class:`ConflictError`, and what
    :func:`shetong.casework.services.drafts.peek` raises.
    """
    case = drafts.peek(case_id, actor)
    materials.asked(case, material)
    return _begin(Upload(case=case, code=material), actor, name, length)


def begin_for_check(*, check_id: int, actor: User, name: str, length: int) -> Upload:
    """Begin an upload of what an officer brings back from a check, by one of its officers before it is recorded.

    Raises as :func:`begin`, and what :func:`shetong.casework.services.checks.to_be_recorded` raises.
    """
    check = checks.to_be_recorded(check_id=check_id, actor=actor)
    return _begin(Upload(case_id=check.case_id, code=CHECK, check_made=check), actor, name, length)


def _begin(upload: Upload, actor: User, name: str, length: int) -> Upload:
    try:
        contents.require_size(length, largest=settings.UPLOAD_LARGEST)
    except InvalidInputError as refused:
        if refused.code != TooLargeError.code:
            raise
        raise TooLargeError(refused.message) from None
    now = timezone.now()
    open_ones = Upload.objects.filter(
        created_by=actor, material__isnull=True, check_file__isnull=True, refusal="", expires_at__gt=now
    )
    if open_ones.count() >= MOST_OPEN:
        raise ConflictError(gettext("同时上传的文件最多%(most_open)s个，请等前面的传完。") % {"most_open": MOST_OPEN})
    upload.name, upload.length, upload.created_by, upload.created_at = name[:NAME_LENGTH], length, actor, now
    upload.expires_at = now + timedelta(hours=settings.UPLOAD_HOURS)
    upload.save(force_insert=True)
    return upload


def find(*, upload_id: UUID, actor: User) -> Upload:
    """Return an upload of ``actor``. Raises :class:`NotFoundError`, :class:`ExpiredError`."""
    return _own(Upload.objects.select_related("case", "check_made").filter(pk=upload_id).first(), actor)


@transaction.atomic
def append(*, upload_id: UUID, actor: User, offset: int, piece: bytes) -> Upload:
    """Add octets at ``offset`` and return the upload as it stands then.

    Raises :class:`OffsetError`, :class:`TooLargeError`, :class:`NotFoundError`, :class:`ExpiredError`.
    """
    locked = (
        Upload.objects.select_for_update(of=("self",)).select_related("case", "check_made").filter(pk=upload_id).first()
    )
    upload = _own(locked, actor)
    if offset != upload.offset:
        raise OffsetError(gettext("上传已经进行到第%(offset)s字节，请从那里继续。") % {"offset": upload.offset})
    if offset + len(piece) > upload.length:
        raise TooLargeError(gettext("收到的内容比说明的长，请重新上传。"))
    if piece:
        stores.store().put(_key(upload, len(upload.pieces)), pii.ring().seal_content(piece, context=CONTEXT))
        upload.pieces = [*upload.pieces, len(piece)]
        upload.offset += len(piece)
        upload.expires_at = timezone.now() + timedelta(hours=settings.UPLOAD_HOURS)
        upload.save(update_fields=["pieces", "offset", "expires_at"])
    return upload


def finish(*, upload_id: UUID, actor: User) -> CaseMaterial | CheckFile | None:
    """Turn a whole upload into what it is for, through the same checks as any file; ``None`` while octets are missing.

    Safe to run again: a server that died between the last octet and the check is made good by asking anew. Raises
    what :func:`shetong.casework.services.materials.upload` and :func:`shetong.casework.services.checks.attach` raise;
    a refusal is recorded.
    """
    upload = find(upload_id=upload_id, actor=actor)
    if upload.offset < upload.length:
        return None
    if (there := upload.material or upload.check_file) is not None:
        return there
    if upload.refusal:
        raise InvalidInputError(upload.refusal, code="file-refused")
    store, ring = stores.store(), pii.ring()
    try:
        content = b"".join(
            ring.open_content(store.get(_key(upload, number)), context=CONTEXT) for number in range(len(upload.pieces))
        )
    except FileNotFoundError:
        # Finished by a twin that has deleted the pieces meanwhile.
        twin = find(upload_id=upload_id, actor=actor)
        return twin.material or twin.check_file
    try:
        made = _made(upload, actor, content)
    except InvalidInputError as refused:
        Upload.objects.filter(pk=upload.pk).update(refusal=refused.message[:300])
        _forget(upload)
        raise
    column = "material" if isinstance(made, CaseMaterial) else "check_file"
    Upload.objects.filter(pk=upload.pk).update(**{column: made})
    _forget(upload)
    return made


def _made(upload: Upload, actor: User, content: bytes) -> CaseMaterial | CheckFile:
    if upload.check_made_id is not None:
        return checks.attach(check_id=upload.check_made_id, actor=actor, name=upload.name, content=content)
    return materials.upload(
        case_id=upload.case_id, actor=actor, material=upload.code, name=upload.name, content=content
    )


@transaction.atomic
def terminate(*, upload_id: UUID, actor: User) -> None:
    """Give an upload up; what has come of it is deleted."""
    locked = (
        Upload.objects.select_for_update(of=("self",)).select_related("case", "check_made").filter(pk=upload_id).first()
    )
    upload = _own(locked, actor)
    _forget(upload)
    upload.delete()


def sweep() -> int:
    """Delete uploads that were not continued in time; return how many."""
    swept = 0
    for pk in list(Upload.objects.filter(expires_at__lt=timezone.now()).values_list("pk", flat=True)):
        with transaction.atomic():
            upload = Upload.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if upload is None or upload.expires_at >= timezone.now():
                continue
            _forget(upload)
            upload.delete()
            swept += 1
    return swept


def _own(upload: Upload | None, actor: User) -> Upload:
    if upload is None or upload.created_by_id != actor.pk or not _may_continue(upload, actor):
        raise NotFoundError(gettext("没有找到这次上传，请重新选择文件。"))
    if upload.expires_at < timezone.now():
        raise ExpiredError(gettext("这次上传隔得太久，已经作废，请重新选择文件。"))
    return upload


def _may_continue(upload: Upload, actor: User) -> bool:
    check = upload.check_made
    return mandates.may_act(actor, upload.case) if check is None else actor.pk in check.officers


def _key(upload: Upload, number: int) -> str:
    return f"uploads/{upload.pk}/{number}"


def _forget(upload: Upload) -> None:
    store = stores.store()
    for number in range(len(upload.pieces)):
        store.delete(_key(upload, number))
