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
)  # fmt: skip
