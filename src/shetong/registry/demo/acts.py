"""What can happen in the life of a storied organisation: plain values that :mod:`.telling` puts into effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from shetong.registry.models.choices import AttributeCode, OfficerRole


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A generated person; the identity number has the right form and check sign but can be nobody's."""

    name: str
    identity_number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Change:
    """Registered items change from ``on``."""

    values: Mapping[str, Any]
    on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Correct:
    """The filing of act ``of`` (0: the registration, 1: the first act, …) is corrected, or voided."""

    of: int
    basis: str
    values: Mapping[str, Any]
    on: date | None = None
    void: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A qualification or mark is granted."""

    code: AttributeCode
    on: date
    basis: str
    value: str = ""
    valid_to: date | None = None
    granted_by: str = ""
    published_at: date | None = None


@dataclass(frozen=True, slots=True)
class End:
    """A qualification or mark ends."""

    code: AttributeCode
    on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Board:
    """People take posts, as after an election."""

    members: tuple[tuple[OfficerRole, DemoPerson], ...]
    on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A person leaves a post."""

    role: OfficerRole
    person: DemoPerson
    on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch or representative body is registered."""

    values: Mapping[str, Any]
    on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Order:
    """The registration's standing changes: ``what`` names the service; ``until`` only for a suspension."""

    what: str
    on: date
    basis: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Certify:
    """A certificate of what the register says at this point is issued; later acts replace or revoke it."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit decision is published; the fields are those of the record."""

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Penalty:
    """A penalty decision is published; the fields are those of the record."""

    fields: Mapping[str, Any]


Act: TypeAlias = Change | Correct | Grant | End | Board | Leave | Branch | Order | Certify | Permit | Penalty


@dataclass(frozen=True, slots=True)
class Story:
    """The life of one organisation: its registration (values by element, document relied upon), then its acts."""

    plot: str
    values: Mapping[str, Any]
    founded_on: date
    basis: str
    acts: tuple[Act, ...]

    @property
    def uscc(self) -> str:
        """The unified code, by which a story is known to be told already."""
        return str(self.values["uscc"])
