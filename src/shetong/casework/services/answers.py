"""The answers of a case as they are stored: masked in the form, sealed beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shetong.casework.models import Case
from shetong.casework.rules import sealing
from shetong.casework.rules.matters import Matter
from shetong.core import pii

CONTEXT = "case.form"


def whole(case: Case) -> dict[str, Any]:
    """Return the form with personal answers in the clear, for checks and effects within a service; never for pages."""
    return sealing.join(case.form, _sealed(case))


def store(case: Case, matter: Matter, form: Mapping[str, Any]) -> None:
    """Put a form into a locked case, personal answers sealed; the caller saves the case."""
    clear = sealing.kept(matter, case.form, form, _sealed(case))
    case.form, answers = sealing.split(matter, clear)
    case.sealed = pii.seal(json.dumps(answers, ensure_ascii=False), context=CONTEXT) if answers else b""
    case.form_version += 1


def _sealed(case: Case) -> dict[str, str]:
    if not case.sealed:
        return {}
    return dict(json.loads(pii.open_sealed(bytes(case.sealed), context=CONTEXT)))
