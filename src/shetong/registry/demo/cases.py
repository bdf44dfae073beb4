"""Telling the demonstration's cases through the services of casework, each act at its own past moment.

A story is a generator: it yields for how many days before today the next act waits, and then does it. All stories are
told together in the order of time, so that numbers and history run as they would have; wholly or not at all.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.rules import NATIONAL
from shetong.accounts.services import roles
from shetong.casework import catalogue
from shetong.casework import jobs as casework_jobs
from shetong.casework.models import Case, Mandate, Notice, NoticeKind
from shetong.casework.services import (
    closing,
    decision,
    drafts,
    mandates,
    materials,
    notices,
    review,
    submission,
)
from shetong.registry.demo import past
from shetong.registry.demo.applications import Cast, paper
from shetong.registry.models import Certificate, Organisation, Status
from shetong.registry.services import certificates, permits

Story: TypeAlias = Generator[int, None, None]
REASON = "演示账号"
LONG_AGO = 800
# Who tells: name, called, role, division. Officials have held their role for long, and nobody logs in as one of them.
PEOPLE = (
    ("demo-applicant", "演示经办人", "", ""),
    ("demo-clerk", "演示受理员", "registrar", NATIONAL),
    ("demo-head", "演示审批人", "chief-registrar", NATIONAL),
)


@dataclass(slots=True)
class Scene:
    """What the stories share: people, the cast of applications, the bodies that apply."""

    applicant: User
    clerk: User
    chief: User
    now: datetime
    cast: Cast = field(default_factory=Cast)

    def day(self, days_ago: int) -> str:
        """Return a day as forms write it."""
        return str(timezone.localdate(past.office_hour(days_ago, 0, now=self.now)))

    def filled(self, matter: str, form: Mapping[str, Any], body: Organisation | None = None) -> Case:
        """Begin an application and fill it in, with the papers that it calls for."""
        code, name = (body.public_code, body.name) if body else ("", "")
        case = drafts.begin(matter=matter, applicant=self.applicant, subject_code=code, subject_name=name, demo=True)
        given = {
            topic: {**case.form.get(topic, {}), **answers} if isinstance(answers, dict) else answers
            for topic, answers in form.items()
        }
        if faults := drafts.save_all(case_id=case.pk, actor=self.applicant, form=given):
            raise ValueError(f"{matter}: {faults}")
        case.refresh_from_db()
        handed = [
            materials.Handed(material.code, f"{material.title}.pdf", _paper(material.title))
            for material in catalogue.national(matter).applying(case.form).materials
            if material.required
        ]
        materials.upload_all(case_id=case.pk, actor=self.applicant, files=handed)
        return case

    def submitted(self, matter: str, form: Mapping[str, Any], body: Organisation | None = None) -> Case:
        """Fill in an application and hand it in."""
        case = self.filled(matter, form, body)
        return submission.submit(case_id=case.pk, actor=self.applicant)

    def reviewed(self, case: Case, steps: int = 1) -> None:
        """Pass a case on through some steps of review."""
        for _ in range(steps):
            review.forward(case_id=case.pk, actor=self.clerk, opinion="材料齐全，符合规定，同意。")

    def approved(self, case: Case, reason: str = "符合法定条件，准予办理。") -> None:
        """Grant an application and deliver what it brings."""
        decision.approve(case_id=case.pk, actor=self.chief, reason=reason)
        number = Notice.objects.get(case=case, kind=NoticeKind.APPROVAL).document_number
        permits.publish(only=Q(document_number=number))
        self.delivered(case)

    def delivered(self, case: Case) -> None:
        """Deliver the documents of a decided case; its archive is packed by the worker."""
        for notice in Notice.objects.filter(case=case, delivered_at__isnull=True).order_by("pk"):
            notices.deliver(notice_id=notice.pk)
        if closing.delivered(case_id=case.pk):
            casework_jobs.archive.defer(case_id=case.pk)

    def body_of(self, case: Case) -> Organisation:
        """Return the body that a decided case founded."""
        case.refresh_from_db()
        return Organisation.objects.get(uscc=case.subject_code)


def tell(tellers: Callable[[Scene, Callable[..., Organisation | None]], list[Story]]) -> int:
    """Tell all stories where none is told yet; return how many cases the demonstration holds."""
    with transaction.atomic():
        scene = stage()
        if not Case.objects.filter(applicant=scene.applicant).exists():
            run(tellers(scene, _bodies(scene)), scene.now)
            _certify()
    return Case.objects.filter(demo=True).count()


def stage() -> Scene:
    """Return the scene with its people, made where they are missing; other sectors tell their stories on it too."""
    people = {row[0]: _person(*row) for row in PEOPLE}
    return Scene(people["demo-applicant"], people["demo-clerk"], people["demo-head"], timezone.now())


def run(stories: list[Story], now: datetime) -> None:
    """Let the stories go on in the order of time; the number keeps those of one moment apart."""
    waiting: list[tuple[datetime, int, Story]] = []

    def go_on(story: Story, number: int, minute: int) -> None:
        days_ago = next(story, None)
        if days_ago is not None:
            moment = past.office_hour(days_ago, minute, now=now)
            heapq.heappush(waiting, (moment, number, story))

    for number, story in enumerate(stories):
        go_on(story, number, number)
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        with past.at(moment):
            # The act of this moment is done while the story runs to its next pause.
            go_on(story, number, moment.minute % 60 + 60 * (number % 7) % 420)


def _certify() -> None:
    """Issue certificates anew where the key that signed did not exist yet at the moment that was told.

    The first certificates of an installation are stamped an instant before the key that is made for them.
    """
    long_before = F("signing_key__created_at") - timedelta(minutes=1)
    for certificate in Certificate.objects.filter(
        demo=True, state=Certificate.State.VALID, issued_at__lt=long_before
    ).order_by("pk"):
        certificates.issue(certificate.organisation_id, actor="system:demonstration")


def _person(username: str, name: str, role: str, division: str) -> User:
    user, created = User.objects.get_or_create(username=username, defaults={"display_name": name, "demo": True})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    if role and not RoleAssignment.objects.filter(user=user, role=role).exists():
        with past.at(timezone.now() - timedelta(days=LONG_AGO)):
            roles.grant(user=user, role=role, division_code=division, reason=REASON, actor=None)
    return user


def _bodies(scene: Scene) -> Callable[..., Organisation | None]:
    """Return a way to find demonstration bodies for which the applicant may act; each is given once."""
    taken: list[int] = []

    def find(kind: str, head: str, **more: Any) -> Organisation | None:
        found = Organisation.objects.filter(
            demo=True, kind=kind, status=Status.NORMAL, authority__division_code__startswith=head, **more
        ).exclude(pk__in=taken)
        # Bodies with a life of their own first: their page has something to tell.
        body = found.exclude(supervising_body="").order_by("-pk").first()
        if body is None:
            return None
        taken.append(body.pk)
        authorised(scene, body)
        return body

    return find


def authorised(scene: Scene, body: Organisation) -> None:
    """Let the applicant of the stories act for a body."""
    if not Mandate.objects.filter(user=scene.applicant, organisation_code=body.public_code).exists():
        mandates.grant(
            organisation_code=body.public_code, organisation_name=body.name,
            division_code=body.authority.division_code, user=scene.applicant, basis="演示授权书", actor=None,
        )  # fmt: skip


@lru_cache(maxsize=64)
def _paper(title: str) -> bytes:
    return paper(title)
