"""Form fields as the design system draws them, and names for codes of the audit trail."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from shetong.accounts import rules
from shetong.accounts.entrances import Face, entrances
from shetong.accounts.queries.audit import ACTION_NAMES
from shetong.accounts.queries.permissions import NOTHING, grants_of
from shetong.core import divisions

register = template.Library()

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.Select, "govuk-select"),
    (forms.Textarea, "govuk-textarea"),
    (forms.TextInput, "govuk-input"),
    (forms.PasswordInput, "govuk-input"),
)


@register.simple_tag
def govuk_field(field: BoundField, hint: str = "", width: str = "") -> SafeString:
    """Draw one field: label, hint, error, control; ``width`` is a modifier such as ``10`` (characters)."""
    if field.is_hidden:
        return field.as_widget()
    described = []
    hint_html = error_html = SafeString("")
    if text := hint or str(field.help_text):
        described.append(f"{field.id_for_label}-hint")
        hint_html = format_html('<div id="{}" class="govuk-hint">{}</div>', described[-1], text)
    if field.errors:
        described.append(f"{field.id_for_label}-error")
        error_html = format_html(
            '<p id="{}" class="govuk-error-message"><span class="govuk-visually-hidden">{}</span>{}</p>',
            described[-1],
            gettext("错误："),
            format_html_join(" ", "{}", ((error,) for error in field.errors)),
        )
    control = _control(field, described, width)
    label = format_html('<label class="{}" for="{}">{}</label>', _label_class(field), field.id_for_label, field.label)
    group = "govuk-form-group govuk-form-group--error" if field.errors else "govuk-form-group"
    if isinstance(field.field.widget, forms.CheckboxInput):
        item = format_html('<div class="govuk-checkboxes__item">{}{}{}</div>', control, label, hint_html)
        return format_html(
            '<div class="{}">{}<div class="govuk-checkboxes" data-module="govuk-checkboxes">{}</div></div>',
            group,
            error_html,
            item,
        )
    return format_html('<div class="{}">{}{}{}{}</div>', group, label, hint_html, error_html, control)


def _label_class(field: BoundField) -> str:
    if isinstance(field.field.widget, forms.CheckboxInput):
        return "govuk-label govuk-checkboxes__label"
    return "govuk-label"


def _control(field: BoundField, described: list[str], width: str) -> SafeString:
    widget = field.field.widget
    # Placeholders only repeat the label, and vanish when they are needed.
    widget.attrs.pop("placeholder", None)
    base = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "govuk-input")
    classes = [base]
    if field.errors and base != "govuk-checkboxes__input":
        classes.append(f"{base}--error")
    if width:
        classes.append(f"{base}--width-{width}")
    attributes: dict[str, Any] = {"class": " ".join(classes)}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attributes)


@register.inclusion_tag("accounts/parts/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, object]:
    """List a form's errors at the head of the page, each linked to its field."""
    items = [(str(error), "") for error in form.non_field_errors()]
    items += [(str(error), field.id_for_label) for field in form for error in field.errors]
    return {"items": items}


@register.simple_tag(takes_context=True)
def face_places(context: template.Context, face: str) -> list[dict[str, object]]:
    """Return the pages of a face for its navigation: ``text``, ``url``, whether it is the ``current`` one.

    Nothing for strangers. The longest address that the present one begins with is the current one.
    """
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return []
    grants = getattr(request, "grants", None)
    if grants is None:
        grants = grants_of(request.user) if Face(face) is Face.OFFICE else NOTHING
    places = entrances(Face(face), grants)
    here = max((place.url for place in places if request.path.startswith(place.url)), key=len, default="")
    return [{"text": place.text, "url": place.url, "current": place.url == here} for place in places]


@register.filter
def role_name(code: str) -> str:
    """Return a role's name for people; the code where this version does not know it."""
    known = rules.ROLES.get(code)
    return gettext(known.name_zh) if known else code


@register.filter
def action_name(code: str) -> str:
    """Return an audit action's name for people; the code where it has none."""
    return gettext(ACTION_NAMES[code]) if code in ACTION_NAMES else code


@register.filter
def purpose_name(code: str) -> str:
    """Return a purpose's name for people."""
    return gettext(rules.PURPOSES[code]) if code in rules.PURPOSES else code


@register.filter
def scope_name(code: str) -> str:
    """Return what a key may do, for people."""
    return gettext(rules.API_SCOPES[code]) if code in rules.API_SCOPES else code


@register.filter
def division_name(code: str) -> str:
    """Return a division's full name; the code where it is unknown."""
    return gettext("全国") if code == rules.NATIONAL else divisions.full_name(code) or code


@register.filter
def pairs(mapping: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return keys and values of a mapping, which may itself have a key called ``items``."""
    return list(mapping.items())
