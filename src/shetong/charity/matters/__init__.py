"""The matters that charity offers, a module for each."""

from shetong.charity.matters import fundraising, plan, plan_change, recognition, trust
from shetong.charity.matters.plan import PLAN

MATTERS = (
    *recognition.MATTERS,
    *fundraising.MATTERS,
    *plan.MATTERS,
    *plan_change.MATTERS,
    *trust.MATTERS,
)

__all__ = ["MATTERS", "PLAN"]
