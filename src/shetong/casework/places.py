"""Pages of this package in the navigation of the hall and of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(Face.HALL, _("找事项"), "casework:hall", order=10),
    Entrance(Face.HALL, _("我的申请"), "casework:cases", order=20),
    Entrance(
        Face.OFFICE, _("我的办件"), "casework:work", _("待受理、在办和快到期的办件。"), Permission.CASE_VIEW, order=10
    ),
)
