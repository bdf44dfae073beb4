"""Accounts as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import NATIONAL, Permission, holds
from shetong.core import divisions

PAGE = 50


@dataclass(frozen=True, slots=True)
class UserPage:
    """One page of accounts in order of their numbers, newest first."""

    users: list[User]
    next_before: int | None


def page(grants: Grants, *, query: str = "", before: int | None = None) -> UserPage:
    """Return officials' accounts whose user name or display name contains ``query``, or is the e-mail address.

    An account counts as an official's when it ever held a role, or was invited (has no roles yet) without an
    identity provider. Whoever does not manage the whole country's accounts sees those who ever held a role in his
    jurisdictions, and others by their whole user name or e-mail address: whom he gives a first role he knows. Two
    queries.
    """
    official = Q(Exists(RoleAssignment.objects.filter(user=OuterRef("pk")))) | ~Q(username__startswith="c-")
    if not grants.may(Permission.ACCOUNTS_MANAGE, NATIONAL):
        official = Q(Exists(_within(grants).filter(user=OuterRef("pk"))))
        if query:
            official |= Q(username=query) | Q(email__iexact=query)
    users: QuerySet[User] = User.objects.filter(official).order_by("-id")
    if query:
        users = users.filter(Q(username__icontains=query) | Q(display_name__icontains=query) | Q(email__iexact=query))
    if before is not None:
        users = users.filter(id__lt=before)
    found = list(users.prefetch_related("role_assignments")[: PAGE + 1])
    return UserPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def visible(grants: Grants, subject: User) -> bool:
    """Whether the viewer may open an account: of somebody who ever held a role in his jurisdictions."""
    if grants.may(Permission.ACCOUNTS_MANAGE, NATIONAL):
        return True
    return _within(grants).filter(user=subject).exists()


def _within(grants: Grants) -> QuerySet[RoleAssignment]:
    reach = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.ACCOUNTS_MANAGE):
        reach |= Q(division_code__startswith=divisions.prefix(code))
    return RoleAssignment.objects.filter(reach)


def manageable(grants: Grants, assignment: RoleAssignment) -> bool:
    """Return whether the viewer may end this assignment."""
    return any(holds(code, assignment.division_code) for code in grants.jurisdictions(Permission.ACCOUNTS_MANAGE))
