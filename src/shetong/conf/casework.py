"""Settings of casework."""

from __future__ import annotations

from shetong.conf import env

# Whether the officer who accepted an application must leave the decision to somebody else.
CASEWORK_FOUR_EYES = env.flag("CASEWORK_FOUR_EYES", default=True)
# The largest file that can be uploaded, in octets.
UPLOAD_LARGEST = env.number("UPLOAD_LARGEST_MB", 30, least=1, most=500) * 1_048_576
# host:port of a clamd that uploads are shown to; empty for none.
CLAMD = env.text("CLAMD")
# How many archives are checked against their manifests each night, those not looked at for longest first.
ARCHIVE_CHECKS = env.number("ARCHIVE_CHECKS", 10_000, least=1, most=10_000_000)
