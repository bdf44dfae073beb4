"""Sample documents: each is a PDF that says what it is; empty forms hold no answers, examples no real people."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from shetong.casework import catalogue
from shetong.casework.rules import samples as rules
from shetong.casework.rules.matters import Material, Matter
from shetong.casework.services import samples

SAMPLED = [(matter, one) for matter in catalogue.matters() for one in matter.materials if one.sample]


def words(pdf: bytes) -> str:
    """Return the text of a PDF without blanks."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize(("matter", "material"), SAMPLED, ids=lambda one: one.code)
def test_every_place_is_empty_in_the_form_and_filled_in_the_example(matter: Matter, material: Material) -> None:
    assert material.sample is not None
    empty = rules.blocks(material.sample, matter, filled=False)
    example = rules.blocks(material.sample, matter, filled=True)
    assert [block["kind"] for block in empty] == [block["kind"] for block in example]
    for block, told in zip(empty, example, strict=True):
        if block["kind"] == "pairs":
            assert not any(row["given"] for row in block["rows"])
            assert all(row["given"] for row in told["rows"])
        elif block["kind"] == "grid":
            assert not any(any(row) for row in block["rows"])
            assert all(all(row) for row in told["rows"])
        assert "{" not in str(told.get("text", "")) + str([run["text"] for run in told.get("runs", [])])


def test_what_applicants_write_themselves_is_sampled() -> None:
    found = {(matter.code, one.code) for matter, one in SAMPLED}
    assert {("SO-SG-EST", code) for code in ("application", "consent", "premises", "identities", "charter")} <= found
    assert {("SO-CAN", code) for code in ("application", "minutes", "liquidation", "announcement")} <= found


def test_they_say_what_they_are() -> None:
    empty = words(samples.render("SO-SG-EST", "application", samples.BLANK))
    example = words(samples.render("SO-SG-EST", "application", samples.EXAMPLE))
    assert "空白表格" in empty
    assert "社会团体成立登记申请书" in empty
    assert "示范市邻里互助协会" not in empty
    assert "不能作为申请材料提交" in example
    assert "样本" in example
    assert samples.render("SO-SG-EST", "application", samples.BLANK) == samples.render(
        "SO-SG-EST", "application", samples.BLANK
    )


@pytest.mark.django_db
def test_guides_offer_them_for_download(client: Client) -> None:
    guide = client.get(reverse("casework:guide", args=["SO-CAN"])).content.decode()
    address = reverse("casework:sample", args=["SO-CAN", "liquidation", "example"])
    assert address in guide
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    assert "public" in answer["Cache-Control"]
    for wrong in (("SO-CAN", "tax", "blank"), ("SO-CAN", "liquidation", "other"), ("NO-SUCH", "liquidation", "blank")):
        assert client.get(reverse("casework:sample", args=wrong)).status_code == 404
