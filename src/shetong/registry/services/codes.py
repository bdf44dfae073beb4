"""Assigning a unified social credit code to a new body (赋码), GB 32100-2015."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext

from shetong.core.errors import ConflictError
from shetong.core.identifiers import organisation_code_check_character, uscc_check_character
from shetong.store import rows

CATEGORY = {"SG": "1", "PN": "2", "FD": "3"}
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLACES = 6


def assign(*, kind: str, division_code: str) -> str:
    """Return a code that no body holds, in the range given to the deployment (setting ``USCC_RANGE``).

    The number of a registration that fails is not given again. Raises :class:`ConflictError` where the range is used
    up.
    """
    while True:
        # A sequence, not a series without gaps: registrations all over the country do not wait for each other.
        number = int(rows.fetch("SELECT nextval('registry_code_number')")[0][0])
        if number >= len(SIGNS) ** PLACES:
            raise ConflictError(gettext("赋码码段已经用完，请联系系统管理员申请新的码段。"), code="code-range-empty")
        main = settings.USCC_RANGE + _written(number)
        head = f"5{CATEGORY[kind]}{division_code}{main}{organisation_code_check_character(main)}"
        code = head + uscc_check_character(head)
        # The range is this deployment's own, but lists imported before may have used it.
        if not rows.exists("FROM registry_organisation WHERE uscc = %s", [code]):
            return code


def _written(number: int) -> str:
    signs = ""
    for _ in range(PLACES):
        number, rest = divmod(number, len(SIGNS))
        signs = SIGNS[rest] + signs
    return signs
