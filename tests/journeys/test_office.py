"""Every page of the office, on a phone and on a desk: WCAG 2.2 AA judged by axe, nothing wider than the window."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.services import roles
from shetong.casework import jobs
from shetong.casework.models import Case, Notice
from shetong.casework.services import archives, checks, ratings
from shetong.registry.models import Organisation, PermitRecord
from tests.accounts.url_matrix import office_things
from tests.casework import factories
from tests.casework.test_site_checks import photo
from tests.journeys.conftest import DESKTOP, PHONE, Visitor
from tests.journeys.test_everybody import AXE, judge

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def closed() -> Case:
    """Return a case that went all the way into the archive, rated low by its applicant."""
    case = factories.approved()
    for notice in Notice.objects.filter(case=case):
        jobs.deliver_notice(notice_id=notice.pk)
    archives.archive(case_id=case.pk)
    ratings.rate(case_id=case.pk, actor=case.applicant, score=1, tags=["slow"], text="等了很久。")
    return case


def pages() -> tuple[User, dict[str, str]]:
    """Return an officer who may see everything, and the office's pages by name."""
    officer = User.objects.create_user("officer", display_name="钱示范", demo=True)
    for role, division in (("chief-registrar", "100000"), ("supervisor", factories.DISTRICT)):
        roles.grant(user=officer, role=role, division_code=division, reason="测试", actor=None)
    old, new = closed(), factories.submitted()
    things = office_things(new.pk)
    running = Case.objects.get(pk=things["running"])
    ours = checks.order(
        case_id=running.pk, actor=factories.registrar(), kind="on-site", purpose="核实住所。",
        planned_on=timezone.localdate(), officers=[officer, factories.registrar()], place="示范路1号",
    )  # fmt: skip
    checks.attach(check_id=ours.pk, actor=officer, name="门口.jpg", content=photo())
    body = Organisation.objects.get(uscc=old.subject_code)
    material, archive = running.materials.first(), old.archive
    assert material is not None
    permit = PermitRecord.objects.get(organisation=body)
    office = "/office"
    return officer, {
        "landing": f"{office}/",
        "work": f"{office}/cases/?tab=all",
        "new-case": f"{office}/cases/{new.pk}/",
        "case": f"{office}/cases/{running.pk}/",
        "closed-case": f"{office}/cases/{old.pk}/",
        "act": f"{office}/cases/{running.pk}/do/ask-opinion/",
        "order-check": f"{office}/cases/{running.pk}/do/order-check/",
        "opinions": f"{office}/opinions/",
        "opinion": f"{office}/opinions/{things['asked']}/",
        "deputies": f"{office}/deputies/",
        "statistics": f"{office}/statistics/",
        "knowledge": f"{office}/knowledge/",
        "article": f"{office}/knowledge/{things['article']}/",
        "article-new": f"{office}/knowledge/new/",
        "questions": f"{office}/questions/",
        "question": f"{office}/questions/{things['question']}/",
        "question-new": f"{office}/questions/new/",
        "phrases": f"{office}/phrases/",
        "variants": f"{office}/variants/",
        "variant-new": f"{office}/variants/new/SO-SG-EST/",
        "trials": f"{office}/trials/",
        "trial-new": f"{office}/trials/new/SO-SG-EST/",
        "trial": f"{office}/trials/{things['trial']}/",
        "archives": f"{office}/archives/",
        "archive": f"{office}/archives/{archive.pk}/",
        "viewer": f"{office}/files/{material.pk}/view/",
        "ratings": f"{office}/ratings/",
        "permits": f"{office}/permits/",
        "permit": f"{office}/permits/{permit.pk}/",
        "authorities": f"{office}/authorities/",
        "authority": f"{office}/authorities/{body.authority_id}/",
        "representatives": f"{office}/representatives/",
        "representative": f"{office}/organisations/{body.public_code}/representatives/",
        "register": f"{office}/organisations/",
        "register-organisation": f"{office}/organisations/{body.public_code}/",
        "verify-document": "/v/documents/",
    }


def test_every_page_of_the_office(visitor: Visitor, live_server: Any) -> None:
    officer, addresses = pages()
    client = Client()
    client.force_login(officer)
    page = visitor(viewport=PHONE)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    found: list[str] = []
    for name, address in addresses.items():
        page.set_viewport_size(PHONE)
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, f"{name}: {answer.status}"
        page.evaluate(AXE)
        found += [f"{name}: {fault}" for fault in judge(page)]
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                found.append(f"{name}: wider than {size['width']}")
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
    assert found == []
