"""Records that a designated system sends by the thousand: one transaction, one event, the same batch once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from shetong.core.errors import InvalidInputError, WrongStateError
from shetong.volunteering.models import VolunteerSystem
from shetong.volunteering.services import foreign


def take(*, system: VolunteerSystem, given: Mapping[str, Any]) -> foreign.Imported:
    """Take in ``batch`` (its number), ``confirmer``, ``records``, as the interface reads them.

    Raises :class:`WrongStateError` in rehearsal, :class:`InvalidInputError`, :class:`ConflictError`.
    """
    if system.certified_at is None:
        raise WrongStateError(gettext("通过对接测试以后才能成批发送；测试中请逐条发送。"), code="rehearsal")
    rows = given["records"]
    if any(row["start"].tzinfo is None or row["end"].tzinfo is None for row in rows):
        raise InvalidInputError(gettext("时间应带时区。"), code="time-zone")
    if any("\x00" in value for row in rows for value in row.values() if isinstance(value, str)):
        raise InvalidInputError(gettext("内容中有不能保存的字符。"), code="characters")
    return foreign.take_in(
        actor=f"system:volunteer-exchange:{system.code}", source=system.code, batch=given["batch"],
        confirmer=given["confirmer"], demo=system.demo,
        columns=foreign.Columns(
            numbers=[row["number"] for row in rows], volunteers=[row["volunteer"] for row in rows],
            teams=[row["team"] for row in rows], starts=[int(row["start"].timestamp()) for row in rows],
            ends=[int(row["end"].timestamp()) for row in rows], minutes=[row["minutes"] for row in rows],
            fields=[row["field"] for row in rows], divisions=[row["division_code"] for row in rows],
            places=[row["place"] for row in rows], contents=[row["content"] for row in rows],
        ),
    )  # fmt: skip
