"""Announcements of registrations: made with the decision, public, once, and only of what the law names."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from shetong.registry.models import Announcement, AnnouncementKind
from tests.casework import factories
from tests.casework.applications import SEAT, approved, body
from tests.pages import faults

pytestmark = pytest.mark.django_db


def test_a_new_body_is_announced_and_found(client: Client) -> None:
    case = factories.approved()
    made = Announcement.objects.get()
    assert (made.kind, made.division_code) == (AnnouncementKind.FOUNDED, factories.DISTRICT)
    assert {"label": "法定代表人", "value": "孙示范"} in made.lines
    for given, there in (({}, True), ({"division": "110000"}, True), ({"division": "310000"}, False),
                         ({"kind": "ended"}, False), ({"q": case.subject_name[-6:]}, True)):  # fmt: skip
        page = client.get(reverse("registry:announcements"), given).content.decode()
        assert (made.title in page) == there
        assert faults(page) == []
    page = client.get(reverse("registry:announcement", args=[made.pk])).content.decode()
    assert made.document_number in page
    assert faults(page) == []


def test_an_ending_is_announced_and_a_branch_is_not() -> None:
    organisation, agent = body()
    approved("SO-BRANCH", organisation, agent, {
        "branch": {"name": f"{organisation.name}专委会", "legal_representative": "冯示范", "business_scope": "服务。"},
        "seat": SEAT, "resolution": {"resolved_on": factories.liquidation_form()["ending"]["resolved_on"]},
    })  # fmt: skip
    assert not Announcement.objects.exists()
    approved("SO-CAN", organisation, agent, factories.liquidation_form())
    assert Announcement.objects.get().kind == AnnouncementKind.ENDED
