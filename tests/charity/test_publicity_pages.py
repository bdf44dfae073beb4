"""Pages of disclosure, plans, trusts and credit: what everybody sees, what charities write, what the office does."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from shetong.charity.models import (
    CreditKind,
    CreditRecord,
    CreditSubject,
    Disclosure,
    DisclosureDuty,
    DutyKind,
    Milestone,
    Project,
    ReportPhoto,
)
from shetong.charity.queries import disclosure as queries
from shetong.charity.services import credit
from shetong.charity.services.platforms import complaints
from shetong.core.errors import ForbiddenError
from shetong.ledger.services.sequence import sequence
from shetong.registry.models import CreditReferral, Organisation
from tests.casework import factories as cases
from tests.casework.test_pages import signed_in
from tests.charity import publicity
from tests.charity.publicity import parts, photograph
from tests.charity.test_pages import visitor as visitor
from tests.charity.test_platform_pages import differing
from tests.pages import faults


@pytest.mark.django_db
class TestPages:
    def test_everybody_sees_what_is_published_and_nobody_more(self, client: Client) -> None:
        told = publicity.things()
        for address in (
            "plans/", f"plans/{told['plan']}/", "trusts/", f"trusts/{told['trust']}/", "credit/",
            f"disclosures/{told['charity']}/", f"disclosures/entries/{told['entry']}/",
        ):  # fmt: skip
            answer = client.get(f"/charity/{address}")
            page = answer.content.decode()
            assert (answer.status_code, faults(page)) == (200, []), address
            for hidden in ("孙示范", "13800001234", "1234567890"):
                assert hidden not in page, address
        assert "不公开" in client.get(f"/charity/trusts/{told['trust']}/").content.decode()
        shown = client.get(f"/charity/disclosures/{told['charity']}/").content.decode()
        assert "不受比例限制" in shown
        assert "第一批午餐已经送到" in shown
        photo = client.get(f"/charity/disclosures/photos/{told['photo']}.jpg")
        with Image.open(io.BytesIO(photo.content)) as picture:
            assert (picture.format, dict(picture.getexif())) == ("JPEG", {})
        assert b"SecretPhone" not in photo.content
        assert client.get("/charity/disclosures/photos/0.jpg").status_code == 404
        assert client.get(f"/charity/disclosures/{told['charity']}/?before=²").status_code == 200

    def test_a_charity_reports_a_fact_publishes_it_and_corrects_it(self) -> None:
        organisation, agent = publicity.charity()
        browser = signed_in(agent)
        home = browser.get("/hall/disclosure/")
        own = f"/hall/disclosure/{organisation.public_code}/"
        assert (home.status_code, home["Location"]) == (302, own)
        fact = {
            "kind": "related-party",
            "happened_on": "2026-11-01",
            "summary": "向关联方租用办公室",
            "amount": "3万元",
        }
        assert browser.post(f"{own}facts/new/", {**fact, "summary": ""}).status_code == 422
        assert browser.post(f"{own}facts/new/", fact).status_code == 302
        duty = DisclosureDuty.objects.get(kind=DutyKind.RELATED_PARTY)
        page = browser.get(own).content.decode()
        assert faults(page) == []
        assert "向关联方租用办公室" in page
        assert browser.post(f"/hall/disclosure/duties/{duty.pk}/", {}).status_code == 422
        assert browser.post(f"/hall/disclosure/duties/{duty.pk}/", parts(duty.kind)).status_code == 302
        entry = Disclosure.objects.get()
        answer = browser.post(
            f"/hall/disclosure/entries/{entry.pk}/correct/", {**parts(duty.kind, "更正。"), "explanation": "金额有误。"}
        )
        assert answer["Location"] == f"/charity/disclosures/entries/{entry.pk}/"
        assert "金额有误。" in browser.get(answer["Location"]).content.decode()
        later = DisclosureDuty.objects.filter(kind=DutyKind.RELATED_LIST).latest("period_to")
        DisclosureDuty.objects.filter(pk=later.pk).update(period_to="2098-12-31", due_on="2099-05-31")
        shown = browser.get(f"/hall/disclosure/duties/{later.pk}/").content.decode()
        assert (faults(shown), "2099-01-01起可以公布" in shown, "<textarea" in shown) == ([], True, False)
        stranger = signed_in(publicity.charity()[1])
        for address in (own, f"{own}facts/new/", f"{own}years/2025/", f"/hall/disclosure/duties/{duty.pk}/"):
            assert stranger.get(address).status_code == 404

    def test_figures_of_a_year_are_judged_where_they_are_typed(self) -> None:
        organisation, agent = publicity.charity()
        browser, own = signed_in(agent), f"/hall/disclosure/{organisation.public_code}/years/"
        for year, income in (("2024", "1000万元"), ("2025", "1000万元")):
            given = {
                "income": income, "donations": "900万元", "restricted": "0", "lifted": "0", "net_assets": "6000万元",
                "spending": "699.99万元", "management": "30万元", "fundraising": "0", "total": "800万元",
            }  # fmt: skip
            assert browser.post(f"{own}{year}/", {**given, "total": "1元"}).status_code == 422
            assert browser.post(f"{own}{year}/", given).status_code == 302
        page = browser.get(f"{own}2025/").content.decode()
        assert faults(page) == []
        assert "上年总收入10,000,000元 × 70% = 7,000,000元，当年慈善活动支出6,999,900元，占约69.99%" in page
        assert "不符合" in page

    def test_a_project_is_told_of_from_milestone_to_final_report(self) -> None:
        told = publicity.things()
        project, agent = Project.objects.get(number=told["reported"]), told["agent"]
        browser, own = signed_in(agent), f"/hall/disclosure/projects/{told['reported']}/"
        day = str(project.starts_on)
        assert (
            browser.post(f"{own}do/milestone/", {"milestone-name": "厨房建成", "milestone-due_on": day}).status_code
            == 302
        )
        milestone = Milestone.objects.get()
        for number, when, status in (("²", day, 404), ("", day, 404), (milestone.pk, "viel", 302)):
            answer = browser.post(f"{own}do/reach/", {"milestone": number, "reached_on": when})
            assert answer.status_code == status
        browser.post(f"{own}do/reach/", {"milestone": milestone.pk, "reached_on": day})
        milestone.refresh_from_db()
        assert str(milestone.reached_on) == day
        final = {f"report-{name}": text for name, text in parts(DutyKind.PROJECT_FINAL).items()}
        final |= {"report-title": "终期报告", "report-covers_to": day, "report-caption1": "孩子们的餐桌。"}
        text = {**final, "report-photo1": SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")}
        assert browser.post(f"{own}do/report/", text).status_code == 422
        assert browser.post(f"{own}do/end/", {"end-ended_on": day, "end-surplus": ""}).status_code == 422
        assert browser.post(f"{own}do/end/", {"end-ended_on": day, "end-surplus": "无"}).status_code == 302
        text["report-photo1"] = SimpleUploadedFile("a.jpg", photograph(), "image/jpeg")
        assert browser.post(f"{own}do/report/", text).status_code == 302
        project.refresh_from_db()
        assert (project.state, ReportPhoto.objects.count()) == ("reported", 2)
        assert not [one for one in queries.open_duties(project.organisation) if one.kind == DutyKind.PROJECT_FINAL]
        page = browser.get(own).content.decode()
        assert faults(page) == []
        assert "孩子们的餐桌。" in browser.get(f"/charity/projects/{project.number}/").content.decode()

    def test_the_office_takes_up_what_was_handed_over_and_hears_before_it_decides(self) -> None:
        told = publicity.things()
        clerk, chief = signed_in(cases.registrar("110000")), signed_in(cases.chief("110000"))
        page = clerk.get("/office/disclosure/").content.decode()
        assert faults(page) == []
        assert "未按期公开信息" in page
        elsewhere = signed_in(cases.registrar("440000"))
        for wrong in (told["referral"], "²", "9" * 40):
            assert elsewhere.get(f"/office/credit/new/?referral={wrong}").status_code == 404
        with pytest.raises(ForbiddenError):
            credit.notify(
                kind=CreditKind.FALSE_CLAIM, subject=CreditSubject.IMPOSTOR, facts="某事。", provision="某条",
                actor=cases.registrar("440000"), division_code="440000", name="某某",
                referral=CreditReferral.objects.get(pk=told["referral"]),
            )  # fmt: skip
        form = clerk.get(f"/office/credit/new/?referral={told['referral']}")
        assert "期限：2026-05-31" in form.content.decode()
        given = {
            "subject": "charity", "kind": "breach", "organisation": told["charity"], "facts": "逾期未公布。",
            "provision": "《慈善法》第七十九条",
        }  # fmt: skip
        answer = clerk.post(f"/office/credit/new/?referral={told['referral']}", given)
        assert answer.status_code == 302
        record = CreditRecord.objects.latest("pk")
        assert CreditReferral.objects.get(pk=told["referral"]).state == "taken"
        own = f"/hall/disclosure/credit/{record.pk}/"
        subject = signed_in(told["agent"])
        assert faults(subject.get(own).content.decode()) == []
        assert subject.post(own, {"act": "state", "state-reason": "已经补公布。"}).status_code == 302
        decision = {
            "document": "penalty", "document_number": "京民罚〔2026〕1号", "document_on": str(record.notified_on),
            "decision_number": "京民信〔2026〕1号", "grade": "general", "months": "", "reason": "事实清楚。",
        }  # fmt: skip
        assert clerk.post(f"/office/credit/{record.pk}/do/decide/", decision).status_code == 422
        assert chief.post(f"/office/credit/{record.pk}/do/decide/", {**decision, "reason": ""}).status_code == 422
        assert chief.post(f"/office/credit/{record.pk}/do/decide/", decision).status_code == 302
        assert faults(chief.get(f"/office/credit/{record.pk}/").content.decode()) == []
        assert Organisation.objects.get(uscc=told["charity"]).name in chief.get("/charity/credit/").content.decode()
        for address in ("/office/credit/", "/office/credit/new/", "/office/credit/honours/new/"):
            assert faults(chief.get(address).content.decode()) == []
        assert clerk.post(f"/office/credit/honours/{told['honour']}/withdraw/", {"reason": "x"}).status_code == 403
        chief.post(f"/office/credit/honours/{told['honour']}/withdraw/", {"reason": "没有兑现。"})
        assert "赵先生" not in chief.get("/charity/credit/").content.decode()

    def test_programs_read_ratios_and_entries(self, client: Client) -> None:
        told = publicity.things()
        base = f"/api/v1/charity/organisations/{told['charity']}"
        (year,) = client.get(f"{base}/ratios").json()["items"]
        assert [line["state"] for line in year["lines"]] == ["unknown", "met"]
        (entry,) = client.get(f"{base}/disclosures").json()["items"]
        assert (entry["id"], entry["kind"]) == (told["entry"], "project-progress")
        assert client.get("/api/v1/charity/organisations/X/ratios").status_code == 404


def log_in(page: Page, address: str, client: Client) -> None:
    """Let a browser be somebody."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_charity_publishes_and_everybody_reads(visitor: Page, live_server: Any, settings: Any) -> None:
    settings.PUBLIC_URL = live_server.url
    told = publicity.things()
    sequence(log="charity")

    def judge(name: str, address: str, *widths: int) -> None:
        visitor.goto(live_server.url + address)
        for width in widths or (1280, 390):
            visitor.set_viewport_size({"width": width, "height": 900})
            assert Axe().run(visitor).response["violations"] == [], name
            assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            if folder := os.environ.get("SHETONG_PICTURES"):
                visitor.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    own = f"/hall/disclosure/{told['charity']}/"
    log_in(visitor, live_server.url, signed_in(told["agent"]))
    for name, address in {
        "calendar": own, "fact": f"{own}facts/new/", "year": f"{own}years/2025/",
        "progress": f"/hall/disclosure/projects/{told['reported']}/",
        "own-credit": f"/hall/disclosure/credit/{told['record']}/",
    }.items():  # fmt: skip
        judge(name, address)
    duty = next(
        one for one in queries.open_duties(Organisation.objects.get(uscc=told["charity"])) if one.kind == "related-list"
    )
    judge("duty", f"/hall/disclosure/duties/{duty.pk}/")
    visitor.get_by_label("关联方名单及关联关系说明").fill("示范贸易公司：理事长担任其董事。")
    visitor.get_by_role("button", name="公布").click()
    expect(visitor.get_by_text("已经公布，并写入公开日志。")).to_be_visible()
    entry = Disclosure.objects.latest("pk")
    for name, address in {
        "disclosures": f"/charity/disclosures/{told['charity']}/",
        "entry": f"/charity/disclosures/entries/{told['entry']}/",
        "own-entry": f"/charity/disclosures/entries/{entry.pk}/", "plans": "/charity/plans/",
        "plan": f"/charity/plans/{told['plan']}/", "trusts": "/charity/trusts/",
        "trust": f"/charity/trusts/{told['trust']}/", "credit": "/charity/credit/",
        "project": f"/charity/projects/{told['reported']}/",
    }.items():  # fmt: skip
        judge(name, address)
    log_in(visitor, live_server.url, signed_in(cases.chief("110000")))
    for name, address in {
        "office-disclosure": "/office/disclosure/", "office-credit": "/office/credit/",
        "office-notice": "/office/credit/new/", "office-record": f"/office/credit/{told['record']}/",
        "office-honour": "/office/credit/honours/new/",
        "office-qualification": f"/office/qualifications/{told['charity']}/",
    }.items():  # fmt: skip
        judge(name, address)
    # Pages of platforms are judged as phones show them, wide ones by eye.
    platform, engineer = differing()
    complaint = complaints.make(platform=platform, page="P1", text="页面名称和备案名称不一样", contact="13800001234")
    today = timezone.localdate()
    seen = {
        engineer: (
            "/hall/platforms/", f"/hall/platforms/{platform.code}/", "/hall/platforms/discrepancies/",
            f"/hall/platforms/{platform.code}/complaints/", f"/charity/platforms/{platform.code}/",
            "/charity/platforms/", "/charity/platforms/interface/", "/charity/platforms/interface/errors/",
        ),
        cases.chief("100000"): (
            "/office/platforms/", f"/office/platforms/{platform.code}/",
            f"/office/platforms/complaints/{complaint.pk}/",
            f"/office/platforms/{platform.code}/{today.year}/{1 if today.month < 7 else 2}/",
        ),
    }  # fmt: skip
    for viewer, addresses in seen.items():
        log_in(visitor, live_server.url, signed_in(viewer))
        for address in addresses:
            judge(address.strip("/").replace("/", "-"), address, 390)
