"""Recording one filing: the single way in which the register changes.

Every business act comes here with the organisation locked. The history with the new filing is walked through the table
of states, the filing is written with what was before, and the present state is folded anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.registry import states
from shetong.registry.models import Filing, FilingKind, Organisation, OrganisationKind
from shetong.registry.rules import history
from shetong.registry.rules.history import Entry, Json, State
from shetong.registry.rules.values import ELEMENT_NAMES, empty
from shetong.registry.services import certificates, locks, public_log, search_index
from shetong.registry.services.projection import History, load, project, remember
from shetong.store import rows
from shetong.store.transactions import part

SYSTEM = "system:registry"
FURTHEST = timedelta(days=3_660)
# Greater than any number the database gives: the place of a filing that is not yet written.
_NEXT = 2**63


@dataclass(slots=True)
class Together:
    """Filings of one transaction whose consequences are drawn once: those to log, and the last of each organisation."""

    filings: list[Filing] = field(default_factory=list)
    unapplied: dict[int, Filing] = field(default_factory=dict)

    def settle(self) -> None:
        """Log and fold what was filed so far; for acts that rest on the present state, such as a certificate."""
        filings, self.filings = self.filings, []
        if filings:
            public_log.filings_recorded(filings)
        unapplied, self.unapplied = self.unapplied, {}
        for organisation in locks.take(organisations=unapplied).values():
            apply(organisation, caused_by=unapplied[organisation.pk], today=timezone.localdate())


_together: ContextVar[Together | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[Together]:
    """Enter many filings of the past in one transaction, as when paper files are taken over.

    Each is checked as always; the rows that pages read are folded once, at the end or when told to :meth:`settle
    <Together.settle>`, instead of after each filing.
    """
    with part():
        batch = Together()
        token = _together.set(batch)
        try:
            yield batch
        finally:
            _together.reset(token)
        batch.settle()


def authorise(actor: User | None, permission: Permission, division_code: str) -> None:
    """Ask whether ``actor`` may do this in the division of the registration authority; ``None`` is the system itself.

    Raises :class:`ForbiddenError`.
    """
    if actor is not None:
        permissions.require(actor, permission, division_code)


def record(
    *,
    organisation: Organisation,
    kind: FilingKind,
    after: Mapping[str, Json],
    basis: str,
    effective_on: date,
    actor: User | None,
    action: str,
    corrects: Filing | None = None,
    past: History | None = None,
) -> Filing:
    """Write one filing of a locked organisation and everything that follows from it; return the filing.

    ``after``: changed keys only matter; those equal to what was before are left out. ``action``: the name in the audit
    trail. ``past``: the history, where the caller has read it under the lock. With ``effective_on`` after today the
    filing waits for :func:`shetong.registry.services.due.apply_due`.

    Raises :class:`InvalidInputError` (basis, date, nothing changed), :class:`WrongStateError`, :class:`ConflictError`.
    """
    today = timezone.localdate()
    _check_form(basis, effective_on, today)
    past = past or load(organisation.pk)
    before = _before(past, effective_on, corrects)
    moved = corrects is not None and corrects.effective_on != effective_on
    changed = {key: value for key, value in after.items() if key == history.VOID or _was(before, key) != value}
    if not changed and not moved:
        raise InvalidInputError(gettext("填报的内容与现登记事项相同，没有需要办理的变化。"), code="nothing-changed")
    entry = Entry(_NEXT, kind, effective_on, timezone.now(), changed, corrects.pk if corrects else None)
    _check_course(past, past.with_entry(entry), entry, branch=organisation.kind == OrganisationKind.BRANCH)
    filing = Filing(
        organisation=organisation,
        kind=kind,
        basis=basis.strip(),
        effective_on=effective_on,
        recorded_at=entry.recorded_at,
        actor=actor,
        actor_name=actor.get_full_name() if actor else "系统",
        before={key: _was(before, key) for key in changed if key != history.VOID},
        after=changed,
        corrects=corrects,
        applied_at=entry.recorded_at if effective_on <= today else None,
    )
    rows.insert(filing)
    remember(organisation.pk, past.with_entry(replace(entry, number=filing.pk)))
    batch = _together.get()
    if batch is None:
        public_log.filings_recorded([filing])
    else:
        batch.filings.append(filing)
    # A correction may also take back something already applied, so it is folded in at once.
    if effective_on <= today or corrects is not None:
        if batch is None:
            apply(organisation, caused_by=filing, today=today)
        else:
            batch.unapplied[organisation.pk] = filing
    audit.record(
        actor=actor or SYSTEM,
        action=action,
        target=organisation,
        jurisdiction=organisation.authority.division_code,
        detail={"filing": filing.pk, "effective_on": str(effective_on), "items": sorted(changed)},
    )
    return filing


def apply(organisation: Organisation, *, caused_by: Filing, today: date) -> None:
    """Fold the filings of a locked organisation into its rows, the search index and the certificate in force.

    Raises :class:`ConflictError` where the result contradicts the register (a period or code held twice).
    """
    try:
        with part():
            past = load(organisation.pk)
            project(organisation, past, today=today, caused_by=caused_by)
    except IntegrityError as error:
        raise ConflictError(
            gettext("填报的内容与登记簿中已有的记载冲突（同一期间重复或代码已被使用），请核对后再办理。")
        ) from error
    search_index.refresh([organisation.pk], new=past.new)
    if not past.new:
        certificates.refresh([organisation.pk], actor=caused_by.actor or SYSTEM)


def _check_form(basis: str, effective_on: date, today: date) -> None:
    faults = {}
    if not basis.strip():
        faults["basis"] = gettext("请填写办理依据，例如批准文件的名称和文号。")
    elif len(basis.strip()) > 300:
        faults["basis"] = gettext("办理依据最多300个字，现有%(count)s个字，请缩短。") % {"count": len(basis.strip())}
    if effective_on > today + FURTHEST:
        faults["effective_on"] = gettext("生效日期过远，请核对年份。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)


def _before(past: History, effective_on: date, corrects: Filing | None) -> State:
    if corrects is None:
        return history.fold(past.stands, effective_on)
    corrected = next((stand for stand in past.stands if stand.number == corrects.pk), None)
    return dict(corrected.after) if corrected else {}


def _was(before: State, key: str) -> Json:
    return before.get(key, empty(key) if key in ELEMENT_NAMES else None)


def _check_course(old: History, new: History, entry: Entry, *, branch: bool) -> None:
    """Refuse a filing that the states do not allow, or after which an existing filing would not be allowed."""
    failure = states.replay(new.stands, branch=branch)
    if failure is None:
        return
    stand, error = failure
    if stand.number in (entry.number, entry.corrects):
        first = new.stands[0]
        if first.number == entry.number and len(new.stands) > 1:
            raise InvalidInputError(
                gettext("生效日期早于登记簿对该组织的最早记载，请核对。"),
                fields={
                    "effective_on": gettext("不能早于%(effective_on)s。") % {"effective_on": new.stands[1].effective_on}
                },
            )
        raise error
    already = states.replay(old.stands, branch=branch)
    if already is not None and already[0].number == stand.number:
        return  # imported history may hold what the table would not have allowed
    raise ConflictError(
        gettext("登记簿中已有于%(effective_on)s生效的记载，办理后该记载将与登记状态矛盾。请先更正或作废该记载。")
        % {"effective_on": stand.effective_on},
        code="later-filing",
    )
