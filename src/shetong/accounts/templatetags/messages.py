"""The way to one's messages, with how many are new."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from shetong.accounts.models import Channel, Topic, User
from shetong.accounts.queries import messages

register = template.Library()


@register.inclusion_tag("accounts/parts/unread.html", takes_context=True)
def unread_messages(context: template.Context) -> dict[str, object]:
    """Show the link to the inbox with the number of unread messages. One query for whoever is logged in."""
    user = context.get("user")
    count = messages.unread(user) if isinstance(user, User) else 0
    return {"count": count, "shown": f"{messages.MOST_COUNTED}+" if count > messages.MOST_COUNTED else str(count)}


@register.filter
def topic_name(code: str) -> str:
    """Return the name of a message's topic."""
    return gettext(str(Topic(code).label)) if code in Topic.values else code


@register.filter
def channel_name(code: str) -> str:
    """Return the name of a channel."""
    return gettext(str(Channel(code).label)) if code in Channel.values else code
