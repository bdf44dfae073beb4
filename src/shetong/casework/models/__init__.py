"""Cases and what belongs to them."""

from shetong.casework.models.archive import Archive, Retention
from shetong.casework.models.case import Case, CaseEvent, Mandate, Notice, NumberSeries, Opinion
from shetong.casework.models.choices import (
    OPEN_STATES,
    TO_ARCHIVE,
    TO_DELIVER,
    Act,
    ArticleKind,
    Conclusion,
    Inspection,
    NoticeKind,
    Procedure,
    RatingTag,
    State,
    TrialState,
    VersionState,
    WaitsFor,
)
from shetong.casework.models.desk import CaseNote, CheckFile, Mention, Phrase, SiteCheck
from shetong.casework.models.file import CaseMaterial, StoredFile
from shetong.casework.models.invitation import MandateInvitation
from shetong.casework.models.knowledge import Article, ArticleVersion, Question
from shetong.casework.models.person import CasePerson
from shetong.casework.models.rating import Rating
from shetong.casework.models.seal import Seal, SealIssuer
from shetong.casework.models.trial import Trial
from shetong.casework.models.upload import Upload
from shetong.casework.models.variant import MatterVariant

__all__ = [
    "OPEN_STATES",
    "TO_ARCHIVE",
    "TO_DELIVER",
    "Act",
    "Archive",
    "Article",
    "ArticleKind",
    "ArticleVersion",
    "Case",
    "CaseEvent",
    "CaseMaterial",
    "CaseNote",
    "CasePerson",
    "CheckFile",
    "Conclusion",
    "Inspection",
    "Mandate",
    "MandateInvitation",
    "MatterVariant",
    "Mention",
    "Notice",
    "NoticeKind",
    "NumberSeries",
    "Opinion",
    "Phrase",
    "Procedure",
    "Question",
    "Rating",
    "RatingTag",
    "Retention",
    "Seal",
    "SealIssuer",
    "SiteCheck",
    "State",
    "StoredFile",
    "Trial",
    "TrialState",
    "Upload",
    "VersionState",
    "WaitsFor",
]
