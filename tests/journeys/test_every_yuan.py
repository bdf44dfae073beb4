"""Every yuan: from a plan that had to be corrected to a donor who sees the recipient, and to whoever edits a row.

The platform is a process of its own that knows the public interface alone; the one who watches, another; so is the
witness. The donor's browser trusts nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from shetong.casework.models import State
from shetong.casework.services import decision, drafts, intake, submission
from shetong.charity.models import Channel, Donation, FundraisingPlan, Platform, Pool
from shetong.charity.queries import books
from shetong.charity.services import spending
from shetong.charity.services.projects import add_beneficiary
from shetong.ledger.queries import tree
from shetong.ledger.services import witnesses
from shetong.ledger.services.sequence import sequence
from tests.casework import factories as cases
from tests.charity import factories as charity
from tests.charity.test_plans import drafted, qualified
from tests.charity.test_watching import monitor
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge
from tests.ledger.peers import SHETONG, witness
from tests.ledger.tampering import tamper

access = pytest.importorskip("shetong.charity.services.platforms.access", reason="platforms have no interface yet")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def filed() -> FundraisingPlan:
    """A foundation files a plan, is asked for a correction, corrects it, and gets its number.

    An emergency: what is raised for since yesterday is filed afterwards, so that gifts can come at once.
    """
    case = drafted(qualified(), emergency=True)
    case.refresh_from_db()
    begun = {**case.form["activity"], "start_date": str(timezone.localdate() - timedelta(days=1))}
    assert drafts.save_all(case_id=case.pk, actor=case.applicant, form={"activity": begun}) == {}
    case = submission.submit(case_id=case.pk, actor=case.applicant)
    clerk, chief = cases.registrar(case.authority_division), cases.chief(case.authority_division)
    intake.ask_correction(case_id=case.pk, actor=clerk, items=["募捐成本没有写明构成"])
    costs = {"fundraising_cost": "宣传品印制费三万元"}
    case.refresh_from_db()
    drafts.save_all(case_id=case.pk, actor=case.applicant, form={"costs": {**case.form["costs"], **costs}})
    submission.submit(case_id=case.pk, actor=case.applicant)
    intake.accept(case_id=case.pk, actor=clerk)
    case = decision.approve(case_id=case.pk, actor=chief, reason="方案齐全，准予备案。")[0]
    assert case.state in (State.APPROVED, State.DELIVERED)
    return FundraisingPlan.objects.get()


def program(*arguments: object) -> str:
    """Run the platform's program to its end; it has no database and no settings of ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    command = [str(one) for one in (SHETONG, "demo-platform", *arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def raised(plan: FundraisingPlan, site: str, folder: Path) -> dict[str, Any]:
    """The platform makes its keys, is let in, verifies the number, publishes, takes gifts, reports them."""
    credentials = folder / "platform.json"
    public = program("keys", "--credentials", credentials)
    client, secret = access.create_client(
        platform=Platform.objects.get(), environment="production", public_key=public, label="演示",
        actor="system:tests",
    )  # fmt: skip
    kept = json.loads(credentials.read_text())
    credentials.write_text(json.dumps({**kept, "client_id": client.client_id, "secret": secret}))
    said = ("--address", site, "--credentials", credentials, "--plan", plan.number, "--donations", 25)
    found: dict[str, Any] = json.loads(program("raise", *said))
    return found


def spent(plan: FundraisingPlan) -> None:
    """All that came is spent on one child, with a photograph and the proof that it arrived."""
    pool = Pool.objects.get(project=plan.activity.project)
    child = add_beneficiary(
        project=plan.activity.project, name="孙示范", division_code="530602", category="child",  # type: ignore[arg-type]
        actor="system:tests", age_from=6, age_to=12,
    )  # fmt: skip
    row = spending.disburse(
        pool=pool.pk, quantity=pool.held, kind="aid", purpose="资助午餐", spent_on=charity.TODAY,  # type: ignore[arg-type]
        actor="system:tests", beneficiary=child,
    )  # fmt: skip
    charity.prove(row, title="午餐签收单", reached_final=True)


def audited() -> subprocess.CompletedProcess[str]:
    """Run ``shetong log audit charity`` on the tests' database."""
    given: dict[str, Any] = connection.get_connection_params()
    url = f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}&port={given.get('port') or 5432}"
    return subprocess.run(
        [str(SHETONG), "log", "audit", "charity"], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "shetong.conf.testing", "DATABASE_URL": url},
    )  # fmt: skip


def seen(page: Page, name: str) -> None:
    """Judge a page by axe and by its width; keep a picture where SHOTS names a folder."""
    assert judge(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_plan_money_a_path_and_an_edited_row(
    visitor: Visitor, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    plan = filed()
    found = raised(plan, live_server.url, tmp_path)
    gifts = Donation.objects.filter(channel=Channel.PLATFORM)
    assert gifts.count() == found["taken"] == 25
    assert sum(gifts.values_list("amount", flat=True)) == found["amount"]
    balances = {line.account.role: line.balance for line in books.balances(plan.organisation)}
    assert balances == {"bank": found["amount"], "donations": -found["amount"]}
    spent(plan)
    sequence(log="charity")

    keys = tree.verifiers(tree.log_named("charity"))
    looking = ("--look", f"{live_server.url}/log/charity", "--site", f"{live_server.url}/charity", "--every", "1")
    with witness(tmp_path, *keys, options=looking) as judge_of_the_log:
        settings.LEDGER_WITNESSES = [judge_of_the_log.setting]
        assert witnesses.collect(log="charity") == 1
        assert audited().returncode == 0
        assert monitor(live_server.url, tmp_path).returncode == 0

        donor = visitor(viewport=PHONE, has_touch=True)
        donor.context.add_init_script(AXE)
        donor.goto(found["receipt"])
        badges = donor.locator("[data-proof]")
        expect(badges).to_have_count(2)
        for at in range(2):
            expect(badges.nth(at)).to_have_attribute("data-verdict", "good")
        path = donor.get_by_role("list").filter(has_text="资助午餐")
        expect(path).to_contain_text("云南省昭通市昭阳区 · 儿童 · 6至12岁 · 孙**")
        expect(path).to_contain_text("已到达最终受益人")
        seen(donor, "receipt")
        pdf = donor.request.get(f"{found['receipt']}receipt.pdf").body()
        assert plan.number in pymupdf.open(stream=pdf)[0].get_text().replace("\n", "")

        mine = int(found["receipt"].rstrip("/").rpartition("/")[2].partition("-")[0])
        tamper(f"UPDATE charity_donation SET amount = amount + 100000 WHERE id = {mine}")
        told = audited()
        assert told.returncode == 5
        assert f"donation {mine} was changed after it was logged as donation-{mine}: amount" in told.stdout
        watched = monitor(live_server.url, tmp_path)
        assert watched.returncode == 5
        assert f"donation-{mine}: the site says amount" in watched.stdout
        assert judge_of_the_log.process.stdout is not None
        assert judge_of_the_log.process.stdout.readline().startswith(f"donation-{mine}: the site says amount")
        donor.goto(found["receipt"])
        expect(donor.locator("[data-proof]").first).to_have_attribute("data-verdict", "differs")
        expect(donor.get_by_role("alert")).to_contain_text("与公开日志不一致")
        expect(donor.get_by_text(f"D{mine:012}")).to_be_visible()
        seen(donor, "receipt-edited")
