"""The matters that the register offers, a module for each."""

from dataclasses import replace

from shetong.registry.matters import audits, branches, changes, charter, deregistration, establishment, reissue
from shetong.registry.matters.eligibility import ELIGIBILITY

_DECLARED = (
    *establishment.MATTERS,
    *changes.MATTERS,
    *audits.MATTERS,
    *charter.MATTERS,
    *branches.MATTERS,
    *reissue.MATTERS,
    *deregistration.MATTERS,
)

MATTERS = tuple(replace(matter, eligibility=ELIGIBILITY.get(matter.code, ())) for matter in _DECLARED)

__all__ = ["MATTERS"]
