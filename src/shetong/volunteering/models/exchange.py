"""Exchange with other volunteer systems: who may speak for them, what came, what goes out, what was compared."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shetong.accounts.models import ApiKey
from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.records import RecordBatch, ServiceRecord
from shetong.volunteering.models.systems import VolunteerSystem
from shetong.volunteering.models.teams import Team


class ExchangeKind(models.TextChoices):
    """What is exchanged."""

    VOLUNTEERS = "volunteers", _("志愿者")
    ORGANISATIONS = "organisations", _("组织和团体")
    ACTIVITIES = "activities", _("活动")
    RECORDS = "records", _("服务记录")


class VolunteerIndex(models.Model):
    """By which blind index designated systems know a volunteer: a keyed digest of the identity number."""

    volunteer = models.OneToOneField(
        Volunteer, models.CASCADE, primary_key=True, related_name="exchange_index", verbose_name="志愿者"
    )
    octets = models.BinaryField("交换盲索引", max_length=32, unique=True)

    class Meta:
        verbose_name = "交换盲索引"

    def __str__(self) -> str:
        return str(self.pk)


class SystemKey(models.Model):
    """A program of a system: the API key that it shows and the Ed25519 key (32 octets) that signs its requests."""

    system = models.ForeignKey(VolunteerSystem, models.PROTECT, related_name="keys", verbose_name="系统")
    api_key = models.OneToOneField(ApiKey, models.PROTECT, related_name="volunteer_system", verbose_name="接口密钥")
    public_key = models.BinaryField("签名公钥", max_length=32)
    added_at = models.DateTimeField("登记时间")
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = "系统密钥"

    def __str__(self) -> str:
        return f"{self.system_id} {self.api_key_id}"


class ExchangeNonce(models.Model):
    """A nonce that a key has signed with; kept for as long as its signature would be fresh."""

    key = models.ForeignKey(SystemKey, models.CASCADE, related_name="+", db_index=False)
    nonce = models.CharField("随机数", max_length=64)
    expires_at = models.DateTimeField("失效时间", db_index=True)

    class Meta:
        verbose_name = "交换随机数"
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="exchange_nonce_once")]

    def __str__(self) -> str:
        return self.nonce


class ExchangeItem(models.Model):
    """The newest version of something that a system sent; what it became here stands in one of the references.

    ``number``: of the system, ``version``: rises with every change there, ``digest``: SHA-256 of the content.
    ``index``: whose it is, for volunteers and records; ``content``: of organisations and activities, which are public,
    and of volunteers their state.
    ``rehearsal``: sent before the system passed the test, and without effect.
    """

    system = models.ForeignKey(VolunteerSystem, models.PROTECT, related_name="items", verbose_name="系统")
    rehearsal = models.BooleanField("演练")
    kind = models.CharField("种类", max_length=13, choices=ExchangeKind)
    number = models.CharField("系统内编号", max_length=60)
    version = models.PositiveBigIntegerField("版次")
    digest = models.BinaryField("内容散列值", max_length=32)
    index = models.BinaryField("交换盲索引", max_length=32, null=True)
    content = models.JSONField("公开内容", null=True)
    during_from = models.DateTimeField("起", null=True)
    during_to = models.DateTimeField("止", null=True)
    outcome = models.CharField("处理结果", max_length=20)
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, null=True, related_name="+", verbose_name="志愿者")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", verbose_name="团体")
    record = models.ForeignKey(ServiceRecord, models.PROTECT, null=True, related_name="+", verbose_name="服务记录")
    received_at = models.DateTimeField("接收时间")

    class Meta:
        verbose_name = "接收的数据"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ExchangeKind.values), name="exchange_kind_known"),
            models.UniqueConstraint(fields=["system", "rehearsal", "kind", "number"], name="exchange_item_once"),
        ]
        indexes = [
            models.Index(fields=["index"], condition=Q(index__isnull=False), name="exchange_item_index"),
            models.Index(fields=["system", "kind", "received_at"], name="exchange_item_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ExchangeReceipt(models.Model):
    """The newest version of something that was taken on a day (of China): what is compared for that day."""

    system = models.ForeignKey(VolunteerSystem, models.PROTECT, related_name="+", db_index=False, verbose_name="系统")
    rehearsal = models.BooleanField("演练")
    kind = models.CharField("种类", max_length=13, choices=ExchangeKind)
    received_on = models.DateField("接收日期", db_index=True)
    number = models.CharField("系统内编号", max_length=60)
    version = models.PositiveBigIntegerField("版次")

    class Meta:
        verbose_name = "接收的登记"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "rehearsal", "kind", "received_on", "number"], name="exchange_receipt_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.received_on} {self.number}"


class ExchangeProgress(models.Model):
    """How far a walk through a large table has come: ``position`` is the last key that was seen."""

    name = models.CharField("名称", max_length=40, primary_key=True)
    position = models.BigIntegerField("位置", default=0)

    class Meta:
        verbose_name = "处理进度"

    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class ExchangeDirty(models.Model):
    """Something that changed and was not put in order yet; written by triggers, taken away by the sequencer.

    ``kind``: as exchanged, or ``transfers`` for a volunteer all of whose records may be read anew. A trigger holds the
    row until its transaction ends, and the sequencer passes over held rows.
    """

    kind = models.CharField("种类", max_length=13)
    object_id = models.BigIntegerField()

    class Meta:
        verbose_name = "待排序的变化"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="exchange_dirty_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class ExchangeChange(models.Model):
    """The newest change of an object in the order in which a system reads it; numbered by one sequencer.

    ``system``: for whom, empty for all. ``event``: set by earlier releases only.
    """

    kind = models.CharField("种类", max_length=13, choices=ExchangeKind)
    object_id = models.BigIntegerField()
    system = models.ForeignKey(VolunteerSystem, models.PROTECT, null=True, related_name="+", verbose_name="接收系统")
    event = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "发出的变化"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "system"], condition=Q(event__isnull=False), name="exchange_event_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "system", "id"], name="exchange_feed"),
            models.Index(fields=["object_id", "kind"], name="exchange_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.object_id}"


class Comparison(models.Model):
    """A reconciliation (对账): what a system says that it sent on a day, and what is here."""

    system = models.ForeignKey(VolunteerSystem, models.PROTECT, related_name="comparisons", verbose_name="系统")
    rehearsal = models.BooleanField("演练")
    kind = models.CharField("种类", max_length=13, choices=ExchangeKind)
    day = models.DateField("日期")
    their_count = models.PositiveIntegerField("对方笔数")
    our_count = models.PositiveIntegerField("本方笔数")
    matches = models.BooleanField("一致")
    asked_at = models.DateTimeField("对账时间")

    class Meta:
        verbose_name = "对账"
        indexes = [models.Index(fields=["system", "-id"], name="comparison_newest")]

    def __str__(self) -> str:
        return f"{self.system_id} {self.kind} {self.day}"


class RecordUpload(models.Model):
    """A file of records of another system that the office looked at: what taking it in does or would do.

    ``number``: of its batch, from the file's digest; ``file_digest``: of the content kept sealed, empty once it was
    taken in. ``faults``: row in the file, number of the record, code of ``FAULTS`` in :mod:`.rules.record_files`.
    """

    system = models.ForeignKey(VolunteerSystem, models.PROTECT, related_name="uploads", verbose_name="来源系统")
    number = models.CharField("批次号", max_length=40)
    confirmer = models.CharField("来源系统的确认人", max_length=100)
    file_digest = models.CharField("文件散列值", max_length=64, blank=True)
    rows = models.PositiveIntegerField("行数")
    counted = models.PositiveIntegerField("计入的记录数", default=0)
    flagged = models.PositiveIntegerField("存疑的记录数", default=0)
    repeated = models.PositiveIntegerField("早已导入的记录数", default=0)
    faults = models.JSONField("未导入的行", default=list)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    brought_at = models.DateTimeField("导入时间", null=True)
    batch = models.ForeignKey(RecordBatch, models.PROTECT, null=True, related_name="+", verbose_name="导入批次")

    class Meta:
        verbose_name = "上传的记录文件"
        constraints = [
            models.CheckConstraint(
                condition=Q(brought_at__isnull=True) ^ Q(file_digest=""), name="record_upload_file_until_brought"
            )
        ]

    def __str__(self) -> str:
        return self.number


class RehearsalStep(models.Model):
    """A step of the certification test that a system has passed."""

    system = models.ForeignKey(VolunteerSystem, models.PROTECT, related_name="rehearsal_steps", verbose_name="系统")
    step = models.CharField("步骤", max_length=20)
    passed_at = models.DateTimeField("通过时间")

    class Meta:
        verbose_name = "对接测试步骤"
        constraints = [models.UniqueConstraint(fields=["system", "step"], name="rehearsal_step_once")]

    def __str__(self) -> str:
        return self.step
