"""Correcting: what was asked stands beside its place, and what was changed is shown before and after handing in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from shetong.casework import catalogue
from shetong.casework.models import Case, CaseMaterial
from shetong.casework.rules import corrections as rules
from shetong.casework.services import drafts, intake, materials, resubmission, submission
from shetong.core.errors import InvalidInputError
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db
ITEMS = ("宗旨写得过于笼统", "章程草案没有签字", "请再核对一次", "发起人的证件有误")


def asked() -> Case:
    """Return an application to be corrected in a question, a material, a list, and somewhere unsaid."""
    case = factories.submitted()
    intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=ITEMS)
    case.refresh_from_db()
    return case


def corrected(case: Case) -> Case:
    """Change a question, a person's number (its mask stays) and the file of a material."""
    actor, form = case.applicant, case.form
    drafts.save(case_id=case.pk, actor=actor, section="body", given={**form["body"], "purpose": "帮助独居老人。"})
    number = registry.identity_number()
    people = [{**form["founders"][0], "identity_number": number}, *form["founders"][1:]]
    drafts.save(case_id=case.pk, actor=actor, section="founders", given=people)
    old = CaseMaterial.objects.get(case=case, code="charter")
    materials.remove(material_id=old.pk, actor=actor)
    materials.upload(case_id=case.pk, actor=actor, material="charter", name="新章程.pdf", content=factories.pdf("新"))
    case.refresh_from_db()
    return case


def test_each_item_stands_beside_its_question_or_material() -> None:
    case = asked()
    hall = signed_in(case.applicant)
    form = hall.get(reverse("casework:form", args=[case.pk, "body"])).content.decode()
    assert form.index(ITEMS[0]) < form.index('id="id_purpose"')
    assert form.index('id="id_name"') < form.index(ITEMS[0])  # beside its question, not above all of them
    assert form.index(ITEMS[2]) < form.index('id="id_name"')
    assert ITEMS[1] not in form
    files = hall.get(reverse("casework:materials", args=[case.pk])).content.decode()
    assert files.index('id="material-charter"') < files.index(ITEMS[1]) < files.index('id="file-charter"')
    assert files.index(ITEMS[2]) < files.index('id="material-application"')


def test_a_correction_stays_with_the_authority_that_asked_for_it() -> None:
    case = asked()
    seat = {"division_code": "110101", "domicile": "北京市东城区示范路1号"}
    drafts.save(case_id=case.pk, actor=case.applicant, section="seat", given=seat)
    with pytest.raises(InvalidInputError) as refused:
        submission.submit(case_id=case.pk, actor=case.applicant)
    assert refused.value.fields == {"division_code": "补正不能改变受理机关，请撤回后向新的机关申请。"}
    number, division = case.number, case.authority_division
    case.refresh_from_db()
    assert (case.number, case.authority_division) == (number, division)


def test_what_was_changed_is_shown_before_and_after_it_is_handed_in_again() -> None:
    case = asked()
    matter = catalogue.national(case.matter)
    untouched = resubmission.changes(case, matter)
    assert untouched is not None
    assert untouched.nothing
    assert untouched.untouched == (ITEMS[0], ITEMS[1], ITEMS[3])
    case = corrected(case)
    found = resubmission.changes(case, matter)
    assert found is not None
    assert dict(found.items) == {ITEMS[0]: True, ITEMS[1]: True, ITEMS[2]: None, ITEMS[3]: True}
    assert [(one.section, one.number, one.field.name) for one in found.answers] == [
        ("body", 0, "purpose"), ("founders", 1, "identity_number"),
    ]  # fmt: skip
    assert [one.name for _title, one in found.added] == ["新章程.pdf"]
    assert [title for title, _one in found.removed] == ["章程草案"]
    hall = signed_in(case.applicant)
    check = hall.get(reverse("casework:check", args=[case.pk])).content.decode()
    assert "促进邻里互助。</del>" in check
    assert "帮助独居老人。</ins>" in check
    submission.submit(case_id=case.pk, actor=case.applicant)
    own = hall.get(reverse("casework:case", args=[case.pk])).content.decode()
    desk = signed_in(factories.registrar()).get(reverse("casework:desk-case", args=[case.pk])).content.decode()
    for page in (own, desk):
        assert "帮助独居老人。</ins>" in page
        assert "新章程.pdf" in page
    assert factories.draft().corrections == 0


def test_records_that_come_and_go_are_differences() -> None:
    matter = catalogue.national("SO-SG-EST")
    one, two = {"name": "赵示范"}, {"name": "钱示范"}
    gone = rules.differences(matter, {"founders": [one, two]}, {"founders": [one]}, {}, {})
    assert [(change.number, change.before, change.after) for change in gone] == [(2, "钱示范", None)]
    assert (
        rules.differences(matter, {"founders": [one], "body": {}}, {"founders": [one], "body": {"name": ""}}, {}, {})
        == ()
    )
