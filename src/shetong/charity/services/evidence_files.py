"""Documents that prove spending: checked by content, sealed in the store, their digest in the log.

The public sees title and digest, and a picture only where it was marked public: encoded anew, so that neither the place
where it was taken nor anything else hidden in it goes out.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.rules import contents
from shetong.casework.services import previews, scanning, storage
from shetong.casework.services.materials import name_of
from shetong.charity.models import EvidenceFile, EvidenceKind, EvidencePicture, SubDisbursement
from shetong.charity.services import arrivals, locks
from shetong.charity.services.permission import Actor, authorise
from shetong.core.errors import InvalidInputError

FORMATS = (contents.JPEG, contents.PNG, contents.PDF)
# The longest side of a picture by its size.
SIZES = {"small": 480, "large": 1600}


def attach(
    *,
    disbursement: int,
    kind: EvidenceKind,
    title: str,
    name: str,
    content: bytes,
    actor: Actor,
    part: SubDisbursement | None = None,
    public: bool = False,
    reached_final: bool = False,
) -> EvidenceFile:
    """Keep a document and record it as evidence. ``public``: a picture of it may be shown, which a PDF has none of.

    Raises as :func:`shetong.charity.services.arrivals.prove`, and :class:`InvalidInputError` with the reason where the
    file is refused.
    """
    media_type = contents.check(content, allowed=FORMATS, largest=settings.UPLOAD_LARGEST)
    _require_picture(public, media_type)
    scanning.require_clean(content)
    with transaction.atomic():
        authorise(actor, locks.disbursement(disbursement).pool.organisation)
        file = storage.keep(content, media_type=media_type)
        evidence = arrivals.prove(
            disbursement=disbursement,
            kind=kind,
            title=title,
            digest=file.digest,
            actor=actor,
            part=part,
            reached_final=reached_final,
        )
        return EvidenceFile.objects.create(
            evidence=evidence,
            file=file,
            name=name_of(name, media_type, "凭证"),
            public=public,
            uploaded_by=actor if isinstance(actor, User) else None,
            uploaded_at=timezone.now(),
        )


@transaction.atomic
def show(*, document: int, public: bool, actor: Actor) -> EvidenceFile:
    """Let everybody see a picture of a document, or no longer. Raises :class:`ForbiddenError`."""
    row = EvidenceFile.objects.select_for_update(of=("self",)).select_related("file").get(pk=document)
    authorise(actor, row.evidence.disbursement.pool.organisation)
    _require_picture(public, row.file.media_type)
    row.public = public
    row.save(update_fields=["public"])
    audit.record(actor=actor, action="charity.show-evidence", target=row, detail={"public": public})
    return row


def picture(document: EvidenceFile, *, size: str) -> str:
    """The digest of a document's picture of one of the :data:`SIZES`, JPEG without metadata, made when first asked for.

    Two that ask first at once make the same picture and keep it once. Raises ``FileNotFoundError`` where the document
    has no picture or is lost.
    """
    known = EvidencePicture.objects.filter(document=document, size=size).values_list("file_id", flat=True).first()
    if known is not None:
        return str(known)
    if document.file.media_type == contents.PDF:
        raise FileNotFoundError(document.name)
    jpeg = previews.encoded_anew(storage.read(document.file_id), longest=SIZES[size])
    with transaction.atomic():
        file = storage.keep(jpeg, media_type=contents.JPEG)
        made, _new = EvidencePicture.objects.get_or_create(document=document, size=size, defaults={"file": file})
    return str(made.file_id)


def _require_picture(public: bool, media_type: str) -> None:
    if public and media_type == contents.PDF:
        raise InvalidInputError(
            gettext("PDF 不能公开预览：里面可能藏有姓名、账号等内容。请改为上传照片或者截图，遮住个人信息。"),
            code="evidence-not-picture",
            fields={"public": gettext("PDF 不能公开预览，请上传遮住个人信息的照片或者截图。")},
        )
