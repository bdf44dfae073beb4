"""Projects and organisations as the public sees them."""

from __future__ import annotations

from django.utils.translation import gettext

from shetong.charity.models import Donation, Project
from shetong.core.errors import NotFoundError
from shetong.registry.models import Organisation


def project(number: str) -> Project:
    """The project of a public number. Raises :class:`NotFoundError`."""
    found = Project.objects.select_related("organisation").filter(number=number.upper()).first()
    if found is None:
        raise NotFoundError(gettext("没有这个慈善项目，请核对项目编号。"), code="project-not-found")
    return found


def organisation(code: str) -> Organisation:
    """An organisation by its unified code. Raises :class:`NotFoundError`."""
    found = Organisation.objects.filter(uscc=code.upper()).first()
    if found is None:
        raise NotFoundError(gettext("没有这个组织，请核对统一社会信用代码。"), code="organisation-not-found")
    return found


def donation(number: int) -> Donation:
    """A donation with what its receipt says. Raises :class:`NotFoundError`."""
    found = (
        Donation.objects.select_related("pool__project", "pool__organisation", "activity__plan", "platform", "journal")
        .filter(pk=number)
        .first()
    )
    if found is None:
        raise NotFoundError(gettext("没有这笔捐赠，请核对回执上的地址。"), code="donation-not-found")
    return found
