"""Pages of this package in the navigation of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(
        Face.OFFICE, _("许可公示管理"), "exchange:office-permits",
        _("行政许可是否按期公示、信息是否完整，更正和导出。"),
        Permission.REGISTER_VIEW_INTERNAL, order=205,
    ),
)  # fmt: skip
