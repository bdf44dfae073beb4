"""What counts as a low rating, when a case can be rated, and how many ratings a figure needs to be shown."""

from __future__ import annotations

from shetong.casework.models.choices import State

WORST, BEST = 1, 5
LOW = 2
LONGEST_TEXT = 500
# Fewer would let readers guess who rated.
LEAST_SHOWN = 5
RATEABLE = (
    State.APPROVED, State.REFUSED, State.DELIVERED, State.ARCHIVED, State.NOT_ACCEPTED, State.TERMINATED,
)  # fmt: skip


def is_low(score: int) -> bool:
    """Whether the authority must get in touch (不满意、非常不满意)."""
    return score <= LOW


def share(part: int, whole: int) -> int:
    """Return ``part`` of ``whole`` in per cent, rounded half up; ``whole`` is not zero."""
    return (200 * part + whole) // (2 * whole)
