"""Names against the register: may this name be taken, which names look like it, and holding it for an applicant."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from rapidfuzz.distance import DamerauLevenshtein

from shetong.accounts.models import User
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core import divisions, statutes
from shetong.core.errors import ConflictError, InvalidInputError
from shetong.core.findings import Finding, Severity
from shetong.core.pinyin import transliterate
from shetong.core.search_tokens import query_pairs, query_triples
from shetong.core.text import key
from shetong.registry.models import (
    Authority,
    NameReservation,
    Organisation,
    OrganisationKind,
    OrganisationName,
    SearchEntry,
    Status,
)
from shetong.registry.rules import history
from shetong.registry.rules.facets import Filters
from shetong.registry.rules.names import N69_16, NameParts, check_branch, check_structure, closed_until, parse_name
from shetong.registry.services import locks
from shetong.registry.services.projection import load
from shetong.registry.services.recording import SYSTEM, authorise
from shetong.store import rows

_ENDED = {Status.DEREGISTERED: "注销", Status.CANCELLED: "撤销", Status.REVOKED: "吊销"}
_CHANGED, _CHANGE_CANCELLED = gettext_noop("因变更停用"), gettext_noop("被撤销变更")
_CANCELLED = gettext_noop("被撤销登记")
_CANDIDATES = 300
# Names of bodies of one authority that still are; only those that turn out alike are read whole.
_CANDIDATE_NAMES = """
    SELECT entry.organisation_id, entry.text, entry.pinyin
    FROM registry_searchentry entry JOIN registry_organisation body ON body.id = entry.organisation_id
    WHERE entry.tokens @@ to_tsquery('simple', %s) AND body.authority_id = %s AND body.status <> ALL(%s)
    LIMIT %s
"""
# Found by the text first: a plan that walked the numbers in order would read the whole index.
_SAME_TEXT = """
    WITH found AS MATERIALIZED (SELECT id FROM registry_searchentry WHERE text = ANY(%s))
    SELECT id FROM found ORDER BY id LIMIT %s
"""
_SHOWN = 8
# Shorter than this the rest of a name is too common to look for.
_LEAST_APART = 4


@dataclass(frozen=True, slots=True)
class NameReport:
    """What was found about a name, gravest first; ``acceptable`` unless the rules forbid it."""

    name: str
    parts: NameParts
    findings: tuple[Finding, ...]

    @property
    def acceptable(self) -> bool:
        """Whether no finding forbids the name; warnings are for a person to weigh."""
        return all(finding.severity is not Severity.REFUSE for finding in self.findings)


def check_name(
    *,
    name: str,
    kind: OrganisationKind,
    authority: Authority,
    parent: Organisation | None = None,
    on: date | None = None,
    organisation_id: int | None = None,
    applicant: str = "",
) -> NameReport:
    """Check a name applied for at a registration authority; nothing is written.

    ``parent``: of a branch body. ``on``: the day on which it is to be taken (default: today). ``organisation_id``: the
    body that wants to change to it. ``applicant``: whose own reservation does not stand in the way. Raises
    :class:`InvalidInputError` for an empty or overlong name.
    """
    name = name.strip()
    _check_form(name)
    day = on or timezone.localdate()
    if kind == OrganisationKind.BRANCH:
        found = [] if parent is None else check_branch(name, parent_name=parent.name, parent_kind=parent.kind)
    else:
        found = check_structure(
            name,
            kind,
            authority_division=authority.division_code,
            forbidden_words=settings.NAME_FORBIDDEN_WORDS,
        )
    taken = taken_by(name, kind=kind, authority=authority, on=day, organisation_id=organisation_id)
    found += taken + _reservations(name, applicant)
    found += _look_alikes(name, kind, authority, {finding.organisation for finding in taken}, organisation_id)
    order = list(Severity)
    return NameReport(
        name, parse_name(name, kind), tuple(sorted(found, key=lambda finding: order.index(finding.severity)))
    )


def taken_by(
    name: str, *, kind: str, authority: Authority, on: date, organisation_id: int | None = None
) -> list[Finding]:
    """Return the bodies for whose sake ``name`` may not, or should not, be taken on a day (article 16).

    At the same authority an equal name forbids, as do names given up less than one year ago and cancelled ones less
    than three years ago. An equal name elsewhere is a warning. Names are equal where they fold to the same text, or
    differ in how the division is written only.
    """
    found = []
    for organisation, former in _bearers(name, kind):
        if organisation.pk == organisation_id:
            continue
        same_authority = organisation.authority_id == authority.pk
        finding = _conflict(organisation, former, on, same_authority=same_authority)
        if finding is not None:
            found.append(finding)
    return found


def refuse_taken(name: str, *, kind: str, authority: Authority, on: date, organisation_id: int | None = None) -> None:
    """Raise :class:`ConflictError` where the register forbids ``name``; called under the name's lock."""
    findings = taken_by(name, kind=kind, authority=authority, on=on, organisation_id=organisation_id)
    for finding in findings:
        if finding.severity is Severity.REFUSE:
            raise ConflictError(
                finding.message, code=finding.code, fields={"name": finding.message}, provision=finding.provision
            )


