"""All certificates of a batch in one archive, for the team that issued them and for the school that asked.

Papers name people in full, so whoever takes them says what for, and it is recorded. The archive is written while it is
sent: one document at a time is in memory, and a batch has at most
:data:`~shetong.volunteering.services.certificates.MOST_AT_ONCE`.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.core.spreadsheets import inert
from shetong.volunteering.models import CertificateBatch, ServiceCertificate, ServiceCertificateState, StaffRole
from shetong.volunteering.queries import staff
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.services import certificate_documents
from shetong.volunteering.services.certificates import SNAPSHOT

BOM = "\ufeff"


class _Pipe(io.RawIOBase):
    """What was written and not sent yet."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        octets = bytes(piece)  # type: ignore[call-overload] # the archive writes octets
        self._pieces.append(octets)
        return len(octets)

    def drain(self) -> bytes:
        """Return what was written since."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


@transaction.atomic
def open_batch(*, actor: User, batch_id: int, purpose: str, language: str) -> tuple[str, Iterator[bytes]]:
    """Return name and pieces of the archive of a batch: its valid certificates and a list of them.

    ``language``: ``zh`` or ``en``. Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`InvalidInputError`.
    """
    batch = CertificateBatch.objects.select_related("team").filter(pk=batch_id).first()
    if batch is None:
        raise NotFoundError(gettext("没有找到这个批次，请返回证明页面查看。"))
    staff.require(actor, batch.team_id, StaffRole.ORGANISER)
    if not 4 <= len(purpose.strip()) <= 100:
        raise InvalidInputError(
            gettext("证明上有姓名和证件号码，请写明下载的用途。"), fields={"purpose": gettext("请写明用途。")}
        )
    rows = batch.certificates.filter(state=ServiceCertificateState.VALID).exclude(snapshot_sealed=b"")
    numbers = list(rows.order_by("serial").values_list("pk", flat=True))
    if not numbers:
        raise NotFoundError(gettext("这个批次已经没有有效的证明。"))
    audit.record(
        actor=actor, action="service-certificate.archive", target=batch, jurisdiction=batch.team.division_code,
        detail={"count": len(numbers), "language": language, "purpose": purpose.strip()},
    )  # fmt: skip
    return f"certificates-{batch.pk}.zip", _pieces(numbers, language)


def _pieces(numbers: list[int], language: str) -> Iterator[bytes]:
    pipe = _Pipe()
    listed = [["证明编号", "姓名", "志愿者编号", "小时"]]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for pk in numbers:
            taken = _one(pk, language)
            if taken is None:
                continue
            serial, line, document = taken
            listed.append(line)
            archive.writestr(f"{serial}.pdf", document)
            yield pipe.drain()
        target = io.StringIO()
        csv.writer(target).writerows([inert(cell) for cell in line] for line in listed)
        archive.writestr("list.csv", (BOM + target.getvalue()).encode())
    yield pipe.drain()


@transaction.atomic
def _one(pk: int, language: str) -> tuple[str, list[str], bytes] | None:
    """Return serial number, line of the list and document; ``None`` where it was revoked or erased meanwhile."""
    rows = ServiceCertificate.objects.select_for_update(of=("self",)).select_related("team__organisation")
    found = rows.filter(pk=pk, state=ServiceCertificateState.VALID).first()
    if found is None or not found.snapshot_sealed:
        return None
    told = json.loads(pii.open_sealed(bytes(found.snapshot_sealed), context=SNAPSHOT))
    line = [found.serial, told["name"], told["volunteer"], rules.hours(told["minutes"])]
    return found.serial, line, certificate_documents.kept(found, language)
