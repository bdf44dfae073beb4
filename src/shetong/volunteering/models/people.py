"""Volunteers: one record a person, identity sealed, consent apart for each purpose."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from shetong.registry.models.choices import IdentityDocument
from shetong.volunteering.models.choices import ConsentPurpose, Field, Language, RegisteredBy, Skill, VolunteerState

# A week in quarters of a day: bit 4 * (weekday, Monday 0) + quarter (night, morning, afternoon, evening).
ALL_TIMES = (1 << 28) - 1


class Volunteer(models.Model):
    """A volunteer. ``number`` is drawn, never derived from the identity number; who was erased keeps it alone.

    ``times``: 28 bits, see :data:`ALL_TIMES`. ``longitude``, ``latitude``: where activities are sought, WGS 84, kept to
    a hundredth of a degree (about a kilometre). ``token_epoch``: tokens for programs of an earlier epoch are void.
    """

    number = models.CharField("志愿者编号", max_length=14, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="volunteer", verbose_name="账号"
    )
    state = models.CharField("状态", max_length=10, choices=VolunteerState)
    name_sealed = models.BinaryField("姓名（密文）", null=True)
    name_masked = models.CharField("姓名（脱敏）", max_length=40, blank=True)
    identity_kind = models.CharField("证件类型", max_length=18, choices=IdentityDocument, blank=True)
    identity_sealed = models.BinaryField("证件号码（密文）", null=True)
    identity_index = models.BinaryField("证件号码（盲索引）", max_length=32, null=True, unique=True)
    born_on = models.DateField("出生日期", null=True)
    female = models.BooleanField("女性", null=True)
    phone_sealed = models.BinaryField("手机号（密文）", null=True)
    emergency_sealed = models.BinaryField("紧急联系人（密文）", null=True)
    division_code = models.CharField("居住区域", max_length=6, blank=True)
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    reach_km = models.PositiveSmallIntegerField("愿意前往的距离（公里）", default=10)
    skills = ArrayField(models.CharField(max_length=16, choices=Skill), verbose_name="服务技能", default=list)
    languages = ArrayField(models.CharField(max_length=3, choices=Language), verbose_name="语言", default=list)
    fields = ArrayField(models.CharField(max_length=12, choices=Field), verbose_name="服务意向", default=list)
    times = models.PositiveIntegerField("可服务时间", default=ALL_TIMES)
    wishes = models.CharField("其他愿望", max_length=300, blank=True)
    registered_by = models.CharField("注册方式", max_length=6, choices=RegisteredBy)
    registered_at = models.DateTimeField("注册时间")
    verified_at = models.DateTimeField("实名核验时间", null=True)
    verified_through = models.CharField("实名核验来源", max_length=60, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_records", verbose_name="并入的记录"
    )
    token_epoch = models.PositiveIntegerField(default=0)
    demo = models.BooleanField("演示数据", default=False)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "志愿者"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=VolunteerState.values), name="volunteer_state_known"),
            models.CheckConstraint(condition=Q(number__regex=r"^V\d{12}\d$"), name="volunteer_number_form"),
            models.CheckConstraint(
                condition=Q(state__in=(VolunteerState.MERGED, VolunteerState.ERASED))
                | Q(name_sealed__isnull=False, identity_sealed__isnull=False, identity_index__isnull=False)
                & Q(born_on__isnull=False),
                name="volunteer_identity_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(VolunteerState.MERGED, VolunteerState.ERASED))
                | Q(name_sealed__isnull=True, identity_sealed__isnull=True, identity_index__isnull=True)
                & Q(born_on__isnull=True, phone_sealed__isnull=True, emergency_sealed__isnull=True, user__isnull=True),
                name="volunteer_gone_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(state=VolunteerState.MERGED, merged_into__isnull=False)
                | ~Q(state=VolunteerState.MERGED) & Q(merged_into__isnull=True),
                name="volunteer_merged_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-85, 85)),
                name="volunteer_place_whole",
            ),
            models.CheckConstraint(condition=Q(times__lte=ALL_TIMES), name="volunteer_times_in_week"),
        ]
        indexes = [models.Index(fields=["division_code", "state"], name="volunteer_by_division")]

    def __str__(self) -> str:
        return self.number


class SystemNumber(models.Model):
    """By which number another system knows a volunteer; moved when records are merged, so nobody is known twice."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="system_numbers", verbose_name="志愿者")
    system = models.CharField("系统", max_length=40)
    number = models.CharField("系统内编号", max_length=60)
    since = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "其他系统编号"
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="system_number_once")]

    def __str__(self) -> str:
        return f"{self.system}:{self.number}"


