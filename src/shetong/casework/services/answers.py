"""The answers of a case as they are stored: masked in the form, sealed beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shetong.casework.models import Case
from shetong.casework.rules import sealing
from shetong.casework.rules.matters import Matter
from shetong.core import pii
from shetong.store import resealing

CONTEXT = "case.form"


def whole(case: Case) -> dict[str, Any]:
    """Return the form with personal answers in the clear, for checks and effects within a service; never for pages."""
    return sealing.join(case.form, personal(case))


def store(case: Case, matter: Matter, form: Mapping[str, Any]) -> None:
    """Put a form into a locked case, personal answers sealed; the caller saves the case."""
    replace(case, matter, sealing.kept(matter, case.form, form, personal(case)))


def replace(case: Case, matter: Matter, clear: Mapping[str, Any]) -> None:
    """Put a form whose personal answers are all in the clear into a locked case, whatever stood there before."""
    case.form, answers = sealing.split(matter, clear)
    case.sealed = pii.seal(json.dumps(answers, ensure_ascii=False), context=CONTEXT) if answers else b""
    case.form_version += 1


def personal(case: Case) -> dict[str, str]:
    """Return the personal answers in the clear by place; never for pages."""
    if not case.sealed:
        return {}
    return dict(json.loads(pii.open_sealed(bytes(case.sealed), context=CONTEXT)))


def reseal() -> int:
    """Seal forms of retired keys anew under the current key; return how many were done."""
    return resealing.reseal(Case._meta.db_table, {"sealed": CONTEXT})
