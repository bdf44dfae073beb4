"""The design system's own page: tokens with computed contrast, type, every component in its states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from shetong.core.identifiers import uscc_check_character
from shetong.web import frontend
from shetong.web.contrast import contrast

# Sizes of the type scale: class, pixels on a phone and from a tablet up, height of the line.
TYPE_SCALE = (
    ("govuk-heading-xl", "30 / 40 px", "1.40 / 1.35"),
    ("govuk-heading-l", "25 / 31 px", "1.44 / 1.42"),
    ("govuk-heading-m", "19 / 21 px", "1.58 / 1.57"),
    ("govuk-heading-s", "17 px", "1.76"),
    ("govuk-body", "17 px", "1.76"),
    ("govuk-body-s", "15 px", "1.73"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A text colour on a background, with its contrast in both schemes and the least that its use demands."""

    front: str
    back: str
    least: float
    light: float
    dark: float

    @property
    def passes(self) -> bool:
        """Whether both schemes reach the least."""
        return min(self.light, self.dark) >= self.least


@dataclass(frozen=True, slots=True)
class Component:
    """A component on the page: heading, what it is for, the tag that writes it."""

    name: str
    title: str
    purpose: str
    tag: str
    data: dict[str, object] = field(default_factory=dict)


@gzip_page
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show the design system; nothing on the page is real data."""
    context = {
        "colours": _colours(),
        "pairs": contrast_pairs(),
        "scale": TYPE_SCALE,
        "components": _components(),
        "day": date(2026, 1, 1),
    }
    return render(request, "web/design.html", context)


def contrast_pairs() -> list[Pair]:
    """Return every pair of colours that the style sheets use together, with its computed contrast."""
    known = frontend.tokens()
    colours = known["colours"]
    return [
        Pair(
            front,
            back,
            pair["least"],
            round(contrast(colours[front]["light"], colours[back]["light"]), 2),
            round(contrast(colours[front]["dark"], colours[back]["dark"]), 2),
        )
        for pair in known["pairs"]
        for front, back in [(pair["front"], pair["back"])]
    ]


def _colours() -> list[dict[str, str]]:
    own_name = "en" if get_language() == "en" else "zh"
    return [
        {"token": token, "name": colour[own_name], "light": colour["light"], "dark": colour["dark"]}
        for token, colour in frontend.tokens()["colours"].items()
    ]


def _code(first17: str) -> str:
    return first17 + uscc_check_character(first17)


def _components() -> list[Component]:
    """Return the components in the order of a visit: find, look, understand, be told."""
    return [
        Component("search", _("搜索框"), _("全站只有这一个搜索框：输入即有建议，方向键选择，回车打开。"), "search_box"),
        Component(
            "row",
            _("结果行"),
            _("名称在先，命中处加底色；因曾用名、拼音或近似而命中的，用文字说明。"),
            "result_row",
            _rows(),
        ),
        Component("filters", _("筛选"), _("每个选项都是链接，地址可分享；行政区划逐级展开。"), "filters", _filters()),
        Component("pages", _("翻页"), _("按键翻页，不显示总页数。"), "pagination"),
        Component("head", _("组织页头"), _("名称、代码、状态和资格。"), "organisation_header", _head()),
        Component("status", _("状态标签"), _("颜色只重复文字已经说明的内容。"), "status_tag"),
        Component("values", _("事项表"), _("登记事项逐条列出。"), "key_values", _values()),
        Component("timeline", _("沿革"), _("按生效日期倒序，载明依据和变更前后的内容。"), "timeline", _events()),
        Component("demo", _("演示数据标示"), _("生成的数据必须当面说明。"), "demo_banner"),
        Component("notice", _("提示"), _("说明、成功、留意、否定四种语气。"), "notice"),
        Component("empty", _("空结果"), _("没有结果时给出下一步。"), "empty_state", _empty()),
        Component("code", _("代码块"), _("供机器读取的内容，可横向滚动。"), "code_block"),
        Component("button", _("按钮"), _("主要、次要、警示和停用。"), "govuk-button"),
        Component("form", _("表单"), _("标签在上，说明居中，出错时指明改法。"), "govuk-form-group"),
        Component("table", _("表格"), _("比屏幕宽的表格在框内横向滚动。"), "govuk-table"),
    ]


def _rows() -> dict[str, object]:
    def row(**values: object) -> SimpleNamespace:
        plain: dict[str, object] = {
            "url": "#row", "name_marks": [], "matched_by": "", "matched_text": "", "matched_marks": [],
            "kind_name": _("社会团体"), "division_name": "示例省示例市", "status": "normal", "status_name": _("正常"),
            "legal_representative": "", "founded_on": date(2016, 5, 12), "marks": [], "demo": True,
        }  # fmt: skip
        return SimpleNamespace(**{**plain, **values})

    first = row(
        name="示例市春晖养老服务中心", name_marks=[(3, 5)], code=_code("52000000MJ0000001"), marks=[_("慈善组织")]
    )
    second = row(
        name="示例市长青助老基金会",
        code=_code("53000000MJ0000002"),
        matched_by=_("曾用名"),
        matched_text="示例市春晖助老基金会",
        matched_marks=[(3, 5)],
        status="deregistered",
        status_name=_("注销"),
    )
    return {"rows": [first, second]}


def _filters() -> dict[str, object]:
    def option(text: str, *, current: bool = False) -> dict[str, object]:
        return {"text": text, "url": "#filters", "current": current}

    division = {
        "name": "sample-division",
        "title": _("行政区划"),
        "trail": [option(_("全国")), option("示例省", current=True)],
        "options": [option("甲市"), option("乙市"), option("丙自治州")],
    }
    kind = {
        "name": "sample-kind",
        "title": _("类型"),
        "options": [option(_("全部"), current=True), option(_("社会团体")), option(_("基金会"))],
    }
    return {"groups": [division, kind]}


def _head() -> dict[str, object]:
    head = SimpleNamespace(
        name="示例市春晖养老服务中心",
        code_label=_("统一社会信用代码"),
        code=_code("52000000MJ0000001"),
        status="normal",
        status_name=_("正常"),
        kind_name=_("民办非企业单位"),
        marks=[_("慈善组织")],
        qr_url="",
    )
    return {"head": head}


def _values() -> dict[str, object]:
    return {
        "rows": [
            {"label": _("住所"), "value": "示例省示例市和平路 1 号", "chinese": True},
            {"label": _("注册资金"), "value": "300,000 元", "figure": True},
            {"label": _("统一社会信用代码"), "value": _code("52000000MJ0000001"), "code": True},
        ]
    }


def _events() -> dict[str, object]:
    renamed = "社会组织名称由“示例市春晖老年公寓”变更为“示例市春晖养老服务中心”。"
    return {
        "entries": [
            {"title": _("变更登记"), "day": date(2027, 1, 1), "ahead": True, "basis": "示民许〔2026〕9号",
             "lines": ["住所由“和平路 1 号”变更为“解放路 2 号”。"]},
            {"title": _("变更登记"), "day": date(2021, 3, 8), "basis": "示民许〔2021〕12号", "lines": [renamed]},
            {"title": _("成立登记"), "day": date(2016, 5, 12), "basis": "示民许〔2016〕3号", "lines": []},
        ]
    }  # fmt: skip


def _empty() -> dict[str, object]:
    return {
        "actions": [
            {"text": _("去掉地区筛选"), "url": "#empty"},
            {"text": _("检查名称中的字，或只输入其中连续的几个字")},
        ]
    }
