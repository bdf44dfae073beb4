"""What people read about a certificate of service; the page hands the same words to the browser's own verification."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shetong.registry.rules.certificate_verification import Verdict
from shetong.registry.views.verdict_words import Words

LABELS = {
    "name": _("姓名"),
    "paper": _("证件类型"),
    "identity_masked": _("证件号码"),
    "volunteer": _("志愿者编号"),
    "minutes": _("服务时间"),
    "records": _("服务次数"),
    "first_day": _("首次服务"),
    "last_day": _("最近服务"),
    "team": _("出具单位"),
    "team_code": _("统一社会信用代码或团体编号"),
    "head": _("单位负责人"),
    "handler": _("证明经办人"),
    "contact": _("联系方式"),
}

WORDS = {
    Verdict.VALID: Words("good", _("真实有效"), _("签名有效，现在的记录与证明所载一致。请核对姓名和证件。")),
    Verdict.REPLACED: Words("warn", _("已换发"), _("这份证明曾真实出具，之后换发了新的证明，请看新的一份。")),
    Verdict.REVOKED: Words("bad", _("已撤销"), _("这份证明曾真实出具，但已撤销，不能再作为凭证。")),
    Verdict.CHANGED: Words(
        "warn", _("服务记录有减少"), _("签名有效，但出具以后有服务记录被更正或作废，请以现在的时间为准。")
    ),
    Verdict.EXPIRED: Words("warn", _("已过有效期"), _("签名有效，但证明的有效期限已经届满。")),
    Verdict.UNRECORDED: Words("bad", _("查无此证"), _("没有出具过这份证明。请不要采信，并向志愿服务管理部门反映。")),
    Verdict.BAD_SIGNATURE: Words(
        "bad", _("签名无效（伪造或被改动）"), _("二维码的内容与签名不符：证明是伪造的，或者内容被改动过。请不要采信。")
    ),
    Verdict.UNKNOWN_KEY: Words("bad", _("密钥不明"), _("二维码所用的签名密钥不在公布的密钥之中，证明可能是伪造的。")),
    Verdict.KEY_REVOKED: Words(
        "bad", _("密钥已失效"), _("签发这份证明的密钥已经失效，证明不能再采信。请本人换发新的证明。")
    ),
    Verdict.MALFORMED: Words(
        "bad", _("格式不对"), _("这不是志愿服务记录证明二维码的内容。请确认扫描的是证明上的二维码，链接复制完整。")
    ),
    Verdict.OFFLINE: Words(
        "warn",
        _("离线：签名有效，未能联网核对现状"),
        _("证明确已出具且未被改动；是否已换发、撤销，请联网后再核对。"),
    ),
}
