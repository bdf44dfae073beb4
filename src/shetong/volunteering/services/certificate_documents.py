"""Certificates of service as PDF, in Chinese and in English, under the issuer's seal where it has one.

A document is made and sealed once, when it is first opened, and kept: what its digest names is the document.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.casework.rules import contents
from shetong.casework.services import documents, seals, storage
from shetong.core import divisions, pii
from shetong.core.errors import NotFoundError
from shetong.core.pinyin import transliterate
from shetong.core.text import key
from shetong.core.typesetting import Template
from shetong.registry.rules.certificate_serials import grouped
from shetong.registry.services.certificate_document import qr_picture
from shetong.volunteering.models import Field, ServiceCertificate
from shetong.volunteering.models.choices import PAPERS
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.rules import service_tokens
from shetong.volunteering.services.certificates import SNAPSHOT, TOKEN_CONTEXT

TEMPLATE = Template(Path(__file__).parents[1] / "documents" / "service_certificate.typ")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_DIGESTS = {"zh": "pdf_digest", "en": "pdf_digest_en"}


@transaction.atomic
def pdf(*, user: User, serial: str, language: str) -> bytes:
    """Return one's own certificate as PDF, ``language`` ``zh`` or ``en``.

    Raises :class:`NotFoundError` for a number that is none of one's own, and where the content was erased.
    """
    rows = ServiceCertificate.objects.select_for_update(of=("self",)).select_related("team__organisation")
    found = rows.filter(serial=serial, volunteer__user=user).first()
    if found is None or not found.snapshot_sealed:
        raise NotFoundError(gettext("您没有这个编号的证明。"))
    audit.record(
        actor=user, action="service-certificate.open", target=found, jurisdiction=found.team.division_code,
        detail={"language": language},
    )  # fmt: skip
    return kept(found, language)


def kept(found: ServiceCertificate, language: str) -> bytes:
    """Return the document of a locked certificate that was not erased; made and sealed where it is opened first."""
    column = _DIGESTS[language]
    if digest := getattr(found, column):
        return storage.read(digest)
    snapshot = json.loads(pii.open_sealed(bytes(found.snapshot_sealed), context=SNAPSHOT))
    held = seals.hold(snapshot["team"], snapshot["division"], demo=found.demo)
    made = render(found, snapshot, held, language)
    if held is not None:
        made = documents.under_seal(made, held, reason=f"志愿服务记录证明 {found.serial}")
    setattr(found, column, storage.keep(made, media_type=contents.PDF).digest)
    found.save(update_fields=[column])
    return made


def render(certificate: ServiceCertificate, snapshot: dict[str, Any], held: seals.Held | None, language: str) -> bytes:
    """Return the certificate as an accessible PDF (PDF/UA-1), A4."""
    with translation.override(LANGUAGES[language]):
        content = _content(certificate, snapshot, language)
    content["seal"] = documents.seal_picture(held)
    return TEMPLATE.render(json.dumps(content, ensure_ascii=False), at=certificate.issued_at)


def romanised(name: str) -> str:
    """Return a Chinese name in pinyin, the surname in capitals as passports of others read it: ``CHEN Shifan``."""
    syllables = transliterate(key(name)).pinyin.split()
    return f"{syllables[0].upper()} {''.join(syllables[1:]).capitalize()}".strip() if syllables else name


def _person(name: str, *, english: bool) -> str:
    return f"{romanised(name)} ({name})" if english and name else name or "—"


def _content(certificate: ServiceCertificate, told: dict[str, Any], language: str) -> dict[str, Any]:
    english = language == "en"
    hours = rules.hours(told["minutes"])
    name = told["name"]
    if english:
        name = f"{told['latin_name'] or romanised(name)} ({name})"
    listed = told["lines"][: rules.MOST_LINES]
    left = len(told["lines"]) - len(listed)
    issued_on = timezone.localdate(certificate.issued_at)
    token = pii.ring().open_content(bytes(certificate.token_sealed), context=TOKEN_CONTEXT)
    return {
        "lang": language, "region": "gb" if english else "cn",
        "title": gettext("志愿服务记录证明"), "free": gettext("本证明免费出具，任何单位和个人不得收费。"),
        "people": gettext("一、志愿者"), "service": gettext("二、服务时间和内容"), "issuer": gettext("三、出具单位"),
        "other": gettext("四、其他"),
        "person_rows": [
            [gettext("姓名"), name],
            [gettext("证件类型"), str(PAPERS[told["paper"]]) if told["paper"] else "—"],
            [gettext("证件号码"), told["identity_number"]],
            [gettext("志愿者编号"), told["volunteer"]],
        ],
        "summary": gettext(
            "自%(first)s至%(last)s，共参加志愿服务%(records)d次，服务时间合计%(hours)s小时（%(minutes)d分钟）。"
        )
        % {**told, "first": told["first_day"], "last": told["last_day"], "hours": hours},
        "field_head": [gettext("服务类别"), gettext("小时")],
        "fields": [[str(Field(field).label), rules.hours(minutes)] for field, minutes in rules.by_field(told["lines"])],
        "line_head": [gettext("日期"), gettext("服务内容"), gettext("小时")],
        "lines": [[line["day"], line["what"], rules.hours(line["minutes"])] for line in listed],
        "left": gettext("另有%(left)d项，见在线核验页面所载合计。") % {"left": left} if left > 0 else "",
        "issuer_rows": [
            [gettext("出具单位"), told["team"]],
            [gettext("统一社会信用代码或团体编号"), told["team_code"]],
            [gettext("单位负责人"), _person(told["head"], english=english)],
            [gettext("证明经办人"), _person(told["handler"], english=english)],
            [gettext("联系方式"), told["contact"]],
            [gettext("所在地"), divisions.full_name(told["division"])],
        ],
        "other_rows": [
            [gettext("证明编号"), grouped(certificate.serial)],
            [gettext("出具日期"), issued_on.isoformat() if english else f"{issued_on:%Y年%-m月%-d日}"],
            *([[gettext("用途"), told["purpose"]]] if told["purpose"] else []),
            *([[gettext("公示至"), certificate.notice_until.isoformat()]] if certificate.notice_until else []),
            [gettext("说明"), gettext("时间按实际服务时间记录，不含路途。以在线核验结果为准。")],
        ],
        "names_note": gettext("专有名称按登记的中文书写。") if english else "",
        "authority": told["team"], "date": issued_on.isoformat(),
        "qr": _qr(token, certificate.serial),
        "qr_alt": gettext("核验二维码，证明编号%(serial)s") % {"serial": certificate.serial},
        "qr_caption": gettext("扫码核验，无须登录"), "site": settings.PUBLIC_URL,
        "demo": gettext("演示数据，不是真实证明") if certificate.demo else "",
    }  # fmt: skip


def _qr(token: bytes, serial: str) -> str:
    """Return the QR code of the link as SVG: error correction M, four modules of quiet zone."""
    parts = service_tokens.link_segments(token, serial=serial, public_url=settings.PUBLIC_URL)
    return qr_picture(parts)
