"""A new user founds an association on a phone, is corrected, renames it and ends it; officers decide on theirs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest
from playwright.sync_api import Page, Route, expect

from shetong.accounts.models import User
from shetong.casework import catalogue, jobs
from shetong.casework.models import Archive, Case, Notice
from shetong.casework.services import phrases, storage
from tests.casework import applications, factories
from tests.casework.test_pages import signed_in
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge
from tests.journeys.test_newcomer import qr_code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Enter = Callable[[User], Page]


@pytest.fixture
def enter(visitor: Visitor, live_server: Any) -> Enter:
    """Return what opens a phone's browser in which a person is logged in."""

    def opened(user: User) -> Page:
        page = visitor(viewport=PHONE)
        cookie = signed_in(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return opened


def look(page: Page) -> None:
    """Fail where the page that stands cannot be used by everybody, or is wider than the phone."""
    page.evaluate(AXE)
    assert judge(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def answer(page: Page, name: str, given: Any) -> None:
    """Answer one question."""
    control = page.locator(f'[id="id_{name}"]')
    if given is False:
        return
    if given is True:
        control.check()
        return
    if control.evaluate("control => control.tagName") == "SELECT":
        if control.locator(f'option[value="{given}"]').count():
            control.select_option(value=str(given))
        else:
            control.select_option(label=str(given))
    else:
        control.fill(str(given))


def fill_in(page: Page, form: dict[str, Any], *, hurried: bool = False) -> None:
    """Answer topic after topic; each page saves by itself before it is left, unless one is in a hurry."""
    for section, answers in form.items():
        page.wait_for_url(f"**/form/{section}/")
        records = answers if isinstance(answers, list) else [answers]
        for number, record in enumerate(records):
            if number:
                page.get_by_role("button", name="再加一项").click()
                page.locator(f'[id="id_{number}-name"]').wait_for()
            for name, given in record.items():
                answer(page, f"{number}-{name}" if isinstance(answers, list) else name, given)
        if not hurried:
            expect(page.locator("[data-autosave-state]")).to_contain_text("已自动保存")
            expect(page.locator(".govuk-error-message")).to_have_count(0)
            look(page)
        page.get_by_role("button", name="保存并继续").click()


def hand_in(page: Page, tmp_path: Path, case: Case) -> None:
    """Upload a file for each required material and submit."""
    page.wait_for_url("**/materials/")
    look(page)
    case.refresh_from_db()
    for material in catalogue.national(case.matter).applying(case.form).materials:
        if material.required:
            file = tmp_path / f"{material.code}.pdf"
            file.write_bytes(factories.pdf(material.title))
            part = page.locator("section", has=page.locator(f"#material-{material.code}"))
            part.locator("input[type=file][multiple]").set_input_files(file)
            upload = part.get_by_role("button", name="上传")
            if upload.count() and upload.first.is_visible():
                upload.first.click()
            # The page comes anew once everything has arrived.
            expect(part.get_by_role("link", name=f"{material.code}.pdf")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="继续").click()
    submit(page)


def submit(page: Page) -> None:
    """Hand in what stands on the page of checking."""
    page.wait_for_url("**/check/")
    look(page)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/hall/cases/*/")
    look(page)


def deed(page: Page, case: Case, name: str, text: str = "", *, hurried: bool = False) -> None:
    """Do one thing to a case in the office."""
    page.goto(f"/office/cases/{case.pk}/")
    if not hurried:
        look(page)
    form = page.locator(f'form[action$="/do/{name}/"]').first
    if not form.is_visible():
        form.locator("xpath=ancestor::details[1]").locator("summary").first.click()
    if text:
        form.locator("textarea").first.fill(text)
    form.locator("button").last.click()
    page.wait_for_load_state()
    confirm = page.locator('button[name="confirmed"]')
    if confirm.count():
        if not hurried:
            look(page)
        confirm.click()
        page.wait_for_load_state()
    expect(page.locator(".govuk-error-message")).to_have_count(0)


def run_jobs(case: Case) -> None:
    """Let the worker's turn pass for a case."""
    for number in Notice.objects.filter(case=case).order_by("pk").values_list("pk", flat=True):
        jobs.deliver_notice(notice_id=number)


def packed(case: Case, folder: Path) -> bagit.Bag:
    """Archive a closed case and return its package as an independent tool reads it."""
    run_jobs(case)
    jobs.archive(case_id=case.pk)
    archive = Archive.objects.get(case=case)
    with zipfile.ZipFile(io.BytesIO(storage.read(archive.file_id))) as package:
        package.extractall(folder)
    return bagit.Bag(str(folder / archive.number))


def test_an_association_from_its_first_question_to_its_end(enter: Enter, visitor: Visitor, tmp_path: Path) -> None:
    founder = factories.applicant()
    phone = enter(founder)
    phone.goto("/hall/")
    phone.get_by_role("textbox").first.fill("我想成立一个协会")
    phone.keyboard.press("Enter")
    phone.get_by_role("link", name="社会团体成立登记").first.click()
    look(phone)
    phone.get_by_role("button", name="开始申请").click()
    form = factories.association_form()
    phone.wait_for_url("**/form/body/")
    saves_whatever_happens(phone)
    fill_in(phone, form)
    case = Case.objects.get(applicant=founder)
    uploads_go_on(phone, tmp_path)
    hand_in(phone, tmp_path, case)

    registrar = factories.registrar()
    phrases.add(actor=registrar, title="补正", text="请写明服务对象")
    clerk, second, chief = enter(registrar), enter(factories.registrar()), enter(factories.chief())
    worked_by_keys(clerk, case)
    deed(clerk, case, "ask-correction", "宗旨写得过于笼统，请写明服务对象")
    run_jobs(case)
    phone.goto("/hall/messages/")
    look(phone)
    phone.get_by_role("link", name="申请需要补正").click()
    phone.wait_for_url(f"**/hall/cases/{case.pk}/")
    look(phone)
    phone.get_by_role("link", name="去补正").click()
    phone.wait_for_url("**/form/body/")
    expect(phone.get_by_role("note")).to_contain_text("请写明服务对象")
    phone.locator("#id_purpose").fill("帮助朝阳区独居老人，促进邻里互助。")
    expect(phone.locator("[data-autosave-state]")).to_contain_text("已自动保存")
    phone.reload()
    assert "独居老人" in phone.locator("#id_purpose").input_value()
    phone.goto(f"/hall/cases/{case.pk}/check/")
    submit(phone)

    deed(clerk, case, "accept")
    expect(clerk.locator("ins").first).to_contain_text("独居老人")
    deed(clerk, case, "forward", "材料齐全，同意。")
    deed(second, case, "forward", "同意。")
    deed(chief, case, "approve", "符合法定条件，准予登记。")
    case.refresh_from_db()
    assert case.state == "approved"
    looked_at(chief, case)
    run_jobs(case)

    phone.goto(f"/hall/cases/{case.pk}/")
    look(phone)
    expect(phone.get_by_text("材料齐全，同意。")).to_have_count(0)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="下载登记证书").click()
    certificate = tmp_path / "certificate.pdf"
    download.value.save_as(certificate)
    phone.get_by_label("非常满意").check()
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.locator("#rating").locator("..")).to_contain_text("5 分")
    look(phone)

    stranger = visitor(viewport=PHONE)
    stranger.goto(qr_code_of(certificate))
    expect(stranger.locator("[data-verdict='valid']")).to_be_visible()
    stranger.goto(f"/search/?q={case.subject_name}")
    stranger.get_by_role("link", name=case.subject_name).first.click()
    stranger.wait_for_url(f"**/organisations/{case.subject_code}/")

    office = (clerk, second, chief)
    name = f"{form['body']['name'][:-2]}促进会"
    renaming = {"what": {"changes_name": True}, "name": {"name": name}, "reason": reason(), "contact": {}}
    asked_for(phone, office, "SO-CHG", renaming, tmp_path)
    ending = {**factories.liquidation_form(), "contact": {}}
    ended = asked_for(phone, office, "SO-CAN", ending, tmp_path)
    for own in ("/hall/mandates/", "/hall/messages/settings/", "/hall/cases/"):
        phone.goto(own)
        look(phone)
    stranger.reload()
    look(stranger)
    history = stranger.locator("main").inner_text()
    assert stranger.get_by_role("heading", level=1).inner_text().startswith(name)
    assert form["body"]["name"] in history
    assert "变更登记" in history
    assert "注销登记" in history
    for number, one in enumerate((case, ended)):
        packed(one, tmp_path / f"bag-{number}").validate()


