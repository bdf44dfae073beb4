"""Stars, honours, benefits, credit data, thanks and stories."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import Message
from shetong.accounts.services import api_keys
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.volunteering.models import (
    Benefit,
    Consent,
    CreditDisclosure,
    Honour,
    Partner,
    PartnerState,
    Redemption,
    ServiceRecord,
    StarState,
    Story,
    StoryState,
    Volunteer,
)
from shetong.volunteering.queries import honours as queries
from shetong.volunteering.rules import redemption, stars
from shetong.volunteering.services import benefits, honours
from shetong.volunteering.services import stars as star_services
from tests.casework.factories import registrar
from tests.volunteering import factories
from tests.volunteering.test_pages import good, logged_in

pytestmark = pytest.mark.django_db
OFFICE = "110000"


def with_hours(hours: int, **given: Any) -> Volunteer:
    """Return a volunteer with so many confirmed hours, eight a day."""
    who, team = factories.volunteer(**given), factories.team()
    day, left = timezone.localdate() - timedelta(days=1), 60 * hours
    while left > 0:
        factories.served(who, team, day=day, minutes=min(left, 480))
        left, day = left - 480, day - timedelta(days=1)
    return who


def offer(**given: Any) -> Benefit:
    """Return a benefit of an active partner."""
    clerk = factories.person("林示范")
    partner = Partner.objects.create(
        name=f"示范博物馆{Partner.objects.count()}", division_code=factories.DISTRICT, contact="林示范",
        contact_phone="010-00000000", state=PartnerState.ACTIVE, created_by=clerk, created_at=timezone.now(),
    )  # fmt: skip
    partner.staff.add(clerk)
    today = timezone.localdate()
    values = {
        "title": "门票一张", "description": "凭码入馆", "stock": 3, "from_day": today,
        "to_day": today + timedelta(days=9),
    }  # fmt: skip
    return benefits.offer(actor=clerk, partner_id=partner.pk, values={**values, **given})


def test_stars_follow_confirmed_hours() -> None:
    who = with_hours(304)
    with_hours(99)
    assert star_services.award_due() == 2
    assert [award.star for award in who.stars.order_by("star")] == [1, 2]
    assert Message.objects.filter(recipient=who.user, title__contains="二星").count() == 1
    assert star_services.award_due() == 0
    voided = ServiceRecord.objects.filter(volunteer=who).first()
    assert voided is not None
    ServiceRecord.objects.filter(pk=voided.pk).update(state="void")
    assert star_services.award_due() == 1
    second = who.stars.get(star=2)
    assert second.state == StarState.REVIEW
    with pytest.raises(ForbiddenError):
        star_services.withdraw(actor=registrar("310000"), award_id=second.pk, reason="外地不能撤销")
    star_services.withdraw(actor=registrar(OFFICE), award_id=second.pk, reason="记录不实，已作废")
    second.refresh_from_db()
    assert second.state == StarState.WITHDRAWN
    assert star_services.award_due() == 0
    factories.served(who, factories.team(), day=timezone.localdate() - timedelta(days=90), minutes=480)
    assert star_services.award_due() == 1
    assert who.stars.filter(star=2, state=StarState.HELD).count() == 1


def test_a_star_in_doubt_comes_back_with_the_hours() -> None:
    who = with_hours(104)
    star_services.award_due()
    record = ServiceRecord.objects.filter(volunteer=who).first()
    assert record is not None
    ServiceRecord.objects.filter(pk=record.pk).update(state="void")
    star_services.award_due()
    factories.served(who, factories.team(), day=timezone.localdate() - timedelta(days=90), minutes=480)
    assert star_services.award_due() == 1
    assert who.stars.get().state == StarState.HELD


@given(st.integers(0, 200_000))
def test_stars_rise_with_hours(minutes: int) -> None:
    today = timezone.localdate()
    star = stars.reached(minutes, today)
    assert stars.reached(minutes + 1, today) >= star
    ahead = stars.missing(minutes, today)
    assert (ahead is None) == (star == 5)
    if ahead:
        assert ahead[0] == star + 1
        assert stars.reached(minutes + ahead[1], today) == ahead[0]


@given(st.integers(0, 9), st.sampled_from(redemption.ALPHABET))
def test_a_mistyped_code_is_noticed(place: int, sign: str) -> None:
    code = redemption.draw()
    assert redemption.read(f" {redemption.shown(code).lower()}-") == code
    wrong = code[:place] + sign + code[place + 1 :]
    assert redemption.read(wrong) == ("" if wrong != code else code)


def test_a_benefit_is_taken_checked_and_used_once() -> None:
    who = with_hours(104)
    benefit = offer(least_star=1, cost_minutes=60)
    taken = benefits.take(user=who.user, benefit_id=benefit.pk)
    assert queries.spent_minutes(who.pk) == 60
    with pytest.raises(ConflictError):
        benefits.take(user=who.user, benefit_id=benefit.pk)
    clerk = benefit.created_by
    with pytest.raises(DomainError):
        benefits.look_up(actor=factories.person(), code=taken.code)
    wrong = taken.code[:-1] + ("0" if taken.code[-1] != "0" else "1")
    with pytest.raises(InvalidInputError):
        benefits.look_up(actor=clerk, code=wrong)
    assert benefits.use(actor=clerk, code=taken.code).state == "used"
    with pytest.raises(WrongStateError):
        benefits.use(actor=clerk, code=taken.code)
    with pytest.raises(WrongStateError):
        benefits.give_back(user=who.user, redemption_id=taken.pk)


def test_conditions_of_benefits() -> None:
    short = with_hours(8)
    for given_, code in (({"least_star": 1}, "conditions"), ({"least_minutes": 481}, "conditions"),
                         ({"cost_minutes": 481}, "minutes"),
                         ({"to_day": timezone.localdate() + timedelta(days=9),
                           "from_day": timezone.localdate() + timedelta(days=1)}, "not-offered")):  # fmt: skip
        with pytest.raises(WrongStateError) as refused:
            benefits.take(user=short.user, benefit_id=offer(**given_).pk)
        assert refused.value.code == code
    benefit = offer()
    benefits.close(actor=benefit.created_by, benefit_id=benefit.pk)
    with pytest.raises(WrongStateError):
        benefits.take(user=short.user, benefit_id=benefit.pk)


def test_what_is_returned_or_expires_is_free_again() -> None:
    who = with_hours(8)
    benefit = offer(stock=1, cost_minutes=480)
    taken = benefits.take(user=who.user, benefit_id=benefit.pk)
    benefits.give_back(user=who.user, redemption_id=taken.pk)
    again = benefits.take(user=who.user, benefit_id=benefit.pk)
    Benefit.objects.update(
        from_day=timezone.localdate() - timedelta(days=9), to_day=timezone.localdate() - timedelta(days=1)
    )
    with pytest.raises(WrongStateError):
        benefits.use(actor=benefit.created_by, code=again.code)
    assert benefits.expire() == 1
    benefit.refresh_from_db()
    assert (benefit.taken, queries.spent_minutes(who.pk)) == (0, 0)
    with pytest.raises(DatabaseError):
        Benefit.objects.filter(pk=benefit.pk).update(taken=2)


@pytest.mark.django_db(transaction=True)
def test_thirty_want_the_last_five_at_once() -> None:
    people = [with_hours(8) for _ in range(15)]
    benefit = offer(stock=5)

    def take(who: Volunteer) -> str:
        try:
            benefits.take(user=who.user, benefit_id=benefit.pk)
        except DomainError as error:
            return error.code
        else:
            return "taken"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(take, people + people))
    benefit.refresh_from_db()
    assert outcomes.count("taken") == benefit.taken == Redemption.objects.count() == 5
    assert set(outcomes) <= {"taken", "sold-out", "taken-already"}


@pytest.mark.django_db(transaction=True)
def test_nobody_spends_the_same_hours_twice() -> None:
    who = with_hours(8)
    offers = [offer(cost_minutes=300) for _ in range(4)] + [offer(cost_minutes=100, each=3)]

    def take(benefit: Benefit) -> None:
        try:
            benefits.take(user=who.user, benefit_id=benefit.pk)
        except DomainError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, offers * 4))
    spent = Redemption.objects.filter(volunteer=who).aggregate(total=Sum("minutes"))["total"]
    assert spent == queries.spent_minutes(who.pk)
    assert 180 < spent <= 480


@pytest.mark.django_db(transaction=True)
def test_a_code_is_used_once_by_two_clerks_at_once() -> None:
    who = with_hours(8)
    benefit = offer()
    code = benefits.take(user=who.user, benefit_id=benefit.pk).code

    def use(_: int) -> str:
        try:
            return str(benefits.use(actor=benefit.created_by, code=code).state)
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == ["not-good", "not-good", "not-good", "used"]


def test_credit_systems_are_told_of_those_who_agreed_only(client: Client) -> None:
    agreed, silent = with_hours(104), with_hours(104)
    Consent.objects.create(volunteer=agreed, purpose="credit", version="2026-11", given_at=timezone.now())
    key, secret = api_key("volunteering.credit")
    body = {"volunteers": [agreed.number, silent.number, "V0"], "items": ["volunteer-star", "volunteer-hours"]}
    address = "/api/v1/volunteering/credit"
    assert client.post(address, body, content_type="application/json").status_code == 401
    told = client.post(address, body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"})
    assert told.json() == {"volunteers": [{"volunteer": agreed.number, "volunteer-hours": "104", "volunteer-star": 1}]}
    kept = CreditDisclosure.objects.get()
    assert (kept.volunteer, kept.receiver, kept.items) == (agreed, key.label, ["volunteer-hours", "volunteer-star"])
    assert key.label in good(logged_in(agreed.user).get("/hall/volunteering/consents/"))
    other = client.post(
        address, {**body, "items": ["birthday"]}, content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert other.status_code == 422
    _reader, reading = api_key("volunteering.read")
    refused = client.post(
        address, body, content_type="application/json", headers={"Authorization": f"Bearer {reading}"}
    )
    assert refused.status_code == 403
    assert client.get("/api/v1/volunteering/credit/catalogue").status_code == 200


def test_pages_of_stars_and_honours(client: Client) -> None:
    who = with_hours(104)
    Consent.objects.create(volunteer=who, purpose="publish", version="2026-11", given_at=timezone.now())
    hidden = with_hours(104)
    star_services.award_due()
    page = good(client.get("/volunteering/honours/"))
    assert "陈示范" in page
    assert page.count("陈**") == 1
    assert hidden.number in page
    assert "离下一个星级还差" in good(logged_in(who.user).get("/hall/volunteering/honours/"))
    official = logged_in(registrar(OFFICE))
    office = "/office/volunteering/honours/"
    good(official.get(office))
    filled = {
        "title": "最美志愿者", "grantor": "示范区民政局", "granted_on": timezone.localdate().isoformat(),
        "division_code": "北京市朝阳区", "receiver": who.number, "citation": "长期陪伴老人",
    }  # fmt: skip
    good(official.post(office, {**filled, "receiver": "V1"}), 422)
    assert official.post(office, filled).status_code == 302
    good(official.post(office, filled), 422)
    assert official.post(office, {**filled, "receiver": factories.team().number}).status_code == 302
    assert "最美志愿者" in good(client.get("/volunteering/honours/"))
    assert "最美志愿者" in good(logged_in(who.user).get("/hall/volunteering/honours/"))
    honour = Honour.objects.get(volunteer=who)
    official.post(f"{office}{honour.pk}/revoke/", {"reason": "事迹不实"})
    assert "事迹不实" in good(official.get(office))
    with pytest.raises(ForbiddenError):
        honours.grant(
            actor=registrar("310000"), title="甲", grantor="乙", division_code="110105",
            granted_on=timezone.localdate(), volunteer=who,
        )  # fmt: skip


def test_pages_of_benefits_from_offer_to_use() -> None:
    clerk = logged_in(factories.person("林示范"))
    page = "/hall/volunteering/partner/"
    good(clerk.get(page))
    filled = {"name": "示范图书馆", "division_code": "北京市朝阳区", "contact": "林示范", "contact_phone": "010-0"}
    good(clerk.post(page, {**filled, "division_code": "无此地"}), 422)
    assert clerk.post(page, filled).status_code == 302
    partner = Partner.objects.get()
    offering = f"{page}{partner.pk}/offer/"
    assert clerk.get(offering).status_code == 404
    official = logged_in(registrar(OFFICE))
    official.post(f"/office/volunteering/partners/{partner.pk}/pass/")
    today = timezone.localdate()
    benefit = {
        "title": "借书证", "description": "免押金", "least_star": "0", "least_hours": "1", "cost_hours": "2",
        "stock": "1", "each": "1", "from_day": today.isoformat(), "to_day": (today + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    good(clerk.get(offering))
    good(clerk.post(offering, {**benefit, "to_day": "2020-01-01"}), 422)
    assert clerk.post(offering, benefit).status_code == 302
    who = with_hours(8)
    own = logged_in(who.user)
    assert "借书证" in good(own.get("/volunteering/benefits/"))
    own.post(f"/hall/volunteering/benefits/{Benefit.objects.get().pk}/take/")
    taken = Redemption.objects.get()
    assert redemption.shown(taken.code) in good(own.get("/hall/volunteering/benefits/"))
    check = f"{page}check/"
    good(clerk.get(check))
    good(clerk.post(check, {"code": "1"}), 422)
    looked = good(clerk.post(check, {"code": redemption.shown(taken.code), "do": "look"}))
    assert "兑换码有效" in looked
    assert "陈**" in looked
    assert "已核销" in good(clerk.post(check, {"code": taken.code, "do": "use"}))
    good(clerk.post(check, {"code": taken.code, "do": "use"}), 422)
    assert own.get(check).status_code == 404
    good(clerk.get(page))
    clerk.post(f"{page}benefits/{Benefit.objects.get().pk}/close/")
    assert "现在没有激励" in good(own.get("/volunteering/benefits/"))
    official.post(f"/office/volunteering/partners/{partner.pk}/close/", {"reason": "单位注销"})
    partner.refresh_from_db()
    assert partner.state == PartnerState.CLOSED


def test_stories_are_read_after_somebody_looked(client: Client) -> None:
    writer = logged_in(factories.person())
    team = factories.team()
    filled = {
        "kind": "thanks", "title": "谢谢陪诊的小伙子", "text": "母亲看病时有人陪。", "signature": "一位家属",
        "team_number": team.number, "division_code": "北京市朝阳区",
    }  # fmt: skip
    page = "/hall/volunteering/stories/"
    good(writer.post(page, {**filled, "team_number": "T1"}), 422)
    assert writer.post(page, filled).status_code == 302
    story = Story.objects.get()
    assert "谢谢陪诊" not in good(client.get("/volunteering/stories/"))
    official = logged_in(registrar(OFFICE))
    assert "谢谢陪诊" in good(official.get("/office/volunteering/honours/"))
    act = f"/office/volunteering/stories/{story.pk}"
    assert official.post(f"{act}/delete/").status_code == 404
    official.post(f"{act}/publish/")
    assert "谢谢陪诊" in good(client.get("/volunteering/stories/?kind=thanks"))
    assert "谢谢陪诊" not in good(client.get("/volunteering/stories/?kind=story"))
    official.post(f"{act}/remove/")
    story.refresh_from_db()
    assert story.state == StoryState.PUBLISHED
    official.post(f"{act}/remove/", {"reason": "当事人要求"})
    assert "谢谢陪诊" not in good(client.get("/volunteering/stories/"))
    assert "当事人要求" in good(writer.get(page))


def api_key(scope: str) -> tuple[Any, str]:
    """Return an API key with one scope, and its secret."""
    return api_keys.create(
        owner=factories.person(), label="示范信用中心", scopes=[scope], rate_class="standard",
        expires_at=timezone.now() + timedelta(days=30), actor=None,
    )  # fmt: skip
