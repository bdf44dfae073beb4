"""Settings of charity: when disclosure begins, what platforms are held to."""

from datetime import date

from shetong.conf import env

# From when calendars are kept; what fell due before is not asked for again.
DISCLOSURE_SINCE = date.fromisoformat(env.text("DISCLOSURE_SINCE", "2026-01-01"))

# How many minutes a platform's access token is good for.
PLATFORM_TOKEN_MINUTES = env.number("PLATFORM_TOKEN_MINUTES", 15, least=1, most=60)
# Within how many hours a platform reports a donation, and within how many days the money stands on the charity's
# account. No text with numbers was at hand: both are the authority's to set.
PLATFORM_REPORT_HOURS = env.number("PLATFORM_REPORT_HOURS", 24, least=1, most=720)
PLATFORM_ARRIVAL_DAYS = env.number("PLATFORM_ARRIVAL_DAYS", 3, least=0, most=90)
