"""Charity: plans, projects, pools, donations, disbursements and books."""

from shetong.charity.models.books import Account, JournalEntry, Posting
from shetong.charity.models.check import BookCheck, BookFinding
from shetong.charity.models.choices import (
    AccountKind,
    BeneficiaryCategory,
    CarryKind,
    Channel,
    DonorKind,
    EvidenceKind,
    OutflowKind,
    PageState,
    PlanState,
    ProjectState,
    ReversalKind,
    TrustFilingKind,
    TrustState,
    VersionKind,
)
from shetong.charity.models.deed import Deed
from shetong.charity.models.disbursement import Disbursement, Evidence, EvidenceFile, SubDisbursement
from shetong.charity.models.donation import Donation, DonationImport, DonationReversal, Donor
from shetong.charity.models.plan import ActivityPage, FundraisingActivity, FundraisingPlan, PlanVersion
from shetong.charity.models.platform import Platform
from shetong.charity.models.pool import MONEY, Carry, DailyFlow, Pool
from shetong.charity.models.project import (
    Beneficiary,
    BudgetLine,
    Milestone,
    Partner,
    ProgressReport,
    Project,
    ReportPhoto,
)
from shetong.charity.models.qualification import QualificationLoss
from shetong.charity.models.trust import CharitableTrust, TrustFiling

__all__ = [
    "MONEY",
    "Account",
    "AccountKind",
    "ActivityPage",
    "Beneficiary",
    "BeneficiaryCategory",
    "BookCheck",
    "BookFinding",
    "BudgetLine",
    "Carry",
    "CarryKind",
    "Channel",
    "CharitableTrust",
    "DailyFlow",
    "Deed",
    "Disbursement",
    "Donation",
    "DonationImport",
    "DonationReversal",
    "Donor",
    "DonorKind",
    "Evidence",
    "EvidenceFile",
    "EvidenceKind",
    "FundraisingActivity",
    "FundraisingPlan",
    "JournalEntry",
    "Milestone",
    "OutflowKind",
    "PageState",
    "Partner",
    "PlanState",
    "PlanVersion",
    "Platform",
    "Pool",
    "Posting",
    "ProgressReport",
    "Project",
    "ProjectState",
    "QualificationLoss",
    "ReportPhoto",
    "ReversalKind",
    "SubDisbursement",
    "TrustFiling",
    "TrustFilingKind",
    "TrustState",
    "VersionKind",
]
