"""People of the register: each known once by the blind index of the identity number, everything personal sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import personal_data
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.core.identifiers import parse_identity_number, tidy
from shetong.registry.models import IdentityDocument, Person
from shetong.store import resealing, rows

IDENTITY_CONTEXT = "person.identity_number"
PHONE_CONTEXT = "person.phone"
_UNCHECKED = (IdentityDocument.PASSPORT, IdentityDocument.TRAVEL_PERMIT)
_FIELDS = {"identity_number": ("identity_number_sealed", IDENTITY_CONTEXT), "phone": ("phone_sealed", PHONE_CONTEXT)}


def read_identity(number: str, document: IdentityDocument | None = None) -> tuple[str, IdentityDocument]:
    """Return the normalised number and the kind of paper. Raises :class:`InvalidInputError`, never with the number.

    ``document`` need only be given for passports and travel permits, whose numbers have no check sign.
    """
    if document in _UNCHECKED:
        plain = tidy(number)
        if not (plain.isascii() and plain.isalnum() and 6 <= len(plain) <= 18):
            raise InvalidInputError(gettext("证件号码应为6至18位字母或数字，请核对。"), code="identity-sign")
        return plain, document
    parsed = parse_identity_number(number, today=timezone.localdate())
    kind = IdentityDocument(parsed.kind.value)
    if document is not None and document != kind:
        raise InvalidInputError(
            gettext("证件号码不是%(label)s的号码，请核对证件类型。") % {"label": gettext(str(document.label))},
            code="identity-kind",
        )
    return parsed.number, kind


def index_of(number: str, document: IdentityDocument) -> bytes:
    """Return the blind index of a normalised number; numbers without a check sign are told apart by kind of paper."""
    text = f"{document}:{number}" if document in _UNCHECKED else number
    return pii.blind_index(text, context=IDENTITY_CONTEXT)


@dataclass(frozen=True, slots=True)
class Papers:
    """What somebody's papers say: name, normalised number, kind of paper; and a phone where one was given."""

    name: str
    number: str
    document: IdentityDocument
    phone: str = ""


def find_or_create(papers: Sequence[Papers]) -> dict[bytes, Person]:
    """Return the people by blind index, created where unknown; the caller holds the locks on the indexes.

    Raises :class:`ConflictError` where a number belongs to somebody of another name.
    """
    indexes = [index_of(one.number, one.document) for one in papers]
    found = rows.load(Person, "WHERE identity_number_index = ANY(%s)", [indexes])
    known = {bytes(person.identity_number_index): person for person in found}
    new: dict[bytes, Person] = {}
    for index, one in zip(indexes, papers, strict=True):
        person = known.get(index) or new.get(index)
        if person is None:
            new[index] = person = Person(
                name=one.name,
                identity_kind=one.document,
                identity_number_sealed=pii.seal(one.number, context=IDENTITY_CONTEXT),
                identity_number_index=index,
            )
        if person.name != one.name:
            raise ConflictError(gettext("该证件号码已登记在另一姓名下，请核对姓名和证件号码。"), code="identity-name")
        if one.phone and _phone(person) != one.phone:
            person.phone_sealed = pii.seal(one.phone, context=PHONE_CONTEXT)
    rows.insert_all(list(new.values()))
    for person in known.values():
        rows.save(person)
    return known | new


def _phone(person: Person) -> str:
    sealed = person.phone_sealed
    return pii.open_sealed(bytes(sealed), context=PHONE_CONTEXT) if sealed is not None else ""


def reveal(
    *,
    person_id: int,
    field: str,
    actor: User,
    jurisdiction: str,
    purpose: str,
    reason: str,
    request: HttpRequest | None = None,
) -> str:
    """Return a person's ``identity_number`` or ``phone`` in the clear; permission, purpose and audit are checked there.

    ``jurisdiction``: division of the authority of the organisation in whose matter it is read. Raises what
    :func:`shetong.accounts.services.personal_data.reveal` raises, and :class:`NotFoundError`.
    """
    person = Person.objects.filter(pk=person_id).first()
    column, context = _FIELDS[field]
    sealed = getattr(person, column) if person else None
    if person is None or sealed is None or not _serves_in(person, jurisdiction):
        raise NotFoundError(gettext("没有找到该人员的这项信息。"))
    return personal_data.reveal(
        actor=actor,
        subject=f"person:{person.pk}",
        field=field,
        jurisdiction=jurisdiction,
        purpose=purpose,
        reason=reason,
        read=lambda: pii.open_sealed(sealed, context=context),
        request=request,
    )


def _serves_in(person: Person, jurisdiction: str) -> bool:
    """Whoever reads must read in the matter of an organisation there in which the person holds, or held, a post."""
    return person.posts.filter(organisation__authority__division_code=jurisdiction).exists()


def reseal() -> int:
    """Seal values of retired keys anew under the current key; return how many people were done."""
    return resealing.reseal(Person._meta.db_table, dict(_FIELDS.values()))
