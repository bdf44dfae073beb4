"""Matters of volunteering: the mark of volunteer organisations, the designation of volunteer information systems."""

from shetong.volunteering.matters.designation import DESIGNATION
from shetong.volunteering.matters.mark import MARK

MATTERS = (MARK, DESIGNATION)
