"""An organiser's pages on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE
from tests.journeys.test_service_time import on_saturday, seen
from tests.volunteering import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_organiser_works_on_a_phone_too(visitor: Visitor, live_server: Any) -> None:
    shift = on_saturday(places=2)
    activity = shift.post.activity
    client = Client()
    client.force_login(factories.leader_of(activity.team))
    phone = visitor(viewport=PHONE)
    phone.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    phone.context.add_init_script(AXE)
    for name, address in (
        ("organise", "/hall/volunteering/organise/"),
        ("new-activity", f"/hall/volunteering/organise/teams/{activity.team_id}/activities/new/"),
        ("manage", f"/hall/volunteering/activities/{activity.pk}/"),
    ):
        phone.goto(address)
        seen(phone, name)
