"""Cases (办件), their events, and what people say within them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shetong.casework.models.choices import OPEN_STATES, TO_ARCHIVE, TO_DELIVER, Act, State, WaitsFor


class Case(models.Model):
    """An application and what becomes of it. Written only by :mod:`shetong.casework.services`, act by act.

    ``form`` holds the answers by section; personal ones stand there masked and sealed in ``sealed``. ``due_on`` and
    ``next_on`` are kept for lists; the clock itself is derived from the events.
    """

    number = models.CharField("办件编号", max_length=32, unique=True, null=True)  # noqa: DJ001 - drafts have none
    matter = models.CharField("事项编码", max_length=24)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    step = models.CharField("环节", max_length=24, blank=True)
    title = models.CharField("标题", max_length=240, blank=True)
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases", verbose_name="申请人")
    founds = models.BooleanField("新设组织", default=False)
    subject_code = models.CharField("所涉组织代码", max_length=24, blank=True)
    subject_name = models.CharField("所涉组织名称", max_length=200, blank=True)
    authority_name = models.CharField("办理机关", max_length=200, blank=True)
    authority_division = models.CharField("办理机关行政区划", max_length=6, blank=True)
    form = models.JSONField("填报内容", default=dict)
    sealed = models.BinaryField("填报内容中的个人信息", default=bytes)
    form_version = models.PositiveIntegerField("填报版次", default=0)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="held_cases", verbose_name="经办人"
    )
    rules_on = models.DateField("适用规则的日期", null=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    accepted_on = models.DateField("受理日期", null=True)
    due_on = models.DateField("法定期限届满日", null=True)
    next_on = models.DateField("应当先办的日期", null=True)
    # The day on which the light of the running limit turns next: then somebody is warned (services.reminders).
    warn_on = models.DateField("下次期限提醒日", null=True)
    decided_on = models.DateField("决定日期", null=True)
    # Kept for lists and statistics: whom an open case waits for, the end of the limit for deciding, what went back.
    waits_for = models.CharField("等待", max_length=10, choices=WaitsFor, blank=True, default="", db_default="")
    decide_by = models.DateField("决定期限届满日", null=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0, db_default=0)
    corrections = models.PositiveSmallIntegerField("补正次数", default=0, db_default=0)
    closed_at = models.DateTimeField("办结时间", null=True)
    event_count = models.PositiveIntegerField("事件数", default=0)
    demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField("建立时间")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "办件"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=(State.DRAFT, State.DISCARDED)) | Q(number__isnull=False),
                name="case_number_once_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.DRAFT, State.DISCARDED)) | Q(authority_division__regex=r"^[1-9]\d{5}$"),
                name="case_authority_once_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.REVIEWING, State.SUSPENDED)) | ~Q(step=""), name="case_step_in_review"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.APPROVED, State.REFUSED)) | Q(decided_on__isnull=False),
                name="case_decided_on_a_day",
            ),
        ]
        indexes = [
            # To-do of an authority: open cases only, the next due first; what its tabs count is in the index.
            models.Index(
                "authority_division", F("next_on").asc(nulls_last=True), "id", include=["holder", "state", "waits_for"],
                condition=Q(state__in=OPEN_STATES), name="case_to_do",
            ),
            # The same for who sees the whole country.
            models.Index(
                F("next_on").asc(nulls_last=True), "id", condition=Q(state__in=OPEN_STATES), name="case_open_by_day"
            ),
            models.Index(
                "holder", F("next_on").asc(nulls_last=True), "id",
                condition=Q(state__in=OPEN_STATES), name="case_open_by_holder",
            ),
            models.Index(fields=["warn_on", "id"], condition=Q(warn_on__isnull=False), name="case_to_warn_of"),
            models.Index(fields=["subject_code"], condition=~Q(subject_code=""), name="case_of_subject"),
            # Statistics of an authority over a period.
            models.Index(
                fields=["authority_division", "submitted_at"],
                include=[
                    "matter", "state", "accepted_on", "decided_on", "decide_by", "returns", "corrections", "next_on",
                    "waits_for",
                ],
                condition=Q(submitted_at__isnull=False), name="case_figures",
            ),
            models.Index(
                fields=["state", "submitted_at"], condition=Q(state=State.SUBMITTED), name="case_waiting_for_intake"
            ),
            # What is left to do once a case is decided or withdrawn, for the jobs that take up what was lost.
            models.Index(
                fields=["updated_at"], condition=Q(state__in=(*TO_DELIVER, *TO_ARCHIVE)), name="case_to_close"
            ),
        ]  # fmt: skip

    # Whether any region differs in the case's matter, where it was read with this; ``None``: not known.
    varied: bool | None = None

    def __str__(self) -> str:
        return self.number or f"草稿{self.pk}"


class CaseEvent(models.Model):
    """One act on a case: never changed, never deleted; numbered without gaps within the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name="办件")
    number = models.PositiveIntegerField("序号")
    act = models.CharField("行为", max_length=16, choices=Act)
    from_state = models.CharField("之前状态", max_length=12, choices=State)
    to_state = models.CharField("之后状态", max_length=12, choices=State)
    step = models.CharField("环节", max_length=24, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Who acted for an absent colleague says so: "某某 代 某某".
    actor_name = models.CharField("行为人", max_length=100)
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="被代理人",
        db_index=False,
    )  # fmt: skip
    recorded_at = models.DateTimeField("时间")
    reason = models.TextField("理由", blank=True)
    provision = models.CharField("依据", max_length=300, blank=True)
    detail = models.JSONField("详情", default=dict)

    class Meta:
        verbose_name = "办件事件"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="case_event_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="case_event_number_positive"),
            models.CheckConstraint(condition=Q(act__in=Act.values), name="case_event_act_known"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.get_act_display()}"


