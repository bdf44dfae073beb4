"""Finding activities and signing up over the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from shetong.registry.services import api_rates
from shetong.volunteering.models import Volunteer
from shetong.volunteering.services import finder, places, tokens
from tests.volunteering import factories

pytestmark = pytest.mark.django_db
HERE = "116.40,39.90"


@pytest.fixture(autouse=True)
def _unspent(settings: Any) -> Iterator[None]:
    settings.API_RATE_PUBLIC = 1_000_000
    api_rates.forget()
    yield
    api_rates.forget()


def caller(volunteer: Volunteer) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(volunteer)}"}


def sign(client: Client, shift_id: int, volunteer: Volunteer, **more: str) -> Any:
    return client.post(f"/api/v1/volunteering/shifts/{shift_id}/signups", **caller(volunteer), **more)


def test_one_signs_up_waits_moves_up_and_confirms(client: Client) -> None:
    shift = factories.shift(places=1)
    first, second = factories.volunteer(), factories.volunteer()
    held = sign(client, shift.pk, first).json()
    assert (held["state"], held["queue"]) == ("held", 0)
    waiting = sign(client, shift.pk, second).json()
    assert (waiting["state"], waiting["queue"]) == ("waiting", 1)
    shown = client.get(f"/api/v1/volunteering/signups/{waiting['signup']}", **caller(second))
    assert shown.json() == waiting
    assert shown["Cache-Control"] == "no-store"
    gone = client.post(f"/api/v1/volunteering/signups/{held['signup']}/withdraw", **caller(first))
    assert gone.json()["state"] == "withdrawn"
    places.move_up(shift_id=shift.pk)
    done = client.post(f"/api/v1/volunteering/signups/{waiting['signup']}/confirm", **caller(second))
    assert done.json()["state"] == "held"


def test_refusals_say_what_to_do(client: Client) -> None:
    shift, who = factories.shift(skills=["first-aid"]), factories.volunteer()
    refused = sign(client, shift.pk, who)
    assert refused.status_code == 409
    assert "技能" in refused.json()["detail"]
    assert sign(client, 0, who).status_code == 409
    assert sign(client, shift.pk, who, HTTP_IDEMPOTENCY_KEY="nonsense").status_code == 422
    assert sign(client, 10**30, who).status_code == 409


def test_a_request_key_repeats_the_first_answer(client: Client) -> None:
    shift, who, name = factories.shift(), factories.volunteer(), str(uuid4())
    first = sign(client, shift.pk, who, HTTP_IDEMPOTENCY_KEY=name).json()
    assert sign(client, shift.pk, who, HTTP_IDEMPOTENCY_KEY=name).json() == first


def test_only_ones_own_and_only_with_a_good_token(client: Client) -> None:
    shift, who = factories.shift(), factories.volunteer()
    mine = sign(client, shift.pk, who).json()["signup"]
    assert client.get(f"/api/v1/volunteering/signups/{mine}", **caller(factories.volunteer())).status_code == 404
    url = f"/api/v1/volunteering/shifts/{shift.pk}/signups"
    assert client.post(url).status_code == 401
    assert client.post(url, HTTP_AUTHORIZATION="Bearer vt1:1.0:forged:signature").status_code == 401
    old = caller(who)
    tokens.end_all(volunteer=who, actor=who.user)
    assert client.post(url, **old).json()["detail"].startswith("登录已失效")
    assert client.get(f"/api/v1/volunteering/signups/{mine}", **old).status_code == 401


def test_a_token_lasts_as_long_as_the_setting_says(client: Client, settings: Any) -> None:
    token = tokens.issue(factories.volunteer())
    assert tokens.read(token) is not None
    settings.VOLUNTEER_TOKEN_HOURS = -1
    assert tokens.read(token) is None


def test_the_nearest_come_first_and_only_what_suits(client: Client) -> None:
    near = factories.activity(longitude=116.41, latitude=39.91, title="胡同清洁")
    far = factories.activity(longitude=116.80, latitude=39.90)
    factories.shift(near)
    factories.shift(far, skills=["driving"], age_from=30)
    finder.refresh([near.pk, far.pk])

    def found(query: str) -> list[str]:
        answer = client.get(f"/api/v1/volunteering/activities?{query}")
        assert answer.status_code == 200, answer.content
        return [item["number"] for item in answer.json()["items"]]

    assert found(f"near={HERE}") == [near.number, far.number]
    assert found("near=116.9,39.9") == [far.number, near.number]
    assert found(f"near={HERE}&within=5") == [near.number]
    assert found(f"near={HERE}&suits=1") == [near.number]
    assert found(f"near={HERE}&suits=1&skill=driving") == [near.number, far.number]
    assert found("age=20") == [near.number]
    assert found("q=胡同") == [near.number]
    assert found("q=同") == [near.number]
    assert found("q=没有这样的") == []
    day = factories.tomorrow().date()
    assert set(found(f"days={day}")) == {near.number, far.number}
    assert found("days=2030-01-01") == []
    assert set(found("division=110000")) == {near.number, far.number}
    assert found("division=310000") == []
    item = client.get(f"/api/v1/volunteering/activities?near={HERE}&limit=1").json()["items"][0]
    assert 1_300 < item["metres"] < 1_500


def test_what_cannot_be_read_is_named(client: Client) -> None:
    answer = client.get(
        "/api/v1/volunteering/activities?near=here&days=someday&limit=0&field=x&division=999999&age=old"
    )
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"near", "days", "limit", "field", "division", "age"}


def test_an_activity_shows_its_shifts_and_no_draft(client: Client) -> None:
    activity = factories.activity()
    shift = factories.shift(activity, skills=["driving"])
    told = client.get(f"/api/v1/volunteering/activities/{activity.number}").json()
    assert [each["id"] for each in told["shifts"]] == [shift.pk]
    assert told["risks"] == activity.risks
    draft = factories.activity(state="draft", published_at=None)
    assert client.get(f"/api/v1/volunteering/activities/{draft.number}").status_code == 404
