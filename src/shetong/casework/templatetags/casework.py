"""Names of casework for people."""

from __future__ import annotations

from django import template

from shetong.casework.models import NoticeKind

register = template.Library()


@register.filter
def notice_name(kind: str) -> str:
    """Return a document's name; the code where this version does not know it."""
    return NoticeKind(kind).label if kind in NoticeKind.values else kind
