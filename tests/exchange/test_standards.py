"""The published metadata standard: page, workbook, JSON and code lists say the same as the declarations."""

from __future__ import annotations

import io
import json
import zipfile

import jsonschema_rs
import pytest
from django.db.models import TextChoices
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from shetong.core import divisions, statutes
from shetong.core.metadata import CodeList
from shetong.exchange import dictionary
from shetong.registry.code_lists import ATTRIBUTES, FILING_KINDS, NAME_ENDS, OFFICER_ROLES
from shetong.registry.elements import KINDS, ORGANISATION, STATUSES
from shetong.registry.models.choices import (
    AttributeCode,
    FilingKind,
    NameEnd,
    OfficerRole,
    OrganisationKind,
    Status,
)

pytestmark = pytest.mark.django_db


class TestPage:
    def test_every_element_has_an_anchor(self, client: Client) -> None:
        page = client.get(reverse("exchange:standards")).content.decode()
        for elements in dictionary.ELEMENT_SETS:
            for element in elements:
                assert page.count(f'id="{element.identifier}"') == 1
                assert element.definition in page

    def test_every_code_list_has_a_page_with_its_source(self, client: Client) -> None:
        for published in dictionary.published_lists():
            page = client.get(reverse("exchange:code-list", args=[published.slug])).content.decode()
            assert published.codes.source in page
            assert all(code.name_zh in page for code in published.codes.codes)

    def test_an_unknown_list_is_not_found(self, client: Client) -> None:
        assert client.get("/standards/nothing/").status_code == 404
        assert (
            client.get("/standards/nothing.json", headers={"If-None-Match": f'"{dictionary.digest()}"'}).status_code
            == 404
        )

    def test_parameters_of_law_with_provisions(self, client: Client) -> None:
        page = client.get(reverse("exchange:parameters")).content.decode()
        for parameter in statutes.parameters().values():
            assert f'id="{parameter.key}"' in page
        assert "800万元" in page
        assert "2016-09-01起，2024-09-05前" in page

    @pytest.mark.parametrize("name", ["standards", "division-list", "parameters", "dictionary-json", "dictionary-xlsx"])
    def test_known_content_is_not_sent_again(self, client: Client, name: str) -> None:
        first = client.get(reverse(f"exchange:{name}"))
        again = client.get(reverse(f"exchange:{name}"), headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")

    def test_writing_is_refused(self, client: Client) -> None:
        assert client.post(reverse("exchange:standards")).status_code == 405


class TestDivisionsPage:
    def test_found_by_name_and_by_the_beginning_of_the_code(self, client: Client) -> None:
        by_name = client.get("/standards/division/", {"q": "上城区"}).content.decode()
        assert "浙江省杭州市上城区" in by_name
        by_code = client.get("/standards/division/", {"q": "3301"})
        assert by_code.context["total"] == 1 + len(divisions.children("330100"))

    def test_ceased_codes_are_shown_on_request_with_their_successors(self, client: Client) -> None:
        assert client.get("/standards/division/", {"q": "下城"}).context["total"] == 0
        page = client.get("/standards/division/", {"q": "330103", "historic": "1"}).content.decode()
        assert "2021 年停用" in page
        assert "浙江省杭州市拱墅区" in page

    def test_all_pages_together_show_every_division_once(self, client: Client) -> None:
        codes: list[str] = []
        for page in range(1, 34):
            rows = client.get("/standards/division/", {"page": page}).context["rows"]
            codes += [row["division"].code for row in rows]
        assert codes == [division.code for division in divisions.current()]

    @pytest.mark.parametrize("page", ["0", "-1", "99999999999", "x", "", "١"])
    def test_a_senseless_page_number_is_survived(self, client: Client, page: str) -> None:
        assert client.get("/standards/division/", {"page": page}).status_code == 200

    @pytest.mark.parametrize("query", ["<script>alert(1)</script>", "%", "\x00无此地", "无" * 1000])
    def test_garbage_finds_nothing_and_leads_on(self, client: Client, query: str) -> None:
        page = client.get("/standards/division/", {"q": query}).content.decode()
        assert "没有找到" in page
        assert "<script>alert" not in page


class TestDownloads:
    def test_the_json_keeps_its_schema(self, client: Client) -> None:
        schema = json.loads(client.get(reverse("exchange:dictionary-schema")).content)
        document = json.loads(client.get(reverse("exchange:dictionary-json")).content)
        jsonschema_rs.validator_for(schema).validate(document)
        assert document["format"] == dictionary.FORMAT
        assert [e["name"] for e in document["element_sets"][0]["elements"]] == [e.name for e in ORGANISATION]

    def test_the_divisions_file_holds_every_period_of_every_code(self, client: Client) -> None:
        codes = json.loads(client.get("/standards/division.json").content)["codes"]
        assert {c["value"] for c in codes if c["last_year"] is None} == {d.code for d in divisions.current()}
        (old,) = [c for c in codes if c["value"] == "330103"]
        assert (old["last_year"], old["successors"]) == (2021, ["330105"])

    def test_the_workbook_holds_the_same_elements(self, client: Client) -> None:
        data = client.get(reverse("exchange:dictionary-xlsx")).content
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_name("社会组织法人基本信息").to_python()
        assert [row[0] for row in rows[1:]] == [element.identifier for element in ORGANISATION]
        assert len(book.get_sheet_by_name("行政区划").to_python()) > 6000

    def test_the_workbook_holds_no_formula_and_no_link(self, client: Client) -> None:
        data = client.get(reverse("exchange:dictionary-xlsx")).content
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 6
        assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


@pytest.mark.parametrize(
    ("codes", "choices"),
    [
        (KINDS, OrganisationKind),
        (STATUSES, Status),
        (ATTRIBUTES, AttributeCode),
        (OFFICER_ROLES, OfficerRole),
        (FILING_KINDS, FilingKind),
        (NAME_ENDS, NameEnd),
    ],
)
def test_a_published_list_is_the_list_of_the_database(codes: CodeList, choices: type[TextChoices]) -> None:
    assert {code.value: code.name_zh for code in codes.codes} == {
        choice.value: str(choice.label) for choice in choices if choice.value
    }


def test_every_list_names_its_source_and_has_english_names() -> None:
    for codes in dictionary.CODE_LISTS:
        assert codes.source
        assert all(code.name_en for code in codes.codes)
