"""A charity's own people keep account in the hall: every act filled in, read once more, confirmed, done once."""

from __future__ import annotations

import io
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pymupdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, expect

from shetong.accounts.models import AuditEvent, User
from shetong.casework.services import mandates
from shetong.charity.models import (
    Account,
    Donation,
    Evidence,
    EvidenceFile,
    EvidencePicture,
    JournalEntry,
    OutflowKind,
    Pool,
    Project,
)
from shetong.charity.queries import books
from shetong.charity.rules.goods import goods_code
from shetong.charity.rules.receipt_links import token
from shetong.charity.services import deeds
from shetong.core.errors import ConflictError
from shetong.ledger.models import Log
from shetong.ledger.queries.audit import audit
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import Organisation
from tests.casework import factories as cases
from tests.charity import factories
from tests.pages import read

pytestmark = pytest.mark.django_db


class Keeper:
    """Somebody who keeps an organisation's account in a browser."""

    def __init__(self, organisation: Organisation | None = None) -> None:
        self.organisation = organisation or factories.foundation()
        self.user = cases.applicant()
        mandates.grant(
            organisation_code=self.organisation.public_code, organisation_name=self.organisation.name,
            division_code="110000", user=self.user, basis="测试", actor=None,
        )  # fmt: skip
        self.client = Client()
        self.client.force_login(self.user)

    def address(self, name: str, *more: Any) -> str:
        return reverse(f"charity:{name}", args=[self.organisation.public_code, *more])

    def page(self, name: str, *more: Any, **query: str) -> str:
        response = self.client.get(self.address(name, *more), query)
        assert response.status_code == 200
        text = response.content.decode()
        assert read(text).complaints == []
        return text

    def do(self, route: str, /, *more: Any, **answers: Any) -> str:
        """Fill a form in, read it once more, confirm it; return where it leads."""
        address = self.address(route, *more)
        key = re.search(r'name="key" value="([0-9a-f-]{36})"', self.client.get(address).content.decode())
        assert key
        check = self.client.post(address, {**answers, "key": key[1]})
        assert check.status_code == 200, read(check.content.decode()).text
        assert "请核对" in check.content.decode()
        done = self.client.post(address, {**answers, "key": key[1], "confirmed": "1"})
        assert done.status_code == 302, read(done.content.decode()).text
        again = self.client.post(address, {**answers, "key": key[1], "confirmed": "1"})
        assert again.status_code == 302
        assert again.url == done.url
        return str(done.url)


MONEY = {
    "channel": "bank", "amount": "1,234.50", "purpose": "general", "donated_on": "2026-05-06", "name": "欧阳示范",
    "donor_kind": "person", "showing": "masked",
}  # fmt: skip


def test_a_gift_is_recorded_once_and_gets_its_receipt() -> None:
    keeper = Keeper()
    where = keeper.do("record-donation", "money", **MONEY)
    donation = Donation.objects.get()
    assert (donation.amount, donation.shown, donation.pool.project) == (123_450, "欧**", None)
    page = keeper.client.get(where).content.decode()
    assert "1,234.50元" in page
    assert "欧阳示范" not in page
    assert donation.journal.made_by == keeper.user.get_full_name()
    assert reverse("charity:receipt", args=[re.search(r"receipts/([^/]+)/", page)[1]]) in page  # type: ignore[index]
    assert "欧**" in keeper.page("donations", text=donation.number)
    assert "没有找到" in keeper.page("donations", text="D999")
    pdf = keeper.client.get(reverse("charity:receipt-pdf", args=[token(donation.pk)])).content
    text = pymupdf.open(stream=pdf)[0].get_text().replace("\n", "")
    for said in ("经办人陈示范", "票据日期", "壹仟贰佰叁拾肆元伍角整"):
        assert said in text


