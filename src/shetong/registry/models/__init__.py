"""The register's data and its invariants."""

from shetong.registry.models.announcement import Announcement
from shetong.registry.models.attribute import OrganisationAttribute
from shetong.registry.models.authority import Authority
from shetong.registry.models.certificate import Certificate, CertificateFile, SigningKey
from shetong.registry.models.choices import (
    AnnouncementKind,
    AttributeCode,
    AuditOpinion,
    FilingKind,
    IdentityDocument,
    NameEnd,
    OfficerRole,
    OrganisationKind,
    PermitCategory,
    ReferralState,
    Status,
)
from shetong.registry.models.count import OrganisationCount
from shetong.registry.models.departure import DepartureAudit
from shetong.registry.models.filing import Filing
from shetong.registry.models.imports import ImportChunk, ImportRun
from shetong.registry.models.listed_person import ListedPerson
from shetong.registry.models.name import NameReservation, OrganisationName
from shetong.registry.models.officer import Officer, Person
from shetong.registry.models.organisation import Organisation
from shetong.registry.models.record import PenaltyRecord, PermitRecord
from shetong.registry.models.referral import (
    CreditReferral,
)
from shetong.registry.models.search import SearchEntry

__all__ = [
    "Announcement",
    "AnnouncementKind",
    "AttributeCode",
    "AuditOpinion",
    "Authority",
    "Certificate",
    "CertificateFile",
    "CreditReferral",
    "DepartureAudit",
    "Filing",
    "FilingKind",
    "IdentityDocument",
    "ImportChunk",
    "ImportRun",
    "ListedPerson",
    "NameEnd",
    "NameReservation",
    "Officer",
    "OfficerRole",
    "Organisation",
    "OrganisationAttribute",
    "OrganisationCount",
    "OrganisationKind",
    "OrganisationName",
    "PenaltyRecord",
    "PermitCategory",
    "PermitRecord",
    "Person",
    "ReferralState",
    "SearchEntry",
    "SigningKey",
    "Status",
]
