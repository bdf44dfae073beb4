"""iCalendar (RFC 5545): sessions as events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from django.conf import settings
from icalendar import Calendar, Event

from shetong.volunteering.models import Activity, Session, SessionState


def calendar_of(title: str, entries: Iterable[tuple[Activity, Session]]) -> bytes:
    """Return sessions as a calendar; those that were cancelled say so."""
    calendar = Calendar()
    calendar.add("prodid", "-//Shetong//volunteering//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    host = settings.PUBLIC_URL.split("://", 1)[-1]
    for activity, session in entries:
        event = Event()
        event.add("uid", f"session-{session.pk}@{host}")
        event.add("dtstamp", activity.updated_at.astimezone(UTC))
        event.add("dtstart", session.during.lower.astimezone(UTC))
        event.add("dtend", session.during.upper.astimezone(UTC))
        event.add("summary", activity.title)
        event.add("location", session.address or activity.address)
        event.add("url", f"{settings.PUBLIC_URL}/volunteering/activities/{activity.number}/")
        event.add("sequence", activity.version)
        cancelled = session.state == SessionState.CANCELLED or activity.state == "cancelled"
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
