"""Pages of this package in the navigation of the hall and of the office."""

from django.utils.translation import gettext_lazy as _

from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.rules import Permission

PLACES = (
    Entrance(Face.HALL, _("找事项"), "casework:hall", order=10),
    Entrance(Face.HALL, _("我的申请"), "casework:cases", order=20),
    Entrance(Face.HALL, _("经办人授权"), "casework:mandates", order=30),
    Entrance(
        Face.OFFICE, _("差评回访"), "casework:low-ratings", _("评价不满意的办件，逐件联系。"),
        Permission.CASE_VIEW, order=50,
    ),
    Entrance(
        Face.OFFICE, _("我的办件"), "casework:work", _("待受理、在办和快到期的办件。"), Permission.CASE_VIEW, order=10
    ),
    Entrance(
        Face.OFFICE, _("征求本单位的意见"), "casework:opinions", _("登记管理机关请业务主管单位出具的意见。"),
        Permission.OPINION_GIVE, order=20,
    ),
    Entrance(
        Face.OFFICE, _("电子档案"), "casework:archives", _("办结案卷的查找、检测和保管。"),
        Permission.CASE_VIEW, order=50,
    ),
    Entrance(
        Face.OFFICE, _("登记管理知识库"), "casework:knowledge", _("法规政策、业务说明、问答。"),
        Permission.CASE_VIEW, order=60,
    ),
    Entrance(
        Face.OFFICE, _("请示与答复"), "casework:questions", _("向上一级请示，答复下级的请示。"),
        Permission.QUESTION_ASK, order=70,
    ),
    Entrance(
        Face.OFFICE, _("常用语"), "casework:phrases", _("办理时一点就能插入的话。"), Permission.CASE_VIEW, order=80
    ),
    Entrance(
        Face.OFFICE, _("办件统计"), "casework:statistics", _("按地区和事项统计收件、在办、逾期和退回的数量。"),
        Permission.CASE_STATISTICS, order=50,
    ),
    Entrance(
        Face.OFFICE, _("事项的地区差异"), "casework:variants", _("本地区自己的承诺时限、材料和环节。"),
        Permission.MATTER_MANAGE, order=84,
    ),
    Entrance(
        Face.OFFICE, _("规则试算"), "casework:trials", _("新规定启用前，用过去的办件试一遍。"),
        Permission.MATTER_MANAGE, order=86,
    ),
)  # fmt: skip
