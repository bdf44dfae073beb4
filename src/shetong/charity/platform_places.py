"""Pages about platforms in the navigation of the hall and of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(Face.HALL, _("我的募捐平台"), "charity:own-platforms", order=75),
    Entrance(Face.HALL, _("对账差异"), "charity:discrepancies", order=76),
    Entrance(
        Face.OFFICE, _("募捐平台监管"), "charity:office-platforms", _("平台的报送、对账、投诉和违规线索。"),
        Permission.CASE_STATISTICS, order=70,
    ),
)  # fmt: skip
