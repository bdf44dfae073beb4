"""Who may do what for a team."""

from __future__ import annotations

from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.core.errors import ForbiddenError
from shetong.volunteering.models import StaffRole, Team, TeamStaff

# A leader may do everything; an organiser also keeps time.
_INCLUDED = {
    StaffRole.LEADER: (StaffRole.LEADER,),
    StaffRole.ORGANISER: (StaffRole.LEADER, StaffRole.ORGANISER),
    StaffRole.TIMEKEEPER: (StaffRole.LEADER, StaffRole.ORGANISER, StaffRole.TIMEKEEPER),
}


def holds(user: User, team_id: int, role: StaffRole) -> bool:
    """Whether ``user`` holds ``role``, or one that includes it, in the team or in the team whose branch it is."""
    parent_id = Team.objects.values_list("parent_id", flat=True).filter(pk=team_id).first()
    teams = [team_id, *([parent_id] if parent_id else [])]
    return TeamStaff.objects.filter(user=user, team__in=teams, role__in=_INCLUDED[role], until__isnull=True).exists()


def require(user: User, team_id: int, role: StaffRole) -> None:
    """Raise :class:`ForbiddenError` unless :func:`holds`."""
    if not holds(user, team_id, role):
        raise ForbiddenError(
            gettext("只有团体的%(role)s可以这样做。如需权限，请联系团体负责人。") % {"role": role.label}
        )


def teams_of(user: User, role: StaffRole = StaffRole.TIMEKEEPER) -> list[Team]:
    """Return the teams in which ``user`` holds ``role`` or one that includes it, by name."""
    held = TeamStaff.objects.filter(user=user, role__in=_INCLUDED[role], until__isnull=True).values("team_id")
    return list(Team.objects.filter(pk__in=held).order_by("name", "pk"))
