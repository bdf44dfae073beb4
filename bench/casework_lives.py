"""Whole lives of applications as counties see them: each with a name, people and premises of its own.

Names, people and addresses are drawn from the vocabularies of the demonstration, so that the checks against the
register find as much, and as little, as with real ones.
"""

from __future__ import annotations

import itertools
import random
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import installation

sys.path.insert(0, str(installation.ROOT))

from tests.casework import factories

from shetong.accounts.models import User
from shetong.accounts.services import roles
from shetong.casework.services import decision, drafts, intake, materials, review, submission
from shetong.core import divisions
from shetong.registry.demo import words

# The counties of the municipalities, whose full names forms write alike.
MUNICIPALITIES = ("11", "12", "31", "50")
APPLICANTS = 40

Step = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Office:
    """A county and the four people of a life: two registrars, who decides, and beside them the applicants."""

    division: str
    place: str
    clerk: User
    other: User
    chief: User


class Lives:
    """What one process applies for and decides: ``counties`` of its own, applicants who come now and then."""

    def __init__(self, mark: str, counties: int) -> None:
        # Nobody of another process or an earlier run: one person may not represent two social groups.
        factories.registry._numbers = itertools.count(secrets.randbelow(12_000_000))
        self._random = random.Random(mark)
        codes = [
            one.code
            for head in MUNICIPALITIES
            for one in divisions.descendants(f"{head}0000")
            if not one.code.endswith("00")
        ]
        self._offices = [_office(mark, code) for code in self._random.sample(codes, counties)]
        self._applicants = [_person(f"bench-applicant-{mark}-{number}") for number in range(APPLICANTS)]
        self._titles = [title for category in words.CATEGORIES for title in category.societies]

    def case(self, step: Step, applicant: User, office: Office) -> Any:
        """Apply and review until a case waits for the decision; ``step(name, act, **given)`` runs each act."""
        case = step("begin", drafts.begin, matter="SO-SG-EST", applicant=applicant, demo=True)
        step("save", drafts.save_all, case_id=case.pk, actor=applicant, form=self._form(office))
        step("materials", materials.upload_all, case_id=case.pk, actor=applicant, files=_files())
        step("submit", submission.submit, case_id=case.pk, actor=applicant)
        step("accept", intake.accept, case_id=case.pk, actor=office.clerk)
        step("forward", review.forward, case_id=case.pk, actor=office.clerk, opinion="材料齐全，同意。")
        step("forward", review.forward, case_id=case.pk, actor=office.other, opinion="同意。")
        return case

    def life(self, step: Step) -> None:
        """Run one life to its certificate."""
        office = self._random.choice(self._offices)
        case = self.case(step, self._random.choice(self._applicants), office)
        step("approve", decision.approve, case_id=case.pk, actor=office.chief, reason="符合法定条件，准予登记。")

    def waiting(self, chiefs: int) -> tuple[Any, list[User]]:
        """Return a case that waits for the decision, and so many who may decide it."""
        office = self._offices[0]
        case = self.case(directly, self._applicants[0], office)
        mark = time.time_ns()
        return case, [_person(f"bench-chief-{mark}-{n}", "chief-registrar", office.division) for n in range(chiefs)]

    def _form(self, office: Office) -> dict[str, Any]:
        draw = self._random.choice
        head, *others = (f"{draw(words.SURNAMES)}{draw(words.GIVEN)}{draw(words.GIVEN)}" for _ in range(5))
        style = draw(words.STYLE_FIRST) + draw(words.STYLE_SECOND) + draw(words.STYLE_FIRST)
        return factories.association_form(
            body={"name": f"{office.place}{style}{draw(self._titles)}"},
            seat={
                "division_code": office.division,
                "domicile": f"{office.place}{draw(words.ROADS)}{self._random.randrange(1, 2_000)}号",
            },
            means={"activity_area": office.place},
            founders=[factories.person(name=head), factories.person(name=others[0])],
            representative={"legal_representative": head},
            officers=[
                factories.person(role=role, name=name)
                for role, name in zip(
                    ("president", "secretary-general", "supervisor"), (head, others[1], others[2]), strict=True
                )
            ],
        )


def directly(_name: str, act: Callable[..., Any], **given: Any) -> Any:
    """Run an act and nothing else."""
    return act(**given)


@cache
def _files() -> list[materials.Handed]:
    """Return the files of an application; making PDFs is the applicants' work, so they are made once."""
    return factories.required_materials(factories.draft())


def _office(mark: str, code: str) -> Office:
    registrars = [_person(f"bench-{code}-{n}-{mark}", "registrar", code) for n in range(2)]
    chief = _person(f"bench-{code}-chief-{mark}", "chief-registrar", code)
    return Office(code, divisions.full_name(code), *registrars, chief)


def _person(name: str, role: str = "", division: str = "") -> User:
    user, made = User.objects.get_or_create(username=name, defaults={"demo": True})
    if made and role:
        roles.grant(user=user, role=role, division_code=division, reason="测量", actor=None)
    return user
