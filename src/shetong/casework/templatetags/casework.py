"""Names of casework for people."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from shetong.casework.models import Act, NoticeKind, State

register = template.Library()


@register.filter
def notice_name(kind: str) -> str:
    """Return a document's name; the code where this version does not know it."""
    return gettext(str(NoticeKind(kind).label)) if kind in NoticeKind.values else kind


@register.filter
def state_name(state: str) -> str:
    """Return the name of a case's state; the code where this version does not know it."""
    return gettext(str(State(state).label)) if state in State.values else state


@register.filter
def act_name(act: str) -> str:
    """Return the name of an act; the code where this version does not know it."""
    return gettext(str(Act(act).label)) if act in Act.values else act
