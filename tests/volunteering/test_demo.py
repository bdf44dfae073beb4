"""The demonstration of volunteering: made once, marked, and good for trying everything."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from shetong.accounts.services.demo import ensure_demo_accounts
from shetong.volunteering import demo
from shetong.volunteering.models import Activity, ServiceCertificate, ServiceRecord, Signup, StarAward, Team, Volunteer
from tests.registry.factories import register_organisation
from tests.volunteering.test_pages import good, logged_in

pytestmark = pytest.mark.django_db


def test_the_demonstration_is_made_once_and_marked(settings: Any, client: Client) -> None:
    settings.IDENTITY_SERVICE_URL, settings.DEMO_ACCOUNTS = "demo:", True
    ensure_demo_accounts()
    type(register_organisation()).objects.update(demo=True)
    began = time.monotonic()
    report = demo.load()
    assert time.monotonic() - began < 20
    assert (report.teams, report.activities, report.volunteers, report.certificates) == (4, 12, 18, 4)
    for model in (Team, Activity, Volunteer, ServiceRecord, ServiceCertificate):
        assert set(model.objects.values_list("demo", flat=True)) == {True}
    assert Signup.objects.filter(state="held").count() >= 8
    assert StarAward.objects.filter(volunteer__user__username="demo-citizen").exists()
    assert demo.load().teams == 0
    for page in ("", "map/?division=110105", "honours/", "benefits/", "stories/", "elsewhere/"):
        assert "生成" in good(client.get(f"/volunteering/{page}")) or page == "honours/"
    citizen = logged_in(Volunteer.objects.get(user__username="demo-citizen").user)
    assert "小时" in good(citizen.get("/hall/volunteering/record/"))
