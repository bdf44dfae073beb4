"""Handing an archive's package out: it holds the whole form, so it is personal data in the clear."""

from __future__ import annotations

from django.http import HttpRequest

from shetong.accounts.models import User
from shetong.accounts.services import audit, personal_data
from shetong.casework.models import Archive
from shetong.casework.services import storage


def hand_out(archive: Archive, *, actor: User, purpose: str, reason: str, request: HttpRequest | None = None) -> bytes:
    """Return a package for a named purpose, after the reading was recorded; counts towards the daily limit.

    Raises what :func:`shetong.accounts.services.personal_data.reveal` raises, ``FileNotFoundError`` and
    :class:`~shetong.casework.services.storage.AlteredError`; then nothing is recorded as read.
    """

    def read() -> bytes:
        content = storage.read(archive.file_id)
        audit.record(
            actor=actor, action="archive.download", target=archive, jurisdiction=archive.case.authority_division,
            purpose=purpose, detail={"archive": archive.number}, request=request,
        )  # fmt: skip
        return content

    return personal_data.reveal(
        actor=actor,
        subject=f"archive:{archive.pk}",
        field="archive",
        jurisdiction=archive.case.authority_division,
        purpose=purpose,
        reason=reason,
        read=read,
        request=request,
    )