def test_errors_are_said_at_their_field_and_change_nothing() -> None:
    keeper = Keeper()
    address = keeper.address("record-donation", "money")
    answer = keeper.client.post(address, {**MONEY, "amount": "很多", "donated_on": "2999-01-01", "currency": "USD"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("金额的写法无法识别", "日期不能晚于今天", "外币捐赠请填写原币金额"):
        assert said in page
    assert 'href="#id_amount"' in page
    assert not Donation.objects.exists()


def test_goods_come_under_a_code_that_commits_to_their_name() -> None:
    keeper = Keeper()
    keeper.do(
        "record-donation", "goods", goods="儿童棉衣（130码）", unit="件", quantity="40", amount="3200",
        purpose="general", donated_on="2026-05-06", donor_kind="org", name="示范服装厂", showing="full",
    )  # fmt: skip
    pool = Pool.objects.get()
    assert (pool.asset, pool.goods) == (goods_code("儿童棉衣（130码）", "件"), "儿童棉衣（130码）")
    assert (pool.received, pool.donated) == (40, 320_000)
    assert "儿童棉衣（130码）" in keeper.page("account")
    keeper.do("record-spending", pool.pk, quantity="15", kind="aid", purpose="发放棉衣", spent_on="2026-05-07")
    assert "15 件" in keeper.page("spendings")


def test_money_goes_out_comes_back_and_is_moved_and_the_books_balance() -> None:
    keeper = Keeper()
    home = factories.project(keeper.organisation)
    there = factories.project(keeper.organisation)
    keeper.do("record-donation", "money", **{**MONEY, "purpose": str(home.pk), "amount": "1000"})
    pool = Pool.objects.get()
    line, lunch = home.budget_lines.get(code="lunch"), {"purpose": "买米", "spent_on": "2026-05-07"}
    spent = keeper.do("record-spending", pool.pk, quantity="300", kind="service", budget_line=str(line.pk), **lunch)
    number = int(spent.rstrip("/").rpartition("/")[2])
    keeper.do("give-back", number, quantity="100", reason="多付了", returned_on="2026-05-08")
    keeper.do("transfer", pool.pk, quantity="50", into=str(there.pk), reason="捐赠人同意", spent_on="2026-05-08")
    keeper.do("refund", Donation.objects.get().pk, kind="refund", amount="10", reason="本人申请", on="2026-05-09")
    pool.refresh_from_db()
    assert pool.balance == 74_000
    assert Pool.objects.get(project=there).balance == 5_000
    assert sum(line.balance for line in books.balances(keeper.organisation)) == 0
    assert "借贷平衡" in keeper.page("books")
    over = keeper.client.post(
        keeper.address("record-spending", pool.pk),
        {"quantity": "99999", "kind": "service", "confirmed": "1", **lunch},
    )
    assert over.status_code == 409
    assert "可用结存只有740元" in over.content.decode()


def test_a_partner_uses_a_grant_and_the_recipient_keeps_their_privacy() -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    keeper.do("record-donation", "money", **{**MONEY, "purpose": str(project.pk), "amount": "500"})
    for what, answers in {
        "partner": {"name": "昭通示范社工站", "task": "发放午餐"},
        "beneficiary": {
            "name": "孙示范", "division": "云南省昭通市昭阳区", "category": "child", "age_from": "6", "age_to": "12",
        },
        "budget": {"name": "加餐", "amount": "2万元"},
    }.items():  # fmt: skip
        sent = {f"{what}-{name}": value for name, value in answers.items()}
        assert keeper.client.post(keeper.address("add-to-project", project.number, what), sent).status_code == 302
    page = keeper.page("keep-project", project.number)
    assert "孙**" in page
    assert "孙示范" not in page
    assert project.budget_lines.get(name="加餐").code == "jia-can"
    pool, partner = Pool.objects.get(), project.partners.get()
    answers = {"kind": "grant", "purpose": "拨付午餐款", "spent_on": "2026-05-07", "partner": str(partner.pk)}
    grant = keeper.do("record-spending", pool.pk, quantity="400", **answers)
    number = int(grant.rstrip("/").rpartition("/")[2])
    helped = project.beneficiaries.get()
    keeper.do("grant-used", number, quantity="120", purpose="午餐", beneficiary=str(helped.pk), spent_on="2026-05-08")
    assert "280元" in keeper.page("spent", number)
    wrong = keeper.client.post(keeper.address("add-to-project", project.number, "beneficiary"), {
        "beneficiary-name": "李示范", "beneficiary-division": "不知道哪里", "beneficiary-category": "child",
        "beneficiary-age_from": "5",
    })  # fmt: skip
    assert wrong.status_code == 422
    assert "没有识别这个县区" in wrong.content.decode()


def test_a_photograph_is_sealed_checked_and_shown_without_what_it_hides(client: Client) -> None:
    keeper = Keeper()
    pool = factories.general(keeper.organisation)
    factories.give(pool, 50_000)
    row = factories.spend(pool, 20_000)
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    content = factories.photograph(exif=exif)
    address = keeper.address("attach-evidence", row.pk)
    answers = {"kind": "photo", "title": "发放现场", "public": "on", "reached": "on"}

    def send(content: bytes, name: str = "a.jpg") -> Any:
        return keeper.client.post(address, {**answers, "document": SimpleUploadedFile(name, content)})

    refused = send(b"MZ not a picture")
    assert refused.status_code == 422
    assert "只接受" in refused.content.decode()
    assert "PDF 不能公开预览" in send(cases.pdf(), "a.pdf").content.decode()
    assert send(content).status_code == 302
    evidence = Evidence.objects.get()
    row.refresh_from_db()
    assert row.reached_final
    assert b"SECRET-PLACE" in keeper.client.get(keeper.address("evidence-file", evidence.pk)).content
    picture = reverse("charity:evidence-picture", args=[evidence.pk, "small"])
    shown = client.get(picture)
    assert shown.status_code == 200
    assert b"SECRET-PLACE" not in shown.content
    assert max(Image.open(io.BytesIO(shown.content)).size) <= 480
    made = EvidencePicture.objects.get(document__evidence=evidence, size="small")
    again = client.get(picture, headers={"if-none-match": shown["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(picture).content == shown.content
    assert EvidencePicture.objects.get(document__evidence=evidence, size="small").pk == made.pk
    assert picture in client.get(reverse("charity:disbursement", args=[row.pk])).content.decode()
    for change in ({"name": "b.jpg"}, {"uploaded_by": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            EvidenceFile.objects.filter(evidence=evidence).update(**change)
    assert keeper.client.post(keeper.address("show-evidence", evidence.pk), {"public": "no"}).status_code == 302
    assert client.get(picture).status_code == 404
    sequence(log="charity")
    assert audit(Log.objects.get(name="charity")).findings == ()


def test_who_gave_is_looked_at_for_a_purpose_and_can_be_forgotten() -> None:
    keeper = Keeper()
    keeper.do("record-donation", "money", **MONEY)
    donation = Donation.objects.get()
    address = keeper.address("reveal-donor", donation.pk)
    assert keeper.client.post(address).status_code == 422
    assert "欧阳示范" in keeper.client.post(address, {"purpose": "invoice"}).content.decode()
    event = AuditEvent.objects.filter(action="personal-data.read").get()
    assert event.purpose == "开具捐赠票据"
    assert "欧阳" not in str(event.detail)
    keeper.do("erase-donor", donation.pk, reason="本人申请")
    donation.refresh_from_db()
    assert donation.particulars_sealed is None


def test_a_mistake_is_voided_and_recorded_anew() -> None:
    keeper = Keeper()
    keeper.do("record-donation", "money", **{**MONEY, "channel": "cash"})
    first = Donation.objects.get()
    keeper.do("correct", first.pk, **{**MONEY, "channel": "cash", "amount": "1,324.50"}, reason="金额记错")
    second = Donation.objects.get(corrects=first)
    assert (second.amount, second.pool.balance) == (132_450, 132_450)
    cash = next(line for line in books.balances(keeper.organisation) if line.account.role == "cash")
    assert cash.balance == 132_450
    keeper.do("deposit", amount="1000", on="2026-05-09")
    assert JournalEntry.objects.filter(summary="现金存入银行").count() == 1
    assert "现金结存是324.50元" in keeper.client.post(
        keeper.address("deposit"), {"amount": "1000", "on": "2026-05-09", "confirmed": "1"}
    ).content.decode()  # fmt: skip


def test_lists_are_taken_along_and_no_cell_is_a_formula() -> None:
    keeper = Keeper()
    keeper.do("record-donation", "money", **{**MONEY, "name": "=HYPERLINK(1)", "showing": "full"})
    pool = Pool.objects.get()
    keeper.do("record-spending", pool.pk, quantity="5", kind="service", purpose="+SUM(A1)", spent_on="2026-05-07")
    for name, said in (("donations-export", "'=HYPERLINK(1)"), ("spendings-export", "'+SUM(A1)"), ("books-export", "")):
        response = keeper.client.get(keeper.address(name))
        text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
        assert said in text
        assert len(text.splitlines()) >= 2
    assert AuditEvent.objects.filter(action="charity.export").count() == 3


def test_an_organisation_names_its_accounts_itself() -> None:
    keeper = Keeper()
    keeper.do("record-donation", "money", **MONEY)
    sent = {"role": "bank", "bank-code": "100201", "bank-name": "银行存款—基本户"}
    assert keeper.client.post(keeper.address("accounts"), sent).status_code == 302
    assert "银行存款—基本户" in keeper.page("books")
    keeper.do("record-donation", "money", **MONEY)
    assert Account.objects.filter(organisation=keeper.organisation).count() == 2
    sent = {"role": "cash", "cash-code": "100201", "cash-name": "现金"}
    assert keeper.client.post(keeper.address("accounts"), sent).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_by_two_tabs_at_once_is_one_act() -> None:
    keeper = Keeper()
    pool = factories.general(keeper.organisation)
    key, both = uuid.uuid4(), Barrier(2)

    def give() -> str:
        (donation,) = factories.give(pool, 100)
        return f"/{donation.pk}/"

    def send(_tab: int) -> str:
        try:
            both.wait(timeout=10)
            return deeds.once(key=key, user=keeper.user, content=[("amount", "1")], do=give)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        addresses = set(tabs.map(send, range(2)))
    assert addresses == {f"/{Donation.objects.get().pk}/"}
    with pytest.raises(ConflictError):
        deeds.once(key=key, user=cases.applicant(), content=[("amount", "1")], do=give)


def test_strangers_and_other_charities_find_nothing() -> None:
    keeper, other = Keeper(), Keeper()
    keeper.do("record-donation", "money", **MONEY)
    donation, pool = Donation.objects.get(), Pool.objects.get()
    for name, *more in (
        ("account",), ("donations",), ("donations-export",), ("donation", donation.pk), ("refund", donation.pk),
        ("record-spending", pool.pk), ("books",), ("books-export",), ("record-donation", "money"),
    ):  # fmt: skip
        assert other.client.get(keeper.address(name, *more)).status_code == 404
    assert other.client.get(other.address("donation", donation.pk)).status_code == 404
    assert other.client.get(other.address("record-spending", pool.pk)).status_code == 404
    stranger = Client()
    stranger.force_login(User.objects.create_user(username="stranger"))
    assert "您还不是任何组织的经办人" in stranger.get(reverse("charity:keep")).content.decode()
    assert stranger.get(keeper.address("account")).status_code == 404


def test_a_list_asks_no_more_where_there_is_more(django_assert_max_num_queries: Any) -> None:
    keeper = Keeper()
    pool = factories.general(keeper.organisation)
    factories.give(pool, *[100] * 60)
    for _ in range(6):
        factories.spend(pool, 10, OutflowKind.SERVICE)
    with django_assert_max_num_queries(14):
        page = keeper.page("donations")
    assert "before=" in page
    with django_assert_max_num_queries(14):
        keeper.page("spendings")
    assert Project.objects.count() == 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_of_the_hall_can_be_used_by_everybody(chromium: Browser, live_server: Any) -> None:
    keeper = Keeper()
    project = factories.project(keeper.organisation)
    pool = factories.pool(project)
    factories.give(pool, 50_000)
    row = factories.spend(pool, 20_000)
    factories.prove(row)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=live_server.url)
    cookie = keeper.client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(keeper.address("record-donation", "money"))
    page.get_by_role("button", name="下一步，核对").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("金额", exact=True).fill("12.5")
    page.get_by_role("button", name="下一步，核对").click()
    expect(page.get_by_text("壹拾贰元伍角整")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="确认").dblclick()
    expect(page.get_by_role("status")).to_contain_text("已经记账")
    assert Donation.objects.filter(amount=1_250).count() == 1
    for name, *more in (
        ("account",), ("donations",), ("spendings",), ("spent", row.pk), ("record-spending", pool.pk), ("books",),
        ("keep-project", project.number),
    ):  # fmt: skip
        page.goto(keeper.address(name, *more))
        assert Axe().run(page).response["violations"] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    context.close()
