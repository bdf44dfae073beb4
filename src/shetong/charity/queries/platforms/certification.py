"""How far a platform is with its certification test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shetong.charity.models import CertificationStep, Platform
from shetong.charity.rules.certification import STEPS, Step


@dataclass(frozen=True, slots=True)
class Progress:
    """A step and when it was passed."""

    step: Step
    passed_at: datetime | None


def progress(platform: Platform) -> list[Progress]:
    """Every step in its order. One query."""
    passed_at = dict(CertificationStep.objects.filter(platform=platform).values_list("step", "passed_at"))
    return [Progress(step, passed_at.get(step.code)) for step in STEPS]


def passed(platform: Platform) -> bool:
    """Whether all steps are passed."""
    return all(one.passed_at for one in progress(platform))
