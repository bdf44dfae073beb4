"""Announcing registrations (登记公告): made in the transaction of the decision, public from then on."""

from __future__ import annotations

from collections.abc import Iterable

from shetong.casework.rules.matters import Approval
from shetong.registry.models import Announcement, AnnouncementKind, Organisation
from shetong.store import rows

# Changes of these are announced, others are not.
ANNOUNCED = ("name", "domicile", "legal_representative")


def announce(
    organisation: Organisation, approval: Approval, kind: AnnouncementKind, lines: Iterable[tuple[str, str]]
) -> Announcement | None:
    """Announce what a decision did, where its matter calls for that; ``lines``: labels and what they say."""
    if not approval.announced:
        return None
    announcement = Announcement(
        organisation=organisation,
        kind=kind,
        document_number=approval.document_number,
        title=f"关于{organisation.name}{_WHAT[kind]}的公告"[:240],
        lines=[{"label": label, "value": value} for label, value in lines],
        authority_name=approval.authority.name,
        division_code=approval.authority.division_code,
        announced_on=approval.decided_on,
        demo=approval.demo,
    )
    rows.insert(announcement)
    return announcement


_WHAT = {
    AnnouncementKind.FOUNDED: "成立登记",
    AnnouncementKind.CHANGED: "变更登记",
    AnnouncementKind.ENDED: "注销登记",
}
