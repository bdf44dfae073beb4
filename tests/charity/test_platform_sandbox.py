"""The sandbox: an engineer passes the certification test alone, and nothing real comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shetong.accounts.models import User
from shetong.charity.models import Donation, Platform, PlatformEnvironment, PlatformMember
from shetong.charity.platform_client import Client, Refused
from shetong.charity.platform_rehearsal import certify, raise_funds
from shetong.charity.rules import sandbox_world
from shetong.charity.rules.certification import STEPS
from shetong.charity.services.platforms import access
from shetong.core.errors import ConflictError, ForbiddenError
from shetong.ledger.models import Entry
from shetong.registry.services import api_rates
from tests.charity import platforms
from tests.charity.platforms import gift
from tests.registry.factories import next_number

pytestmark = pytest.mark.django_db
KEY = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="


@pytest.fixture(autouse=True)
def _unspent() -> Iterator[None]:
    api_rates.forget()
    yield
    api_rates.forget()


def member(of: Platform) -> User:
    user = User.objects.create_user(f"engineer-{next_number()}", password=None)
    PlatformMember.objects.create(platform=of, user=user, added_at=timezone.now())
    return user


def test_an_engineer_passes_alone_and_then_gets_a_real_client() -> None:
    platform = platforms.platform()
    engineer = member(platform)
    make: dict[str, Any] = {"platform": platform, "public_key": KEY, "label": "正式", "actor": engineer}
    with pytest.raises(ConflictError) as caught:
        access.create_client(environment=PlatformEnvironment.PRODUCTION, **make)
    assert caught.value.code == "certification-incomplete"
    before = Entry.objects.count()
    steps = certify(platforms.client(platform, PlatformEnvironment.SANDBOX))
    assert steps == {step.code: True for step in STEPS}
    assert (Donation.objects.count(), Entry.objects.count()) == (0, before)
    client, _secret = access.create_client(environment=PlatformEnvironment.PRODUCTION, **make)
    assert client.environment == "production"
    access.revoke_client(client=client, actor=engineer)


def test_strangers_make_no_clients() -> None:
    platform = platforms.platform()
    stranger = User.objects.create_user("stranger", password=None)
    with pytest.raises(ForbiddenError):
        access.create_client(
            platform=platform, environment=PlatformEnvironment.SANDBOX, public_key=KEY, label="x", actor=stranger
        )


def test_a_revoked_client_is_refused_at_once() -> None:
    platform = platforms.platform()
    program = platforms.client(platform, PlatformEnvironment.SANDBOX)
    program.me()
    access.revoke_client(client=platform.clients.get(), actor=platforms.SYSTEM)
    with pytest.raises(Refused) as caught:
        program.me()
    assert caught.value.status == 401


def test_the_environments_are_apart() -> None:
    platform = platforms.platform()
    plan = platforms.plan(platform)
    sandbox = platforms.client(platform, PlatformEnvironment.SANDBOX)
    real = platforms.client(platform)
    for program, number in ((sandbox, plan.number), (real, sandbox_world.PLAN)):
        with pytest.raises(Refused) as caught:
            program.plan(number)
        assert caught.value.code == "plan-not-found"
    platforms.published(real, plan)
    assert [one["code"] for one in sandbox.donations([gift("A1")])["records"]] == ["page-unknown"]


def test_a_platform_raises_money() -> None:
    platform = platforms.platform()
    plan = platforms.plan(platform)
    program: Client = platforms.client(platform)
    day = timezone.localtime() - timedelta(hours=3)
    raised = raise_funds(program, plan.number, 30, batch=20, day=day)
    assert (raised.taken, Donation.objects.count()) == (30, 30)
    assert raise_funds(program, plan.number, 30, batch=20, day=day).taken == 30
    assert (Donation.objects.count(), "/charity/receipts/" in raised.receipt) == (30, True)
    # Another organisation's first plan of the year ends in the same signs.
    other = platforms.plan(platform)
    assert other.number[-6:] == plan.number[-6:]
    assert raise_funds(program, other.number, 1, day=day).taken == 1
