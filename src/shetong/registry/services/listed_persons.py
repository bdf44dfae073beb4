"""Taking over lists of dishonest people (失信名单) that other authorities hand over, as CSV in UTF-8."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import NATIONAL, Permission
from shetong.accounts.services import audit
from shetong.core.errors import InvalidInputError
from shetong.registry.models import ListedPerson
from shetong.registry.services.people import index_of, read_identity
from shetong.registry.services.recording import SYSTEM

HEADINGS = ("证件号码", "列入事由", "列入机关", "文号", "列入日期", "移出日期")
MOST_ROWS = 200_000


@dataclass(slots=True)
class ListReport:
    """What became of a list: rows taken over, and the reasons of those that were not, by line of the file."""

    taken: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def import_list(path: Path, *, list_name: str, actor: User | None) -> ListReport:
    """Take over the rows of a list; a person listed already under a document gets its new removal date.

    Numbers are kept as keyed indexes, names not at all. Raises :class:`InvalidInputError` where columns are missing or
    there are too many rows, :class:`ForbiddenError`.
    """
    if actor is not None:
        permissions.require(actor, Permission.IMPORT_RUN, NATIONAL)
    if not list_name.strip():
        raise InvalidInputError(gettext("请写明名单的名称。"), fields={"list_name": gettext("请写明名单的名称。")})
    report = ListReport()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if lacking := [name for name in HEADINGS if name not in (reader.fieldnames or ())]:
            raise InvalidInputError(gettext("文件缺少列：%(list)s。") % {"list": "、".join(lacking)})
        for line, row in enumerate(reader, start=2):
            if line > MOST_ROWS:
                raise InvalidInputError(
                    gettext("一次最多导入%(most_rows)s行，请分成几个文件。") % {"most_rows": MOST_ROWS}
                )
            try:
                _take(row, list_name.strip())
            except InvalidInputError as error:
                report.rejected.append((line, error.message))
            else:
                report.taken += 1
    audit.record(
        actor=actor or SYSTEM,
        action="registry.import-list",
        target=f"list:{list_name.strip()}",
        detail={"taken": report.taken, "rejected": len(report.rejected)},
    )
    return report


def _take(row: dict[str, str | None], list_name: str) -> None:
    given = {name: (row.get(name) or "").strip() for name in HEADINGS}
    if empty := [name for name in HEADINGS[:-1] if not given[name]]:
        raise InvalidInputError(gettext("请填写%(list)s。") % {"list": "、".join(empty)})
    listed, removed = _day(given["列入日期"]), _day(given["移出日期"]) if given["移出日期"] else None
    if removed is not None and removed < listed:
        raise InvalidInputError(gettext("移出日期不能早于列入日期。"))
    ListedPerson.objects.update_or_create(
        identity_number_index=index_of(*read_identity(given["证件号码"])),
        list_name=list_name[:60],
        document_number=given["文号"][:120],
        defaults={
            "reason": given["列入事由"][:300],
            "listed_by": given["列入机关"][:120],
            "listed_on": listed,
            "removed_on": removed,
        },
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(gettext("日期应写成“2026-05-01”的形式。")) from None
