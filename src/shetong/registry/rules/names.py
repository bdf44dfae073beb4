"""Names of social organisations: their structure and what the rules say of it, without looking at other names.

《社会组织名称管理办法》(民政部令第69号, in force 2024-05-01) articles 5, 8, 15 to 18. Which words end a name and which
mark a field is practice, not law: those lists only ever lead to warnings without a citation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from shetong.core import divisions, statutes
from shetong.core.divisions import Division
from shetong.core.findings import Finding, Severity

N69 = "《社会组织名称管理办法》"
N69_8, N69_15, N69_16, N69_17, N69_18 = (f"{N69}第{article}条" for article in ("八", "十五", "十六", "十七", "十八"))
NATIONAL_WORDS = ("中国", "全国", "中华")
_NATIONAL_PROVISION = {
    "SG": "《社会团体登记管理条例》第十条",
    "PN": "《民办非企业单位登记管理暂行条例》第八条",
    "FD": N69_8,
}
# Longest first, so that 服务中心 is not read as 中心.
FORMS = {
    "SG": ("校友会", "联谊会", "研究会", "促进会", "联合会", "协会", "学会", "商会", "同业公会", "公会"),
    "PN": ("服务中心", "研究院", "研究所", "俱乐部", "幼儿园", "敬老院", "博物馆", "图书馆", "学校", "学院", "医院",
           "中心", "院", "所", "馆", "园", "社", "站"),
    "FD": ("基金会",),
}  # fmt: skip
FIELD_WORDS = (
    "社会工作", "志愿服务", "公益", "慈善", "教育", "养老", "助学", "助残", "扶贫", "救助", "环境保护", "环保",
    "生态", "文化", "艺术", "体育", "健身", "卫生", "医疗", "健康", "医学", "科技", "科学技术", "科学", "法律",
    "农业", "林业", "渔业", "畜牧", "工业", "物流", "旅游", "餐饮", "建筑", "装饰", "汽车", "电力", "能源", "金融",
    "电子商务", "互联网", "软件", "信息", "社区", "儿童", "青少年", "青年", "妇女", "老年", "家庭", "心理", "康复",
    "培训", "职业培训", "技能培训", "书画", "摄影", "音乐", "戏曲", "钓鱼", "羽毛球", "乒乓球", "篮球", "足球",
    "武术", "太极拳", "发展", "服务", "行业", "企业家",
)  # fmt: skip
BRANCH_ENDINGS = {
    "SG": ("分会", "专业委员会", "工作委员会", "专家委员会", "技术委员会", "代表处", "办事处", "联络处"),
    "FD": ("专项基金管理委员会", "代表处", "办事处", "联络处"),
}
OFFICE_ENDINGS = ("部", "处", "室")
_REPRESENTATIVE_ENDINGS = ("代表处", "办事处", "联络处")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_WRITTEN = re.compile(r"[\u3400-\u9fff·（）()、〇]+")


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart: division as written, brand (字号), field or membership, form. Empty where not recognised."""

    name: str
    division: Division | None
    division_text: str
    brand: str
    field: str
    form: str
    certain_division: bool = True

    @property
    def core(self) -> str:
        """What tells the name from others of its division and form."""
        return self.brand + self.field


def parse_name(name: str, kind: str) -> NameParts:
    """Take a name apart by kind (``SG``, ``PN``, ``FD``). Never fails: what is not recognised stays in ``brand``."""
    found = divisions.find(name)
    rest, division, text, certain = name, None, "", True
    if found is not None and found.remaining and not found.remaining.startswith(FORMS.get(kind, ())):
        division, text, rest, certain = found.division, found.matched, found.remaining, found.certain
    if division is None and rest.startswith(NATIONAL_WORDS):
        text, rest = rest[:2], rest[2:]
    form = next((form for form in sorted(FORMS.get(kind, ()), key=len, reverse=True) if rest.endswith(form)), "")
    rest = rest.removesuffix(form)
    if kind == "SG":  # a social group is named by field or membership and has no brand
        return NameParts(name, division, text, "", rest, form, certain)
    field = max((word for word in FIELD_WORDS if rest.endswith(word) and len(word) < len(rest)), key=len, default="")
    return NameParts(name, division, text, rest.removesuffix(field), field, form, certain)


def check_structure(
    name: str, kind: str, *, authority_division: str, forbidden_words: Sequence[str] = ()
) -> list[Finding]:
    """Return what the structure rules say of a name applied for at the authority of a division."""
    parts = parse_name(name, kind)
    found = _writing(name, forbidden_words)
    national = authority_division == divisions.NATION
    found += _national_words(name, kind, national)
    found += _division(parts, authority_division, national)
    if not parts.form:
        found.append(
            _warn(
                "name-form",
                gettext("没有识别出组织形式，名称通常以“%(forms)s”等结尾，请核对。")
                % {"forms": "”“".join(FORMS[kind][:4])},
            )
        )
    if not parts.core:
        found.append(_warn("name-field", gettext("名称中没有行（事）业领域或会员组成，请补充。"), N69_8))
    elif kind in ("PN", "FD") and not parts.brand:
        found.append(_warn("name-brand", gettext("名称中没有识别出字号，请核对。"), N69_8))
    if _looks_personal(parts, kind):
        found.append(
            Finding(
                "name-personal",
                Severity.NOTE,
                gettext(
                    "名称似乎使用了人名。使用人名须经本人或其近亲属同意，且本人未受过剥夺政治权利的处罚；社会团体一般不以人名命名。"
                ),
                N69_15,
                "name",
            )
        )
    return found


