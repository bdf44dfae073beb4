"""Settings of volunteering."""

from __future__ import annotations

from shetong.conf import env

# How many hours the token of a volunteer's own program is good for.
VOLUNTEER_TOKEN_HOURS = env.number("VOLUNTEER_TOKEN_HOURS", 720, least=1, most=8_784)
# Ages at which somebody may register alone, and with a guardian's consent. Practice differs from place to place.
VOLUNTEER_AGE_ALONE = env.number("VOLUNTEER_AGE_ALONE", 18, least=14, most=30)
VOLUNTEER_AGE_GUARDIAN = env.number("VOLUNTEER_AGE_GUARDIAN", 8, least=0, most=30)
# The service that compares name and identity number: its address, and the key that signs what is sent. Without an
# address nobody's identity counts as verified.
IDENTITY_SERVICE_URL = env.text("IDENTITY_SERVICE_URL")
IDENTITY_SERVICE_KEY = env.secret("IDENTITY_SERVICE_KEY")
IDENTITY_SERVICE_SECONDS = env.number("IDENTITY_SERVICE_SECONDS", 5, least=1, most=60)
# Whether activities of teams that are no registered organisations are looked at before they are published.
VOLUNTEER_REVIEW_GROUPS = env.flag("VOLUNTEER_REVIEW_GROUPS", default=True)
# Whether a certificate of service that somebody asks for is issued at once from confirmed records, or once the team has
# looked at it.
VOLUNTEER_CERTIFICATES_AT_ONCE = env.flag("VOLUNTEER_CERTIFICATES_AT_ONCE", default=True)
# How many days a certificate is shown publicly by its issuer; 0: not at all.
VOLUNTEER_CERTIFICATE_NOTICE_DAYS = env.number("VOLUNTEER_CERTIFICATE_NOTICE_DAYS", 7, least=0, most=60)
# For how many days two records made one can be made two again; until then what the one held waits, sealed.
VOLUNTEER_MERGE_UNDO_DAYS = env.number("VOLUNTEER_MERGE_UNDO_DAYS", 30, least=1, most=365)
