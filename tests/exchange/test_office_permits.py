"""Published permits in the office: late ones, incomplete ones, set right, reported; codes of authorities and states."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from shetong.accounts.models import AuditEvent
from shetong.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from shetong.core.identifiers import organisation_code_check_character, uscc_check_character
from shetong.exchange import permit_codes, permit_formats
from shetong.registry.models import Authority, PermitRecord
from shetong.registry.services import authorities, permit_corrections
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def organ(division: str = factories.DISTRICT, first: str = "11") -> str:
    """Return a valid, invented code; by default that of a state organ."""
    main = f"{registry.next_number():08}"
    main += organisation_code_check_character(main)
    head = f"{first}{division}{main}"
    return head + uscc_check_character(head)


def permit() -> PermitRecord:
    return PermitRecord.objects.select_related("organisation__authority").get(
        organisation__uscc=factories.approved().subject_code
    )


def test_an_authority_is_given_its_code_and_publishes_under_it() -> None:
    one = permit()
    chief, code = factories.chief(), organ()
    where = reverse("registry:authority-code", args=[one.organisation.authority_id])
    page = signed_in(chief)
    assert one.authority_name in page.get(reverse("registry:authorities"), {"show": "missing"}).content.decode()
    assert page.post(where, {"code": f" {code[:8]} {code[8:]} ".lower()}).status_code == 302
    one.organisation.authority.refresh_from_db()
    assert one.organisation.authority.uscc == code
    told = permit_formats.record(one, "2019")
    assert (told["XK_XKJGDM"], told["XK_LYDWDM"]) == (code, code)
    assert permit_formats.faults(permit_formats.PERMIT_2019, told) == {}
    assert AuditEvent.objects.filter(action="authority.code", actor=chief).exists()
    assert page.post(where, {"code": ""}).status_code == 302
    assert Authority.objects.get(pk=one.organisation.authority_id).uscc == ""


@pytest.mark.parametrize("wrong", ["1", "11110105000000000X", organ()[:17] + "I", organ(first="51")])
def test_a_code_that_is_none_is_refused_with_its_reason(wrong: str) -> None:
    registry.register_organisation()
    found = Authority.objects.get()
    with pytest.raises(InvalidInputError) as refused:
        authorities.set_code(authority_id=found.pk, code=wrong, actor=factories.chief("100000"))
    assert refused.value.fields["code"]


def test_a_code_of_another_division_is_kept_with_a_remark_and_by_the_chief_of_the_place_alone() -> None:
    registry.register_organisation()
    found = Authority.objects.get()
    kept, remark = authorities.set_code(authority_id=found.pk, code=organ("310101"), actor=factories.chief("100000"))
    assert kept.uscc
    assert "上海市" in remark
    for actor in (factories.chief("310000"), factories.registrar("110000")):
        with pytest.raises(ForbiddenError):
            authorities.set_code(authority_id=found.pk, code="", actor=actor)


def test_what_a_former_authority_decided_is_published_under_its_own_code() -> None:
    one = permit()
    former = Authority.objects.create(name="北京市旧区民政局", division_code="110103", uscc=organ("110103"))
    PermitRecord.objects.filter(pk=one.pk).update(authority_name=former.name)
    page = signed_in(factories.chief())
    shown = page.get(reverse("exchange:office-permit", args=[one.pk])).content.decode()
    assert former.uscc in shown
    assert "接收方会退回的问题" not in shown


def test_late_and_incomplete_permits_are_listed_with_reasons_published_and_reported() -> None:
    one = permit()
    PermitRecord.objects.filter(pk=one.pk).update(publish_by=timezone.localdate() - timedelta(days=3))
    page, where = signed_in(factories.registrar()), reverse("exchange:office-permits")
    assert "已经迟了 3 天" in page.get(where, {"tab": "late"}).content.decode()
    listed = page.get(where, {"tab": "incomplete"}).content.decode()
    assert one.document_number in listed
    assert "许可机关统一社会信用代码" in listed
    faults = page.get(reverse("exchange:office-permit-faults")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(faults)))
    assert {row["字段"] for row in rows if row["决定文书号"] == one.document_number} == {"XK_XKJGDM", "XK_LYDWDM"}
    assert page.post(reverse("exchange:office-permit-publish")).status_code == 302
    assert "才公示，迟了 3 天" in page.get(where, {"tab": "late"}).content.decode()
    file = reverse("exchange:office-permit-file", args=["2019", "csv"])
    assert one.document_number not in page.get(file).content.decode()
    Authority.objects.update(uscc=organ())
    assert one.document_number in page.get(file).content.decode()
    assert one.document_number not in signed_in(factories.registrar("310000")).get(file).content.decode()


def test_what_is_told_of_a_decision_is_set_right_for_a_reason() -> None:
    one, chief = permit(), factories.chief()
    where = reverse("exchange:office-permit", args=[one.pk])
    kept = {name: getattr(one, name) or "" for name in permit_corrections.CORRECTABLE}
    page = signed_in(chief)
    assert page.post(where, {**kept, "content": "改正后的内容"}).status_code == 422
    assert page.post(where, {**kept, "content": "改正后的内容", "reason": "漏填"}).status_code == 302
    one.refresh_from_db()
    assert (one.content, one.correction) == ("改正后的内容", "漏填")
    with pytest.raises(WrongStateError):
        permit_corrections.correct(permit_id=one.pk, values={"content": one.content}, reason="再来", actor=chief)
    with pytest.raises(InvalidInputError):
        permit_corrections.correct(permit_id=one.pk, values={"subject_name": " "}, reason="误填", actor=chief)
    assert signed_in(factories.registrar()).post(where, {**kept, "reason": "误填"}).status_code == 403


def test_state_codes_are_the_deployments(settings: Settings, tmp_path: Path) -> None:
    one = permit()
    own = tmp_path / "codes.toml"
    own.write_text('[2019]\nvalid = "1"\ninvalid = "0"\n', encoding="utf-8")
    settings.PERMIT_CODES_FILE = str(own)
    permit_codes.codes.cache_clear()
    try:
        one.withdrawn_at = timezone.now()
        assert permit_formats.record(one, "2019")["XK_ZT"] == "0"
        assert permit_formats.record(one, "2015")["XK_ZT"] == "1"
        assert permit_codes.codes()["2019"].settled
    finally:
        settings.PERMIT_CODES_FILE = ""
        permit_codes.codes.cache_clear()


@pytest.mark.parametrize(
    "wrong", ["[1999]", '[2019]\nvalid = "1"', '[2019]\nvalid = "1"\ninvalid = "1"', "2019", "[2015]\nvalid = 1"]
)
def test_a_table_of_codes_that_is_wrong_is_refused(wrong: str) -> None:
    with pytest.raises(permit_codes.PermitCodesError):
        permit_codes.parse(wrong)
