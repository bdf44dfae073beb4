"""Forms of the service hall and the office, made from the declared questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext, gettext_lazy

from shetong.casework.rules.matters import Field, Section
from shetong.core import divisions
from shetong.core.metadata import ElementType
from shetong.core.money import format_yuan


class RecordForm(forms.Form):
    """One record of a section. It draws the questions and takes the answers as typed; services judge them."""

    def __init__(self, section: Section, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section
        for question in section.fields:
            self.fields[question.name] = _control(question)

    def answers(self) -> dict[str, Any]:
        """Return what was typed, by question; a division's name as its code."""
        self.is_valid()
        given = {question.name: self.cleaned_data.get(question.name, "") for question in self.section.fields}
        if given.get("division_code"):
            given["division_code"] = _division(str(given["division_code"]))
        return given

    def is_blank(self) -> bool:
        """Whether nothing was answered yet."""
        return not any(self[question.name].value() for question in self.section.fields)

    def headline(self) -> str:
        """Return what a folded record shows: its name, and the masked number that tells namesakes apart."""
        names = [one.name for one in self.section.fields if one.name in ("name", "identity_number")]
        return " ".join(str(self[name].value()) for name in names if self[name].value())

    def blame(self, faults: Mapping[str, str]) -> None:
        """Show faults at their questions."""
        for name, message in faults.items():
            self.add_error(name if name in self.fields else None, message)


def initial(section: Section, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept answers as the controls show them."""
    shown = dict(record)
    for question in section.fields:
        value = shown.get(question.name)
        if question.element.type is ElementType.MONEY and isinstance(value, int):
            shown[question.name] = format_yuan(value)
        if question.name == "division_code" and value:
            shown[question.name] = divisions.full_name(str(value)) or value
    return shown


def _control(question: Field) -> forms.Field:
    element = question.element
    name = element.label
    common: dict[str, Any] = {
        "label": name if question.required or element.type is ElementType.BOOLEAN
        else gettext_lazy("%(name)s（选填）") % {"name": name},
        "help_text": gettext(question.hint),
        "required": False,
    }  # fmt: skip
    if element.type is ElementType.BOOLEAN:
        return forms.BooleanField(**common)
    if element.type is ElementType.CODE and element.code_list is not None:
        english = get_language() == "en"
        codes = [(code.value, code.name_en if english else code.name_zh) for code in element.code_list.codes]
        choices = [("", gettext_lazy("请选择")), *codes]
        return forms.CharField(widget=forms.Select(choices=choices), **common)
    if element.type is ElementType.DATE:
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    if element.name == "division_code":
        common["help_text"] = gettext(question.hint) or gettext_lazy("写到区县，例如：北京市朝阳区。")
        return forms.CharField(**common)
    if element.type is ElementType.MONEY:
        common["help_text"] = gettext(question.hint) or gettext_lazy("单位：元，也可以写“3万元”。")
        return forms.CharField(**common)
    if element.type is ElementType.INTEGER:
        return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
    if element.multiline:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), **common)
    return forms.CharField(**common)


def _division(typed: str) -> str:
    """Return the code of a division typed as name or code; what was typed where none is meant for certain."""
    if divisions.get(typed) is not None:
        return typed
    found = divisions.find(typed)
    return found.division.code if found is not None and found.certain else typed
