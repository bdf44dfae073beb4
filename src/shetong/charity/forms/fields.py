"""Pieces that the forms of charity share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shetong.charity.models import Project
from shetong.charity.rules.capitals import capitals
from shetong.charity.views import words
from shetong.core.errors import DomainError
from shetong.core.money import parse_fen

GENERAL = "general"


def named(choices: Iterable[Any]) -> list[tuple[str, Any]]:
    """Members of a closed list as choices, in the language of the page."""
    return [(str(one.value), gettext_lazy(str(one.label))) for one in choices]


class Amount(forms.CharField):
    """An amount typed in yuan; its value is fen."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("单位：元，也可以写“3万元”。"))
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> Any:
        """Read the amount."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_fen(text)
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


class Day(forms.DateField):
    """A day that is not in the future."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=timezone.localdate, **options
        )

    def clean(self, value: Any) -> Any:
        """Refuse days to come."""
        day = super().clean(value)
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("日期不能晚于今天。"))
        return day


class KeepingForm(forms.Form):
    """A form whose act is confirmed before it is done; ``key`` makes it one act however often it is sent."""

    # What the button says that looks something up and fills the form out again; none without a text.
    looks_up = ""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    error_css_class = ""

    @property
    def deed_key(self) -> UUID:
        """The key that was given out with the form; a new one where it was not sent back."""
        return self.cleaned_data.get("key") or uuid4()

    def told(self) -> list[dict[str, object]]:
        """What was filled in, to be read once more: rows with ``label`` and ``value``."""
        rows: list[dict[str, object]] = []
        for field in self.visible_fields():
            value = self.cleaned_data.get(field.name)
            if value in (None, "", False):
                continue
            rows.append({"label": str(field.label), "value": _said(field.field, value)})
        return rows

    def sent(self) -> list[tuple[str, str]]:
        """What was sent, to be sent once more with the confirmation."""
        return [(field.html_name, str(value)) for field in self if (value := field.data) not in (None, "", False)]

    def pardon(self) -> None:
        """Forget what is wrong or missing: the form is not handed in yet."""
        self._errors = ErrorDict()

    def said(self) -> list[tuple[str, str]]:
        """What the form says, but for the key that it was given out with."""
        key = self.add_prefix("key")
        return [(name, value) for name, value in self.sent() if name != key]

    def renew(self) -> None:
        """Give the filled-in form out again under a new key: what it says is another act."""
        self.data = {**{name: self.data.get(name) for name in self.data}, self.add_prefix("key"): str(uuid4())}


def _said(field: forms.Field, value: Any) -> str:
    if isinstance(field, Amount):
        return f"{words.money(value)}（{capitals(value)}）"
    if isinstance(field, forms.ChoiceField):
        names = {str(code): str(name) for code, name in field.choices}  # type: ignore[union-attr, misc] # pairs
        return names.get(str(value), str(value))
    if isinstance(value, bool):
        return _("是")
    return str(value)


def blame(form: forms.Form, error: DomainError) -> None:
    """Show a service's refusal where it belongs."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)
    if not error.fields:
        form.add_error(None, error.message)


def purposes(projects: list[Project]) -> list[tuple[str, str]]:
    """What a gift may be meant for: general means, a project, a line of its budget."""
    choices = [(GENERAL, _("不限定用途"))]
    for project in projects:
        choices.append((str(project.pk), project.name))
        choices += [
            (
                f"{project.pk}/{line.code}",
                _("%(project)s（只用于%(line)s）") % {"project": project.name, "line": line.name},
            )
            for line in project.budget_lines.all()
        ]
    return choices


def purpose_of(value: str, projects: list[Project]) -> tuple[Project | None, str]:
    """Return project and earmark of a choice of :func:`purposes`."""
    number, _slash, earmark = value.partition("/")
    return next((project for project in projects if str(project.pk) == number), None), earmark


def moment(day: date) -> datetime:
    """A moment of ``day``: now where it is today, noon otherwise."""
    if day == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(day, time(12)))
