"""What people read about a verdict; the page hands the same words to the browser's own verification."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shetong.registry.rules.certificate_verification import Verdict


@dataclass(frozen=True, slots=True)
class Words:
    """``tone``: good, warn or bad (the design system's notices)."""

    tone: str
    title: str | Promise
    explanation: str | Promise


WORDS = {
    Verdict.VALID: Words("good", _("真实有效"), _("签名有效，登记机关现在的记录与证书所载一致。")),
    Verdict.REPLACED: Words("warn", _("已换发"), _("这份证书曾真实签发，但之后换发了新证书，本证书已停止使用。")),
    Verdict.REVOKED: Words("bad", _("已废止"), _("这份证书曾真实签发，但已由登记机关废止，不能再作为凭证。")),
    Verdict.CHANGED: Words(
        "warn", _("登记事项已变更"), _("签名有效，但登记机关现在的记录与证书所载不同，请以现登记为准。")
    ),
    Verdict.EXPIRED: Words("warn", _("已过有效期"), _("签名有效，但证书所载的有效期限已经届满。")),
    Verdict.UNRECORDED: Words("bad", _("查无此证"), _("登记库中没有这份证书。请不要采信，并向登记管理机关反映。")),
    Verdict.BAD_SIGNATURE: Words(
        "bad", _("签名无效（伪造或被改动）"), _("二维码的内容与签名不符：证书是伪造的，或者内容被改动过。请不要采信。")
    ),
    Verdict.UNKNOWN_KEY: Words(
        "bad", _("密钥不明"), _("二维码所用的签名密钥不在登记管理机关公布的密钥之中，证书可能是伪造的。")
    ),
    Verdict.KEY_REVOKED: Words(
        "bad", _("密钥已失效"), _("签发这份证书的密钥已经失效，证书不能再采信。请向该组织索取换发后的证书。")
    ),
    Verdict.MALFORMED: Words(
        "bad", _("格式不对"), _("这不是登记证书二维码的内容。请确认扫描的是证书上的二维码，链接复制完整。")
    ),
    Verdict.OFFLINE: Words(
        "warn",
        _("离线：签名有效，未能联网核对现状"),
        _("证书确由登记管理机关签发且未被改动；是否已换发、废止或变更，请联网后再核对。"),
    ),
}
