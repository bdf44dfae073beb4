"""Cases and what belongs to them."""

from shetong.casework.models.archive import Archive, Retention
from shetong.casework.models.case import Case, CaseEvent, Mandate, Notice, NumberSeries, Opinion
from shetong.casework.models.choices import OPEN_STATES, Act, NoticeKind, Procedure, State
from shetong.casework.models.file import CaseMaterial, StoredFile
from shetong.casework.models.person import CasePerson
from shetong.casework.models.seal import Seal, SealIssuer
from shetong.casework.models.variant import MatterVariant

__all__ = [
    "OPEN_STATES",
    "Act",
    "Archive",
    "Case",
    "CaseEvent",
    "CaseMaterial",
    "CasePerson",
    "Mandate",
    "MatterVariant",
    "Notice",
    "NoticeKind",
    "NumberSeries",
    "Opinion",
    "Procedure",
    "Retention",
    "Seal",
    "SealIssuer",
    "State",
    "StoredFile",
]
