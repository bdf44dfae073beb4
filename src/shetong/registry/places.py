"""Pages of this package in the navigation of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(
        Face.OFFICE, _("法人库"), "registry:register", _("查辖区内组织的登记内容、记载、负责人和证书。"),
        Permission.REGISTER_VIEW_INTERNAL, order=200,
    ),
    Entrance(
        Face.OFFICE, _("经办人核验"), "registry:representative-list",
        _("组织还没有网上经办人的，核验纸质授权书后发给邀请码。"), Permission.CASE_ACCEPT, order=55,
    ),
    Entrance(
        Face.OFFICE, _("登记管理机关"), "registry:authorities", _("各机关的统一社会信用代码。"),
        Permission.REGISTER_VIEW_INTERNAL, order=210,
    ),
)  # fmt: skip
