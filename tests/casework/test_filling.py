"""Filling in: saved while typing, checked while typing, nothing lost, nothing asked twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import User
from shetong.casework import catalogue
from shetong.casework.models import Case
from shetong.casework.rules import corrections, forms, progress
from shetong.casework.rules.forms import Progress
from shetong.casework.rules.progress import Standing
from shetong.casework.services import answers, drafts, early, intake, submission
from shetong.casework.views import pasting
from shetong.core.errors import ConflictError, ForbiddenError, WrongStateError
from tests.casework import factories
from tests.casework.test_pages import posted, signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db
ESTABLISHMENT = catalogue.national("SO-SG-EST")


def autosave(case: Case, section: str, data: dict[str, str], *, by: User | None = None, seen: str | None = None) -> Any:
    """Post what the page posts while somebody types."""
    case.refresh_from_db()
    known = forms.digest(case.form.get(section)) if seen is None else seen
    url = reverse("casework:autosave", args=[case.pk, section])
    return signed_in(by or case.applicant).post(url, {"count": "1", **data, "seen": known})


class TestAutosave:
    def test_what_is_typed_is_kept_and_judged_at_once(self) -> None:
        case = factories.draft()
        answer = autosave(case, "means", {"registered_funds": "2万元", "members_individual": "60", "staff": "两个"})
        assert answer.status_code == 200
        told = answer.json()
        assert "不低于" in told["errors"]["id_registered_funds"] or "3万元" in told["errors"]["id_registered_funds"]
        assert "id_staff" in told["errors"]
        assert "id_members_unit" not in told["errors"]  # what is not answered yet is no fault
        case.refresh_from_db()
        assert case.form["means"]["staff"] == "两个"
        assert told["seen"] == forms.digest(case.form["means"])

    def test_a_name_that_is_taken_is_told_before_the_place_is_given(self) -> None:
        taken = registry.register_organisation()
        case = drafts.begin(matter="SO-SG-EST", applicant=factories.applicant())
        told = autosave(case, "body", {"name": taken.name}).json()
        said = [told["errors"].get("id_name", ""), *told["notes"].get("id_name", [])]
        assert any(taken.name in text for text in said), told

    def test_an_identity_number_is_checked_in_its_row(self) -> None:
        case = factories.draft()
        wrong = factories.person(identity_number="110101199001011111")
        data = {**posted("founders", [factories.person(), wrong])}
        told = autosave(case, "founders", data).json()
        assert list(told["errors"]) == ["id_1-identity_number"]
        assert "110101199001011111" not in str(told)

    def test_saved_elsewhere_is_told_and_nothing_overwritten(self) -> None:
        case = factories.draft()
        before = forms.digest(case.form["seat"])
        assert autosave(case, "seat", {"domicile": "北京市朝阳区甲路1号"}).status_code == 200
        answer = autosave(case, "seat", {"domicile": "北京市朝阳区乙路2号"}, seen=before)
        assert (answer.status_code, answer.json()["code"]) == (409, "saved-elsewhere")
        # Another topic is not concerned.
        assert autosave(case, "representative", {"legal_representative": "孙示范"}).status_code == 200
        case.refresh_from_db()
        assert case.form["seat"]["domicile"] == "北京市朝阳区甲路1号"

    def test_the_page_shows_both_versions_and_keeps_what_was_typed(self) -> None:
        case = factories.draft()
        hall, url = signed_in(case.applicant), reverse("casework:form", args=[case.pk, "seat"])
        before = forms.digest(case.form["seat"])
        autosave(case, "seat", {"division_code": "北京市朝阳区", "domicile": "甲路1号"})
        typed = {"division_code": "北京市朝阳区", "domicile": "乙路2号", "count": "1", "do": "next", "seen": before}
        page = hall.post(url, typed)
        assert page.status_code == 409
        html = page.content.decode()
        assert "甲路1号" in html
        assert html.count("乙路2号") == 2  # in the comparison and in its field
        again = {**typed, "seen": page.context["seen"]}
        assert hall.post(url, again).status_code == 302
        case.refresh_from_db()
        assert case.form["seat"]["domicile"] == "乙路2号"

    def test_the_same_again_writes_nothing(self) -> None:
        case = factories.draft()
        data = {"legal_representative": "孙示范"}
        autosave(case, "representative", data)
        case.refresh_from_db()
        version = case.form_version
        autosave(case, "representative", data)
        case.refresh_from_db()
        assert case.form_version == version

    def test_only_the_applicant_and_only_while_filling(self) -> None:
        case = factories.draft()
        assert autosave(case, "seat", {}, by=factories.applicant()).status_code == 404
        submission.submit(case_id=case.pk, actor=case.applicant)
        assert autosave(case, "seat", {}).status_code == 409
        assert autosave(case, "nothing", {}).status_code == 404


class TestLists:
    def test_removing_one_person_leaves_the_others_their_numbers(self) -> None:
        case = factories.draft()
        people = answers.whole(case)["founders"]
        hall, url = signed_in(case.applicant), reverse("casework:form", args=[case.pk, "founders"])
        shown = case.form["founders"]
        hall.post(url, {**posted("founders", shown), "do": "remove-0"})
        case.refresh_from_db()
        (left,) = answers.whole(case)["founders"]
        assert left.items() >= people[1].items()

    def test_a_pasted_list_becomes_records(self) -> None:
        case = drafts.begin(matter="SO-SG-EST", applicant=factories.applicant())
        one, two = registry.identity_number(), registry.identity_number()
        text = f"姓名\t公民身份号码\n甲示范\t{one}\t13800000001\t示范中心\n\n乙示范,{two}"
        hall, url = signed_in(case.applicant), reverse("casework:form", args=[case.pk, "founders"])
        assert hall.post(url, {"count": "1", "do": "paste", "pasted": text}).status_code == 302
        case.refresh_from_db()
        assert [person["name"] for person in case.form["founders"]] == ["甲示范", "乙示范"]
        assert answers.whole(case)["founders"][1]["identity_number"] == two
        assert one not in str(case.form)

    @given(st.text(max_size=400))
    def test_whatever_is_pasted_is_read_without_error(self, text: str) -> None:
        section = ESTABLISHMENT.section("founders")
        found = pasting.records(section, text)
        assert len(found) <= section.most
        assert all(set(record) <= {one.name for one in section.fields} for record in found)

    def test_long_lists_are_folded(self) -> None:
        case = factories.draft(founders=[factories.person(name=f"第{number}示范") for number in range(6)])
        html = signed_in(case.applicant).get(reverse("casework:form", args=[case.pk, "founders"])).content.decode()
        assert html.count('<details class="st-record">') == 6
        assert "第5示范" in html


class TestNotAskedTwice:
    def test_contact_and_oneself_come_from_the_earlier_application(self) -> None:
        user = factories.applicant()
        factories.submitted(user, founders=[factories.person(name=user.get_full_name()), factories.person()])
        case = drafts.begin(matter="SO-SG-EST", applicant=user)
        assert case.form["contact"]["contact_name"] == "陈示范"
        assert answers.whole(case)["contact"]["contact_phone"] == "13800005678"
        assert "13800005678" not in str(case.form)
        assert drafts.add_oneself(case_id=case.pk, actor=user, section="founders") is True
        case.refresh_from_db()
        (me,) = answers.whole(case)["founders"]
        assert me["name"] == user.get_full_name()
        assert me["identity_number"].isalnum()

    def test_nobody_gets_what_others_gave(self) -> None:
        factories.submitted(founders=[factories.person(name="陈示范")])
        other = factories.applicant()
        case = drafts.begin(matter="SO-SG-EST", applicant=other)
        assert case.form["contact"] == {}
        assert drafts.add_oneself(case_id=case.pk, actor=other, section="founders") is False
        with pytest.raises(ForbiddenError):
            drafts.add_oneself(case_id=case.pk, actor=factories.applicant(), section="founders")

    def test_lists_of_a_case_that_was_submitted_stay(self) -> None:
        case = factories.submitted()
        with pytest.raises(WrongStateError):
            drafts.remove_record(case_id=case.pk, actor=case.applicant, section="founders", number=0)


class TestTasks:
    def test_topics_tell_how_far_they_have_come(self) -> None:
        case = drafts.begin(matter="SO-SG-EST", applicant=factories.applicant())
        assert {task.progress for task in forms.tasks(ESTABLISHMENT, case.form)} == {Progress.UNTOUCHED}
        drafts.save(case_id=case.pk, actor=case.applicant, section="body", given={"name": "北京市朝阳区示范协会"})
        drafts.save(case_id=case.pk, actor=case.applicant, section="means", given={"staff": "两个"})
        case.refresh_from_db()
        found = {task.section.name: task for task in forms.tasks(ESTABLISHMENT, case.form)}
        assert found["body"].progress is Progress.PARTLY
        assert "请填写宗旨。" in found["body"].wanting
        assert found["means"].progress is Progress.FAULTY
        done = factories.draft()
        assert {task.progress for task in forms.tasks(ESTABLISHMENT, done.form)} == {Progress.DONE}

    def test_the_page_of_a_draft_lists_what_is_missing(self) -> None:
        case = drafts.begin(matter="SO-SG-EST", applicant=factories.applicant())
        drafts.save(case_id=case.pk, actor=case.applicant, section="body", given={"name": "北京市朝阳区示范协会"})
        page = signed_in(case.applicant).get(reverse("casework:case", args=[case.pk]))
        html = page.content.decode()
        assert "未填完" in html
        assert "请填写宗旨。" in html
        assert page.context["continue_url"].endswith("/form/body/")

    def test_what_was_asked_stands_beside_its_place(self) -> None:
        case = factories.submitted()
        items = ["宗旨写得过于笼统", "章程草案缺第三章", "请当面核对"]
        intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=items)
        assert corrections.places(ESTABLISHMENT, items) == {
            "body": (items[0],), "materials.charter": (items[1],), "": (items[2],),
        }  # fmt: skip
        hall = signed_in(case.applicant)
        body = hall.get(reverse("casework:form", args=[case.pk, "body"])).content.decode()
        assert items[0] in body
        assert items[1] not in body
        assert hall.get(reverse("casework:case", args=[case.pk])).context["continue_url"].endswith("/form/body/")


class TestProgress:
    def test_the_stages_go_forward_with_their_days(self) -> None:
        case = factories.accepted()
        page = signed_in(case.applicant).get(reverse("casework:case", args=[case.pk]))
        shown = page.context["stages"]
        assert [stage.standing for stage in shown] == [
            Standing.DONE, Standing.DONE, Standing.CURRENT, Standing.AHEAD, Standing.AHEAD, Standing.AHEAD,
        ]  # fmt: skip
        assert all(stage.day for stage in shown[:2])

    @pytest.mark.parametrize("state", ["withdrawn", "terminated", "not-accepted"])
    def test_what_ended_early_has_no_stages(self, state: str) -> None:
        assert progress.stages(ESTABLISHMENT, state, "", []) == ()

    def test_the_office_talks_to_itself_alone(self) -> None:
        case = factories.at_decision()  # forwarded with 材料齐全，同意。
        html = signed_in(case.applicant).get(reverse("casework:case", args=[case.pk])).content.decode()
        assert "材料齐全" not in html

    def test_the_certificate_is_there_once_granted(self) -> None:
        case = factories.approved()
        html = signed_in(case.applicant).get(reverse("casework:case", args=[case.pk])).content.decode()
        assert f"/organisations/{case.subject_code}/certificate.pdf" in html
        assert "下载登记证书" in html


def test_early_checks_say_nothing_of_an_empty_form() -> None:
    case = drafts.begin(matter="SO-SG-EST", applicant=factories.applicant())
    assert early.findings(case, ESTABLISHMENT) == []


def test_a_page_with_an_old_digest_cannot_save(settings: Any) -> None:
    case = factories.draft()
    with pytest.raises(ConflictError):
        drafts.save(case_id=case.pk, actor=case.applicant, section="seat", given={}, seen="old")
