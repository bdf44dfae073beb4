"""Proof of receipt (送达回证) of a notice that was delivered online, as a sealed PDF made when it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from shetong.accounts.models import User
from shetong.casework.models import Notice
from shetong.casework.rules import notice_words
from shetong.casework.services import documents, notices, seals
from shetong.core.typesetting import Template

TEMPLATE = Template(Path(__file__).parents[1] / "documents" / "receipt.typ")


@transaction.atomic
def opened(*, notice_id: int, actor: User) -> tuple[Notice, bytes]:
    """Return a notice and its file to the applicant's side and record the receipt: both or neither.

    Raises what :func:`shetong.casework.services.notices.receive` and
    :func:`shetong.casework.services.documents.sealed` raise.
    """
    notice = notices.receive(notice_id=notice_id, actor=actor)
    return notice, documents.sealed(notice.pk)


@transaction.atomic
def render(notice_id: int) -> bytes:
    """Return the proof of receipt as it stands now, under the authority's seal where it has one."""
    notice = Notice.objects.select_related("case").get(pk=notice_id)
    held = seals.hold(notice.content["authority"], notice.case.authority_division, demo=notice.case.demo, kept=False)
    now = timezone.localtime()
    data = {
        "title": "送达回证",
        "number": notice.document_number,
        "authority": notice.content["authority"],
        "rows": [{"label": label, "value": value} for label, value in _rows(notice)],
        "date": str(now.date()),
        "demo": "演示数据，不是真实文书" if notice.case.demo else "",
        "seal": documents.seal_picture(held),
    }
    pdf = TEMPLATE.render(json.dumps(data, ensure_ascii=False), at=now)
    return pdf if held is None else documents.under_seal(pdf, held, reason=f"送达回证 {notice.document_number}")


def _rows(notice: Notice) -> list[tuple[str, str]]:
    def time(moment: object) -> str:
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""  # type: ignore[arg-type]

    return [
        ("送达文书", notice_words.title(notice.kind, notice.content)),
        ("文号", notice.document_number),
        ("办件编号", str(notice.content["case_number"])),
        ("受送达人", str(notice.content["applicant"])),
        ("送达方式", "网上送达（办事大厅）"),
        ("送达时间", time(notice.delivered_at)),
        ("打开签收时间", time(notice.received_at) or "尚未打开"),
        ("签收人", notice.received_by or "—"),
        ("文书摘要（SHA-256）", " ".join(notice.pdf_digest[at : at + 16] for at in range(0, 64, 16))),
    ]
