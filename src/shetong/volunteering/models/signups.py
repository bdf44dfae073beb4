"""Sign-ups: places, waiting lists, and what happened to each."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from shetong.volunteering.models.activities import Shift
from shetong.volunteering.models.choices import HOLDING, LIVE, SignupAct, SignupState
from shetong.volunteering.models.people import Volunteer

# Core GiST has no operator class for bigint: a one-point int8range stands in for equality.
SAME_VOLUNTEER = (Func(F("volunteer"), F("volunteer"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS)


class Signup(models.Model):
    """One person's sign-up for one shift. ``ticket``: order of arrival within the shift, given under its row lock.

    ``during`` repeats the session's period, for the constraint that nobody is in two places at once. ``request_key``:
    what the caller named the request, so that a repetition gives the first answer.
    """

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="signups", db_index=False, verbose_name="班次")
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, related_name="signups", db_index=False, verbose_name="志愿者"
    )
    state = models.CharField("状态", max_length=9, choices=SignupState)
    ticket = models.PositiveIntegerField("序号")
    during = DateTimeRangeField("时间")
    request_key = models.UUIDField("请求编号", null=True)
    applied_at = models.DateTimeField("报名时间")
    confirm_by = models.DateTimeField("确认期限", null=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = "报名"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SignupState.values), name="signup_state_known"),
            models.UniqueConstraint(fields=["shift", "volunteer"], condition=Q(state__in=LIVE), name="signup_once"),
            models.UniqueConstraint(fields=["shift", "ticket"], name="signup_ticket"),
            models.UniqueConstraint(
                fields=["volunteer", "request_key"], condition=Q(request_key__isnull=False), name="signup_request_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=SignupState.OFFERED) | Q(confirm_by__isnull=False), name="signup_offer_ends"
            ),
            ExclusionConstraint(
                name="signup_one_place_at_a_time",
                condition=Q(state__in=HOLDING),
                expressions=[SAME_VOLUNTEER, (F("during"), RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [
            models.Index(fields=["shift", "ticket"], condition=Q(state=SignupState.WAITING), name="signup_queue"),
            models.Index(fields=["volunteer", "-id"], name="signup_of_volunteer"),
            models.Index(fields=["confirm_by"], condition=Q(state=SignupState.OFFERED), name="signup_to_confirm"),
            models.Index(
                Func(F("during"), function="lower"),
                condition=Q(state=SignupState.WAITING),
                name="signup_waiting_by_time",
            ),
            models.Index(
                Func(F("during"), function="upper"),
                condition=Q(state=SignupState.PRESENT),
                name="signup_present_by_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id}#{self.ticket}"


class SignupEvent(models.Model):
    """One act on a sign-up: never changed, never deleted."""

    signup = models.ForeignKey(Signup, models.PROTECT, related_name="events", verbose_name="报名")
    act = models.CharField("行为", max_length=12, choices=SignupAct)
    to_state = models.CharField("之后状态", max_length=9, choices=SignupState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "报名事件"
        constraints = [models.CheckConstraint(condition=Q(act__in=SignupAct.values), name="signup_event_act_known")]

    def __str__(self) -> str:
        return f"{self.signup_id} {self.get_act_display()}"
