"""Pages of this package in the navigation of the hall and of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(Face.HALL, _("我的志愿服务"), "volunteering:hall", order=60),
    Entrance(Face.HALL, _("志愿服务签到"), "volunteering:check-in", order=61),
    Entrance(Face.HALL, _("组织志愿活动"), "volunteering:organise", order=65),
    Entrance(
        Face.OFFICE, _("志愿服务"), "volunteering:office", _("待核实的团体和待审核的活动。"),
        Permission.VOLUNTEERING_MANAGE, order=60,
    ),
    Entrance(
        Face.OFFICE, _("存疑的服务记录"), "volunteering:office-hours", _("核实重叠、超速等疑点，查看时长统计。"),
        Permission.VOLUNTEERING_MANAGE, order=61,
    ),
)  # fmt: skip
