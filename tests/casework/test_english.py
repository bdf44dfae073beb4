"""English pages of the service hall: what matters declare and what errors say is English; names and citations stay."""

from __future__ import annotations

import re
import textwrap
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tools import translations

from shetong.casework import catalogue
from shetong.casework.models import Case, Notice
from shetong.casework.rules import forms
from shetong.casework.services import intake
from shetong.core.errors import DomainError
from tests.casework import factories
from tests.casework.test_pages import signed_in

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u4e00-\u9fff]")
VOID = {"input", "br", "meta", "link", "img", "hr", "source", "col"}


class Said(HTMLParser):
    """Collects the Chinese that the main part of an English page shows, but what is marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.chinese: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inside = self.open[-1][1] if self.open else False
        here = (inside or tag == "main") and not str(given.get("lang") or "").startswith("zh") and tag != "textarea"
        if tag not in VOID:
            self.open.append((tag, here))
        if here and tag != "input":
            self.chinese += [value for name, value in attrs if name != "value" and value and HAN.search(value)]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][1] and HAN.search(data):
            self.chinese.append(data.strip())


def chinese(client: Client, address: str, *allowed: str) -> list[str]:
    """Return the Chinese of a page, but names that were given to it."""
    client.cookies["language"] = "en"
    reader = Said()
    answer = client.get(address)
    assert answer.status_code == 200, address
    reader.feed(answer.content.decode())
    left = reader.chinese
    for name in allowed:
        left = [text.replace(name, "") for text in left]
    return [text for text in left if HAN.search(text)]


def test_public_pages_of_every_matter_are_english(client: Client) -> None:
    assert chinese(client, reverse("casework:hall"), "协会想改名字") == []
    for matter in catalogue.matters():
        left = chinese(client, reverse("casework:guide", args=[matter.code]))
        # An English sentence may cite a provision, or quote the Chinese words that it is about.
        assert [text for text in left if not re.search("[A-Za-z]{4}", text)] == [], matter.code
        if matter.eligibility:
            answers = "&".join(f"{check.name}={check.choices[-1].value}" for check in matter.eligibility)
            assert chinese(client, reverse("casework:eligibility", args=[matter.code]) + f"?{answers}") == []


def test_an_application_is_filled_in_followed_and_corrected_in_english() -> None:
    case = factories.submitted()
    intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=["宗旨"])
    case.refresh_from_db()
    hall = signed_in(case.applicant)
    numbers = Notice.objects.filter(case=case).values_list("document_number", flat=True)
    given = (
        "宗旨",
        *numbers,
        case.subject_name,
        case.authority_name,
        "北京市朝阳区",
        "第三十二条",
        "中华人民共和国行政许可法",
    )
    names = tuple(str(name) for name in case.form.values())
    for section in forms.tasks(catalogue.national(case.matter), case.form):
        address = reverse("casework:form", args=[case.pk, section.section.name])
        left = chinese(hall, address, *given, *names)
        people = "|".join("赵钱孙李周陈")
        assert [text for text in left if not re.search(f"[{people}]|\\*|上海", text)] == [], address
    for page in ("materials", "case", "cases"):
        address = reverse(f"casework:{page}", args=[] if page == "cases" else [case.pk])
        left = chinese(hall, address, *given)
        assert [text for text in left if not text.endswith(".pdf")] == [], page


def test_faults_are_said_in_the_readers_language() -> None:
    case = Case.objects.get(pk=factories.draft(representative={"legal_representative": "吴示范"}).pk)
    hall = signed_in(case.applicant)
    hall.cookies["language"] = "en"
    answer = hall.post(reverse("casework:check", args=[case.pk]))
    assert answer.status_code == 422
    assert "is not among the future officers" in answer.content.decode()
    with translation.override("en"):
        empty = forms.missing(catalogue.national(case.matter), {})
        assert empty["body.name"] == "Please fill in: Name."
        with pytest.raises(DomainError) as refused:
            catalogue.national("NO-SUCH")
    assert refused.value.message.startswith("There is no such matter.")


def test_documents_stay_chinese_whoever_reads() -> None:
    with translation.override("en"):
        case = factories.submitted()
        intake.ask_correction(case_id=case.pk, actor=factories.registrar(), items=["宗旨"])
    assert all(notice.content["matter"] == "社会团体成立登记" for notice in Notice.objects.filter(case=case))


def test_what_a_matter_declares_is_collected_for_the_catalogue() -> None:
    source = """
    '''模块说明'''
    ASKED = question(1, "name", "姓名", "Name", "证件上的姓名")
    WHERE = Section("住所")
    ONE = Matter(title="示范事项", basis=("《示范条例》",), keywords=("示范",), summary=f"给{kind}")
    """
    found = translations.texts_of_matters(textwrap.dedent(source))
    assert [text.singular for text in found] == ["住所", "示范事项"]
