"""Settings of casework."""

from __future__ import annotations

from shetong.conf import env

# Telephone number for questions on matters, shown in every guide; empty for none.
CONSULT_PHONE = env.text("CONSULT_PHONE")
# Whether the officer who accepted an application must leave the decision to somebody else.
CASEWORK_FOUR_EYES = env.flag("CASEWORK_FOUR_EYES", default=True)
# The largest file that can be uploaded, in octets.
UPLOAD_LARGEST = env.number("UPLOAD_LARGEST_MB", 30, least=1, most=500) * 1_048_576
# host:port of a clamd that uploads are shown to; empty for none.
CLAMD = env.text("CLAMD")
# For how many days a rating can be amended, and within how many working days a low one is followed up.
RATING_DAYS = env.number("RATING_DAYS", 10, least=0, most=365)
RATING_FOLLOW_UP_DAYS = env.number("RATING_FOLLOW_UP_DAYS", 5, least=1, most=60)
# For how many days an invitation to act for an organisation can be accepted.
INVITATION_DAYS = env.number("INVITATION_DAYS", 7, least=1, most=90)
# After how many days an applicant is reminded of a correction that was asked, three times at most.
CORRECTION_REMINDER_DAYS = env.number("CORRECTION_REMINDER_DAYS", 10, least=1, most=365)
# Within how many working days a correction is asked for (no provision names any: 0 asks for none), and how many days
# before that day the applicant is reminded.
CORRECTION_DAYS = env.number("CORRECTION_DAYS", 0, least=0, most=250)
CORRECTION_WARNING_DAYS = env.number("CORRECTION_WARNING_DAYS", 3, least=1, most=60)
# How many archives are checked against their manifests each night, those not looked at for longest first.
ARCHIVE_CHECKS = env.number("ARCHIVE_CHECKS", 10_000, least=1, most=10_000_000)
# Whether authorities without a registered seal get a demonstration seal by themselves; development says yes.
SEALS_AUTOMATIC = env.flag("SEALS_AUTOMATIC")
# How many days before an authority's seal runs out the operators are reminded.
SEAL_WARNING_DAYS = env.number("SEAL_WARNING_DAYS", 60, least=1, most=365)
# Name of the deployment's own certification authority for seals, in every certificate that it issues.
SEALS_ISSUER_NAME = env.text("SEALS_ISSUER_NAME", "社通电子印章签发机构")
# Time-stamping authority (RFC 3161) for sealed documents, and the PEM file with the roots by which it is believed.
SEALS_TSA_URL = env.text("SEALS_TSA_URL")
SEALS_TSA_ROOTS = env.text("SEALS_TSA_ROOTS")
# How long an upload may rest before it is swept away, in hours.
UPLOAD_HOURS = env.number("UPLOAD_HOURS", 24, least=1, most=720)
# A bucket that keeps uploaded files instead of FILES_ROOT; address and region of the S3 service, keys and a prefix.
FILES_S3_BUCKET = env.text("FILES_S3_BUCKET")
FILES_S3_URL = env.text("FILES_S3_URL")
FILES_S3_REGION = env.text("FILES_S3_REGION")
FILES_S3_PREFIX = env.text("FILES_S3_PREFIX")
FILES_S3_KEY_ID = env.text("FILES_S3_KEY_ID")
FILES_S3_SECRET = env.secret("FILES_S3_SECRET")
