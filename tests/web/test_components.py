"""Components write safe, well-formed HTML whatever they are given."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from shetong.web.templatetags.web import grouped, marked, status_tag


def render(source: str, **values: object) -> str:
    return Template("{% load web %}" + source).render(Context(values))


def test_a_match_is_marked_by_characters() -> None:
    assert marked("杭州市慈善总会", [(3, 5)]) == "杭州市<mark>慈善</mark>总会"


def test_characters_beyond_the_basic_plane_count_as_one() -> None:
    assert marked("𠮷田慈善会", [(2, 4)]) == "𠮷田<mark>慈善</mark>会"


spans = st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30)))


@given(st.text(), spans)
def test_marking_loses_no_character_and_lets_none_become_markup(text: str, given_spans: list[tuple[int, int]]) -> None:
    written = marked(text, given_spans)
    assert html.unescape(re.sub(r"</?mark>", "", written)) == html.unescape(html.escape(text))
    assert re.sub(r"</?mark>", "", written).count("<") == 0


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (900000, "900,000")])
def test_thousands_stand_apart(number: int, text: str) -> None:
    assert grouped(number) == text


@pytest.mark.parametrize(
    ("status", "tone"),
    [("normal", "green"), ("suspended", "yellow"), ("deregistered", "grey"), ("revoked", "red"), ("unknown", "grey")],
)
def test_the_tone_follows_the_status(status: str, tone: str) -> None:
    assert status_tag(status, "")["tone"] == tone


def test_a_hostile_name_stays_text_in_every_component() -> None:
    name = '<script>alert(1)</script>" onmouseover="x'
    row = SimpleNamespace(
        name=name, url="/x", name_marks=[(0, 3)], code=name, kind_name=name, division_name=name, status="normal",
        status_name=name, matched_by=name, matched_text=name, matched_marks=[], marks=[name], demo=True,
    )  # fmt: skip
    head = SimpleNamespace(
        name=name, code=name, code_label=name, status="", status_name=name, kind_name=name, marks=[name]
    )
    event = {"title": name, "day": None, "basis": name, "changes": [{"label": name, "before": name, "after": name}]}
    written = render(
        "{% result_row row %}{% organisation_header head %}{% timeline events %}{% key_values rows %}"
        "{% notice name title=name %}{% empty_state name text=name actions=actions %}{% code_block name label=name %}"
        "{% search_box value=name hint=name %}{% demo_banner name %}",
        row=row, head=head, events=[event], rows=[{"label": name, "value": name, "note": name}], name=name,
        actions=[{"text": name, "url": name}],
    )  # fmt: skip
    assert "<script" not in written
    assert 'onmouseover="' not in written


def test_a_happening_is_told_and_escaped() -> None:
    event = {"title": "变更登记", "day": None, "lines": ["住所由“<b>甲</b>”变更为“乙”。"]}
    assert "&lt;b&gt;甲&lt;/b&gt;" in render("{% timeline events %}", events=[event])
