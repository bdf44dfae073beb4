"""Pages of this package in the navigation of the hall and of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(Face.HALL, _("捐赠与支出"), "charity:keep", order=55),
    Entrance(
        Face.OFFICE, _("慈善资金监管"), "charity:office", _("慈善组织的捐赠、支出和账簿，与公开日志核对的结果。"),
        Permission.CASE_VIEW, order=58,
    ),
    Entrance(Face.HALL, _("信息公开"), "charity:disclosure", order=56),
    Entrance(
        Face.OFFICE, _("慈善信息公开"), "charity:office-disclosure", _("逾期未公布的信息，移交信用管理的事项。"),
        Permission.CHARITY_SUPERVISE, order=56,
    ),
    Entrance(
        Face.OFFICE, _("慈善信用记录"), "charity:office-credit",
        _("失信行为的告知、决定、异议和修复，捐赠人守信激励。"), Permission.CHARITY_SUPERVISE, order=57,
    ),
)  # fmt: skip
