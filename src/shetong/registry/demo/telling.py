"""Telling the stories: every act goes through the service that a registrar's act would, one transaction per story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.utils import timezone

from shetong.core import pii
from shetong.registry.demo.acts import (
    Act,
    Board,
    Branch,
    Certify,
    Change,
    Correct,
    DemoPerson,
    End,
    Grant,
    Leave,
    Order,
    Penalty,
    Permit,
    Story,
)
from shetong.registry.models import Filing, Organisation, PenaltyRecord, PermitRecord, Person
from shetong.registry.services import certificates, endings, filings, recording
from shetong.registry.services.filings import Appointment
from shetong.registry.services.people import IDENTITY_CONTEXT

ACTOR = "system:demonstration"


def tell(stories: Sequence[Story]) -> Iterator[int]:
    """Put the stories into effect that are not told yet; yields how many of all are told, after each.

    A story is told wholly or not at all, so a run that was stopped goes on where it was.
    """
    codes = [story.uscc for story in stories]
    told = set(Organisation.objects.filter(uscc__in=codes).values_list("uscc", flat=True))
    for done, story in enumerate(stories, start=1):
        if story.uscc not in told:
            with recording.together() as batch:
                _Telling(story, batch).run()
        yield done


@dataclass(slots=True)
class _Telling:
    story: Story
    batch: recording.Together
    organisation: Organisation = field(init=False)
    filed: list[Filing | None] = field(init=False, default_factory=list)

    def run(self) -> None:
        """Register the organisation and let everything happen to it, in the order of the story."""
        story = self.story
        self.organisation = filings.register(
            values=story.values, basis=story.basis, effective_on=story.founded_on, actor=None, demo=True
        )
        self.filed.append(Filing.objects.get(organisation=self.organisation))
        for act in story.acts:
            self.filed.append(self._do(act))

    def _do(self, act: Act) -> Filing | None:
        """Do one act; return its filing where it is one of the organisation's own."""
        who = self.organisation.pk
        match act:
            case Change(values, on, basis):
                return filings.change(organisation_id=who, values=values, basis=basis, effective_on=on, actor=None)
            case Correct():
                return self._correct(act)
            case Grant():
                return self._grant(act)
            case End(code, on, basis):
                return filings.end_attribute(organisation_id=who, code=code, basis=basis, effective_on=on, actor=None)
            case Board(members, on, basis):
                chosen = [Appointment(role, one.name, one.identity_number, phone=one.phone) for role, one in members]
                return filings.appoint_officers(
                    organisation_id=who, appointments=chosen, basis=basis, effective_on=on, actor=None
                )
            case Leave(role, person, on, basis):
                number = _person(person).pk
                return filings.end_officer(
                    organisation_id=who, person_id=number, role=role, basis=basis, effective_on=on, actor=None
                )
            case Order():
                return self._order(act)
            case Branch(values, on, basis):
                filings.register(values=values, basis=basis, effective_on=on, actor=None, demo=True)
            case Certify():
                self.batch.settle()
                certificates.issue(who, actor=ACTOR)
            case Permit(fields):
                published = timezone.make_aware(datetime.combine(fields["decided_on"], time(9)))
                PermitRecord.objects.create(organisation=self.organisation, published_at=published, **fields)
            case Penalty(fields):
                PenaltyRecord.objects.create(organisation=self.organisation, **fields)
        return None

    def _correct(self, act: Correct) -> Filing:
        corrected = self.filed[act.of]
        if corrected is None:
            raise ValueError("a story corrects an act that is no filing")
        return filings.correct(
            filing_id=corrected.pk,
            values=act.values,
            basis=act.basis,
            effective_on=act.on,
            void=act.void,
            actor=None,
        )

    def _grant(self, act: Grant) -> Filing:
        return filings.grant_attribute(
            organisation_id=self.organisation.pk,
            code=act.code,
            value=act.value,
            basis=act.basis,
            effective_on=act.on,
            valid_to=act.valid_to,
            granted_by=act.granted_by,
            published_at=act.published_at,
            actor=None,
        )

    def _order(self, act: Order) -> Filing:
        who = self.organisation.pk
        if act.what == "suspend":
            if act.until is None:
                raise ValueError("a suspension has an end")
            return endings.suspend(
                organisation_id=who, until=act.until, basis=act.basis, effective_on=act.on, actor=None
            )
        return _ORDERS[act.what](organisation_id=who, basis=act.basis, effective_on=act.on, actor=None)


_ORDERS = {
    "resume": endings.resume,
    "open_liquidation": endings.open_liquidation,
    "deregister": endings.deregister,
    "cancel": endings.cancel,
    "revoke": endings.revoke,
}


def _person(person: DemoPerson) -> Person:
    index = pii.blind_index(person.identity_number, context=IDENTITY_CONTEXT)
    return Person.objects.get(identity_number_index=index)