def reason() -> dict[str, str]:
    """Return why a name changes."""
    return {"change_reason": "会员大会决议", "consented_on": applications.today()}


def asked_for(phone: Page, office: tuple[Page, ...], matter: str, form: dict[str, Any], tmp_path: Path) -> Case:
    """Apply for something on behalf of the association and have it granted, all in browsers; return the case."""
    phone.goto(f"/hall/matters/{matter}/")
    phone.get_by_role("button", name="开始申请").click()
    phone.wait_for_url("**/form/*/")
    case = Case.objects.get(matter=matter)
    fill_in(phone, form, hurried=True)
    hand_in(phone, tmp_path, case)
    clerk, second, chief = office
    deed(clerk, case, "accept", hurried=True)
    deed(clerk, case, "forward", "同意。", hurried=True)
    deed(second, case, "forward", "同意。", hurried=True)
    deed(chief, case, "approve", "符合规定。", hurried=True)
    case.refresh_from_db()
    assert case.state == "approved"
    return case


def saves_whatever_happens(page: Page) -> None:
    """A form says at once what is wrong, saves again once the network is back, and sees what was saved elsewhere."""
    state, name, purpose = page.locator("[data-autosave-state]"), page.locator("#id_name"), page.locator("#id_purpose")
    name.fill("北京市朝阳区国家级互助协会")
    expect(page.locator("#id_name-note-0, #id_name-error").first).to_contain_text("国家级")
    expect(name).to_have_attribute("aria-describedby", re.compile("id_name-(note-0|error)"))
    page.context.set_offline(True)
    purpose.fill("断网时写的")
    expect(state).to_contain_text("网络不通")
    page.context.set_offline(False)
    expect(state).to_contain_text("已自动保存")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#id_purpose").fill("在另一个窗口写的")
    expect(other.locator("[data-autosave-state]")).to_contain_text("已自动保存")
    other.close()
    purpose.fill("在这里写的")
    expect(state).to_contain_text("在别处改过")
    page.get_by_role("button", name="保存并继续").click()
    table = page.get_by_role("region", name="两处不同的内容")
    expect(table).to_contain_text("在另一个窗口写的")
    expect(table).to_contain_text("在这里写的")
    look(page)
    page.goto(page.url)


