"""What a check finds: a reason in Chinese, how grave it is, and the provision relied upon."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is."""

    REFUSE = "refuse"  # the law does not allow it
    WARN = "warn"  # a person must look at it
    NOTE = "note"  # worth knowing


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``provision`` is empty where no text was at hand; ``organisation`` is the other body's code.

    ``internal``: for officials only, such as what lists say of a person. ``case``: the number in the database of
    another case, for those who may see cases of ``division``.
    """

    code: str
    severity: Severity
    message: str
    provision: str = ""
    field: str = ""
    organisation: str = ""
    organisation_name: str = ""
    internal: bool = False
    case: int = 0
    division: str = ""