@transaction.atomic
def reserve_name(
    *,
    name: str,
    kind: OrganisationKind,
    authority: Authority,
    applicant: str,
    actor: User | None,
    parent: Organisation | None = None,
) -> NameReservation:
    """Hold a name for an applicant for the time of reservation (``name_reservation``) and return the reservation.

    Of two simultaneous requests one gets the name. Raises :class:`ConflictError` with the first reason that forbids it,
    :class:`ForbiddenError`, :class:`InvalidInputError`.
    """
    authorise(actor, Permission.REGISTER_FILE, authority.division_code)
    if not applicant.strip():
        raise InvalidInputError(gettext("请填写申请人。"), fields={"applicant": gettext("请填写申请人。")})
    locks.take(names=[key(name)])
    report = check_name(name=name, kind=kind, authority=authority, parent=parent, applicant="")
    for finding in report.findings:
        if finding.severity is Severity.REFUSE:
            raise ConflictError(
                finding.message, code=finding.code, fields={"name": finding.message}, provision=finding.provision
            )
    now = timezone.now()
    NameReservation.objects.filter(name_key=key(name), released_at__isnull=True).update(released_at=now)  # expired
    reservation = NameReservation.objects.create(
        name=report.name,
        name_key=key(name),
        kind=kind,
        division_code=authority.division_code,
        applicant=applicant.strip(),
        reserved_at=now,
        expires_at=_months_later(now, statutes.value("name_reservation", on=timezone.localdate(now))),
    )
    audit.record(
        actor=actor or SYSTEM,
        action="registry.reserve-name",
        target=reservation,
        jurisdiction=authority.division_code,
        detail={"name": report.name},
    )
    return reservation


def _months_later(moment: datetime, months: int) -> datetime:
    """Return the same time of day so many months later, on the last day of a month that is too short."""
    local = timezone.localtime(moment)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))


def release(name: str) -> int:
    """End the reservation of a name because it was registered; return how many there were."""
    ended = "UPDATE registry_namereservation SET released_at = %s WHERE name_key = %s AND released_at IS NULL"
    return rows.run(ended, [timezone.now(), key(name)])


def _check_form(name: str) -> None:
    if not key(name):
        raise InvalidInputError(gettext("请填写名称。"), fields={"name": gettext("请填写名称。")})
    if len(name) > 200:
        message = gettext("名称最多200个字，现有%(count)s个字，请缩短。") % {"count": len(name)}
        raise InvalidInputError(message, fields={"name": message})


def _bearers(name: str, kind: str) -> Iterator[tuple[Organisation, OrganisationName | None]]:
    """Yield who bears or bore a name that folds to the same text, in any spelling of its division."""
    texts = sorted(set(_spellings(name, kind)))
    found = rows.fetch(_SAME_TEXT, [texts, _CANDIDATES])
    if not found:
        return
    entries = SearchEntry.objects.filter(pk__in=[number for (number,) in found])
    for entry in entries.select_related("organisation__authority").order_by("pk"):
        if not entry.former:
            yield entry.organisation, None
            continue
        for former in OrganisationName.objects.filter(organisation=entry.organisation):
            if key(former.name) == entry.text:
                yield entry.organisation, former


def _spellings(name: str, kind: str) -> Iterator[str]:
    yield key(name)
    parts = parse_name(name, kind)
    if parts.division is None or not parts.certain_division or not parts.form:
        return
    tail = parts.brand + parts.field + parts.form
    division = parts.division
    above = divisions.full_name(division.code)
    for written in {division.name, division.short_name, above}:
        yield key(written + tail)


def _conflict(
    organisation: Organisation, former: OrganisationName | None, on: date, *, same_authority: bool
) -> Finding | None:
    code, shown = organisation.public_code, organisation.name
    if former is None and organisation.status not in _ENDED:
        severity = Severity.REFUSE if same_authority else Severity.WARN
        where = gettext("本登记管理机关") if same_authority else organisation.authority.name
        return Finding(
            "name-taken",
            severity,
            gettext("“%(shown)s”已在%(where)s登记，名称相同。") % {"shown": shown, "where": where},
            N69_16,
            "name",
            code,
            shown,
        )
    ended_on, ended_by, how = _ending(organisation, former)
    closed = closed_until(ended_on, ended_by, on) if ended_on else None
    if ended_on is not None and (closed is None or closed[0] <= on):
        return None
    until, provision = closed or (None, N69_16)
    said = {"name": former.name if former else shown, "day": ended_on, "how": gettext(how), "until": until}
    if until:
        message = gettext("“%(name)s”于%(day)s%(how)s，%(until)s前不得使用。") % said
    else:
        message = gettext("“%(name)s”已%(how)s，但登记簿没有记载日期，请核对是否已满规定期限。") % said
    severity = Severity.REFUSE if same_authority and until else Severity.WARN
    return Finding("name-window", severity, message, provision, "name", code, shown)


