"""Charity: from when disclosure is asked for."""

from datetime import date

from shetong.conf import env

# From when calendars are kept; what fell due before is not asked for again.
DISCLOSURE_SINCE = date.fromisoformat(env.text("DISCLOSURE_SINCE", "2026-01-01"))
