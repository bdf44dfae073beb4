"""Programs of organisers at the door: the list, who came, and scans that phones signed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.services import api_keys
from shetong.volunteering.models import Presence, ServiceRecord
from shetong.volunteering.services import attendance
from tests.volunteering import factories
from tests.volunteering.test_service_time_pages import IN, Phone

pytestmark = pytest.mark.django_db


def secret_of(owner: User, *scopes: str) -> dict[str, str]:
    _key, secret = api_keys.create(
        owner=owner, label="门口的平板", scopes=list(scopes), rate_class="standard",
        expires_at=timezone.now() + timedelta(days=30), actor=None,
    )  # fmt: skip
    return {"Authorization": f"Bearer {secret}"}


def test_a_program_reads_the_list_notes_who_came_and_hands_in_scans() -> None:
    signup = factories.held(factories.running(ago=120, minutes=60))
    session, activity = signup.shift.session_id, signup.shift.post.activity
    boss = factories.leader_of(activity.team)
    code = attendance.open_code(actor=boss, session_id=session)
    other = factories.held(signup.shift)
    phone = Phone(signup.volunteer)
    headers = secret_of(boss, "volunteering.attendance")
    base = f"/api/v1/volunteering/sessions/{session}"

    def post(where: str, content: Any) -> list[str]:
        answer = Client().post(f"{base}/{where}", content, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
        return [one["code"] for one in answer.json()["items"]]

    people = Client().get(f"{base}/attendance", headers=headers).json()["people"]
    assert [(one["signup"], one["name_masked"], one["devices"]) for one in people] == [
        (signup.pk, "陈**", [phone.number]), (other.pk, "陈**", []),
    ]  # fmt: skip
    scan = phone.scan(session, code, "in", number=IN, at=timezone.now() - timedelta(hours=2))
    carried = {"device": phone.number, **scan}
    elsewhere = {**carried, "text": scan["text"].replace(f'"session": {session}', f'"session": {session + 1}')}
    forged = {**carried, "text": scan["text"].replace('"in"', '"out"')}
    assert post("scans", {"scans": [carried, carried, elsewhere, forged]}) == [
        "accepted", "accepted", "other-session", "signature",
    ]  # fmt: skip
    came = {
        "signup": other.pk, "came": (timezone.now() - timedelta(hours=2)).isoformat(),
        "left": (timezone.now() - timedelta(hours=1)).isoformat(), "reason": "手机没电，现场确认",
    }  # fmt: skip
    assert post("attendance", {"marks": [came, came, {**came, "signup": 2**40}]}) == [
        "accepted", "accepted", "no-signup",
    ]  # fmt: skip
    assert sorted(Presence.objects.values_list("signup", "act")) == [
        (signup.pk, "in"), (other.pk, "in"), (other.pk, "out"),
    ]  # fmt: skip
    assert ServiceRecord.objects.get().volunteer == other.volunteer
    assert Client().get(f"{base}/attendance").status_code == 401
    assert Client().get(f"{base}/attendance", headers=secret_of(boss, "volunteering.read")).status_code == 403
    stranger = secret_of(factories.person(), "volunteering.attendance")
    assert Client().get(f"{base}/attendance", headers=stranger).status_code == 403