def uploads_go_on(page: Page, tmp_path: Path) -> None:
    """What is no document is refused with the reason beside it; a piece that is lost on the way is sent again."""
    page.wait_for_url("**/materials/")
    part = page.locator("section", has=page.locator("#material-application"))
    chosen = part.locator("input[type=file][multiple]")
    # The script hides the plain button once it listens: a file chosen before would be missed.
    expect(part.locator("[data-plain]").first).to_be_hidden()
    program = tmp_path / "申请书.pdf"
    program.write_bytes(b"MZ" + bytes(500))
    chosen.set_input_files(program)
    expect(part.locator(".st-upload--refused")).to_contain_text("只接受")
    look(page)
    part.get_by_role("button", name="知道了").click()
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        if route.request.method == "PATCH" and not lost:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/hall/uploads/**", lose_one)
    program.write_bytes(factories.pdf("断点续传"))
    chosen.set_input_files(program)
    expect(part.get_by_role("link", name="申请书.pdf")).to_be_visible(timeout=20_000)
    assert lost
    page.unroute("**/hall/uploads/**")
    part.get_by_role("button", name="删去").click()
    expect(part.get_by_role("link", name="申请书.pdf")).to_have_count(0)


def looked_at(page: Page, case: Case) -> None:
    """A file is drawn beside the form and enlarged; the figures of supervision are drawn from their table."""
    page.goto(f"/office/cases/{case.pk}/")
    page.get_by_role("link", name="application.pdf").first.click()
    sheet = page.locator(".st-viewer canvas").first
    expect(sheet).to_be_visible()
    page.get_by_role("button", name="放大").click()
    expect(sheet).to_have_attribute("style", re.compile("150%"))
    page.goto("/office/statistics/")
    expect(page.locator("[data-chart] canvas").first).to_be_visible()


def worked_by_keys(page: Page, case: Case) -> None:
    """The list of work is ticked and opened by keys; a phrase goes in where the officer writes."""
    page.goto("/office/cases/")
    page.locator("#tick-all").check()
    expect(page.locator(f"#case-{case.pk}")).to_be_checked()
    page.locator(f"#case-{case.pk}").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/office/cases/{case.pk}/")
    form = page.locator('form[action$="/do/ask-correction/"]').first
    if not form.is_visible():
        form.locator("xpath=ancestor::details[1]").locator("summary").first.click()
    form.locator("select[name=phrase]").select_option(label="补正")
    form.get_by_role("button", name="插入").click()
    expect(form.locator("textarea").first).to_have_value(re.compile("请写明服务对象$"))
