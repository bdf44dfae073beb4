"""The API of matters and cases: what is declared is told, and a case is known to its applicant's system only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.utils import timezone

from shetong.accounts.models import User
from shetong.accounts.services import api_keys
from shetong.casework import catalogue
from shetong.casework.rules import form_schema, forms
from shetong.casework.rules.matters import Matter
from shetong.casework.services import answers, intake
from shetong.core.statutes import Unit
from tests.casework import factories

pytestmark = pytest.mark.django_db


def key_of(owner: User, scopes: tuple[str, ...] = ("cases.read",)) -> dict[str, str]:
    _, raw = api_keys.create(
        owner=owner, label="测试", scopes=list(scopes), rate_class="partner",
        expires_at=timezone.now() + timedelta(days=1), actor=None,
    )  # fmt: skip
    return {"Authorization": f"Bearer {raw}"}


def test_the_matters_are_listed(client: Client) -> None:
    told = client.get("/api/v1/matters").json()
    assert [one["code"] for one in told] == [matter.code for matter in catalogue.matters()]


@pytest.mark.parametrize("matter", catalogue.matters(), ids=lambda matter: matter.code)
def test_a_guide_says_what_is_declared(client: Client, matter: Matter) -> None:
    answer = client.get(f"/api/v1/matters/{matter.code}")
    told = answer.json()
    assert [one["code"] for one in told["materials"]] == [one.code for one in matter.materials]
    assert [one["code"] for one in told["steps"]] == [step.code for step in matter.steps]
    limit = matter.limits.legal(timezone.localdate())
    assert (told["legal_limit"]["number"], Unit(told["legal_limit"]["unit"])) == (limit.number, limit.unit)
    jsonschema.Draft202012Validator.check_schema(told["form"])
    again = client.get(f"/api/v1/matters/{matter.code}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_the_schema_agrees_with_the_form() -> None:
    matter = catalogue.national("SO-SG-EST")
    validator = jsonschema.Draft202012Validator(form_schema.of(matter))
    case = factories.draft()
    form = answers.whole(case)
    assert not list(validator.iter_errors(form))
    del form["officers"]
    assert [error.validator for error in validator.iter_errors(form)] == ["required"]


@pytest.mark.parametrize(("item", "valid"), [("funds", True), ("name", False)])
def test_conditions_are_in_the_schema(item: str, valid: bool) -> None:
    matter = catalogue.national("SO-CHG")
    form: dict[str, Any] = {
        "facts": {"kind": "SG", "dual": False, "audited": False, "charity": False},
        "what": {f"changes_{item}": True},
        "funds": {"registered_funds": 8_000_000},
        "reason": {"change_reason": "决议"},
        "contact": {"contact_name": "陈示范", "contact_phone": "13800005678"},
    }
    assert jsonschema.Draft202012Validator(form_schema.of(matter)).is_valid(form) is valid
    assert (forms.missing(matter, form) == {}) is valid


def test_what_nobody_offers_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/matters/NONE")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/api/v1/matters/SO-CHG?division=999999").status_code == 422


def test_a_case_is_told_to_its_applicants_system_only(client: Client) -> None:
    case = factories.submitted()
    path = f"/api/v1/cases/{case.number}"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=key_of(factories.applicant())).status_code == 404
    assert client.get(path, headers=key_of(case.applicant, ("organisations.read",))).status_code == 403
    intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=["验资报告缺少签章"])
    answer = client.get(path, headers=key_of(case.applicant))
    told = answer.json()
    assert (told["state"], told["wanted"]) == ("correction", ["验资报告缺少签章"])
    assert [event["act"] for event in told["events"]] == ["submit", "ask-correction"]
    assert "no-cache" in answer["Cache-Control"]
    assert "13800005678" not in answer.content.decode()
