"""Accounts as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission, holds

PAGE = 50


@dataclass(frozen=True, slots=True)
class UserPage:
    """One page of accounts in order of their numbers, newest first."""

    users: list[User]
    next_before: int | None


def page(*, query: str = "", before: int | None = None) -> UserPage:
    """Return officials' accounts whose user name or display name contains ``query``, or is the e-mail address.

    An account counts as an official's when it ever held a role, or was invited (has no roles yet) without an
    identity provider. Two queries.
    """
    users: QuerySet[User] = User.objects.filter(
        Q(Exists(RoleAssignment.objects.filter(user=OuterRef("pk")))) | ~Q(username__startswith="c-")
    ).order_by("-id")
    if query:
        users = users.filter(Q(username__icontains=query) | Q(display_name__icontains=query) | Q(email__iexact=query))
    if before is not None:
        users = users.filter(id__lt=before)
    found = list(users.prefetch_related("role_assignments")[: PAGE + 1])
    return UserPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def manageable(grants: Grants, assignment: RoleAssignment) -> bool:
    """Return whether the viewer may end this assignment."""
    return any(holds(code, assignment.division_code) for code in grants.jurisdictions(Permission.ACCOUNTS_MANAGE))
