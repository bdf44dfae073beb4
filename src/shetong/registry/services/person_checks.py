"""What the register and the lists say of the people whom an application names: three queries, however many they are.

What concerns a person beyond the application is for officials only (``internal``), also where it forbids nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from shetong.casework.models import Act
from shetong.casework.rules.matters import Values
from shetong.core import statutes
from shetong.core.errors import InvalidInputError
from shetong.core.findings import Finding, Severity
from shetong.core.identifiers import IdentityNumber, parse_identity_number
from shetong.registry.models import ListedPerson, OfficerRole, Organisation, OrganisationKind, Status
from shetong.registry.services.checks import ALIVE, FR_23, SGR_12
from shetong.registry.services.people import index_of, read_identity
from shetong.store import rows

HEADS = (
    OfficerRole.LEGAL_REPRESENTATIVE, OfficerRole.PRESIDENT, OfficerRole.VICE_PRESIDENT, OfficerRole.SECRETARY_GENERAL,
)  # fmt: skip
_GB = "GB 11643-1999"


@dataclass(frozen=True, slots=True)
class Named:
    """A person of an application: where it stands, who it is, as what; ``represents``: the legal representative."""

    place: str
    name: str
    identity: IdentityNumber
    index: bytes
    role: str
    represents: bool


def founding(values: Values, kind: OrganisationKind, on: date) -> list[Finding]:
    """Return what is found about founders and officers of a body to be founded."""
    people, found = _read(values, on)
    found += _twice(people)
    found += _ages(people, kind, on)
    return found + _known(people, kind, on, None)


def representative(values: Values, organisation: Organisation, on: date) -> list[Finding]:
    """Return what is found about the new legal representative of a registered body."""
    person, found = _one(
        "representative_identity_number", str(values.get("legal_representative") or ""),
        str(values["representative_identity_number"]), OfficerRole.LEGAL_REPRESENTATIVE, True, on,
    )  # fmt: skip
    people = [person] if person else []
    kind = OrganisationKind(organisation.kind)
    return found + _ages(people, kind, on) + _known(people, kind, on, organisation, charity=bool(values.get("charity")))


def _read(values: Values, on: date) -> tuple[list[Named], list[Finding]]:
    people, found = [], []
    head = str(values.get("legal_representative") or "")
    for section in ("founders", "officers"):
        for number, given in enumerate(values.get(section, [])):
            name, role = str(given.get("name") or ""), str(given.get("role") or "")
            represents = section == "officers" and bool(head) and name == head
            place = f"{section}.{number}.identity_number"
            person, faults = _one(place, name, str(given.get("identity_number") or ""), role, represents, on)
            found += faults
            people += [person] if person else []
    return people, found


def _one(
    place: str, name: str, number: str, role: str, represents: bool, on: date
) -> tuple[Named | None, list[Finding]]:
    try:
        identity = parse_identity_number(number, today=on)
        index = index_of(*read_identity(number))
    except InvalidInputError as error:
        return None, [Finding("identity-number", Severity.REFUSE, error.message, _GB, place)]
    return Named(place, name, identity, index, role, represents), []


def _twice(people: Sequence[Named]) -> list[Finding]:
    found, seen = [], dict[bytes, int]()
    for number, person in enumerate(one for one in people if one.place.startswith("founders")):
        if person.index in seen:
            message = gettext("与第%(number)s人的公民身份号码相同，请核对。") % {"number": seen[person.index] + 1}
            found.append(Finding("same-person", Severity.REFUSE, message, field=person.place))
        seen.setdefault(person.index, number)
    return found


def _ages(people: Iterable[Named], kind: OrganisationKind, on: date) -> list[Finding]:
    """Founders and officers have full capacity; the upper age of heads of social groups is practice, not law."""
    most = statutes.in_force("officer_age", on=on)
    found = []
    for person in people:
        born = person.identity.born_on
        years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        if years < ADULT:
            message = gettext("%(name)s不满%(adult)s周岁，应当具有完全民事行为能力。") % {
                "name": person.name,
                "adult": ADULT,
            }
            found.append(Finding("not-of-age", Severity.WARN, message, field=person.place))
        if kind == OrganisationKind.SOCIAL_GROUP and person.role in HEADS and most.value < years < OLDEST:
            message = gettext("%(name)s已满%(years)s周岁，超过负责人年龄一般不超过%(most)s周岁的要求，请核对。") % {
                "name": person.name,
                "years": years,
                "most": most.value,
            }
            found.append(Finding("officer-age", Severity.WARN, message, most.provision, person.place))
    return found


ADULT = 18
# Whoever would be older is nobody: the people of demonstrations are born then.
OLDEST = 130


def _known(
    people: Sequence[Named],
    kind: OrganisationKind,
    on: date,
    organisation: Organisation | None,
    *,
    charity: bool = False,
) -> list[Finding]:
    if not people:
        return []
    by_index = {person.index: person for person in people}
    posts = _posts(by_index, organisation)
    found = _names(by_index, posts)
    for index, person in by_index.items():
        held = [post for post in posts if post.index == index]
        found += _elsewhere(person, kind, held)
        found += _many(person, held)
        found += _of_revoked(person, held, on, charity=charity)
    founders = {person.index: person for person in people if person.place.startswith("founders")}
    return found + _listed(by_index, on) + _refused(founders)


@dataclass(frozen=True, slots=True)
class Post:
    """A post held by a person of the application in another body."""

    index: bytes
    person: str
    role: str
    valid_to: date | None
    body: int
    code: str
    body_name: str
    kind: str
    status: str
    status_since: date | None

    @property
    def living(self) -> bool:
        """Whether the body still acts."""
        return self.status in ALIVE


def _posts(people: Mapping[bytes, Named], organisation: Organisation | None) -> list[Post]:
    """Return the posts that count: those held now in living bodies, those in bodies whose certificate was revoked."""
    found = rows.fetch(
        "SELECT p.identity_number_index, p.name, f.role, f.valid_to, o.id, coalesce(o.uscc, 'BR' || o.id), o.name,"
        " o.kind, o.status, o.status_since FROM registry_person p JOIN registry_officer f ON f.person_id = p.id"
        " JOIN registry_organisation o ON o.id = f.organisation_id WHERE p.identity_number_index = ANY(%s)"
        " AND (f.valid_to IS NULL AND o.status = ANY(%s) OR o.status = %s) AND o.id <> %s ORDER BY f.id",
        [list(people), [str(status) for status in ALIVE], str(Status.REVOKED), organisation.pk if organisation else 0],
    )
    return [Post(bytes(index), *rest) for index, *rest in found]


def _names(people: Mapping[bytes, Named], posts: Iterable[Post]) -> list[Finding]:
    """A number that the register knows under another name is a slip, or worse."""
    other = {post.index for post in posts if post.person != people[post.index].name}
    message = gettext("该证件号码已登记在另一姓名下，请核对姓名和证件号码。")
    return [Finding("identity-name", Severity.REFUSE, message, field=people[index].place) for index in sorted(other)]


def _elsewhere(person: Named, kind: OrganisationKind, posts: Iterable[Post]) -> list[Finding]:
    """One person may not represent two social groups in law, nor a foundation and anything else."""
    if not person.represents or kind == OrganisationKind.SERVICE_INSTITUTION:
        return []
    group = kind == OrganisationKind.SOCIAL_GROUP
    rule, provision = (
        ("社会团体的法定代表人不得同时担任其他社会团体的法定代表人", SGR_12)
        if group
        else ("基金会的法定代表人不得同时担任其他组织的法定代表人", FR_23)
    )
    held = [post for post in posts if post.role == OfficerRole.LEGAL_REPRESENTATIVE and post.living]
    return [
        Finding(
            "representative-elsewhere",
            Severity.REFUSE,
            gettext("%(rule)s。%(name)s现任“%(body)s”的法定代表人。")
            % {"rule": rule, "name": person.name, "body": post.body_name},
            provision,
            person.place,
            post.code,
            post.body_name,
        )
        for post in held
        if post.kind == kind or not group
    ]


def _many(person: Named, posts: Iterable[Post]) -> list[Finding]:
    """Posts in many bodies are no breach by themselves (setting ``OFFICER_POSTS_MANY``)."""
    bodies = {post.body: post for post in posts if post.living}
    if len(bodies) < settings.OFFICER_POSTS_MANY:
        return []
    shown = list(bodies.values())
    names = "、".join(post.body_name for post in shown[:5]) + ("……" if len(shown) > 5 else "")
    message = gettext("%(name)s已在%(count)s家社会组织任职：%(names)s。请核对能否履职。") % {
        "name": person.name,
        "count": len(shown),
        "names": names,
    }
    return [_about(shown[0], "many-posts", Severity.WARN, message, "", person.place)]


def _of_revoked(person: Named, posts: Iterable[Post], on: date, *, charity: bool) -> list[Finding]:
    """Heads of a body whose certificate was revoked may not head a charity for some years; others are warned of."""
    bar = statutes.in_force("officer_bar_after_revocation", on=on)
    found = {}
    for post in posts:
        since = post.status_since
        if post.status != Status.REVOKED or since is None or post.role not in HEADS:
            continue
        recent = (on.year - since.year) - ((on.month, on.day) < (since.month, since.day)) < bar.value
        if recent and (post.valid_to is None or post.valid_to >= since):
            message = gettext(
                "%(name)s担任负责人的“%(body)s”于%(since)s被吊销登记证书，未满%(years)s年，不得担任慈善组织的负责人。"
            ) % {"name": person.name, "body": post.body_name, "since": since, "years": bar.value}
            severity = Severity.REFUSE if charity and person.role in HEADS else Severity.WARN
            found[post.body] = _about(post, "head-of-revoked", severity, message, bar.provision, person.place)
    return list(found.values())


def _about(post: Post, code: str, severity: Severity, message: str, provision: str, place: str) -> Finding:
    return Finding(code, severity, message, provision, place, post.code, post.body_name, internal=True)


def _listed(people: Mapping[bytes, Named], on: date) -> list[Finding]:
    listed = rows.load(
        ListedPerson,
        "WHERE identity_number_index = ANY(%s) AND listed_on <= %s AND (removed_on IS NULL OR removed_on > %s)"
        " ORDER BY id",
        [list(people), on, on],
    )
    found = []
    for row in listed:
        person = people[bytes(row.identity_number_index)]
        message = gettext(
            "%(name)s自%(listed_on)s被%(listed_by)s列入%(list_name)s（%(document_number)s）：%(reason)s。"
        ) % {
            "name": person.name,
            "listed_on": row.listed_on,
            "listed_by": row.listed_by,
            "list_name": row.list_name,
            "document_number": row.document_number,
            "reason": row.reason,
        }
        found.append(Finding("listed-person", Severity.WARN, message, field=person.place, internal=True))
    return found


def _refused(people: Mapping[bytes, Named]) -> list[Finding]:
    """Founders who were refused before: the officer of the same area can open that case."""
    if not people:
        return []
    refusals = rows.fetch(
        "SELECT DISTINCT ON (c.id, p.index) e.recorded_at, c.id, c.authority_division, c.authority_name, p.index"
        " FROM casework_caseperson p JOIN casework_case c ON c.id = p.case_id"
        " JOIN casework_caseevent e ON e.case_id = c.id WHERE p.index = ANY(%s) AND p.role = 'founders'"
        " AND e.act = %s ORDER BY c.id, p.index LIMIT 20",
        [list(people), str(Act.REFUSE)],
    )
    return [
        Finding(
            "refused-before",
            Severity.WARN,
            gettext("%(name)s作为发起人的另一申请，%(authority)s已于%(day)s作出不予决定。")
            % {"name": people[bytes(index)].name, "authority": authority, "day": timezone.localdate(at)},
            field=people[bytes(index)].place,
            internal=True,
            case=case,
            division=division,
        )
        for at, case, division, authority, index in refusals
    ]
