"""Settings of the register: what practice, not law, decides about names."""

from __future__ import annotations

from shetong.conf import env

# Words in names that a registrar is warned of, beside those of the law (comma-separated).
NAME_FORBIDDEN_WORDS = tuple(env.items("NAME_FORBIDDEN_WORDS", ("国家级", "世界级", "最高级")))
# Requests a minute that one address may send to the API without a key; suggestions have ten times as many.
API_RATE_PUBLIC = env.number("API_RATE_PUBLIC", 60, least=1, most=10_000_000)
# Whether `shetong run` loads the small demonstration into an empty register; the development profile asks for it.
DEMO_REGISTER = False
# First two signs of the main part of new unified codes: the range assigned to this deployment.
USCC_RANGE = env.text("USCC_RANGE", "MJ")
# From how many living organisations on a person's posts are pointed out to the officer. No provision sets a number.
OFFICER_POSTS_MANY = env.number("OFFICER_POSTS_MANY", 3, least=1, most=1_000)
# For how many days after it was filed the audit of a leaving representative serves. No provision was at hand.
DEPARTURE_AUDIT_DAYS = env.number("DEPARTURE_AUDIT_DAYS", 365, least=1, most=3_660)
# How many days before a certificate's validity ends the organisation's people are reminded, and again near the end.
CERTIFICATE_WARNING_DAYS = env.number("CERTIFICATE_WARNING_DAYS", 60, least=1, most=365)
