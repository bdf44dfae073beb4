"""Pages of this package in the navigation of the hall and the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(Face.HALL, _("消息"), "accounts:messages", order=40),
    Entrance(
        Face.OFFICE, _("代理"), "accounts:deputies", _("外出时由同事代办，或者代同事办理。"),
        Permission.CASE_VIEW, order=90,
    ),
    Entrance(
        Face.OFFICE, _("审计记录"), "accounts:audit", _("谁在什么时候看了、改了什么。"),
        Permission.AUDIT_VIEW, order=910,
    ),
    Entrance(
        Face.OFFICE, _("账号与角色"), "accounts:users", _("开设账号，授予和收回角色。"),
        Permission.ACCOUNTS_MANAGE, order=920,
    ),
    Entrance(
        Face.OFFICE, _("接口密钥"), "accounts:api-keys", _("给调用接口的系统发放和停用密钥。"),
        Permission.API_KEYS_MANAGE, national=True, order=930,
    ),
)  # fmt: skip
