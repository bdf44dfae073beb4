"""Users, roles with jurisdictions, and the audit trail."""

from shetong.accounts.models.user import User

__all__ = ["User"]