class Merge(models.Model):
    """Two records found to be one person: what was moved from one to the other, by whom and why. Never changed."""

    kept = models.ForeignKey(Volunteer, models.PROTECT, related_name="merges", verbose_name="保留的记录")
    gone = models.OneToOneField(Volunteer, models.PROTECT, related_name="merge", verbose_name="并入的记录")
    moved = models.JSONField("移转内容", default=dict)
    reason = models.CharField("理由", max_length=300)
    actor_name = models.CharField("办理人", max_length=100)
    recorded_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "记录合并"
        constraints = [models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two")]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class Consent(models.Model):
    """A volunteer's consent to one purpose, from when to when; the text agreed to by its version."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="consents", verbose_name="志愿者")
    purpose = models.CharField("目的", max_length=10, choices=ConsentPurpose)
    version = models.CharField("告知文本版次", max_length=20)
    given_at = models.DateTimeField("同意时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    guardian = models.BooleanField("由监护人作出", default=False)

    class Meta:
        verbose_name = "个人信息处理同意"
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=ConsentPurpose.values), name="consent_purpose_known"),
            models.UniqueConstraint(
                fields=["volunteer", "purpose"], condition=Q(withdrawn_at__isnull=True), name="consent_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")), name="consent_period"
            ),
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()


class GuardianConsent(models.Model):
    """A guardian's consent for a minor: asked with a code by telephone or paper, given, revocable."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="guardian_consents", verbose_name="志愿者")
    name_sealed = models.BinaryField("监护人姓名（密文）")
    identity_sealed = models.BinaryField("监护人证件号码（密文）")
    phone_sealed = models.BinaryField("监护人手机号（密文）")
    relation = models.CharField("与志愿者的关系", max_length=20)
    code_digest = models.BinaryField("确认码散列值", max_length=32)
    asked_at = models.DateTimeField("征求时间")
    given_at = models.DateTimeField("同意时间", null=True)
    verified_through = models.CharField("监护人核验来源", max_length=60, blank=True)
    revoked_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = "监护人同意"
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer"], condition=Q(revoked_at__isnull=True), name="guardian_consent_once"
            ),
        ]

    def __str__(self) -> str:
        return self.relation


class SavedSearch(models.Model):
    """A search that tells its owner what is new. ``criteria`` as :mod:`shetong.volunteering.rules.criteria` writes.

    What was published after ``since`` is new, whenever it first is among what is looked for; ``told``: the activities
    of which its owner knows, as long as they are not over.
    """

    volunteer = models.ForeignKey(Volunteer, models.CASCADE, related_name="saved_searches", verbose_name="志愿者")
    title = models.CharField("名称", max_length=60)
    criteria = models.JSONField("条件")
    notify = models.BooleanField("有新活动时通知", default=True)
    created_at = models.DateTimeField("保存时间")
    since = models.DateTimeField("从何时起发布的算新活动", default=timezone.now, db_default=Now())
    told = ArrayField(models.BigIntegerField(), verbose_name="已告知的活动", default=list, db_default=[])
    looked_at = models.DateTimeField("上次查看新活动的时间")

    class Meta:
        verbose_name = "保存的查找"
        constraints = [models.UniqueConstraint(fields=["volunteer", "title"], name="saved_search_title")]

    def __str__(self) -> str:
        return self.title
