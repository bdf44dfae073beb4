"""The matters that the register offers, a module for each."""

from shetong.registry.matters import audits, branches, changes, charter, deregistration, establishment, reissue

MATTERS = (
    *establishment.MATTERS,
    *changes.MATTERS,
    *audits.MATTERS,
    *charter.MATTERS,
    *branches.MATTERS,
    *reissue.MATTERS,
    *deregistration.MATTERS,
)

__all__ = ["MATTERS"]
