"""Settings of casework."""

from __future__ import annotations

from shetong.conf import env

# Whether the officer who accepted an application must leave the decision to somebody else.
CASEWORK_FOUR_EYES = env.flag("CASEWORK_FOUR_EYES", default=True)
