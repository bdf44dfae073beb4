"""The business acts of the register in one place; each is one filing, one transaction, keyword arguments only.

What they share: ``basis`` is the document relied upon, ``effective_on`` the day of effect, ``actor`` who files
(``None``: the system itself). Refusals are :class:`shetong.core.errors.DomainError` with a Chinese sentence.
"""

from shetong.registry.services.attributes import end_attribute, grant_attribute
from shetong.registry.services.changes import cancel_change, change
from shetong.registry.services.charters import approve_charter
from shetong.registry.services.corrections import correct
from shetong.registry.services.due import apply_due
from shetong.registry.services.endings import cancel, deregister, open_liquidation, resume, revoke, suspend
from shetong.registry.services.names import check_name, reserve_name
from shetong.registry.services.officers import Appointment, appoint_officer, appoint_officers, end_officer
from shetong.registry.services.registration import register

__all__ = [
    "Appointment",
    "apply_due",
    "appoint_officer",
    "appoint_officers",
    "approve_charter",
    "cancel",
    "cancel_change",
    "change",
    "check_name",
    "correct",
    "deregister",
    "end_attribute",
    "end_officer",
    "grant_attribute",
    "open_liquidation",
    "register",
    "reserve_name",
    "resume",
    "revoke",
    "suspend",
]
