"""What the register writes into the public logs, type by type (:mod:`shetong.ledger.rules.entry_types`)."""

from __future__ import annotations

from shetong.ledger.rules.entry_types import EntryType, Field, Form

FILING = EntryType(
    "registry.filing",
    1,
    "登记事项记载",
    "A filing that changed the register of organisations.",
    (
        Field("organisation", Form.IDENTIFIER, "The organisation's unified code, or BR and a number for a branch."),
        Field("kind", Form.IDENTIFIER, "The kind of filing, as in the published code list."),
        Field("effective_on", Form.DATE, "The day from which the filing has effect."),
        Field("recorded_at", Form.INSTANT, "When the register took the filing."),
        Field("corrects", Form.COUNT, "The number of the filing that this one corrects.", nullable=True),
        Field(
            "digest",
            Form.DIGEST,
            "SHA-256 over the canonical JSON of basis, before and after, without what they say of people.",
        ),
    ),
    people=True,
)
IMPORT = EntryType(
    "registry.import",
    1,
    "数据导入",
    "A finished import of a list into the register.",
    (
        Field("file", Form.DIGEST, "SHA-256 of the imported file."),
        Field("created", Form.COUNT, "How many organisations were new."),
        Field("changed", Form.COUNT, "How many organisations were changed."),
        Field("demo", Form.FLAG, "Whether the data are a demonstration."),
    ),
)
ISSUED = EntryType(
    "certificate.issued",
    1,
    "签发登记证书",
    "A registration certificate was issued.",
    (
        Field("serial", Form.IDENTIFIER, "The certificate's serial number."),
        Field("token", Form.DIGEST, "SHA-256 of the signed token in the certificate's QR code."),
    ),
)
ENDED = EntryType(
    "certificate.ended",
    1,
    "证书换发或废止",
    "A registration certificate was replaced or revoked.",
    (
        Field("serial", Form.IDENTIFIER, "The certificate's serial number."),
        Field("state", Form.IDENTIFIER, "replaced or revoked."),
    ),
)
TYPES = (FILING, IMPORT, ISSUED, ENDED)
