"""Writing the search index: rows for COPY, renewal after a filing, bulk building.

The index is derived data. It is renewed in the transaction that changes the register, so a committed filing is found at
once and a rolled-back one never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from shetong.core.pinyin import transliterate
from shetong.core.search_tokens import tokens, vector_literal
from shetong.core.text import key
from shetong.registry.models import AttributeCode, Organisation, OrganisationAttribute, SearchEntry
from shetong.registry.rules.facets import facet_tokens, facets
from shetong.registry.rules.ranking import rank
from shetong.store import rows
from shetong.store.transactions import act

# The order of the values that :func:`index_rows` yields; ``COPY registry_searchentry (…) FROM STDIN``.
COLUMNS = ("organisation_id", "former", "text", "initials", "pinyin", "tokens", "facets", "founded_on", "rank")
_COPY = f"COPY {SearchEntry._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
_BATCH = 5_000
_INSERT = f"""
    INSERT INTO registry_searchentry ({", ".join(COLUMNS)})
    SELECT organisation_id, former, text, initials, pinyin, tokens::tsvector, facets, founded_on, rank
    FROM unnest(%s::bigint[], %s::boolean[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[],
                %s::integer[]) AS made ({", ".join(COLUMNS)})
"""  # noqa: S608 - names of columns
_BODIES = """
    SELECT body.id, body.name, body.kind, body.status, body.division_code, authority.division_code, body.founded_on,
           ARRAY(SELECT name FROM registry_organisationname
                  WHERE organisation_id = body.id AND withdrawn_by_id IS NULL ORDER BY id),
           ARRAY(SELECT code FROM registry_organisationattribute
                  WHERE organisation_id = body.id AND code = ANY(%s)
                    AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s))
    FROM registry_organisation body JOIN registry_authority authority ON authority.id = body.authority_id
    WHERE body.id = ANY(%s) ORDER BY body.id
"""


class Source(NamedTuple):
    """What the index needs to know of one name; ``authority_division`` is that of the registration authority."""

    organisation_id: int
    name: str
    former: bool
    kind: str
    status: str
    division_code: str
    authority_division: str
    founded_on: date | None
    charity: bool = False
    fundraising: bool = False


class Row(NamedTuple):
    """One row of the index, in the order of :data:`COLUMNS`."""

    organisation_id: int
    former: bool
    text: str
    initials: str
    pinyin: str
    tokens: str
    facets: str
    founded_on: date | None
    rank: int


def index_rows(sources: Iterable[Source]) -> Iterator[Row]:
    """Yield the index rows of names, at about 100,000 a second. Pure: nothing is read or written."""
    for source in sources:
        text = key(source.name)
        spelling = transliterate(text)
        string = facets(
            division_code=source.division_code,
            kind=source.kind,
            status=source.status,
            charity=source.charity,
            fundraising=source.fundraising,
            founded_year=source.founded_on.year if source.founded_on else None,
            former=source.former,
        )
        yield Row(
            source.organisation_id,
            source.former,
            text,
            spelling.initials,
            spelling.pinyin,
            vector_literal([*tokens(text, spelling.initials), *facet_tokens(string)]),
            string,
            source.founded_on,
            rank(
                text=text,
                status=source.status,
                authority_division=source.authority_division,
                charity=source.charity,
                fundraising=source.fundraising,
                former=source.former,
            ),
        )


def write(sources: Iterable[Source]) -> int:
    """COPY the index rows of names into the index and return their number. The caller holds the transaction."""
    made = list(index_rows(sources))  # before COPY begins: a source that reads the database would wait for itself
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in made:
            copy.write_row(row)
    return len(made)


@act
def refresh(organisation_ids: Iterable[int], *, today: date | None = None, new: bool = False) -> int:
    """Renew the index rows of organisations from the register as it stands and return the number of rows.

    Called by every service that changes a name, status, kind, division, founding date or attribute, in its transaction
    and under its lock on the organisation. ``today`` (default: the current day) decides which attributes are held.
    ``new``: they were entered in this transaction, so there are no rows to renew.
    """
    ids = sorted(set(organisation_ids))
    count = 0
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        if not new:
            rows.run("DELETE FROM registry_searchentry WHERE organisation_id = ANY(%s)", [batch])
        made = list(index_rows(_sources(batch, today or _today())))
        count += rows.run(_INSERT, [list(column) for column in zip(*made, strict=True)]) if made else 0
    return count


def refresh_attributes_turning(since: date, until: date) -> int:
    """Renew organisations of which an attribute began or ended after ``since`` and up to ``until``; a daily job's work.

    Returns the number of rows. Needed because a qualification lapses by time, without a filing.
    """
    turning = OrganisationAttribute.objects.filter(
        Q(valid_from__gt=since, valid_from__lte=until) | Q(valid_to__gt=since, valid_to__lte=until)
    )
    return refresh(turning.values_list("organisation_id", flat=True).distinct(), today=until)


def rebuild() -> int:
    """Build the whole index anew in one transaction (readers keep seeing the old one) and return its rows."""
    last, count = 0, 0
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        while batch := list(
            Organisation.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH]
        ):
            count += write(_sources(batch, _today()))
            last = batch[-1]
    settle()
    return count


def settle() -> None:
    """Renew planner statistics and visibility map after a bulk load, outside any transaction: search needs both."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {SearchEntry._meta.db_table}")


def _today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def _sources(ids: Sequence[int], today: date) -> Iterator[Source]:
    wanted = [AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING]
    found = rows.fetch(_BODIES, [wanted, today, today, list(ids)])
    for pk, name, kind, status, division, authority, founded, former, held in found:
        seen = set()
        for position, each in enumerate((name, *former)):
            text = key(each)
            if text in seen:
                continue
            seen.add(text)
            yield Source(
                pk,
                each,
                position > 0,
                kind,
                status,
                division,
                authority,
                founded,
                AttributeCode.CHARITY in held,
                AttributeCode.PUBLIC_FUNDRAISING in held,
            )
