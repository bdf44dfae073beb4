"""Sign-ups as their owners and the organisers see them."""

from __future__ import annotations

from django.db.models import QuerySet

from shetong.volunteering.models import Signup, SignupState, Volunteer

SEEN = ("shift__session", "shift__post__activity__team")


def queue_place(signup: Signup) -> int:
    """Return how many stand in the waiting list up to this sign-up, itself included; 0 where it does not wait."""
    if signup.state != SignupState.WAITING:
        return 0
    return Signup.objects.filter(shift_id=signup.shift_id, state=SignupState.WAITING, ticket__lte=signup.ticket).count()


def of_volunteer(volunteer: Volunteer) -> QuerySet[Signup]:
    """Return the sign-ups of a volunteer, the newest first."""
    return Signup.objects.filter(volunteer=volunteer).select_related(*SEEN).order_by("-id")


def one_of(volunteer_id: int, signup_id: int) -> Signup | None:
    """Return a sign-up of a volunteer; ``None`` where it is none of theirs."""
    return Signup.objects.filter(pk=signup_id, volunteer_id=volunteer_id).select_related(*SEEN).first()
