"""What the register writes into the public logs, type by type (:mod:`shetong.ledger.rules.entry_types`)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from shetong.ledger.rules.entry_types import EntryType, Field, Form
from shetong.registry.models.choices import FilingKind

FILINGS = tuple((str(kind.value), str(kind.label)) for kind in FilingKind)
ENDINGS = (("replaced", _("已换发")), ("revoked", _("已废止")))

FILING = EntryType(
    "registry.filing",
    1,
    _("登记事项记载"),
    "A filing that changed the register of organisations.",
    (
        Field(
            "organisation",
            Form.IDENTIFIER,
            "The organisation's unified code, or BR and a number for a branch.",
            label=_("组织"),
        ),
        Field(
            "kind",
            Form.IDENTIFIER,
            "The kind of filing, as in the published code list.",
            label=_("事由"),
            words=FILINGS,
        ),
        Field("effective_on", Form.DATE, "The day from which the filing has effect.", label=_("生效日期")),
        Field("recorded_at", Form.INSTANT, "When the register took the filing.", label=_("记载时间")),
        Field(
            "corrects",
            Form.COUNT,
            "The number of the filing that this one corrects.",
            nullable=True,
            label=_("更正的记载"),
        ),
        Field(
            "digest",
            Form.DIGEST,
            "SHA-256 over the canonical JSON of basis, before and after, without what they say of people.",
            label=_("内容摘要"),
        ),
    ),
    people=True,
)
IMPORT = EntryType(
    "registry.import",
    1,
    _("数据导入"),
    "A finished import of a list into the register.",
    (
        Field("file", Form.DIGEST, "SHA-256 of the imported file.", label=_("文件摘要")),
        Field("created", Form.COUNT, "How many organisations were new.", label=_("新增组织")),
        Field("changed", Form.COUNT, "How many organisations were changed.", label=_("变更组织")),
        Field("demo", Form.FLAG, "Whether the data are a demonstration.", label=_("演示数据")),
    ),
)
ISSUED = EntryType(
    "certificate.issued",
    1,
    _("签发登记证书"),
    "A registration certificate was issued.",
    (
        Field("serial", Form.IDENTIFIER, "The certificate's serial number.", label=_("证书编号")),
        Field(
            "token", Form.DIGEST, "SHA-256 of the signed token in the certificate's QR code.", label=_("签名数据摘要")
        ),
    ),
)
ENDED = EntryType(
    "certificate.ended",
    1,
    _("证书换发或废止"),
    "A registration certificate was replaced or revoked.",
    (
        Field("serial", Form.IDENTIFIER, "The certificate's serial number.", label=_("证书编号")),
        Field("state", Form.IDENTIFIER, "replaced or revoked.", label=_("证书状态"), words=ENDINGS),
    ),
)
TYPES = (FILING, IMPORT, ISSUED, ENDED)
