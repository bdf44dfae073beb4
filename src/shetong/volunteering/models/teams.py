"""Who recruits: teams and organisations, their branches, staff, members and trainings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shetong.registry.models import Organisation
from shetong.volunteering.models.choices import Field, MembershipState, StaffRole, TeamKind, TeamState
from shetong.volunteering.models.people import Volunteer


class Team(models.Model):
    """A team (志愿团体), or a registered body that recruits; its mark as volunteer organisation is the register's.

    ``questions``: what those are asked who want to join, ``[{"name", "text", "required"}]``. ``parent``: the team whose
    branch (分队) it is.
    """

    number = models.CharField("团体编号", max_length=14, unique=True)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("类型", max_length=12, choices=TeamKind)
    state = models.CharField("状态", max_length=10, choices=TeamState)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="volunteer_teams", verbose_name="登记的组织"
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="branches", verbose_name="上级团体")
    division_code = models.CharField("服务区域", max_length=6)
    address = models.CharField("地址", max_length=200, blank=True)
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    fields = ArrayField(models.CharField(max_length=12, choices=Field), verbose_name="服务类别", default=list)
    about = models.TextField("简介", max_length=2000, blank=True)
    contact = models.CharField("联系人", max_length=40)
    contact_phone = models.CharField("公开的联系电话", max_length=30)
    founded_on = models.DateField("成立日期", null=True)
    admits_members = models.BooleanField("招募成员", default=True)
    questions = models.JSONField("入队申请问题", default=list)
    created_at = models.DateTimeField("建立时间")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "志愿团体"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TeamState.values), name="team_state_known"),
            models.CheckConstraint(condition=Q(kind__in=TeamKind.values), name="team_kind_known"),
            models.CheckConstraint(condition=Q(number__regex=r"^T\d{10}\d$"), name="team_number_form"),
            models.CheckConstraint(condition=Q(division_code__regex=r"^[1-9]\d{5}$"), name="team_division_form"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="team_not_its_parent"),
            models.UniqueConstraint(
                fields=["division_code", "name"], condition=~Q(state=TeamState.CLOSED), name="team_name_in_division"
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-85, 85)),
                name="team_place_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamStaff(models.Model):
    """A role that somebody holds in a team; ended, never deleted."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="staff", verbose_name="团体")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="team_roles", verbose_name="人员")
    role = models.CharField("角色", max_length=12, choices=StaffRole)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止", null=True)
    granted_by = models.CharField("授予人", max_length=100)

    class Meta:
        verbose_name = "团体工作人员"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=StaffRole.values), name="staff_role_known"),
            models.UniqueConstraint(
                fields=["team", "user", "role"], condition=Q(until__isnull=True), name="staff_role_once"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="staff_period"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.get_role_display()}"


class Membership(models.Model):
    """A volunteer in a team, from the application on. ``answers``: to the team's questions, by name."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name="团体")
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="memberships", verbose_name="志愿者")
    state = models.CharField("状态", max_length=8, choices=MembershipState)
    answers = models.JSONField("申请回答", default=dict)
    applied_at = models.DateTimeField("申请时间")
    decided_at = models.DateTimeField("审核时间", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("理由", max_length=300, blank=True)
    ended_at = models.DateTimeField("退出时间", null=True)

    class Meta:
        verbose_name = "团体成员"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MembershipState.values), name="membership_state_known"),
            models.UniqueConstraint(
                fields=["team", "volunteer"],
                condition=Q(state__in=(MembershipState.APPLIED, MembershipState.MEMBER)),
                name="membership_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=MembershipState.REFUSED) | ~Q(reason=""), name="membership_refusal_reasoned"
            ),
        ]
        indexes = [models.Index(fields=["volunteer", "state"], name="membership_of_volunteer")]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.volunteer_id}"


class Training(models.Model):
    """A training that a volunteer took part in (培训情况); withdrawn with a reason, never deleted."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="trainings", verbose_name="志愿者")
    team = models.ForeignKey(Team, models.PROTECT, related_name="trainings", verbose_name="组织培训的团体")
    title = models.CharField("培训内容", max_length=100)
    held_on = models.DateField("培训日期")
    minutes = models.PositiveIntegerField("时长（分钟）")
    passed = models.BooleanField("考核通过", null=True)
    valid_to = models.DateField("有效期至", null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    withdraw_reason = models.CharField("撤销理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "培训记录"
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="training_takes_time"),
            models.UniqueConstraint(
                fields=["volunteer", "team", "title", "held_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="training_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdraw_reason=""), name="training_withdrawal_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return self.title
