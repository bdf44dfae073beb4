"""Credit of giving: how long a record has effect, whom it may name in public, what it must rest on.

From 《信用修复管理办法》 (grades, times) and the memorandum 发改财金〔2018〕331号 (who, on which documents). Its
measures are not applied here: a record has the effects that a law gives it, and no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shetong.charity.models.choices import CreditDocument, CreditGrade, CreditKind, CreditSubject
from shetong.charity.rules.qualification import until
from shetong.core import statutes

# People and others are recorded only on what a court or the police decided finally; a charity also on a decision of its
# registrar that can be reviewed.
FINAL = frozenset({CreditDocument.JUDGMENT, CreditDocument.POLICE})
DOCUMENTS: dict[CreditSubject, frozenset[CreditDocument]] = {
    CreditSubject.CHARITY: frozenset(CreditDocument),
    CreditSubject.HEAD: frozenset({CreditDocument.JUDGMENT, CreditDocument.POLICE, CreditDocument.PENALTY}),
    CreditSubject.DONOR: frozenset({CreditDocument.JUDGMENT}),
    CreditSubject.BENEFICIARY: frozenset({CreditDocument.JUDGMENT}),
    CreditSubject.IMPOSTOR: FINAL,
}
KINDS: dict[CreditSubject, frozenset[CreditKind]] = {
    CreditSubject.CHARITY: frozenset({CreditKind.BREACH}),
    CreditSubject.HEAD: frozenset({CreditKind.BREACH}),
    CreditSubject.DONOR: frozenset({CreditKind.FALSE_GIFT, CreditKind.BREACH}),
    CreditSubject.BENEFICIARY: frozenset({CreditKind.FALSE_CLAIM, CreditKind.BREACH}),
    CreditSubject.IMPOSTOR: frozenset({CreditKind.FALSE_CLAIM}),
}
_KEYS = {CreditGrade.GENERAL: "general", CreditGrade.SERIOUS: "serious"}


@dataclass(frozen=True, slots=True)
class Span:
    """From when a record has effect, from when it can be repaired, when it is gone (exclusive); and why so long."""

    effective_on: date
    least_until: date
    expires_on: date
    provision: str = ""


def span(grade: CreditGrade, document_on: date, months: int | None = None) -> Span:
    """Return how long a record of a grade has effect, counted from the day of its document.

    ``months``: how long was decided, within the least and the most of the grade; the most where nothing was said.
    Raises ``ValueError`` for a time outside of them and ``NotInForceError`` where no rule holds on that day.
    """
    if grade is CreditGrade.SLIGHT:
        # A slight breach has effect for the office alone: it is not published, so there is no least time to wait for.
        most = statutes.in_force("credit_slight_most", on=document_on)
        return Span(document_on, document_on, until(document_on, most.value), most.provision)
    least = statutes.in_force(f"credit_{_KEYS[grade]}_least", on=document_on)
    most = statutes.in_force(f"credit_{_KEYS[grade]}_most", on=document_on)
    chosen = most.value if months is None else months
    if not least.value < chosen <= most.value:
        raise ValueError(f"between {least.value} and {most.value} months")
    return Span(document_on, until(document_on, least.value), until(document_on, chosen), most.provision)


def public(*, subject: CreditSubject, grade: CreditGrade, document: CreditDocument) -> bool:
    """Whether the law lets a record in effect be published: nothing slight; of people only what a court decided."""
    if grade is CreditGrade.SLIGHT:
        return False
    if subject is CreditSubject.CHARITY:
        return True
    return document in FINAL and grade is CreditGrade.SERIOUS


def shown_name(*, organisation: str, initial: str) -> str:
    """Return whom a public record names: an organisation by name, people by their family name alone."""
    return organisation or f"{initial}**"
