"""Users, roles with jurisdictions, sessions, keys, messages, and the audit trail."""

from shetong.accounts.models.api_key import ApiKey
from shetong.accounts.models.audit import AuditCheckpoint, AuditEvent, AuditLink, AuditPending
from shetong.accounts.models.choices import Channel, DeliveryState, Topic
from shetong.accounts.models.deputy import Deputyship
from shetong.accounts.models.message import Delivery, Message, MessageChannel
from shetong.accounts.models.role import RoleAssignment
from shetong.accounts.models.session import LoginSession
from shetong.accounts.models.throttle import LoginThrottle
from shetong.accounts.models.user import User

__all__ = [
    "ApiKey",
    "AuditCheckpoint",
    "AuditEvent",
    "AuditLink",
    "AuditPending",
    "Channel",
    "Delivery",
    "DeliveryState",
    "Deputyship",
    "LoginSession",
    "LoginThrottle",
    "Message",
    "MessageChannel",
    "RoleAssignment",
    "Topic",
    "User",
]
