"""The certificate as PDF: Typst sets it, segno draws the QR code, nothing in the data is read as markup.

The same certificate always gives the same octets; the authority's seal is set under them once, and what was sealed is
kept: that file is the certificate (:func:`sealed`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shetong.casework.rules import contents
from shetong.casework.services import documents, seals, storage
from shetong.core.money import format_amount
from shetong.core.typesetting import Template
from shetong.registry.models import Authority, Certificate, CertificateFile, OrganisationKind
from shetong.registry.rules import certificate_tokens
from shetong.registry.rules.certificate_elements import TITLES, chinese_date, label, shown
from shetong.registry.rules.certificate_serials import grouped

TEMPLATE = Path(__file__).parents[1] / "documents" / "certificate.typ"
_SET = Template(TEMPLATE)


@lru_cache(maxsize=1)
def template_digest() -> str:
    """Return what changes when the layout changes; part of the document's entity tag."""
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()[:12]


@transaction.atomic
def sealed(certificate_id: int) -> bytes:
    """Return a certificate under the seal of its authority: sealed now where it was not yet, else as it was kept.

    Where the authority has no seal the document stays without one and is not kept; one whose seal must no longer be
    believed is sealed anew. What the store has lost can be made again, since everything in it stands in the register.
    """
    certificate = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate_id)
    kept = CertificateFile.objects.select_related("seal").filter(certificate=certificate).first()
    if kept is not None and kept.stands:
        try:
            return storage.read(kept.file_id)
        except (FileNotFoundError, storage.AlteredError):
            pass
    authority = str(certificate.snapshot["authority"])
    held = seals.hold(authority, _division(certificate), demo=certificate.demo, kept=False)
    pdf = render_pdf(certificate, held)
    if held is None:
        return pdf
    title = TITLES[OrganisationKind(str(certificate.snapshot["kind"]))]
    pdf = documents.under_seal(pdf, held, reason=f"{title} {certificate.serial}")
    file = storage.keep(pdf, media_type=contents.PDF)
    CertificateFile.objects.update_or_create(
        certificate=certificate, defaults={"file": file, "seal": held.seal, "sealed_at": timezone.now()}
    )
    return pdf


def _division(certificate: Certificate) -> str:
    """Return the division of the authority that issued a certificate, which may not be the organisation's any more."""
    own: Authority = certificate.organisation.authority
    name = str(certificate.snapshot["authority"])
    if own.name == name:
        return own.division_code
    return Authority.objects.filter(name=name).values_list("division_code", flat=True).first() or own.division_code


def tag(certificate: Certificate) -> str:
    """Return what changes with the document: the kept file's digest, or the layout's where none is kept."""
    kept = CertificateFile.objects.select_related("seal").filter(certificate=certificate).first()
    return kept.file_id[:12] if kept is not None and kept.stands else template_digest()


def render_pdf(certificate: Certificate, held: seals.Held | None = None) -> bytes:
    """Return the certificate as an accessible PDF (PDF/UA-1) with its signed QR code; A4 landscape.

    ``held``: the seal whose picture is drawn. A business scope that does not fit goes to a second page in full.
    """
    data = {**_content(certificate), "seal": documents.seal_picture(held)}
    return _SET.render(json.dumps(data, ensure_ascii=False), at=certificate.issued_at)


def _content(certificate: Certificate) -> dict[str, object]:
    """Return everything that the template prints, as texts."""
    facts = certificate.snapshot
    kind = str(facts["kind"])
    start, end = facts.get("certificate_valid_from"), facts.get("certificate_valid_to")
    funds = facts.get("registered_funds")
    issued_on = timezone.localtime(certificate.issued_at).date()
    return {
        "title": TITLES[OrganisationKind(kind)],
        "charity": "慈善组织" if facts.get("charity") else "",
        "code_label": label("uscc", kind),
        "code": facts["uscc"],
        "rows": [
            {"label": label("name", kind), "value": facts["name"]},
            {"label": label("business_scope", kind), "value": facts["business_scope"] or "—"},
            {"label": label("domicile", kind), "value": facts["domicile"] or "—"},
            {"label": label("legal_representative", kind), "value": facts["legal_representative"] or "—"},
            {
                "label": label("registered_funds", kind),
                "value": f"人民币{format_amount(funds)}" if funds is not None else "—",
            },
            {"label": label("supervising_body", kind), "value": facts["supervising_body"] or "—"},
            {"label": "有效期限", "value": _period(start, end)},
        ],
        "authority_label": "发证机关",
        "authority": facts["authority"],
        "date_label": "发证日期",
        "date": chinese_date(issued_on),
        "serial_label": "证书编号",
        "serial": grouped(certificate.serial),
        "qr": qr_svg(certificate),
        "qr_alt": f"核验二维码，证书编号{certificate.serial}",
        "qr_caption": "扫码核验本证书",
        "site": settings.PUBLIC_URL,
        "annex": "附页",
        "see_annex": "……（全文见附页）",
        "demo": certificate.demo,
        "demo_mark": "演示",
        "demo_note": "演示数据，非有效证书",
    }


def _period(start: object, end: object) -> str:
    if start and end:
        from_, to = shown("certificate_valid_from", str(start)), shown("certificate_valid_to", str(end))
        return f"自{from_}至{to}"
    if end:
        return f"至{shown('certificate_valid_to', str(end))}"
    return f"自{shown('certificate_valid_from', str(start))}起" if start else "—"


def qr_svg(certificate: Certificate) -> str:
    """Return the QR code of the certificate's link as SVG: error correction M, four modules of quiet zone."""
    parts = certificate_tokens.link_segments(
        bytes(certificate.token), serial=certificate.serial, public_url=settings.PUBLIC_URL
    )
    return qr_picture(parts)


def qr_picture(parts: Iterable[str]) -> str:
    """Return a QR code as SVG, each part of its text in a segment of its own."""
    segments = [(part,) for part in parts]
    code = segno.make(segments, error="m", micro=False, boost_error=False)  # type: ignore[arg-type] # takes segments too
    runs: list[str] = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    side = len(code.matrix) + 8
    path = "".join(runs)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {side} {side}"><path d="{path}"/></svg>'
