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

# Time served. What follows is practice that differs from place to place; no provision was found for it.
# Hours are told in full steps of so many minutes: 6 is a tenth of an hour.
VOLUNTEER_HOUR_STEP_MINUTES = env.number("VOLUNTEER_HOUR_STEP_MINUTES", 6, least=1, most=60)
# How long before a session people may check in, and how much of what they stay after its end counts.
VOLUNTEER_EARLY_MINUTES = env.number("VOLUNTEER_EARLY_MINUTES", 60, least=0, most=720)
VOLUNTEER_OVERTIME_MINUTES = env.number("VOLUNTEER_OVERTIME_MINUTES", 60, least=0, most=720)
# How long after its end a session that nobody closed is closed, and how old a scan made offline may be.
VOLUNTEER_CLOSE_HOURS = env.number("VOLUNTEER_CLOSE_HOURS", 12, least=1, most=240)
VOLUNTEER_OFFLINE_DAYS = env.number("VOLUNTEER_OFFLINE_DAYS", 7, least=1, most=60)
# What a person looks at: more than so much in a day, faster than that from place to place, more people with one phone.
VOLUNTEER_LONG_DAY_MINUTES = env.number("VOLUNTEER_LONG_DAY_MINUTES", 600, least=60, most=1440)
VOLUNTEER_SPEED_KMH = env.number("VOLUNTEER_SPEED_KMH", 300, least=10, most=2000)
VOLUNTEER_DEVICE_PEOPLE = env.number("VOLUNTEER_DEVICE_PEOPLE", 1, least=1, most=100)
# The key under which designated systems compute the blind index of an identity number for the exchange; all of them
# share it. Without it nobody is exchanged.
VOLUNTEER_EXCHANGE_KEY = env.secret("VOLUNTEER_EXCHANGE_KEY")