class Opinion(models.Model):
    """An opinion asked of somebody else on a case, and the answer once it is there."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions", verbose_name="办件")
    asked_of = models.CharField("征求对象", max_length=200)
    # The division whose officers answer in their own to-do; empty where the answer is entered by the authority.
    asked_division = models.CharField("征求对象行政区划", max_length=6, blank=True, default="", db_default="")
    question = models.TextField("征求内容")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("征求时间")
    answer = models.TextField("意见", blank=True)
    agrees = models.BooleanField("是否同意", null=True)
    answered_by = models.CharField("反馈人", max_length=100, blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True)

    class Meta:
        verbose_name = "征求意见"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(agrees__isnull=False), name="opinion_answer_is_clear"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_division", "id"], condition=Q(answered_at__isnull=True), name="opinion_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return self.asked_of


class Notice(models.Model):
    """A numbered document of the authority for the applicant, its rendered file, and the proof of its receipt."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", verbose_name="办件")
    kind = models.CharField("种类", max_length=16)
    document_number = models.CharField("文号", max_length=60, unique=True)
    content = models.JSONField("内容")
    issued_at = models.DateTimeField("制发时间")
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="notices", verbose_name="所据事件")
    pdf_digest = models.CharField("文件摘要（SHA-256）", max_length=64, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True)
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.CharField("签收人", max_length=100, blank=True)

    class Meta:
        verbose_name = "文书"
        constraints = [
            # The same act never issues the same document twice, whatever is run again.
            models.UniqueConstraint(fields=["event", "kind"], name="notice_once_an_event"),
        ]
        indexes = [
            models.Index(fields=["issued_at"], condition=Q(delivered_at__isnull=True), name="notice_undelivered"),
        ]

    def __str__(self) -> str:
        return self.document_number


class NumberSeries(models.Model):
    """The last number given in a series, such as the decisions of an authority in a year; numbers have no gaps."""

    series = models.CharField("系列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("最后的号码")

    class Meta:
        verbose_name = "编号"

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Mandate(models.Model):
    """Authority to act for an organisation (经办人授权): given by it, revocable, dated."""

    organisation_code = models.CharField("组织代码", max_length=24)
    organisation_name = models.CharField("组织名称", max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mandates", verbose_name="经办人")
    granted_at = models.DateTimeField("授权时间")
    granted_by = models.CharField("授权人", max_length=100)
    basis = models.CharField("依据", max_length=300)
    revoked_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "经办人授权"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_code", "user"],
                condition=Q(revoked_at__isnull=True),
                name="mandate_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name}：{self.user_id}"
