"""From filings to the rows that pages and searches read: present state, former names, attributes, officers.

Everything here can be thrown away and folded again from the filings. Rows that other filings do not speak of (an
importer may know a former name without its dates) are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext

from shetong.core import divisions
from shetong.core.errors import NotFoundError
from shetong.registry.models import (
    Authority,
    Filing,
    FilingKind,
    NameEnd,
    Officer,
    Organisation,
    OrganisationAttribute,
    OrganisationName,
)
from shetong.registry.queries.filings import entry_of
from shetong.registry.rules import history
from shetong.registry.rules.history import ATTRIBUTE_PREFIX, OFFICER_PREFIX, Entry, Span, Standing
from shetong.registry.rules.values import IN_COLUMNS, column, empty
from shetong.store import rows, transactions


@dataclass(frozen=True, slots=True)
class History:
    """All filings of one organisation, as recorded and as they stand."""

    entries: Sequence[Entry]
    stands: Sequence[Standing]
    # The body is entered by the act that runs: nothing was folded from its filings before.
    new: bool = False

    def with_entry(self, entry: Entry) -> History:
        """Return the history with one more filing."""
        entries = [*self.entries, entry]
        return History(entries, history.standing(entries), self.new)


NOTHING_FILED = History((), (), new=True)


def load(organisation_id: int) -> History:
    """Return the filings of an organisation: one query, or as the whole act that runs knows them."""
    known: History | None = transactions.known().get((History, organisation_id))
    if known is not None:
        return known
    filings = rows.load(Filing, "WHERE organisation_id = %s ORDER BY id", [organisation_id])
    entries = [entry_of(filing) for filing in filings]
    return History(entries, history.standing(entries))


def remember(organisation_id: int, past: History) -> None:
    """Keep the history of a locked organisation for the other parts of the whole act."""
    transactions.known()[History, organisation_id] = past


def newly_entered(organisation_id: int) -> bool:
    """Whether the whole act that runs has entered the organisation itself."""
    known: History | None = transactions.known().get((History, organisation_id))
    return known is not None and known.new


def project(organisation: Organisation, past: History, *, today: date, caused_by: Filing) -> None:
    """Write the state of ``today`` into the organisation and its rows. The caller holds the lock."""
    state = history.fold(past.stands, today)
    spoken_of = {key for entry in past.entries for key in entry.after}
    for name in IN_COLUMNS:
        if name in spoken_of:
            setattr(organisation, name, column(name, state.get(name, empty(name))))
    if "authority" in spoken_of and state.get("authority") != organisation.authority.name:
        organisation.authority = authority_named(state["authority"], near=organisation.division_code)
    if "parent" in spoken_of and state.get("parent"):
        # A branch keeps its parent where the parent's code was corrected since it was entered.
        parent = Organisation.objects.filter(uscc=state["parent"]).first()
        if parent is None and organisation.parent_id is None:
            raise NotFoundError(gettext("登记簿中没有代码为%(code)s的所属组织。") % {"code": state["parent"]})
        organisation.parent = parent or organisation.parent
    statuses = history.periods(past.stands, "status", until=today)
    if statuses:
        organisation.status_since = statuses[-1].start
    if not past.new:
        organisation.updated_at = timezone.now()
    rows.save(organisation)
    _project_names(organisation, past, today, caused_by)
    _project_attributes(organisation, past, today)
    _project_officers(organisation, past, today)


def authority_named(name: str, *, near: str) -> Authority:
    """Return the registration authority of a name as :func:`authority_meant` does, created where it is not known."""
    found = authority_meant(name, near=near)
    if found.pk is None:
        found = Authority.objects.get_or_create(name=found.name, division_code=found.division_code)[0]
    return found


def authority_meant(name: str, *, near: str) -> Authority:
    """Return the registration authority of a name; of namesakes the one whose division is most like ``near``.

    One that is not known yet comes unsaved, of the division recognised in its name, else of ``near``; nothing is
    written.
    """
    namesakes = rows.load(Authority, "WHERE name = %s ORDER BY id", [name])
    if namesakes:
        return max(namesakes, key=lambda authority: _shared_digits(authority.division_code, near))
    recognised = divisions.find(name)
    code = divisions.NATION if name in ("民政部", "中华人民共和国民政部") else near
    if recognised is not None and recognised.certain:
        code = recognised.division.code
    return Authority(name=name, division_code=code)


def _shared_digits(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def _project_names(organisation: Organisation, past: History, today: date, caused_by: Filing) -> None:
    """Add former names that the history shows; withdraw rows made from filings that now read differently."""
    wanted: dict[tuple[str, date | None, date | None], tuple[NameEnd, int]] = {}
    for period in history.periods(past.stands, "name", until=today):
        if period.ended_by is not None and period.end is not None:
            order = period.ended_by.kind == FilingKind.ORDER
            end = NameEnd.CHANGE_CANCELLED if order else NameEnd.CHANGED
            wanted[period.value, period.start, period.end] = (end, period.ended_by.number)
    for stand in past.stands:
        for name in filter(None, (part.strip() for part in str(stand.after.get("former_names") or "").split("；"))):
            wanted.setdefault((name, None, None), (NameEnd.CHANGED, stand.number))
    effective = {entry.number: entry.effective_on for entry in past.entries}
    renaming = {entry.number for entry in past.entries if "name" in entry.after}
    borne = "WHERE organisation_id = %s AND withdrawn_by_id IS NULL ORDER BY id"
    for row in [] if past.new else rows.load(OrganisationName, borne, [organisation.pk]):
        if wanted.pop((row.name, row.valid_from, row.valid_to), None) is not None:
            continue
        made_here = row.filing_id in renaming and row.valid_to == effective[row.filing_id]
        if made_here and row.valid_from is not None:
            row.withdrawn_by = caused_by
            row.save(update_fields=["withdrawn_by"])
    rows.insert_all(
        [
            OrganisationName(
                organisation=organisation, name=name, valid_from=start, valid_to=stop, ended_by=end, filing_id=filing
            )
            for (name, start, stop), (end, filing) in wanted.items()
        ]
    )


def _project_attributes(organisation: Organisation, past: History, today: date) -> None:
    speaking = _filings_with(past, ATTRIBUTE_PREFIX, *history.SINCE_ELEMENTS)
    wanted = {
        (span.key.removeprefix(ATTRIBUTE_PREFIX), span.start): span
        for span in history.spans(past.stands, ATTRIBUTE_PREFIX, until=today)
    }
    new: list[OrganisationAttribute] = []
    held = {
        (row.code, row.valid_from): row
        for row in OrganisationAttribute.objects.filter(organisation=organisation, filing__in=speaking)
    }
    for key, row in held.items():
        if key not in wanted:
            row.delete()
    for (code, start), span in wanted.items():
        row = held.get((code, start)) or OrganisationAttribute(organisation=organisation, code=code, valid_from=start)
        row.valid_to, row.filing_id = span.end, span.filing
        if len(span.value) > 1 or row.pk is None:  # an importer's row may know more than its date
            row.value = span.value.get("value", "")
            row.basis_document = span.value.get("basis_document", "")
            row.granted_by = span.value.get("granted_by", "")
            row.published_at = _day(span.value.get("published_at"))
        if row.pk is None:
            new.append(row)
        else:
            row.save()
    OrganisationAttribute.objects.bulk_create(new)


def _project_officers(organisation: Organisation, past: History, today: date) -> None:
    speaking = _filings_with(past, OFFICER_PREFIX)
    if not speaking:
        return
    wanted: dict[tuple[str, int, date], Span] = {}
    for span in history.spans(past.stands, OFFICER_PREFIX, until=today):
        _, role, person = span.key.split(".")
        wanted[role, int(person), span.start] = span
    of_filings = "WHERE organisation_id = %s AND filing_id = ANY(%s)"
    posts = [] if past.new else rows.load(Officer, of_filings, [organisation.pk, speaking])
    held = {(row.role, row.person_id, row.valid_from): row for row in posts}
    for key, row in held.items():
        if key not in wanted:
            row.delete()
        elif (row.valid_to, row.filing_id) != (wanted[key].end, wanted[key].filing):
            row.valid_to, row.filing_id = wanted[key].end, wanted[key].filing
            row.save(update_fields=["valid_to", "filing"])
    rows.insert_all(
        [
            Officer(
                organisation=organisation,
                role=role,
                person_id=person,
                valid_from=start,
                valid_to=span.end,
                filing_id=span.filing,
            )
            for (role, person, start), span in wanted.items()
            if (role, person, start) not in held
        ]
    )


def _filings_with(past: History, prefix: str, *names: str) -> list[int]:
    return [
        entry.number for entry in past.entries if any(key.startswith(prefix) or key in names for key in entry.after)
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