def check_branch(name: str, *, parent_name: str, parent_kind: str) -> list[Finding]:
    """Return what the rules say of the name of a branch or representative body."""
    if not name.startswith(parent_name) or name == parent_name:
        return [
            Finding(
                "branch-name-parent",
                Severity.REFUSE,
                gettext("分支（代表）机构的名称应当冠以所属组织的全称“%(parent_name)s”。")
                % {"parent_name": parent_name},
                N69_17,
                "name",
            )
        ]
    own = name.removeprefix(parent_name)
    found = []
    endings = BRANCH_ENDINGS.get(parent_kind, ())
    if endings and not own.endswith(endings):
        if own.endswith(OFFICE_ENDINGS):
            message = gettext("以“部”“处”“室”结尾的是内设机构，不登记为分支机构，请核对。")
            found.append(_warn("branch-name-office", message, N69_18))
        else:
            message = gettext("分支机构名称一般以“%(endings)s”等结尾。") % {"endings": "”“".join(endings[:4])}
            found.append(_warn("branch-name-ending", message, N69_17))
    if parent_kind == "SG" and not own.endswith(_REPRESENTATIVE_ENDINGS) and divisions.find(own) is not None:
        message = gettext("社会团体不得设立地域性的分支机构，名称中似有地名，请核对。")
        found.append(_warn("branch-name-regional", message, "《社会团体登记管理条例》第十七条"))
    return found


# How a name ended → for how long others may not take it; whatever is not listed counts as a deregistration.
_WINDOWS = {
    "changed": "name_window_changed",
    "cancelled": "name_window_registration_cancelled",
    "change-cancelled": "name_window_change_cancelled",
}


def closed_until(ended_on: date, ended_by: str, on: date) -> tuple[date, str] | None:
    """Return the first day on which others may take a name that ended on a day, and the provision that says so.

    By the law of the day ``on`` which the name is to be taken; ``None`` where no law closes it then.
    """
    key = _WINDOWS.get(ended_by, "name_window_deregistered")
    if not statutes.holds(key, on=on):
        return None
    window = statutes.in_force(key, on=on)
    try:
        until = ended_on.replace(year=ended_on.year + window.value)
    except ValueError:  # 29 February
        until = date(ended_on.year + window.value, 3, 1)
    return until, window.provision


def _writing(name: str, forbidden_words: Sequence[str]) -> list[Finding]:
    found = []
    if not _WRITTEN.fullmatch(name):
        found.append(
            _warn("name-writing", gettext("名称应当使用规范汉字，不宜含有字母、数字、空格或其他符号，请核对。"))
        )
    for word in forbidden_words:
        if word in name:
            found.append(_warn("name-word", gettext("名称含有限制使用的词语“%(word)s”，请核对。") % {"word": word}))
    return found


def _national_words(name: str, kind: str, national: bool) -> list[Finding]:
    found = []
    for word in NATIONAL_WORDS:
        if word not in name:
            continue
        if national:
            message = gettext("名称使用“%(word)s”字样的，应当经过批准。") % {"word": word}
            found.append(_warn("name-national", message, N69_8))
        elif name.startswith(word):
            message = gettext("地方登记的社会组织，名称不得冠以“%(word)s”字样。") % {"word": word}
            found.append(
                Finding("name-national", Severity.REFUSE, message, _NATIONAL_PROVISION.get(kind, N69_8), "name")
            )
        else:
            message = gettext("名称中含有“%(word)s”字样，请核对是否属于限制使用的情形。") % {"word": word}
            found.append(_warn("name-national", message, N69_8))
    return found


def _division(parts: NameParts, authority_division: str, national: bool) -> list[Finding]:
    if national:
        if parts.division is None:
            return []
        return [_warn("name-division", gettext("民政部登记的社会组织，名称一般不冠以行政区划名称，请核对。"), N69_8)]
    if parts.division is None:
        message = gettext("名称应当冠以登记管理机关所在地的行政区划名称。")
        return [Finding("name-division", Severity.REFUSE, message, N69_8, "name")]
    inside = divisions.contains(parts.division.code, authority_division) or divisions.contains(
        authority_division, parts.division.code
    )
    if inside or not parts.certain_division:
        return []
    message = gettext("名称中的行政区划“%(division_text)s”不在登记管理机关的辖区内，请核对。") % {
        "division_text": parts.division_text
    }
    return [_warn("name-division", message, N69_8)]


def _looks_personal(parts: NameParts, kind: str) -> bool:
    text = parts.brand if kind != "SG" else ""
    return len(text) in (2, 3) and text[0] in _SURNAMES


def _warn(code: str, message: str, provision: str = "") -> Finding:
    return Finding(code, Severity.WARN, message, provision, "name")
