"""What is typed in the hall is kept as typed: days, corrections, forms sent twice, texts that everybody reads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pymupdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shetong.charity.forms.donations import CorrectionForm
from shetong.charity.models import (
    Account,
    AnnualFigures,
    Beneficiary,
    Channel,
    Deed,
    Disbursement,
    Donation,
    DonationReversal,
    Donor,
    DonorKind,
    OutflowKind,
    ProjectState,
)
from shetong.charity.queries import keeping
from shetong.charity.rules import log_content, privacy
from shetong.charity.rules.receipt_links import token
from shetong.charity.services import projects, refunds, spending
from shetong.charity.services.receipt_document import render_receipt
from shetong.core.errors import ConflictError, InvalidInputError
from tests.charity import factories, platforms
from tests.charity.test_hall import MONEY, Keeper

pytestmark = pytest.mark.django_db


def test_a_correction_keeps_what_is_not_changed() -> None:
    keeper = Keeper(platforms.organisation())
    activity = platforms.plan(platforms.platform(), keeper.organisation).activity
    donor = Donor.objects.create(kind=DonorKind.ORGANISATION, created_at=timezone.now())
    given_at = timezone.now() - timedelta(days=40)
    (first,) = factories.give(
        factories.pool(activity.project), 10_000, channel=Channel.BOX, donated_at=given_at, name="示范纺织公司",
        shown="示范纺织公司", donor_kind=DonorKind.ORGANISATION, donor=donor.pk, activity=activity.pk,
        plan=activity.plan.number, currency="JPY", original_amount=2_000,
    )  # fmt: skip
    activity.project.state = ProjectState.ENDED
    activity.project.save()
    form = CorrectionForm(
        donation=first, projects=list(keeping.running_projects(keeper.organisation, beside=activity.project_id))
    )
    answers = {name: str(form.get_initial_for_field(field, name) or "") for name, field in form.fields.items()}
    page = keeper.page("correct", first.pk)
    assert f'value="{timezone.localdate(given_at)}"' in page
    assert "示范纺织公司" not in page
    keeper.do("correct", first.pk, **{**answers, "amount": "99.50", "reason": "金额记错"})
    second = Donation.objects.get(corrects=first)
    kept = (
        "pool", "channel", "donated_at", "shown", "donor_kind", "donor", "activity", "currency", "original_amount",
    )  # fmt: skip
    assert [getattr(second, name) for name in kept] == [getattr(first, name) for name in kept]
    known = log_content.open_particulars(second.particulars_sealed)
    assert (second.amount, known and known.name) == (9_950, "示范纺织公司")
    assert second.journal.booked_on == timezone.localdate(given_at)
    taken = DonationReversal.objects.get().journal
    assert taken
    assert (taken.booked_on, taken.reverses) == (first.journal.booked_on, first.journal)
    assert second.number in keeper.page("donation", first.pk)


def test_what_was_corrected_or_given_back_is_not_corrected() -> None:
    keeper = Keeper()
    pool = factories.general(keeper.organisation)
    one, other = factories.give(pool, 5_000, 5_000)

    def correct(row: Donation) -> Donation:
        gift = factories.gift(pool, 4_000, corrects=row.pk)
        return refunds.correct(donation=row.pk, gift=gift, reason="记错", actor=factories.SYSTEM)

    correct(one)
    with pytest.raises(ConflictError, match="已经更正过"):
        correct(one)
    keeper.do("refund", other.pk, kind="refund", amount="10", reason="本人申请", on=str(timezone.localdate()))
    with pytest.raises(ConflictError, match="已经有过退款"):
        correct(other)
    assert Donation.objects.count() == 3
    assert reverse("charity:correct", args=[keeper.organisation.public_code, other.pk]) not in keeper.page(
        "donation", other.pk
    )


def test_acts_are_booked_on_their_own_day_where_its_books_are_open() -> None:
    keeper = Keeper()
    last_year = date(timezone.localdate().year - 1, 6, 1)
    keeper.do("record-donation", "money", **{**MONEY, "donated_on": str(last_year)})
    first = Donation.objects.get()
    assert first.journal.booked_on == last_year
    keeper.do("refund", first.pk, kind="refund", amount="10", reason="本人申请", on=str(last_year + timedelta(days=3)))
    reversal = DonationReversal.objects.get()
    assert reversal.journal
    assert timezone.localdate(reversal.reversed_at) == reversal.journal.booked_on == last_year + timedelta(days=3)
    early = {"kind": "refund", "amount": "10", "reason": "本人申请", "on": str(last_year - timedelta(days=1))}
    assert "不能早于捐赠日期" in keeper.client.post(keeper.address("refund", first.pk), early).content.decode()
    # Once its figures were reported, a year is closed: what turns up later is booked when it does.
    AnnualFigures.objects.create(
        organisation=keeper.organisation, year=last_year.year, edition=1, income=1, net_assets=1, spending=0,
        management=0, total=0, recorded_at=timezone.now(),
    )  # fmt: skip
    keeper.do("record-donation", "money", **{**MONEY, "donated_on": str(last_year)})
    late = Donation.objects.latest("pk")
    assert (timezone.localdate(late.donated_at), late.journal.booked_on) == (last_year, timezone.localdate())
    sent = {**MONEY, "donated_on": "1999-01-01", "confirmed": "1"}
    refused = keeper.client.post(keeper.address("record-donation", "money"), sent)
    assert "早于本组织的成立日期" in refused.content.decode()


def test_a_stale_form_filled_in_otherwise_is_another_act() -> None:
    keeper = Keeper()
    address = keeper.address("record-donation", "money")
    keeper.do("record-donation", "money", **MONEY)
    key = str(Deed.objects.get().key)
    again = keeper.client.post(address, {**MONEY, "amount": "66", "key": key, "confirmed": "1"})
    page = again.content.decode()
    assert again.status_code == 409
    assert "内容不同，没有记账" in page
    new = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert new
    assert new[1] != key
    done = keeper.client.post(address, {**MONEY, "amount": "66", "key": new[1], "confirmed": "1"})
    assert done.status_code == 302
    assert sorted(Donation.objects.values_list("amount", flat=True)) == [6_600, 123_450]


def test_texts_that_everybody_reads_hold_no_number_of_a_person() -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    pool, general = factories.pool(project), factories.general(keeper.organisation)
    (gift,) = factories.give(pool, 10_000)
    factories.give(general, 10_000)
    number = "请联系 138 0013 8000"
    sent = {"quantity": "1", "kind": "service", "purpose": number, "spent_on": "2026-05-07", "confirmed": "1"}
    refused = keeper.client.post(keeper.address("record-spending", pool.pk), sent)
    assert refused.status_code == 422
    assert 'href="#id_purpose"' in refused.content.decode()
    row = factories.spend(pool, 10_000)
    taken: Any = {"reason": number, "actor": factories.SYSTEM}
    for act in (
        lambda: spending.give_back(disbursement=row.pk, quantity=1, returned_on=factories.TODAY, **taken),
        lambda: spending.transfer(pool=general.pk, into=pool.pk, quantity=1, spent_on=factories.TODAY, **taken),
        lambda: projects.add_partner(project=project, name="示范社工站", task=number, actor=factories.SYSTEM),
        lambda: factories.project(keeper.organisation, summary="身份证１１０１０１１９９００３０７１２３４"),
        lambda: factories.pool(project, asset="x-1", unit="件", asset_name=number),
        lambda: factories.give(pool, 100, shown="13800138000"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            act()
        assert caught.value.code in ("text-not-public", "invalid-input", "invalid") or caught.value.fields
    keeper.do("refund", gift.pk, kind="refund", amount="100", reason="家里急用", on=str(timezone.localdate()))
    paid = Disbursement.objects.get(kind=OutflowKind.REFUND)
    assert "家里急用" not in paid.purpose
    assert DonationReversal.objects.get().reason == "家里急用"
    assert privacy.complaint("2026年10月13日，共 1 380 013 800 份") == ""


def test_a_partner_named_twice_stays_what_it_was() -> None:
    project = factories.project()
    given: Any = {"project": project, "name": "示范社工站", "actor": factories.SYSTEM}
    projects.add_partner(task="发放午餐", evaluation="良好", **given)
    with pytest.raises(ConflictError, match="已经登记过"):
        projects.add_partner(task="", **given)
    assert project.partners.get().evaluation == "良好"


def test_nothing_typed_into_an_address_or_a_field_breaks_a_page(client: Client) -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    pool = factories.pool(project)
    factories.give(pool, 10_000)
    row = factories.spend(pool, 10_000)
    odd = {"before": "²", "fund": "²", "last": "9999-12-31", "first": "0001-01-01", "text": "a\x00b", "unit": "²"}
    nines = {"before": "9" * 5_000, "fund": "9" * 30, "unit": "9" * 30, "last": "99999-12-31"}
    code = keeper.organisation.public_code
    for query in (odd, nines):
        for name, *more in (("donations",), ("spendings",), ("books",), ("donations-export",)):
            assert keeper.client.get(keeper.address(name, *more), query).status_code == 200
        for address in (
            reverse("charity:overview"), reverse("charity:project", args=[project.number]),
            reverse("charity:disbursement", args=[row.pk]), reverse("charity:plans"), reverse("charity:trusts"),
            reverse("charity:organisation", args=[code]), reverse("charity:disclosures", args=[code]),
            reverse("volunteering:find"), reverse("volunteering:ranking"),
        ):  # fmt: skip
            assert client.get(address, {**query, "page": query["unit"], "city": "a\x00"}).status_code == 200, address
    for more in (
        {"amount": "0"}, {"currency": "USD", "original": "0"}, {"currency": "JPY", "original": "0.5"},
        {"name": "a\x00b", "amount": "x"}, {"purpose": "²"},
    ):  # fmt: skip
        sent = {**MONEY, **more, "confirmed": "1"}
        assert keeper.client.post(keeper.address("record-donation", "money"), sent).status_code in (400, 422), more
    long = {
        "name": "新", "summary": "说明", "purpose": "教育", "area": "云南", "beneficiaries": "人" * 300,
        "starts_on": "2026-01-01", "confirmed": "1",
    }  # fmt: skip
    assert keeper.client.post(keeper.address("new-project"), long).status_code == 422


def test_a_receipt_says_what_was_given_back_also_of_what_was_spent() -> None:
    keeper = Keeper()
    pool, general = factories.pool(factories.project(keeper.organisation)), factories.general(keeper.organisation)
    (gift,) = factories.give(pool, 10_000)
    factories.give(general, 10_000)
    factories.spend(pool, 8_000)
    keeper.do("refund", gift.pk, kind="refund", amount="50", reason="本人申请", on=str(timezone.localdate()))
    page = Client().get(reverse("charity:receipt", args=[token(gift.pk)])).content.decode()
    assert "已退还" in page
    assert "已经用出的部分中有 30元 已由慈善组织的非限定性资金退还" in page
    gift.refresh_from_db()
    pdf = render_receipt(gift, "https://site.example/")
    assert "已退还50.00元" in pymupdf.open(stream=pdf)[0].get_text().replace("\n", "")
    assert "50元" in keeper.page("donation", gift.pk)
    assert "有退回" in keeper.page("donations", text=gift.number)
    export = b"".join(keeper.client.get(keeper.address("donations-export"))).decode()  # type: ignore[arg-type]
    assert ",50.00," in export


def test_a_double_click_adds_once() -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    address = keeper.address("add-to-project", project.number, "beneficiary")
    key = re.search(r'name="beneficiary-key" value="([0-9a-f-]{36})"', keeper.page("keep-project", project.number))
    assert key
    sent = {
        "beneficiary-name": "孙示范", "beneficiary-division": "云南省昭通市昭阳区", "beneficiary-category": "child",
        "beneficiary-key": key[1],
    }  # fmt: skip
    assert [keeper.client.post(address, sent).status_code for _click in range(2)] == [302, 302]
    assert project.beneficiaries.count() == 1
    other = keeper.client.post(address, {**sent, "beneficiary-name": "李示范"})
    assert other.status_code == 422
    assert project.beneficiaries.count() == 1


def test_an_account_without_a_role_is_taken_up_and_not_doubled() -> None:
    here = factories.general(factories.foundation())
    old = Account.objects.create(organisation=here.organisation, code="1002", name="基本户", kind="asset")
    factories.give(here, 500)
    assert Account.objects.get(organisation=here.organisation, role="bank").pk == old.pk


def test_of_many_beneficiaries_the_oldest_can_still_be_chosen() -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    pool = factories.pool(project)
    factories.give(pool, 10_000)
    Beneficiary.objects.bulk_create(
        Beneficiary(
            project=project, initial="孙" if number else "欧", division_code="530602" if number else "530102",
            category="child", created_at=timezone.now(),
        )
        for number in range(120)
    )  # fmt: skip
    oldest = project.beneficiaries.earliest("pk")
    address = keeper.address("record-spending", pool.pk)
    option = f'<option value="{oldest.pk}"'
    assert option not in keeper.client.get(address).content.decode()
    for asked in (str(oldest.pk), "欧阳示范", "云南省昆明市五华区"):
        looked = keeper.client.post(address, {"who": asked, "look": "1", "purpose": "午餐"})
        page = looked.content.decode()
        assert (looked.status_code, option in page, "请改正" in page) == (200, True, False), asked
    sent = {"who": "欧", "beneficiary": str(oldest.pk), "quantity": "1", "kind": "aid", "purpose": "午餐"}
    keeper.do("record-spending", pool.pk, **sent, spent_on="2026-05-07")
    assert Disbursement.objects.get().beneficiary == oldest
    assert "before=" in keeper.page("keep-project", project.number)
    assert f">{oldest.pk}<" in keeper.page("keep-project", project.number, who="欧")


def test_the_list_of_donations_shows_each_once_however_funds_are_interwoven() -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    one, other = factories.pool(project), factories.general(keeper.organisation)
    for _ in range(4):
        factories.give(one, *[100] * 20)
        factories.give(other, *[200] * 13, shown="王**")
    seen: list[str] = []
    query: dict[str, str] = {}
    for _page in range(3):
        page = keeper.page("donations", **query)
        seen += re.findall(r'<span class="st-code">(D\d{12})</span>', page)
        following = re.search(r'href="\?before=([^"]+)" rel="next"', page)
        query = {"before": following[1]} if following else {}
    assert not query
    assert len(seen) == len(set(seen)) == Donation.objects.count() == 132
    found = re.findall(r'<span class="st-code">D\d{12}</span>', keeper.page("donations", text="王"))
    assert len(found) == 50
    gift = Donation.objects.latest("pk")
    assert gift.number in keeper.page("donations", first="2020-01-01", last="2999-01-01", kind="bank")
    assert "没有找到" in keeper.page("donations", kind="cash")
