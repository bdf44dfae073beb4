"""Error pages: what happened and what to do, in a sentence. The signatures are Django's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def _page(
    request: HttpRequest, status: int, heading: str, what_to_do: str, *, may_search: bool = False
) -> HttpResponse:
    context = {"heading": heading, "what_to_do": what_to_do, "may_search": may_search}
    return HttpResponse(render_to_string("web/error.html", context, request), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _page(request, 400, _("请求有误"), _("地址或提交的内容不完整。请返回上一页检查后重试。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return _page(
        request, 403, _("没有权限"), _("当前账号不能查看或办理这一事项。请换用有权限的账号登录，或联系本单位管理员。")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return _page(
        request,
        404,
        _("页面不存在"),
        _("这个地址没有内容。请核对地址是否完整，或者直接查找社会组织。"),
        may_search=True,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database: it may be the reason."""
    text = render_to_string(
        "web/server_error.html",
        {"heading": _("系统暂时出错"), "what_to_do": _("问题已经记录，请稍后再试。若持续出现，请联系网站管理员。")},
    )
    return HttpResponse(text, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is missing or old."""
    return _page(
        request, 403, _("页面已过期"), _("这一页打开得太久，或浏览器没有保存 Cookie。请返回上一页，刷新后重新提交。")
    )
