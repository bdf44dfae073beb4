"""A new user founds an association on a phone: corrected, granted by officers on theirs, found, renamed, ended."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest
from playwright.sync_api import Page, expect

from shetong.accounts.models import User
from shetong.casework import catalogue, jobs
from shetong.casework.models import Archive, Case, Notice
from shetong.casework.services import storage
from shetong.registry.models import Organisation
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
    if control.evaluate("control => control.tagName") == "SELECT":
        if control.locator(f'option[value="{given}"]').count():
            control.select_option(value=str(given))
        else:
            control.select_option(label=str(given))
    else:
        control.fill(str(given))


def fill_in(page: Page, form: dict[str, Any]) -> None:
    """Answer topic after topic; each page saves by itself before it is left."""
    for section, answers in form.items():
        page.wait_for_url(f"**/form/{section}/")
        records = answers if isinstance(answers, list) else [answers]
        for number, record in enumerate(records):
            if number:
                page.get_by_role("button", name="再加一项").click()
                page.locator(f'[id="id_{number}-name"]').wait_for()
            for name, given in record.items():
                answer(page, f"{number}-{name}" if isinstance(answers, list) else name, given)
        expect(page.locator("[data-autosave-state]")).to_contain_text("已自动保存")
        expect(page.locator(".govuk-error-message")).to_have_count(0)
        look(page)
        page.get_by_role("button", name="保存并继续").click()


def hand_in(page: Page, tmp_path: Path) -> None:
    """Upload a file for each required material and submit."""
    page.wait_for_url("**/materials/")
    look(page)
    for material in catalogue.national("SO-SG-EST").materials:
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


def deed(page: Page, case: Case, name: str, text: str = "") -> None:
    """Do one thing to a case in the office."""
    page.goto(f"/office/cases/{case.pk}/")
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
    fill_in(phone, form)
    hand_in(phone, tmp_path)
    case = Case.objects.get(applicant=founder)

    clerk = enter(factories.registrar())
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
    deed(clerk, case, "forward", "材料齐全，同意。")
    deed(enter(factories.registrar()), case, "forward", "同意。")
    deed(enter(factories.chief()), case, "approve", "符合法定条件，准予登记。")
    case.refresh_from_db()
    assert case.state == "approved"
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

    ended = name_changed_and_ended(case)
    stranger.reload()
    history = stranger.locator("main").inner_text()
    assert form["body"]["name"] in history
    assert "变更登记" in history
    assert "注销登记" in history
    for number, one in enumerate((case, ended)):
        packed(one, tmp_path / f"bag-{number}").validate()


def name_changed_and_ended(founding: Case) -> Case:
    """Take the association through the change of its name and its end; return the last case."""
    organisation = Organisation.objects.get(uscc=founding.subject_code)
    form = {
        "what": {"changes_name": True},
        "name": {"name": f"{organisation.name[:-2]}促进会"},
        "reason": {"change_reason": "会员大会决议", "consented_on": applications.today()},
    }
    applications.approved("SO-CHG", organisation, founding.applicant, form)
    return applications.approved("SO-CAN", organisation, founding.applicant, factories.liquidation_form())
