"""Settings of reference data and open data."""

from __future__ import annotations

from shetong.conf import env

# A TOML file that replaces or adds parameters of law (shetong/core/statutes.toml shows the format).
STATUTES_FILE = env.text("STATUTES_FILE")
# A TOML file with the state codes that the receiver of published permits expects (shetong/exchange/permit_codes.toml).
PERMIT_CODES_FILE = env.text("PERMIT_CODES_FILE")
WORKING_DAYS_FILE = env.text("WORKING_DAYS_FILE")
# GeoJSON of division boundaries of an approved base map and its approval number (审图号): docs/specs/boundaries.md.
BOUNDARIES_FILE = env.text("BOUNDARIES_FILE")
BOUNDARIES_APPROVAL = env.text("BOUNDARIES_APPROVAL")
# Who publishes the open data and under which licence.
OPEN_DATA_PUBLISHER = env.text("OPEN_DATA_PUBLISHER", "社通")
OPEN_DATA_LICENCE = env.text("OPEN_DATA_LICENCE", "CC BY 4.0")
OPEN_DATA_LICENCE_URL = env.text(
    "OPEN_DATA_LICENCE_URL", "https://creativecommons.org/licenses/by/4.0/legalcode.zh-hans"
)
# How many releases stay downloadable, the newest included.
OPEN_DATA_KEEP = env.number("OPEN_DATA_KEEP", 3, least=1)
# When the periodic release is made (cron in UTC: Monday 02:00 in Beijing).
OPEN_DATA_CRON = env.text("OPEN_DATA_CRON", "0 18 * * 0")
# An internal nginx location of OPEN_DATA_ROOT (for example /_open-data/): nginx then sends the files itself.
OPEN_DATA_ACCEL = env.text("OPEN_DATA_ACCEL")
