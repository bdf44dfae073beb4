"""Questions before an application is begun, by code of the matter."""

from __future__ import annotations

from shetong.casework.rules.eligibility import Check, Choice
from shetong.registry.elements import FR, PNR, SGR

_YES = Choice("yes", "是")


def _yes_or(name: str, question: str, refuse: str, provision: str = "", instead: str = "") -> Check:
    return Check(name, question, (_YES, Choice("no", "不是", refuse, instead, provision)))


_NOT_PROFIT = _yes_or(
    "nonprofit",
    "打算办的组织不以营利为目的吗？",
    "社会组织不以营利为目的。要经营获利的，请到市场监督管理部门办理企业登记。",
)

ELIGIBILITY: dict[str, tuple[Check, ...]] = {
    "SO-SG-EST": (
        Check(
            "kind",
            "打算办什么样的组织？",
            (
                Choice("members", "会员自愿组成的协会、学会、商会"),
                Choice("service", "提供服务的机构，例如养老院、学校、服务中心", instead="SO-PN-EST"),
                Choice("fund", "用捐赠的财产做公益的基金会", instead="SO-FD-EST"),
            ),
        ),
        _NOT_PROFIT,
        Check(
            "members",
            "发起时有多少会员？",
            (
                Choice("enough", "50个以上个人会员，或者30个以上单位会员，或者两类合计50个以上"),
                Choice(
                    "few",
                    "还不到",
                    "成立社会团体应当有50个以上的个人会员或者30个以上的单位会员；混合组成的，总数不得少于50个。",
                    provision=f"{SGR}第十条",
                ),
            ),
        ),
        Check(
            "funds",
            "活动资金有多少？",
            (
                Choice("enough", "3万元以上（全国性的10万元以上）"),
                Choice(
                    "few",
                    "还不到",
                    "地方性社会团体应有3万元以上活动资金，全国性的10万元以上。",
                    provision=f"{SGR}第十条",
                ),
            ),
        ),
    ),
    "SO-PN-EST": (
        Check(
            "kind",
            "打算办什么样的组织？",
            (
                Choice("service", "提供服务的机构，例如养老院、学校、服务中心"),
                Choice("members", "会员自愿组成的协会、学会、商会", instead="SO-SG-EST"),
                Choice("fund", "用捐赠的财产做公益的基金会", instead="SO-FD-EST"),
            ),
        ),
        _NOT_PROFIT,
        _yes_or("assets", "主要用的是非国有资产吗？",
            "民办非企业单位利用非国有资产举办。用国有资产举办的，请先咨询登记管理机关。",
        ),
    ),
    "SO-FD-EST": (
        Check(
            "kind",
            "打算做什么？",
            (
                Choice("fund", "用捐赠的财产从事公益事业"),
                Choice("members", "组织会员开展活动", instead="SO-SG-EST"),
                Choice("service", "直接提供服务", instead="SO-PN-EST"),
            ),
        ),
        Check(
            "funds",
            "原始基金有多少，都是到账的货币资金吗？",
            (
                Choice("enough", "200万元以上，都已到账"),
                Choice(
                    "few",
                    "还不到，或者不是货币资金",
                    "非公募基金会的原始基金不低于200万元，且必须为到账货币资金。",
                    provision=f"{FR}第八条",
                ),
            ),
        ),
    ),
    "SO-CHG": (
        Check(
            "what",
            "要变更什么？",
            (
                Choice("items", "名称、住所、法定代表人、资金、业务范围等登记事项"),
                Choice("charter", "只修改章程，登记事项不变", instead="SO-CHARTER"),
                Choice("end", "不再办下去，要注销", instead="SO-CAN"),
            ),
        ),
        _yes_or("decided", "已经按章程经会员大会或者理事会表决了吗？", "先按章程完成内部表决，再申请变更登记。"),
    ),
    "SO-CAN": (
        _yes_or("liquidated", "清算已经结束了吗？", "先成立清算组织，清算结束后15日内再申请注销登记。"),
        _yes_or("settled", "债务、职工、税务等都了结了吗？", "债务、职工安置、税务等了结以后才能注销。"),
    ),
    "SO-CHARTER": (
        Check(
            "what",
            "登记事项也要变更吗？",
            (
                Choice("charter", "只修改章程"),
                Choice("items", "名称、住所、业务范围等登记事项也变", instead="SO-CHG"),
            ),
        ),
        _yes_or("adopted", "修改后的章程已经表决通过了吗？", "先按章程规定的程序表决通过，再报请核准。"),
    ),
    "SO-BRANCH": (
        Check(
            "kind",
            "本组织是哪一种？",
            (
                Choice("members", "社会团体或者基金会"),
                Choice("service", "民办非企业单位", "民办非企业单位不得设立分支机构。", provision=f"{PNR}第十三条"),
            ),
        ),
        Check(
            "area",
            "按什么设立？",
            (
                Choice("field", "按业务范围或者会员组成，例如专业委员会"),
                Choice(
                    "area",
                    "按地区，例如某地分会",
                    "社会团体不得设立地域性的分支机构。",
                    provision=f"{SGR}第十七条",
                ),
            ),
        ),
        _yes_or("resolved", "理事会等已经议决设立了吗？", "先按章程由内部议决，再办理备案。"),
    ),
    "SO-AUDIT": (
        _yes_or("report", "会计师事务所已经出具审计报告了吗？", "先委托会计师事务所审计，取得报告后再备案。"),
    ),
    "SO-REISSUE": (
        Check(
            "what",
            "证书怎么了？",
            (
                Choice("lost", "遗失，已经公开声明作废"),
                Choice("undeclared", "遗失，还没有声明作废", "先在报刊或者网站公开声明作废，再申请补发。"),
                Choice("damaged", "损毁或者字迹不清"),
                Choice("changed", "登记事项变了，要换证书", instead="SO-CHG"),
            ),
        ),
    ),
}  # fmt: skip
