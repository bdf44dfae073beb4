"""What volunteering writes into the public log ``volunteering`` (:mod:`shetong.ledger.rules.entry_types`)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from shetong.ledger.rules.entry_types import EntryType, Form
from shetong.ledger.rules.entry_types import Field as Part
from shetong.volunteering.models.choices import Evidence, Field, HoursAct

HOURS = EntryType(
    "volunteering.hours",
    1,
    _("志愿服务时长"),
    "Something happened to a record of service. Whose it is stands in the commitment ``volunteer``: canonical JSON of"
    " the volunteer's number and the reason given.",
    (
        Part("record", Form.COUNT, "The record's number.", label=_("记录")),
        Part("number", Form.COUNT, "Number of the event within the record, from 1.", label=_("序号")),
        Part("act", Form.IDENTIFIER, "What happened.", label=_("行为"),
             words=tuple((str(act.value), str(act.label)) for act in HoursAct)),
        Part("counted", Form.FLAG, "Whether the record counts from then on.", label=_("计入")),
        Part("minutes", Form.COUNT, "Length of the record in minutes.", label=_("时长（分钟）")),
        Part("served_on", Form.DATE, "Day of the service in China.", label=_("服务日期")),
        Part("field", Form.IDENTIFIER, "Field of service.", label=_("服务类别"),
             words=tuple((str(one.value), str(one.label)) for one in Field)),
        Part("evidence", Form.IDENTIFIER, "What the record rests on.", label=_("依据"),
             words=tuple((str(one.value), str(one.label)) for one in Evidence)),
        Part("team", Form.IDENTIFIER, "The team that organised it.", nullable=True, label=_("组织方")),
        Part("activity", Form.IDENTIFIER, "The activity.", nullable=True, label=_("活动编号")),
        Part("replaces", Form.COUNT, "Record that it corrects.", nullable=True, label=_("更正的记录")),
        Part("happened_at", Form.INSTANT, "When it happened.", label=_("时间")),
    ),
    people=True,
)  # fmt: skip
BATCH = EntryType(
    "volunteering.batch",
    1,
    _("导入志愿服务记录"),
    "Records came from another system together.",
    (
        Part("source", Form.IDENTIFIER, "The system that they came from.", label=_("来源系统")),
        Part("batch", Form.IDENTIFIER, "The batch's number there.", label=_("批次号")),
        Part("records", Form.COUNT, "How many records.", label=_("记录数")),
        Part("counted", Form.COUNT, "How many of them count.", label=_("计入的记录数")),
        Part("minutes", Form.COUNT, "Minutes that count.", label=_("计入的时长（分钟）")),
        Part("digest", Form.DIGEST, "SHA-256 over what the records say without their people, salted.",
             label=_("内容摘要")),
        Part("happened_at", Form.INSTANT, "When they came.", label=_("时间")),
    ),
)  # fmt: skip
TYPES = (HOURS, BATCH)
