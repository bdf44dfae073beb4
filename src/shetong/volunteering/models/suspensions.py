"""Suspensions of volunteers and teams by the guiding authority."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.teams import Team


class Suspension(models.Model):
    """One suspension, of a volunteer or of a team: why, from when, by whom, and how it ended. Kept."""

    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, related_name="suspensions", verbose_name="志愿者"
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="suspensions", verbose_name="团体")
    reason = models.CharField("理由", max_length=300)
    since = models.DateTimeField("暂停时间")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    ended_at = models.DateTimeField("恢复时间", null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField("恢复理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "暂停"
        constraints = [
            models.CheckConstraint(
                condition=Q(volunteer__isnull=False, team__isnull=True) | Q(volunteer__isnull=True, team__isnull=False),
                name="suspension_of_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_reasoned"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("since")) & ~Q(end_reason=""),
                name="suspension_ended_reasoned",
            ),
            models.UniqueConstraint(
                fields=["volunteer"], condition=Q(ended_at__isnull=True), name="suspension_of_volunteer_once"
            ),
            models.UniqueConstraint(
                fields=["team"], condition=Q(ended_at__isnull=True), name="suspension_of_team_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer or self.team}"