def _ending(organisation: Organisation, former: OrganisationName | None) -> tuple[date | None, str, str]:
    """When and how a name ended: by change, or with the body; a cancelled body counts as cancelled for ever."""
    if former is not None:
        return former.valid_to, former.ended_by, _CHANGED if former.ended_by == "changed" else _CHANGE_CANCELLED
    statuses = history.periods(load(organisation.pk).stands, "status")
    for period in statuses:
        if period.value == Status.CANCELLED:
            return period.start, "cancelled", _CANCELLED
    return organisation.status_since, organisation.status, _ENDED[Status(organisation.status)]


def _reservations(name: str, applicant: str) -> list[Finding]:
    holding = "WHERE name_key = %s AND released_at IS NULL AND expires_at > %s"
    held = rows.first(NameReservation, holding, [key(name), timezone.now()])
    if held is None or (applicant and held.applicant == applicant.strip()):
        return []
    until = timezone.localdate(held.expires_at)
    return [
        Finding(
            "name-reserved",
            Severity.REFUSE,
            gettext("该名称已为其他申请人保留至%(until)s。") % {"until": until},
            field="name",
        )
    ]


def _look_alikes(
    name: str, kind: str, authority: Authority, known: set[str], organisation_id: int | None
) -> list[Finding]:
    """Names at the same authority that read or sound nearly the same: for a person to judge."""
    own = key(name)
    spelling = transliterate(own)
    query = _nearly(_told_apart(name, own, kind), authority.division_code)
    if not query:
        return []
    near: dict[int, tuple[int, bool]] = {}
    for number, text, pinyin in rows.fetch(_CANDIDATE_NAMES, [query, authority.pk, list(_ENDED), _CANDIDATES]):
        sounds = pinyin == spelling.pinyin
        distance = DamerauLevenshtein.distance(own, text, score_cutoff=2)
        if sounds or distance <= (1 if len(own) < 8 else 2):
            near[number] = min(near.get(number, (9, False)), (distance, sounds), key=lambda pair: pair[0])
    scored: dict[int, tuple[int, Finding]] = {}
    for body in Organisation.objects.filter(pk__in=near):
        if body.pk == organisation_id or body.public_code in known:
            continue
        distance, sounds = near[body.pk]
        how = gettext("读音相同") if sounds else gettext("仅%(distance)s字之差") % {"distance": distance}
        finding = Finding(
            "name-look-alike",
            Severity.WARN,
            gettext("与“%(name)s”%(how)s，容易混淆，请核对。") % {"name": body.name, "how": how},
            "",
            "name",
            body.public_code,
            body.name,
        )
        scored[body.pk] = (distance, finding)
    return [finding for _, finding in sorted(scored.values(), key=lambda pair: pair[0])[:_SHOWN]]


def _told_apart(name: str, own: str, kind: str) -> str:
    """Return what of a folded name tells it from its neighbours: all names of one place begin with the place."""
    rest = own.removeprefix(key(parse_name(name, kind).division_text))
    return rest if len(rest) >= _LEAST_APART else own


def _nearly(text: str, division_code: str) -> str:
    """Return the query for names in an authority's area of which a part reads or sounds nearly like ``text``."""
    groups = list(_token_groups(text, transliterate(text).initials))
    if not groups:
        return ""
    area = [f"({' | '.join(_lexeme(one) for one in group)}) & " for group in Filters(division=division_code).groups()]
    near = " | ".join(f"({' & '.join(group)})" for group in groups)
    return f"{''.join(area)}({near})"


def _lexeme(token: str) -> str:
    return f"'{token[:-1]}':*" if token.endswith("*") else f"'{token}'"


def _token_groups(text: str, initials: str) -> Iterator[list[str]]:
    """Groups of tokens of which a name one edit away, or with the same sound, keeps at least one whole.

    One edit breaks two neighbouring pairs of characters, which lie in at most two of four parts of the name.
    """
    pairs = query_pairs(text)
    size = -(-len(pairs) // 4)
    parts = [pairs[at : at + size] for at in range(0, len(pairs), size)] if size else []
    groups = [one + other for one, other in combinations(parts, 2)] if len(parts) > 2 else parts
    yield from ([f"'{pair}'" for pair in group] for group in groups)
    if triples := query_triples(initials):
        yield [f"'{triple}'" for triple in triples]
