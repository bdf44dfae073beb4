"""Documents of the authority as PDF: Typst sets what the notice recorded, the authority's seal is set under it.

A document is sealed once, when it is delivered or first opened, and kept: what its digest names is the document.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from shetong.casework.models import Notice, NoticeKind
from shetong.casework.rules import contents, notice_words, sealed_pdfs
from shetong.casework.services import seal_timestamps, seals, storage
from shetong.core.typesetting import Template

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

logger = structlog.get_logger(__name__)

TEMPLATE = Template(Path(__file__).parents[1] / "documents" / "notice.typ")

_LINES = (
    ("accepted_on", "受理日期"),
    ("limit", "法定办理期限"),
    ("promised", "承诺办理期限"),
    ("until", "请在此日前补正"),
    ("due_on", "期限届满日"),
    ("days", "天数"),
    ("outcome", "办理结果"),
    ("subject_code", "统一社会信用代码"),
    ("other_authority", "应当向其申请的机关"),
    ("reason", "理由"),
)


@transaction.atomic
def sealed(notice_id: int) -> bytes:
    """Return a notice under the authority's seal: sealed now where it was not yet, else as it was kept.

    Where the authority never had a seal the document stays without one. Raises
    :class:`~shetong.casework.services.seals.SealRunOutError` where its seal has run out, ``FileNotFoundError`` and
    :class:`~shetong.casework.services.storage.AlteredError` where the kept file is gone or was altered.
    """
    notice = Notice.objects.select_for_update(of=("self",)).select_related("case").get(pk=notice_id)
    if notice.pdf_digest:
        return storage.read(notice.pdf_digest)
    held = seals.hold(notice.content["authority"], notice.case.authority_division, demo=notice.case.demo)
    pdf = render(notice, held)
    if held is not None:
        named = notice_words.title(notice.kind, notice.content)
        pdf = under_seal(pdf, held, reason=f"{named} {notice.document_number}")
    notice.pdf_digest = storage.keep(pdf, media_type=contents.PDF).digest
    notice.save(update_fields=["pdf_digest"])
    return pdf


def under_seal(pdf: bytes, held: seals.Held, *, reason: str) -> bytes:
    """Return ``pdf`` sealed, with a time stamp where an authority for those is configured and answers."""
    from pyhanko.sign.timestamps import TimestampRequestError

    def seal(stamper: TimeStamper | None) -> bytes:
        return sealed_pdfs.seal(pdf, held.pair, authority=held.seal.authority_name, reason=reason, stamper=stamper)

    try:
        return seal(seal_timestamps.stamper())
    except TimestampRequestError as error:
        # A decision must reach people in time; the stamp is a further proof, not the seal.
        logger.warning("seal.without_timestamp", error=str(error)[:200])
        return seal(None)


def render(notice: Notice, held: seals.Held | None = None) -> bytes:
    """Return the notice as an accessible PDF (PDF/UA-1), A4, with the picture of the seal where one is ``held``."""
    content = notice.content
    kind = NoticeKind(notice.kind)
    lines = [(label, str(content[name])) for name, label in _LINES if content.get(name) not in (None, "")]
    if rests_upon := notice_words.provisions(kind, content):
        lines.append(("依据", rests_upon))
    data = {
        "title": notice_words.title(kind, content),
        "number": notice.document_number,
        "authority": content["authority"],
        "applicant": content["applicant"],
        "case_number": content["case_number"],
        "opening": notice_words.opening(kind, content),
        "items": content.get("items", []),
        "lines": [{"label": label, "value": value} for label, value in lines],
        "remedies": content.get("remedies", ""),
        "date": content["date"],
        "demo": "演示数据，不是真实文书" if notice.case.demo else "",
        "seal": seal_picture(held),
    }
    return TEMPLATE.render(json.dumps(data, ensure_ascii=False), at=notice.issued_at)


def seal_picture(held: seals.Held | None) -> dict[str, str]:
    """Return what the template draws as the seal: nothing without one."""
    if held is None:
        return {"name": "", "mark": ""}
    return {"name": held.seal.authority_name, "mark": "演示" if held.seal.demo else ""}
