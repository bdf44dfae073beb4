"""The portal's first page: one search box, the register in numbers, and what people come for."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from shetong.core import divisions
from shetong.registry.queries.statistics import RegisterStatistics, register_statistics

KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A way from the first page: an address with what is found there."""

    text: str
    url: str
    about: str = ""
    number: int | None = None


@gzip_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page; numbers are at most a minute old."""
    numbers = statistics()
    context = {"numbers": numbers, "sectors": _sectors(numbers), "places": _places(), "provinces": _provinces(numbers)}
    return render(request, "web/home.html", context)


def statistics() -> RegisterStatistics:
    """Return the register's numbers, counted anew once a minute in each process."""
    kept: RegisterStatistics | None = cache.get("register-statistics")
    if kept is None:
        kept = register_statistics(today=timezone.localdate())
        cache.set("register-statistics", kept, KEPT_SECONDS)
    return kept


def _sectors(numbers: RegisterStatistics) -> list[Place]:
    """Return the numbers on the first page, each leading to the organisations behind it where they can be listed."""
    search = _address("registry:search")

    def place(text: str, number: int, filters: str) -> Place:
        return Place(text, f"{search}?{filters}" if search and filters else "", number=number)

    return [
        place(_("社会团体"), numbers.social_groups, "kind=SG"),
        place(_("民办非企业单位"), numbers.service_institutions, "kind=PN"),
        place(_("基金会"), numbers.foundations, "kind=FD"),
        place(_("慈善组织"), numbers.charities, "charity=1"),
        place(_("公开募捐资格"), numbers.public_fundraisers, "fundraising=1"),
        place(_("志愿服务组织"), numbers.volunteer_organisations, ""),
        place(_("社会工作服务机构"), numbers.social_work_agencies, ""),
    ]


def _places() -> list[Place]:
    """Return what people come for, as far as this installation answers it."""
    offered = (
        (_("查社会组织"), "registry:search", _("按名称、地区、类型查找，核对登记状态、法定代表人和住所。")),
        (_("验证登记证书"), "registry:verify", _("扫描或粘贴证书上的二维码，当场核验真伪和是否仍然有效。")),
        (_("网上办事"), "casework:hall", _("成立、变更、注销和章程核准，边填边存，随时看到办到哪一步。")),
        (_("参加志愿服务"), "volunteering:find", _("按地点、时间和技能找身边的活动，当场报名。")),
        (_("查看善款去向"), "charity:overview", _("每一笔捐款用到了哪里，由您的浏览器对照公开日志核验。")),
        (_("下载开放数据"), "exchange:open-data", _("全部登记信息的 CSV、JSON Lines 和 Parquet 文件，附校验值。")),
        (_("查阅数据标准"), "exchange:standards", _("每个数据元的名称、定义、代码表和依据。")),
        (_("使用开发接口"), "registry:api", _("检索、详情和批量核对接口，供平台标注合法登记的组织。")),
    )
    return [Place(text, url, about) for text, name, about in offered if (url := _address(name))]


def _provinces(numbers: RegisterStatistics) -> list[Place]:
    search = _address("registry:search")
    if not search:
        return []
    found = []
    for division in divisions.children(divisions.NATION):
        number = numbers.by_province.get(division.code[:2], 0)
        if number:
            found.append(Place(division.short_name, f"{search}?division={division.code}", number=number))
    return found


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
