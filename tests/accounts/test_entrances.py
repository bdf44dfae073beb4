"""The navigation of hall and office: what packages offer, and who sees it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from shetong.accounts import entrances
from shetong.accounts.entrances import Entrance, Face
from shetong.accounts.queries.permissions import NOTHING, Grants
from tests.accounts.conftest import PASSWORD
from tests.casework.test_pages import signed_in
from tests.registry import factories

pytestmark = pytest.mark.django_db


def test_an_officer_sees_only_what_the_role_opens() -> None:
    registrar = Grants((("registrar", "110105"),))
    routes = [one.route for one in entrances.entrances(Face.OFFICE, registrar)]
    assert "casework:work" in routes
    assert "accounts:audit" not in routes
    assert "casework:work" not in [one.route for one in entrances.entrances(Face.OFFICE, NOTHING)]


def test_a_page_for_the_whole_country_is_not_offered_to_a_county() -> None:
    county, nation = Grants((("administrator", "110105"),)), Grants((("administrator", "100000"),))
    assert "accounts:api-keys" not in [one.route for one in entrances.entrances(Face.OFFICE, county)]
    assert "accounts:api-keys" in [one.route for one in entrances.entrances(Face.OFFICE, nation)]


def test_two_pages_cannot_lead_to_the_same_route() -> None:
    with pytest.raises(ValueError, match="casework:work"):
        entrances.offer([Entrance(Face.OFFICE, "另一个", "casework:work")])


def test_the_current_page_is_marked_in_the_office() -> None:
    page = signed_in(factories.official("registrar", "110105")).get(reverse("casework:work")).content.decode()
    assert f'href="{reverse("casework:work")}" aria-current="page"' in page


def test_strangers_see_no_navigation_of_the_hall(client, django_user_model) -> None:
    assert "st-face" not in client.get(reverse("casework:hall")).content.decode()
    client.force_login(django_user_model.objects.create_user("somebody", password=PASSWORD))
    assert reverse("casework:cases") in client.get(reverse("casework:hall")).content.decode()
