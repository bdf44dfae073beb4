"""The hall and the office as their users walk through them, without a script."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shetong.accounts.models import RoleAssignment, User
from shetong.casework import catalogue
from shetong.casework.models import Case, Notice, State
from shetong.casework.queries.guide import find
from tests.casework import factories

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    """Return a browser in which a person is logged in; officials with their second factor."""
    if RoleAssignment.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    return client


def posted(section: str, answers: Any) -> dict[str, str]:
    """Return a section's answers as its page posts them."""
    if isinstance(answers, list):
        data = {
            f"{number}-{name}": str(value) for number, record in enumerate(answers) for name, value in record.items()
        }
        return {**data, "count": str(len(answers)), "do": "next"}
    return {**{name: str(value) for name, value in answers.items() if value is not False}, "count": "1", "do": "next"}


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("协会想改名字", "SO-CHG"),
        ("我想成立一个协会", "SO-SG-EST"),
        ("开办养老院", "SO-PN-EST"),
        ("注销", "SO-CAN"),
        ("办个基金会", "SO-FD-EST"),
        ("换法人", "SO-CHG"),
        ("修改章程", "SO-CHARTER"),
    ],
)
def test_a_matter_is_found_in_plain_words(question: str, code: str) -> None:
    assert find(question)[0].code == code


def test_every_matter_has_a_guide(client: Client) -> None:
    assert client.get(reverse("casework:hall")).status_code == 200
    for matter in catalogue.matters():
        page = client.get(reverse("casework:guide", args=[matter.code])).content.decode()
        assert matter.title in page
        assert all(material.title in page for material in matter.materials)
    assert client.get(reverse("casework:guide", args=["NO-SUCH"])).status_code == 404


def test_an_application_is_filled_in_page_by_page_and_approved_in_the_office() -> None:
    user = factories.applicant()
    hall = signed_in(user)
    here = hall.post(reverse("casework:begin", args=["SO-SG-EST"]))
    case = Case.objects.get(applicant=user)
    for name, answers in factories.association_form().items():
        assert here.status_code == 302
        assert here.url == reverse("casework:form", args=[case.pk, name])
        assert hall.get(here.url).status_code == 200
        here = hall.post(here.url, posted(name, answers))
    assert here.url == reverse("casework:materials", args=[case.pk])
    for material in catalogue.national("SO-SG-EST").materials:
        file = SimpleUploadedFile("..\\材料.PDF", factories.pdf(material.title), "text/html")
        assert hall.post(here.url, {"material": material.code, "file": file}).status_code == 302
    assert "材料.pdf" in hall.get(here.url).content.decode()
    here = hall.get(reverse("casework:check", args=[case.pk]))
    assert here.status_code == 200
    assert "13800005678" not in here.content.decode()
    assert hall.post(reverse("casework:check", args=[case.pk])).status_code == 302
    case.refresh_from_db()
    assert case.state == State.SUBMITTED

    clerk, chief = signed_in(factories.registrar()), signed_in(factories.chief())
    assert case.subject_name in clerk.get(reverse("casework:work")).content.decode()
    page = reverse("casework:desk-case", args=[case.pk])
    for client, deed, answers in (
        (clerk, "take", {}),
        (clerk, "accept", {}),
        (clerk, "forward", {"forward-reason": "材料齐全"}),
        (signed_in(factories.registrar()), "forward", {"forward-reason": "同意"}),
        (chief, "approve", {"approve-reason": "符合条件", "confirmed": "1"}),
    ):
        assert client.get(page).status_code == 200
        answer = client.post(reverse("casework:desk-act", args=[case.pk, deed]), answers)
        assert answer.status_code == 302, answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.APPROVED
    shown = hall.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert f"/organisations/{case.subject_code}/" in shown
    notice = Notice.objects.get(case=case, kind="approval")
    pdf = hall.get(reverse("casework:notice-pdf", args=[notice.pk]))
    assert pdf.content.startswith(b"%PDF-")
    notice.refresh_from_db()
    assert notice.received_by == "陈示范"


def test_what_is_wrong_is_said_at_the_question_and_kept() -> None:
    case = factories.draft()
    hall = signed_in(case.applicant)
    where = reverse("casework:form", args=[case.pk, "seat"])
    answer = hall.post(where, {"division_code": "哪里也不是", "domicile": "示" * 400, "count": "1", "do": "next"})
    assert answer.status_code == 422
    assert "住所最多300个字" in answer.content.decode()
    assert "示" * 400 in hall.get(where).content.decode()


def test_lists_of_people_grow_and_shrink_without_a_script() -> None:
    case = factories.draft()
    hall = signed_in(case.applicant)
    where = reverse("casework:form", args=[case.pk, "founders"])
    people = case.form["founders"]
    hall.post(where, {**posted("founders", people), "do": "add"})
    assert "发起人 3" in hall.get(where).content.decode()
    hall.post(where, {**posted("founders", [*people, {}]), "count": "3", "do": "remove-2"})
    assert "发起人 3" not in hall.get(where).content.decode()


def test_others_see_nothing_of_a_case() -> None:
    case = factories.submitted()
    stranger, far = signed_in(factories.applicant()), signed_in(factories.registrar("440100"))
    for name in ("case", "check"):
        assert stranger.get(reverse(f"casework:{name}", args=[case.pk])).status_code == 404
    assert far.get(reverse("casework:desk-case", args=[case.pk])).status_code == 404
    assert case.subject_name not in far.get(reverse("casework:work")).content.decode()
    assert stranger.get(reverse("casework:desk-case", args=[case.pk])).status_code == 403
    notice = Notice.objects.get(case=case)
    assert stranger.get(reverse("casework:notice-pdf", args=[notice.pk])).status_code == 404
    assert far.get(reverse("casework:desk-notice-pdf", args=[notice.pk])).status_code == 404


def test_a_refused_act_is_explained_beside_its_form() -> None:
    case = factories.submitted()
    clerk = signed_in(factories.registrar())
    answer = clerk.post(reverse("casework:desk-act", args=[case.pk, "not-accept"]), {"not-accept-reason": ""})
    assert answer.status_code == 422
    assert "请写明" in answer.content.decode()


def test_the_work_is_counted_exactly_and_paged(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        factories.submitted()
    clerk = signed_in(factories.registrar())
    page = clerk.get(reverse("casework:work"), {"tab": "free"})
    totals = {tab.name: tab.total for tab in page.context["todo"].tabs}
    assert totals | {"soon": 0, "today": 0} == {
        "all": 3, "mine": 0, "new": 3, "free": 3, "today": 0, "overdue": 0, "soon": 0, "waiting": 0,
    }  # fmt: skip
    assert clerk.get(reverse("casework:work"), {"cursor": "garbage", "tab": "x"}).status_code == 200
