"""What a person gave in earlier applications, so that it is not asked twice (一数一源): contact and own identity data.

Read from the person's own sealed answers, shown to nobody else, and only put into the person's own form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shetong.accounts.models import User
from shetong.casework import catalogue
from shetong.casework.models import Case, State
from shetong.casework.rules.forms import flat
from shetong.casework.services import answers
from shetong.core.values import is_empty
from shetong.store import rows

# What every application asks for in the same words.
CONTACT = ("contact_name", "contact_phone")
LOOKED_AT = 5


def contact(user: User) -> dict[str, Any]:
    """Return contact name and phone of the person's latest application, nothing where there is none."""
    for case in _earlier(user):
        given = flat(catalogue.national(case.matter), answers.whole(case))
        found = {name: given[name] for name in CONTACT if not is_empty(given.get(name))}
        if found:
            return found
    return {}


def oneself(user: User, fields: tuple[str, ...]) -> dict[str, Any]:
    """Return what the person wrote of themselves in a list of people, for the given questions.

    A record is the person's own where it bears the name that the account has.
    """
    for case in _earlier(user):
        form = answers.whole(case)
        for section in catalogue.national(case.matter).sections:
            if not section.repeated:
                continue
            for record in form.get(section.name) or []:
                if record.get("name") == user.get_full_name() and not is_empty(record.get("identity_number")):
                    return {name: record[name] for name in fields if not is_empty(record.get(name))}
    return {}


def _earlier(user: User) -> Iterator[Case]:
    """Yield the person's applications, the latest first; it nearly always tells enough, so it is read alone."""
    mine = "WHERE applicant_id = %s AND state <> %s AND sealed <> '' ORDER BY updated_at DESC, id DESC"
    latest = rows.load(Case, f"{mine} LIMIT 1", [user.pk, State.DISCARDED])
    yield from latest
    if latest:
        yield from rows.load(Case, f"{mine} OFFSET 1 LIMIT {LOOKED_AT - 1}", [user.pk, State.DISCARDED])
