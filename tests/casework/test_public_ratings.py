"""Ratings in public: counted by matter and authority, without figures that would tell who rated."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shetong.casework.models import Case, Rating
from shetong.casework.queries import ratings
from tests.casework import factories

pytestmark = pytest.mark.django_db


def rated(matter: str, division: str, *scores: int) -> None:
    """Let cases of an authority be rated; low ones are to be followed up, the first one was."""
    user, now = factories.applicant(), timezone.now()
    for number, score in enumerate(scores):
        case = Case.objects.create(
            matter=matter, applicant=user, authority_division=division, created_at=now, updated_at=now
        )
        low = score <= 2
        Rating.objects.create(
            case=case, matter=matter, authority_division=division, score=score, rated_by=user, rated_at=now,
            follow_up_by=now.date() if low else None, followed_up_at=now if low and not number else None,
            result="已经致歉。" if low and not number else "",
        )  # fmt: skip


def test_they_are_counted_by_matter_and_by_authority() -> None:
    rated("SO-SG-EST", "110105", 1, 2, 4, 5, 5)
    rated("SO-CHG", "110105", 5)
    rated("SO-CHG", "440106", 3, 4, 4, 5, 5, 5)
    by_matter = {one.key: one for one in ratings.by_matter()}
    founded = by_matter["SO-SG-EST"]
    assert founded.summary is not None
    assert (founded.summary.mean, founded.summary.satisfied, founded.low, founded.followed_up) == ("3.4", 60, 2, 1)
    assert by_matter["SO-CHG"].count == 7
    assert [one.key for one in ratings.by_authority()] == ["110105", "440106"]
    assert [(one.key, one.count) for one in ratings.by_authority(matter="SO-CHG")] == [("110105", 1), ("440106", 6)]
    assert [one.key for one in ratings.by_matter(division_code="440000")] == ["SO-CHG"]


def test_the_page_hides_what_is_too_little(client: Client) -> None:
    rated("SO-SG-EST", "110105", 5, 4, 4, 5, 5)
    rated("SO-CHG", "110105", 1)
    address = reverse("casework:public-ratings")
    page = client.get(address).content.decode()
    assert "4.6" in page
    assert page.count("评价较少，暂不公布") == 1
    one = client.get(address, {"matter": "SO-CHG", "division": "110000"}).content.decode()
    assert "朝阳区" in one
    assert "4.6" not in one
    for wrong in ({"matter": "NO-SUCH"}, {"division": "999999"}):
        assert client.get(address, wrong).status_code == 404
    assert "看各机关的评价" in client.get(reverse("casework:guide", args=["SO-SG-EST"])).content.decode()
